"""Hashes of files that have not changed."""

from pathlib import Path

from data.hashes import Hashes


def test_a_hash_is_known_for_the_state_in_which_it_was_taken(tmp_path: Path):
    memo = Hashes(tmp_path / "kept" / "hashes.json", "files")
    memo.note("a.csv", [5, 1, 2, 3], "ab" * 32)
    memo.save()
    again = Hashes(tmp_path / "kept" / "hashes.json", "files")
    assert again.hash_of("a.csv", [5, 1, 2, 3]) == "ab" * 32
    assert again.hash_of("a.csv", [5, 1, 2, 4]) is None
    assert again.hash_of("b.csv", [5, 1, 2, 3]) is None
    assert (again.size_of("a.csv"), again.size_of("b.csv"), again.rebuilt) == (5, None, ())


def test_a_damaged_memo_is_forgotten_and_said(tmp_path: Path):
    path = tmp_path / "kept" / "hashes.json"
    Hashes(path, "files").save()
    path.write_bytes(path.read_bytes()[:-9])
    assert Hashes(path, "files").rebuilt == ("work/kept/hashes.json: was damaged; files were hashed again",)
