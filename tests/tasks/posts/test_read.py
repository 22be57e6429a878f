"""One file dealt out into parts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import tasks.posts.read
from data.errors import InputError
from data.settings import Posts
from tasks.posts.read import FilePiece, buckets_of, part_path, read_file
from tasks.posts.tidy import TIDY


def parts_of(piece: FilePiece) -> list[pa.Table]:
    return [
        pa.ipc.open_file(part_path(piece.parts, piece.number, bucket)).read_all()
        for bucket in range(piece.buckets)
    ]


@pytest.mark.parametrize("buckets", [1, 4, 16])
def test_every_post_is_in_the_part_of_its_bucket_in_the_order_of_the_file(  # noqa: PLR0917 - fixtures
    tmp_path: Path, posts: Callable, written: Callable, settings: Posts, buckets: int,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr(tasks.posts.read, "_HELD_ROWS", 100)
    path = written(tmp_path / "a.csv", [posts(number * 37 % 500) for number in range(1000)])
    (tmp_path / "parts").mkdir()
    piece = FilePiece(3, "posts/a.csv", path, tmp_path / "parts", buckets, settings)
    told = read_file(piece)
    assert told.posts == 1000
    assert told.file == "posts/a.csv"
    assert told.bytes == path.stat().st_size
    assert told.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told.source == told.sha256[:12]
    order = [str(number * 37 % 500) for number in range(1000)]
    found = parts_of(piece)
    assert sum(map(len, found)) == 1000
    for bucket, part in enumerate(found):
        assert part.schema == TIDY
        ids = part["post_id"].to_pylist()
        assert ids == [post for post in order if post in set(ids)]
        if ids:
            assert set(buckets_of(part["post_id"], buckets)) == {bucket}


def test_the_bucket_of_an_id_is_for_ever():
    ids = pa.chunked_array([["1", "2", "1000000000", "", "é", "a-long-identifier-of-a-post"]])
    assert buckets_of(ids, 16).tolist() == [6, 6, 1, 6, 7, 0]


def test_ids_spread_evenly():
    ids = pa.chunked_array([[str(number) for number in range(16_000)]])
    counts = np.bincount(buckets_of(ids, 16), minlength=16)
    assert counts.min() > 850
    assert counts.max() < 1150


def test_an_error_leaves_no_part(tmp_path: Path, posts: Callable, written: Callable, settings: Posts):
    path = written(tmp_path / "a.csv", [posts(1), posts(2, created_at="soon")])
    (tmp_path / "parts").mkdir()
    with pytest.raises(InputError, match="row 2: 'soon' is no time"):
        read_file(FilePiece(0, "posts/a.csv", path, tmp_path / "parts", 4, settings))
    assert list((tmp_path / "parts").iterdir()) == []
