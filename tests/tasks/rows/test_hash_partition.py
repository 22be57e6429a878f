"""One file dealt out into parts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

import tasks.rows.hash_partition
from data.errors import InputError
from tasks.rows.hash_partition import FilePiece, partition_file, partition_path
from tasks.rows.ids import buckets_of
from tasks.rows.large_tables import blocks


def partitions_of(piece: FilePiece) -> list[pa.Table]:
    return [
        pa.ipc.open_file(partition_path(piece.partitions, piece.number, bucket)).read_all()
        for bucket in range(piece.buckets)
    ]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are held before they are dealt out."""
    monkeypatch.setattr(tasks.rows.hash_partition, "_HELD_ROWS", 100)


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("buckets", [1, 4, 16])
def test_every_row_is_in_the_partition_of_its_bucket_in_the_order_of_the_file(
    tmp_path: Path, rows: Callable, written: Callable, reader: Callable, buckets: int
):
    path = written(tmp_path / "a.csv", [rows(number * 37 % 500) for number in range(1000)])
    (tmp_path / "partitions").mkdir()
    piece = FilePiece(3, "posts/a.csv", path, tmp_path / "partitions", buckets, reader())
    read = partition_file(piece)
    assert read.rows == 1000
    assert read.file == "posts/a.csv"
    assert read.bytes == path.stat().st_size
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read.source == read.sha256[:12]
    order = [str(number * 37 % 500) for number in range(1000)]
    found = partitions_of(piece)
    assert sum(map(len, found)) == 1000
    for bucket, part in enumerate(found):
        assert part.schema == reader().schema
        ids = part["key"].to_pylist()
        assert ids == [row for row in order if row in set(ids)]
        if ids:
            assert set(buckets_of(part["key"], buckets)) == {bucket}


@pytest.mark.usefixtures("held")
def test_rows_without_an_id_are_dealt_out_in_turn_whatever_the_blocks(
    tmp_path: Path, rows: Callable, written: Callable, reader: Callable, monkeypatch: pytest.MonkeyPatch
):
    path = written(tmp_path / "a.csv", [rows(number) for number in range(1001)])
    monkeypatch.setattr(tasks.rows.hash_partition, "blocks", partial(blocks, block_bytes=4096))
    (tmp_path / "partitions").mkdir()
    piece = FilePiece(0, "posts/a.csv", path, tmp_path / "partitions", 3, reader(counts=False))
    assert partition_file(piece).rows == 1001
    longitudes = [-118.0 - number / 1000 for number in range(1001)]
    assert [part["lon"].to_pylist() for part in partitions_of(piece)] == [
        longitudes[at::3] for at in range(3)
    ]


def test_the_words_of_all_blocks_come_once_and_in_order_of_appearance(
    tmp_path: Path, rows: Callable, written: Callable, reader: Callable, monkeypatch: pytest.MonkeyPatch
):
    path = written(tmp_path / "a.csv", [rows(number, word=f"w{number * 7 % 13}") for number in range(900)])
    monkeypatch.setattr(tasks.rows.hash_partition, "blocks", partial(blocks, block_bytes=2048))
    (tmp_path / "partitions").mkdir()
    read = partition_file(FilePiece(0, "posts/a.csv", path, tmp_path / "partitions", 2, reader()))
    assert read.words == tuple(f"w{number * 7 % 13}" for number in range(13))


def test_an_error_leaves_no_partition(tmp_path: Path, rows: Callable, written: Callable, reader: Callable):
    path = written(tmp_path / "a.csv", [rows(1), rows(2, id="")])
    (tmp_path / "partitions").mkdir()
    with pytest.raises(InputError, match=r"posts/a.csv: column id, row 2: is empty; give it one"):
        partition_file(FilePiece(0, "posts/a.csv", path, tmp_path / "partitions", 4, reader()))
    assert list((tmp_path / "partitions").iterdir()) == []
