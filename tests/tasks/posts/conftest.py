"""Small files of posts in every format, and a client to read them on."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from data.settings import Posts

Row = dict[str, Any]


def post(number: int, **given: Any) -> Row:
    """A post in Los Angeles; what is given replaces its part."""
    return {
        "id": str(number),
        "user_id": str(number % 7),
        "created_at": f"2019-0{number % 9 + 1}-15T12:00:00Z",
        "title": 'A "quoted", long\ntitle',
        "latitude": 34.0 + number / 1000,
        "longitude": -118.0 - number / 1000,
    } | given


def write(path: Path, rows: list[Row]) -> Path:
    """Rows as a file of posts, in the format that its suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows)
    if path.suffix == ".parquet":
        pq.write_table(table, path)
        return path
    text = pa.BufferOutputStream()
    pacsv.write_csv(table, text)
    data = text.getvalue().to_pybytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.fixture
def posts() -> Callable[..., Row]:
    """Makes a post."""
    return post


@pytest.fixture
def written() -> Callable[[Path, list[Row]], Path]:
    """Writes posts."""
    return write


@pytest.fixture
def settings() -> Posts:
    return Posts(year=2019, exclude_users=["3", "9999"])
