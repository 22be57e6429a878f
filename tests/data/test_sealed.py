"""A file of work/ that carries its own checksum: every flipped bit and every cut is noticed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.sealed import (
    DAMAGED,
    EARLIER,
    UNREADABLE,
    Kept,
    fault_of,
    is_intact,
    is_of_this_version,
    read_json,
    reseal,
    seal,
    seal_of,
    write_json,
)
from tests.lost import lose

TABLE = pa.table({"a": list(range(50)), "b": ["x"] * 50})


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    path = tmp_path / "a.parquet"
    pq.write_table(TABLE, path)
    seal(path, path)
    return path


def test_a_sealed_file_is_intact_and_read_as_before(sealed: Path):
    assert is_intact(sealed)
    assert pq.read_table(sealed).equals(TABLE)


@pytest.mark.long
def test_every_flipped_bit_is_noticed(sealed: Path):
    whole = sealed.read_bytes()
    for place in range(len(whole)):
        sealed.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        assert not is_intact(sealed), place


def test_every_cut_is_noticed(sealed: Path):
    whole = sealed.read_bytes()
    for size in range(0, len(whole), 7):
        sealed.write_bytes(whole[:size])
        assert not is_intact(sealed), size
    sealed.write_bytes(whole + b"x")
    assert not is_intact(sealed)


def test_a_file_that_was_never_sealed_is_not_intact(tmp_path: Path):
    pq.write_table(TABLE, tmp_path / "a.parquet")
    assert not is_intact(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"")
    assert not is_intact(tmp_path / "b.parquet")


def test_only_parquet_can_be_sealed(tmp_path: Path):
    (tmp_path / "a.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="not a Parquet file"):
        seal(tmp_path / "a.parquet", tmp_path / "a.parquet")


def test_a_file_in_the_place_of_another_of_its_kind_is_noticed(sealed: Path):
    for place in ("b.parquet", "other/a.parquet"):
        other = sealed.parent / place
        other.parent.mkdir(exist_ok=True)
        shutil.copy(sealed, other)
        assert fault_of(other) == DAMAGED
    assert fault_of(sealed) == ""


def test_a_file_is_sealed_anew_for_another_place_unless_it_is_damaged(sealed: Path, tmp_path: Path):
    before, there = sealed.read_bytes(), tmp_path / "other" / "name.parquet"
    there.parent.mkdir()
    assert reseal(sealed, there)
    sealed.rename(there)
    assert is_intact(there)
    assert pq.read_table(there).num_rows
    assert reseal(there, sealed)
    there.rename(sealed)
    assert sealed.read_bytes() == before
    for damaged in (before[:5] + b"x" + before[6:], before[:-20], b""):
        sealed.write_bytes(damaged)
        assert not reseal(sealed, there)
        assert sealed.read_bytes() == damaged


def test_a_file_that_an_earlier_version_sealed_is_named_so(tmp_path: Path):
    path = tmp_path / "a.parquet"
    pq.write_table(TABLE, path)
    whole = path.read_bytes()
    at = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    earlier = b"nwatch sha256 " + hashlib.sha256(whole).digest()
    path.write_bytes(whole[:at] + earlier + whole[at:])
    assert fault_of(path) == EARLIER


def test_a_folder_may_move_with_its_files(sealed: Path, tmp_path: Path):
    moved = tmp_path / "elsewhere" / sealed.parent.name
    moved.mkdir(parents=True)
    shutil.copy(sealed, moved)
    assert is_intact(moved / sealed.name)


VALUE = {"a": [1, 2.5, None, "x\u00e9"], "b": {"c": True}}


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "mail" / "note.json"
    write_json(path, VALUE, "notes 1")
    return path


def test_json_is_read_as_it_was_written(note: Path):
    assert read_json(note, "notes 1") == Kept(VALUE)
    assert read_json(note.with_name("none.json"), "notes 1") == Kept()


@pytest.mark.long
def test_every_flipped_bit_of_json_is_noticed_or_changes_nothing(note: Path):
    whole = note.read_bytes()
    for place in range(len(whole)):
        for bit in range(8):
            note.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            kept = read_json(note, "notes 1")
            assert kept == Kept(VALUE) or (kept.value is None and kept.fault), (place, bit)


def test_every_cut_of_json_is_noticed(note: Path):
    whole = note.read_bytes()
    for size in range(len(whole) - 1):  # without the line end it is still whole
        note.write_bytes(whole[:size])
        assert read_json(note, "notes 1") == Kept(fault=DAMAGED), size


def test_json_in_the_place_of_another_file_is_noticed(note: Path):
    shutil.copy(note, note.with_name("other.json"))
    assert read_json(note.with_name("other.json"), "notes 1").fault == DAMAGED


def test_json_of_another_version_and_json_without_a_seal_are_earlier(note: Path):
    assert read_json(note, "notes 2") == Kept(fault=EARLIER)
    note.write_text(json.dumps(VALUE))
    assert read_json(note, "notes 1") == Kept(fault=EARLIER)


@pytest.mark.parametrize("how", ["pipe", "folder", "loop", "broken link"])
def test_what_is_no_file_is_damaged_and_taken_away(sealed: Path, how: str):
    value = sealed.with_name("a.json")
    for path in (sealed, value):
        path.unlink(missing_ok=True)
        if how == "pipe":
            os.mkfifo(path)
        elif how == "folder":
            (path / "deeper").mkdir(parents=True)
        else:
            path.symlink_to(path if how == "loop" else path.parent / "nothing")
    assert (fault_of(sealed), read_json(value, "1")) == (DAMAGED, Kept(fault=DAMAGED))
    assert not os.path.lexists(sealed)
    assert read_json(value, "1") == Kept()
    write_json(value, [1], "1")
    assert read_json(value, "1") == Kept([1])


def test_the_version_of_a_seal_is_known_without_reading_the_file(sealed: Path):
    whole = sealed.read_bytes()
    assert is_of_this_version(sealed)
    for content in (whole.replace(b"nwatch seal 2 ", b"nwatch sha256 "), whole[-8:], whole[:100], b""):
        sealed.write_bytes(content)
        assert not is_of_this_version(sealed)


def test_a_seal_is_known_without_summing_and_differs_with_content_and_name(tmp_path: Path):
    seals = []
    for name, value in (("a", 1), ("a", 2), ("b", 1), ("a", 1)):
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table({"x": [value]}), path)
        assert seal_of(path) is None
        seal(path, path)
        seals.append(seal_of(path))
    assert seals[0] == seals[3]
    assert len(set(seals)) == 3
    assert all(found is not None and len(found) == 64 for found in seals)
    assert seal_of(tmp_path / "none.parquet") is None


def test_of_a_file_that_its_disk_has_lost_it_is_said_and_another_error_is_one(
    sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    value = tmp_path / "a.json"
    write_json(value, 1, "v")
    lose(monkeypatch, sealed, value)
    assert fault_of(sealed) == UNREADABLE
    assert read_json(value, "v") == Kept(fault=UNREADABLE)
    write_json(value, 2, "v")
    assert read_json(value, "v") == Kept(2)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionError):
        fault_of(sealed)
    with pytest.raises(PermissionError):
        read_json(value, "v")
