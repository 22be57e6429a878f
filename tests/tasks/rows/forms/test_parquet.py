"""Parquet files whose footer promises more than there is."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from tasks.rows.forms import parquet
from tasks.rows.large_tables import blocks
from tasks.rows.reader import Wanted
from tasks.rows.small_tables import read_texts

WANTED = Wanted(("id",), ())


def rows_of(path: Path) -> int:
    return sum(block.num_rows for block in blocks(path, "a", WANTED))


def test_rows_of_one_value_are_not_read_by_the_billion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": pa.repeat(7, 500_000)}), path, compression="zstd")
    assert rows_of(path) == 500_000
    monkeypatch.setattr(parquet, "FEW_ROWS", 1000)
    for read in (rows_of, lambda path: read_texts(path, "a")):
        with pytest.raises(
            InputError, match=r"^a: promises 500,000 rows in [\d,]+ bytes, which no table does"
        ):
            read(path)


def test_a_value_without_end_and_a_group_that_is_too_large_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"id": ["a", "x" * 5000], "other": ["y" * 90_000] * 2}), path, use_dictionary=False
    )
    assert rows_of(path) == 2
    monkeypatch.setattr(parquet, "LONGEST_VALUE", 1000)
    with pytest.raises(InputError, match=r"^a: a row after row 0 is longer than 0 MB; shorten or remove it$"):
        rows_of(path)
    monkeypatch.setattr(parquet, "LONGEST_VALUE", 1 << 20)
    monkeypatch.setattr(parquet, "MOST_CHUNK", 1000)
    with pytest.raises(InputError, match=r"^a: column id takes 0 MB in one row group; write it with smaller"):
        rows_of(path)


def test_every_flipped_bit_is_read_or_one_line(tmp_path: Path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": [str(number) for number in range(50)]}), path)
    content = path.read_bytes()
    faults = []
    for at in range(0, len(content), 5):
        flipped = bytearray(content)
        flipped[at] ^= 1 << at % 8
        path.write_bytes(flipped)
        try:
            rows_of(path)
        except InputError as error:
            faults.append(str(error))
    assert faults
    assert all(map(str.isprintable, faults))
