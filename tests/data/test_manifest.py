"""What a manifest says of a file counts as long as the file is as it was; damage costs only a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.manifest import Manifest


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = [tmp_path / "box" / name for name in ("a.parquet", "b.parquet")]
    found[0].parent.mkdir()
    for path in found:
        path.write_text(path.name)
    return found


def asked(place: Path, files: list[Path]) -> tuple[list[str], list[Path]]:
    """What is known of some files, and which were asked."""
    read: list[Path] = []

    def ask(path: Path) -> str:
        read.append(path)
        return path.read_text()

    manifest = Manifest(place)
    known = [manifest.of(path, ask) for path in files]
    manifest.save()
    return known, read


def test_each_file_is_asked_once(files: list[Path], tmp_path: Path):
    place = tmp_path / "work" / "agency.json"
    assert asked(place, files) == (["a.parquet", "b.parquet"], files)
    assert asked(place, files) == (["a.parquet", "b.parquet"], [])


def test_a_file_that_changed_is_asked_again_and_one_that_is_gone_is_forgotten(
    files: list[Path], tmp_path: Path
):
    place = tmp_path / "work" / "agency.json"
    asked(place, files)
    files[0].write_text("other!!!!")
    assert asked(place, files[:1]) == (["other!!!!"], files[:1])
    assert "b.parquet" not in place.read_text()


def test_a_damaged_manifest_is_no_manifest(files: list[Path], tmp_path: Path):
    place = tmp_path / "work" / "agency.json"
    asked(place, files)
    whole = place.read_text()
    for content in ("", "[]", whole.replace("a.parquet", "c.parquet"), whole[:-5]):
        place.write_text(content)
        assert asked(place, files) == (["a.parquet", "b.parquet"], files)
