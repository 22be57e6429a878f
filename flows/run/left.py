"""What a run of some parts leaves in `out/`: it must be what the last run wrote there."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from data.catalog import PROVENANCE
from data.errors import InputError
from data.full_tables import FULL
from data.schema import TABLES
from flows import parts as registry
from flows.run.part import Part
from tasks.ledger.table import ledger_of
from tasks.rows.results import InputFile

_LEDGER: Final = f"{TABLES['public/ledger'].name}.parquet"


def previous(out: Path) -> dict[str, Any]:
    """The provenance of the last run; empty where there was none.

    Args:
        out: The folder of the tables.

    Raises:
        InputError: It is not what a run wrote.
    """
    path = out / PROVENANCE
    try:
        if os.path.lexists(path) and not path.is_file():
            raise ValueError  # a pipe would be waited for without end
        found = json.loads(path.read_bytes())
        if isinstance(found["tables"], dict) and isinstance(found["configuration"]["sha256"], str):
            return dict(found)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise InputError(f"{path}: was damaged; {_all_parts(out)}")


def check_left(out: Path, parts: Collection[Part]) -> tuple[str, ...]:
    """Check what other parts have in `out/`, before a run of some parts works.

    Args:
        out: The folder of the tables.
        parts: The parts of the run.

    Returns:
        A line where tables of other parts are not what the last run wrote; they stay as they are.

    Raises:
        InputError: The provenance or the ledger is not what the last run wrote, so that what they say of
            other parts cannot be kept.
    """
    hashes = previous(out).get("tables", {})
    if not hashes:
        return _without_provenance(out)
    for ledger in (_LEDGER, f"{FULL}/{_LEDGER}"):
        if ledger in hashes and (fault := _fault(out / ledger, hashes[ledger])):
            raise InputError(
                f"{out / ledger}: {fault}, and parts that are left out have rows in it; {_all_parts(out)}"
            )
    left = [part for part in registry.load() if part.name not in {each.name for each in parts}]
    files = [file for part in left for table in part.tables for file in table.files if file in hashes]
    found = [(file, fault) for file in files if (fault := _fault(out / file, hashes[file]))]
    if not found:
        return ()
    file, fault = found[0]
    more = f" (and {len(found) - 1:,} more files)" if len(found) > 1 else ""
    return (f"out/{file}: {fault}{more}; it stays so: {_all_parts(out)}",)


def _without_provenance(out: Path) -> tuple[str, ...]:
    """The line where there are tables of which nothing says what they were made from; usually none."""
    try:
        there = ledger_of(out).num_rows
    except ValueError as error:
        raise InputError(f"{out / _LEDGER}: was damaged; {_all_parts(out)}") from error
    return (
        (f"out/{PROVENANCE}: is gone, which says what the tables were made from; {_all_parts(out)}",)
        if there
        else ()
    )


def _fault(path: Path, sha256: object) -> str:
    if not path.is_file():
        return "is gone"
    return "" if InputFile.of("", path).sha256 == sha256 else "is not what the last run wrote"


def _all_parts(out: Path) -> str:
    return f"a run of all parts makes it anew: nwatch run {out.parent}"
