"""The tables from which small counts were left out, as they were before (method 12.6): they are private."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa

from data.schema import Table
from data.tables import read_table

FULL: Final = "private/unsuppressed"
"""The folder in ``out/`` of the whole tables, each below it as it is below ``out/``."""


def folder_of(spec: Table, out: Path) -> Path:
    """The folder below which a table is whole: that of the whole tables, or ``out`` where it is not there.

    Args:
        spec: Its schema.
        out: The folder that holds ``private/`` and ``public/``.
    """
    whole = out / FULL
    return whole if (whole / f"{spec.name}.parquet").is_file() else out


def read_full(spec: Table, out: Path) -> pa.Table:
    """Read a table with all its counts; arguments and errors are those of :func:`data.tables.read_table`."""
    return read_table(spec, folder_of(spec, out))
