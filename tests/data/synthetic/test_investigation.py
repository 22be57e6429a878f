import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.catalog import Investigation
from data.errors import InputError
from data.synthetic import create, plan
from data.synthetic.mail.planning import AGENCIES

Truth = Callable[[str], list[dict[str, Any]]]
ReadBack = Callable[[Path], list[dict[str, Any]]]
Near = Callable[[int, int], bool]
CreateSmall = Callable[..., Path]

HEADERS = ("folder", "message_id", "subject", "sender", "to", "cc", "submitted_at", "delivered_at")


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_libpff_reads_back_is_the_truth(small: Path, truth: Truth, read_back: ReadBack) -> None:
    expected = {(row["source"], row["node_id"]): row for row in truth("private/messages")}
    seen = set()
    for source in truth("private/sources"):
        rows = read_back(small / source["file"])
        assert len(rows) == source["messages_listed"]
        for row in rows:
            if row["message_class"].split(".")[:2] != ["IPM", "Note"]:
                continue
            key = (source["source"], row["node_id"])
            assert {name: row[name] for name in HEADERS} == {name: expected[key][name] for name in HEADERS}
            seen.add(key)
    assert seen == set(expected)


def test_sources_have_hash_and_size_of_every_mailbox(small: Path, truth: Truth) -> None:
    sources = {row["file"]: row for row in truth("private/sources")}
    mailboxes = {p.relative_to(small).as_posix(): p for p in small.rglob("*") if p.suffix.lower() == ".pst"}
    assert set(sources) == set(mailboxes)
    for name, path in mailboxes.items():
        data = path.read_bytes()
        assert sources[name]["sha256"] == hashlib.sha256(data).hexdigest()
        assert sources[name]["bytes"] == len(data)
        assert sources[name]["source"] == sources[name]["sha256"][:12]


@pytest.mark.long
def test_equal_seeds_give_equal_bytes_with_any_number_of_workers_and_progress_reports_every_file(
    small: Path, create_small: CreateSmall, tmp_path: Path
) -> None:
    calls: list[tuple[str, int, int]] = []
    again = create_small(tmp_path / "again", workers=2, progress=lambda *each: calls.append(each))
    assert _digests(again) == _digests(small)
    ended = {what: total for what, done, total in calls if done == total}
    assert ended == {file.file: len(file.messages) for file in plan(0.001, 7).files}


@pytest.mark.long
def test_another_seed_gives_other_mailboxes(small: Path, create_small: CreateSmall, tmp_path: Path) -> None:
    other = _digests(create_small(tmp_path / "other", seed=8, country=False) / "records")
    same = _digests(small / "records")
    assert set(other) == set(same)
    mailboxes = [name for name in same if name.lower().endswith(".pst")]
    assert all(other[name] != same[name] for name in mailboxes)


def test_the_program_reads_its_settings(small: Path) -> None:
    found = Investigation.open(small)
    assert found.timezones == {agency.key: agency.timezone for agency in AGENCIES.values()}


@pytest.mark.long
def test_progress_reports_every_file_of_a_single_process(create_small: CreateSmall, tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    create_small(tmp_path / "mail", country=False, progress=lambda *each: calls.append(each))
    ended = {what: total for what, done, total in calls if done == total}
    assert ended == {file.file: len(file.messages) for file in plan(0.001, 7).files}


def test_files_are_near_their_target_sizes(small: Path, near: Near) -> None:
    for file in plan(0.001, 7, 26_000).files:
        assert near((small / file.file).stat().st_size, file.bytes)


def test_a_folder_that_is_not_empty_is_left_as_it_is(create_small: CreateSmall, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not empty; name a new folder"):
        create_small(tmp_path)
    with pytest.raises(InputError, match="name a new folder"):
        create_small(tmp_path / "note.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_an_impossible_scale_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="scale must be a number above 0"):
        create(tmp_path / "new", 0, 1)
    assert not (tmp_path / "new").exists()
