"""What is written in a private folder is as private as the folder, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.writing import as_its_folder, emptied, make_folder, replacing


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield int(request.param)
    os.umask(before)


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.mark.parametrize(
    ("above", "folder", "file"),
    [
        (0o700, "0o700", "0o600"),
        (0o2750, "0o2750", "0o640"),
        (0o2770, "0o2770", "0o660"),
        (0o750, "0o700", "0o600"),
    ],
)
@pytest.mark.usefixtures("umask")
def test_a_private_folder_decides(tmp_path: Path, above: int, folder: str, file: str):
    work = tmp_path / "work"
    work.mkdir()
    work.chmod(above)
    make_folder(work / "a" / "b")
    with replacing(work / "a" / "b" / "c") as beside:
        beside.write_text("x")
    assert [mode(work / "a"), mode(work / "a/b"), mode(work / "a/b/c")] == [folder, folder, file]


def test_what_a_link_leads_to_stays_as_it_is(tmp_path: Path):
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    work.mkdir(mode=0o700)
    elsewhere.touch()
    elsewhere.chmod(0o644)
    (work / "link").symlink_to(elsewhere)
    as_its_folder(work / "link")
    assert mode(elsewhere) == "0o644"


def test_elsewhere_the_umask_decides(tmp_path: Path, umask: int):
    place = tmp_path / "open"
    place.mkdir()
    place.chmod(0o755)
    with replacing(place / "c") as beside:
        beside.write_text("x")
    assert mode(place / "c") == oct(0o666 & ~umask)
    assert mode(make_folder(place / "d")) == oct(0o777 & ~umask)


def test_a_folder_makes_room_only_where_the_place_is_the_programs_own(tmp_path: Path):
    path = tmp_path / "a.parquet"
    (path / "deeper").mkdir(parents=True)
    with pytest.raises(IsADirectoryError), replacing(path) as beside:
        beside.write_text("new")
    assert (path / "deeper").is_dir()
    with replacing(path, own=True) as beside:
        beside.write_text("new")
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["a.parquet"]


def test_whatever_is_in_the_place_of_a_folder_is_taken_away(tmp_path: Path):
    makers: list[Callable[[Path], object]] = [
        Path.mkdir,
        Path.touch,
        os.mkfifo,
        lambda path: path.symlink_to(path),
    ]
    for number, make in enumerate(makers):
        place = tmp_path / f"{number}"
        make(place)
        if place.is_dir():
            (place / "inside").mkdir()
        assert list(emptied(place).iterdir()) == []
    assert list(emptied(tmp_path / "not" / "there").iterdir()) == []
