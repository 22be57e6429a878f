"""Rows are dealt by a hash, and each bucket gets all of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tasks.alerts.dealt import collect, deal
from tasks.alerts.hashed import buckets_of, from_digests, hashes_of


@pytest.mark.parametrize("buckets", [1, 2, 7])
def test_every_row_is_in_one_bucket_and_equal_keys_meet(tmp_path: Path, buckets: int):
    files = []
    for number in range(3):
        keys = [f"key {n % 20}" for n in range(50)]
        bucket = buckets_of(hashes_of(key.encode() for key in keys).high, buckets)
        table = pa.table({"key": keys, "piece": [number] * 50, "at": list(range(50))})
        files.append(deal(table, bucket, buckets, tmp_path / f"{number}.arrow"))
    found = [collect(files, bucket).to_pylist() for bucket in range(buckets)]
    assert sorted((row["piece"], row["at"]) for rows in found for row in rows) == [
        (piece, at) for piece in range(3) for at in range(50)
    ]
    keys_of = [{row["key"] for row in rows} for rows in found]
    assert sum(map(len, keys_of)) == 20
    for rows in found:
        places = [(row["piece"], row["at"]) for row in rows]
        assert places == sorted(places)


def test_a_piece_without_rows_has_empty_buckets(tmp_path: Path):
    none = pa.table({"key": pa.array([], pa.string())})
    path = deal(none, np.array([], dtype=np.int64), 3, tmp_path / "none.arrow")
    assert [collect([path], bucket).num_rows for bucket in range(3)] == [0, 0, 0]


def test_buckets_follow_the_order_of_ids():
    """So that sorted buckets, one after the other, are a sorted table."""
    ids = sorted(f"{n * 7919:032x}"[::-1] for n in range(200))
    hashes = from_digests(bytes.fromhex(each) for each in ids)
    buckets = buckets_of(hashes.high, 9).tolist()
    assert buckets == sorted(buckets)
    assert set(buckets) == set(range(9))
