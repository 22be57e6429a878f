"""A file of work/ that carries its own checksum: every flipped bit and every cut is noticed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.sealed import is_intact, seal

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
