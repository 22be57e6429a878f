"""The ledger's table: each part of a run enters its rows beside those of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data.full_tables import read_full
from data.schema import TABLES
from data.tables import empty_table, write_table
from tasks.ledger.results import Row
from tasks.rows.results import FileOfRows

LEDGER = TABLES["public/ledger"]


def write_ledger(rows: Iterable[Row], out: Path) -> Path:
    """Enter the rows of some parts; they replace rows that these parts already have there.

    Args:
        rows: All rows of the parts that occur in them.
        out: The folder that holds ``public/``; other parts' rows in its ledger stay.

    Returns:
        ``public/ledger.parquet``.
    """
    given = pa.Table.from_pylist(
        [dict(zip(LEDGER.arrow.names, row, strict=True)) for row in rows], schema=LEDGER.arrow
    )
    kept = without(ledger_of(out), set(given.column("part").to_pylist()))
    return write_table(pa.concat_tables([kept, given]), LEDGER, out)


def write_files(files: Iterable[FileOfRows], name: str, counted: str, out: Path) -> Path:
    """Write the table that names the files of a part, as ``private/post_files``.

    Args:
        files: The files.
        name: The table.
        counted: Its column of the rows read, as ``posts``.
        out: The folder that holds ``private/``.

    Returns:
        The file.
    """
    spec = TABLES[name]
    kept = [name for name in spec.arrow.names if name != counted]
    given = [{**{name: getattr(file, name) for name in kept}, counted: file.rows} for file in files]
    return write_table(pa.Table.from_pylist(given, schema=spec.arrow), spec, out)


def keep(before: Path, out: Path, sections: Collection[str]) -> None:
    """Copy the rows of the last ledger that a run does not write itself.

    Args:
        before: The folder of the last run's tables, if there was one.
        out: The folder of this run's tables, which has no ledger yet.
        sections: The sections that this run writes.
    """
    kept = without(ledger_of(before), sections)
    if kept.num_rows:
        write_table(kept, LEDGER, out)


def ledger_of(out: Path) -> pa.Table:
    """The ledger below a folder, with all its counts; without rows where there is none."""
    try:
        return read_full(LEDGER, out)
    except FileNotFoundError:
        return empty_table(LEDGER)


def without(ledger: pa.Table, parts: Collection[str]) -> pa.Table:
    """The rows of all parts but some."""
    named = pa.array(sorted(parts), pa.string())
    return ledger.filter(pc.invert(pc.is_in(ledger.column("part"), named)))
