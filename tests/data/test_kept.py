"""A stage is taken where nothing changed, and made again where something did; damage is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.kept import InputHashes, Keeper, Stage, code_of, file_name
from tests.lost import lose


class Part:
    """Two stages, of which the second needs the file of the first; counts what is made."""

    def __init__(self, work: Path, files: object = "a", setting: int = 1, code: str = "code") -> None:
        self.work, self.calls = work, list[str]()
        self.keeper = Keeper(work, "toy", code)
        self.first: Stage[list[Path]] = self.keeper.stage(
            "one", files, self.write, lambda paths: paths, clears=["two"]
        )
        self.second: Stage[str] = self.keeper.stage("two", (self.first.full_key, setting), self.read)

    def write(self) -> list[Path]:
        self.calls.append("one")
        (self.work / "one.txt").write_text("1")
        return [self.work / "one.txt"]

    def read(self) -> str:
        text = self.first.whole[0].read_text() + "2"
        self.calls.append("two")
        return text


def run(part: Part) -> tuple[str, list[str], tuple[str, ...]]:
    return part.second.value, part.calls, part.keeper.notes()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    assert run(Part(folder)) == ("12", ["one", "two"], ())
    return folder


def test_what_is_unchanged_is_not_done_again(work: Path):
    part = Part(work)
    assert part.second.value == "12"
    assert part.first.value == [work / "one.txt"]
    assert part.calls == []
    assert part.keeper.notes() == ("toy: nothing has changed since the last run; its results are kept",)


def test_only_what_depends_on_a_change_is_done_again(work: Path):
    part = Part(work, setting=2)
    assert run(part)[:2] == ("12", ["two"])
    _ = part.first.value
    assert part.keeper.notes() == ("toy: done again: two; kept from the last run: one",)
    again = ("toy: files, settings or this program have changed; all is done again",)
    assert run(Part(work, files="b")) == ("12", ["one", "two"], again)
    assert run(Part(work, files="b", code="newer")) == ("12", ["one", "two"], again)


def test_a_damaged_file_is_made_again_where_it_is_needed_and_said(work: Path):
    (work / "one.txt").write_text("7")
    assert run(Part(work))[1] == []
    part = Part(work, setting=2)
    assert run(part)[:2] == ("12", ["one", "two"])
    assert part.keeper.rebuilt == ["work/one.txt: was damaged; done again: one"]
    (work / "one.txt").unlink()
    part = Part(work, setting=3)
    assert run(part)[:2] == ("12", ["one", "two"])
    assert part.keeper.rebuilt == ["work/one.txt: is gone; done again: one"]


@pytest.mark.parametrize("stage", ["one", "two"])
def test_a_damaged_result_is_made_again_and_said(work: Path, stage: str):
    path = work / "kept" / f"toy-{stage}.json"
    path.write_bytes(path.read_bytes()[:-5])
    part = Part(work)
    assert part.second.value == "12"
    _ = part.first.value
    assert part.calls == [stage]
    assert part.keeper.rebuilt == [f"work/kept/toy-{stage}.json: was damaged; done again: {stage}"]


def test_a_result_in_the_place_of_another_is_not_taken(work: Path):
    kept = work / "kept"
    (kept / "toy-two.json").write_bytes((kept / "toy-one.json").read_bytes())
    part = Part(work)
    assert run(part)[:2] == ("12", ["two"])
    assert part.keeper.rebuilt == ["work/kept/toy-two.json: was damaged; done again: two"]


def test_what_is_interrupted_is_not_taken_for_done(work: Path):
    part = Part(work, files="b")
    part.first.make = lambda: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        _ = part.first.value
    assert sorted(path.name for path in (work / "kept").iterdir()) == []
    assert run(Part(work))[1] == ["one", "two"]


def test_a_key_that_is_known_only_afterwards_is_kept_too(tmp_path: Path):
    def stage(key: object) -> Stage[str]:
        return Keeper(tmp_path, "toy", "code").stage("late", key, lambda: "x", key_after=lambda _: "hash")

    assert stage(None).full_key == stage("hash").full_key
    assert stage("hash").is_known
    assert not stage("other").is_known
    assert not stage(None).is_known


def test_published_files_are_put_back_as_they_were(tmp_path: Path):
    def stage(out: Path) -> Stage[int]:
        def make() -> int:
            (out / "public").mkdir(parents=True)
            (out / "public/a.csv").write_text("a")
            return 1

        keeper = Keeper(tmp_path / "work", "toy", "code")
        return keeper.stage("tables", "key", make, lambda _: [out / "public/a.csv"], copies=out)

    _ = stage(tmp_path / "first").value
    assert stage(tmp_path / "second").is_known
    assert (tmp_path / "second/public/a.csv").read_text() == "a"
    (tmp_path / "work/kept/toy-tables/public/a.csv").write_text("b")
    damaged = stage(tmp_path / "third")
    assert damaged.is_known is False
    assert damaged.keeper.rebuilt == ["work/kept/toy-tables/public/a.csv: was damaged; done again: tables"]


def test_a_file_is_hashed_again_only_where_it_may_be_the_same(tmp_path: Path):
    path, work = tmp_path / "a.csv", tmp_path / "work"
    path.write_text("rows")
    files = [("posts/a.csv", path)]
    assert InputHashes(work).of(files) is None
    InputHashes(work).note(InputHashes.states(files), {"posts/a.csv": "ab" * 32})
    assert InputHashes(work).of(files) == {"posts/a.csv": "ab" * 32}
    os.utime(path, ns=(1, 1))
    found = InputHashes(work).of(files)
    assert found is not None
    assert found["posts/a.csv"].startswith("bc51e9e6")
    assert InputHashes(work).of(files) == found
    path.write_text("more rows")
    assert InputHashes(work).of(files) is None


def test_a_layer_in_a_folder_of_another_name_is_not_taken_for_known(tmp_path: Path):
    path, other = (tmp_path / f"tl_{year}_08_tract" / "tracts.shp" for year in (2019, 2021))
    path.parent.mkdir()
    path.write_text("shapes")
    memo = InputHashes(tmp_path / "work")
    memo.note(memo.states_of_layer("census/tracts", [path]), {"census/tracts": "ab" * 32})
    assert memo.of_layer("census/tracts", [path]) == "ab" * 32
    path.parent.rename(other.parent)
    assert memo.of_layer("census/tracts", [other]) is None


def test_names_of_cities_are_names_of_files():
    assert file_name("crime", "count the crimes of lapd") == "crime-count-the-crimes-of-lapd"
    others = {
        file_name("crime", name) for name in ("S\u00e3o", "S\u00e4o", "s-o", "a" * 300, "a" * 301, "../x")
    }
    assert len(others) == 6
    assert all(name.isascii() and len(name) < 130 and "/" not in name for name in others)


def test_the_code_counts():
    assert code_of("tasks/posts") == code_of("tasks/posts") != code_of("tasks/crime")


def test_a_file_that_its_disk_has_lost_is_made_again_and_said(work: Path, monkeypatch: pytest.MonkeyPatch):
    before = run(Part(work))
    lose(monkeypatch, work / "one.txt")
    part = Part(work, setting=2)
    assert run(part)[:2] == (before[0], ["one", "two"])
    assert part.keeper.rebuilt == ["work/one.txt: could not be read; done again: one"]
    assert run(Part(work, setting=2))[1] == []
