"""What the tests of several rooms ask for."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Rows as a file, in the format that its suffix says."""
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
def written() -> Callable[[Path, list[dict[str, Any]]], Path]:
    """Writes rows as a file."""
    return write
