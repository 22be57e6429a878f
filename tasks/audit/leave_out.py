"""Small counts are left out of the public tables, and the whole ones are kept apart (method 12.6)."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data.full_tables import FULL, folder_of
from data.schema import TABLES, Table
from data.schema.left_out import LEFT_OUT
from data.tables import read_table, write_table
from data.writing import make_folder, replacing
from tasks.audit.cells import Cell, Cells, cells_of
from tasks.audit.protect import hidden_sums

Row = dict[str, Any]
Place = tuple[str, ...]

_DIGITS: Final = 3
"""Digits of a statistic of a place of which something is left out."""
_COUNTED: Final = re.compile(r"^[\d,]+ (counted in all tracts together)")
"""What the words of a verdict say of a total that may be left out."""
_MAP: Final = "public/tracts_used"
_PROPERTIES: Final = '"properties": '


def leave_out_small(stage: Path, out: Path, least: int, *, whole: bool) -> dict[str, int]:
    """Leave small counts out of the public tables, with what they could be computed from.

    The tables of a run of some parts are taken together with those that earlier runs left: what is left out
    of one depends on the others. Those of earlier runs are then written to the stage too.

    Args:
        stage: The folder of this run's tables, which are whole.
        out: The folder of the tables of earlier runs.
        least: A count below this, and not 0, is small; 0 leaves out nothing.
        whole: Whether the tables of earlier runs are of no account, as all parts were run.

    Returns:
        How many counts were left out, by table; none where nothing is left out.

    Raises:
        ValueError: A table of an earlier run is damaged.
    """
    small = [table for table in TABLES.values() if table.small is not None]
    if not least and (whole or not (out / FULL).is_dir()):
        return {}
    sources = {table.name: place for table in small if (place := _place(table, stage, out, whole=whole))}
    tables = {name: read_table(TABLES[name], place) for name, place in sources.items()}
    if not least:
        _restore(sources, stage)
        return {}
    for name, place in sources.items():
        _keep_whole(TABLES[name], place, stage)
    return _write(tables, least, stage)


def _place(table: Table, stage: Path, out: Path, *, whole: bool) -> Path | None:
    """The folder below which a table is whole; None where it is nowhere."""
    file = table.files[0]
    if (stage / file).is_file():
        return stage
    place = folder_of(table, out)
    return place if not whole and (out / file).is_file() else None


def _restore(sources: Mapping[str, Path], stage: Path) -> None:
    """Publish whole tables again."""
    for name, place in sources.items():
        if place.name == Path(FULL).name:
            for file in TABLES[name].files:
                _copy(place / file, stage / file)


def _keep_whole(table: Table, place: Path, stage: Path) -> None:
    for file in table.files:
        _copy(place / file, stage / FULL / file)


def _copy(source: Path, target: Path) -> None:
    make_folder(target.parent)
    with replacing(target) as beside:
        shutil.copyfile(source, beside)


def _write(tables: Mapping[str, pa.Table], least: int, stage: Path) -> dict[str, int]:
    """Write every table without what is left out, the map, and how much that is."""
    found = cells_of(tables)
    sums = hidden_sums(found.values, {cell.sum for cell in found.cells}, least)
    hidden = [cell for cell in found.cells if cell.sum.atoms in sums]
    touched, gone = _places(found, hidden, tables)
    for name, table in tables.items():
        own = [cell for cell in hidden if cell.table == name]
        rows = _without(table.to_pylist(), TABLES[name], own, touched, gone)
        write_table(pa.Table.from_pylist(rows, schema=TABLES[name].arrow), TABLES[name], stage)
    if _MAP in tables:
        _write_map(stage)
    _write_counts(found, hidden, least, stage)
    return dict(Counter(cell.table for cell in hidden))


def _write_counts(found: Cells, hidden: Collection[Cell], least: int, stage: Path) -> None:
    every = Counter((cell.table, cell.column) for cell in found.cells)
    left = Counter((cell.table, cell.column) for cell in hidden)
    rows = [
        {
            "table": table,
            "column": column,
            "counts": count,
            "left_out": left[table, column],
            "least_count": least,
        }
        for (table, column), count in every.items()
    ]
    write_table(pa.Table.from_pylist(rows, schema=LEFT_OUT.arrow), LEFT_OUT, stage)


def _places(
    found: Cells, hidden: Collection[Cell], tables: Mapping[str, pa.Table]
) -> tuple[set[Place], set[Place]]:
    """The places of which anything is left out, and those of which the total is.

    A place is a city, or a city and a type of crime; a summary over all cities is the place ``all cities``.
    """
    rows = {
        name: tables[name].to_pylist() for name in {cell.table for cell in hidden} if name != "public/ledger"
    }
    touched: set[Place] = set()
    gone: set[Place] = set()
    for cell in hidden:
        if cell.table not in rows or cell.table == "public/border_posts":
            continue
        place = _place_of(rows[cell.table][cell.row])
        touched |= {place, ("all cities", *place[1:])}
        if cell.table in {"public/city_tests", "public/crime_tests"}:
            gone.add(place)
    return touched, gone


def _place_of(row: Row) -> Place:
    return tuple(row[name] for name in ("city", "crime") if name in row)


def _without(
    rows: list[Row], table: Table, cells: Collection[Cell], touched: set[Place], gone: set[Place]
) -> list[Row]:
    """The rows without what is left out."""
    small = table.small
    assert small is not None
    for cell in cells:
        row = rows[cell.row]
        row[cell.column] = None
        for column in small.derived:
            row[column] = None
    for row in rows if small.estimates else ():
        place = _place_of(row)
        for column in small.estimates:
            if place in gone:
                row[column] = None
            elif place in touched and row[column] is not None:
                row[column] = _rounded(row[column])
        if place in gone and "why" in row:
            row["why"] = _COUNTED.sub(r"too few \1", row["why"])
    return rows


def _rounded(value: float) -> float:
    """A number with three digits.

    Example:
        >>> _rounded(0.0123456), _rounded(-1234.5), _rounded(0.0)
        (0.0123, -1230.0, 0.0)
    """
    return float(f"{value:.{_DIGITS - 1}e}") if math.isfinite(value) else value


def _write_map(stage: Path) -> None:
    """Write the map with the numbers of the tables that are beside it."""
    crimes = TABLES["public/tract_crimes"]
    used = read_table(TABLES[_MAP], stage).to_pylist()
    known: dict[Place, Row] = {(row["city"], row["GEOID"]): dict(row) for row in used}
    of_crimes = read_table(crimes, stage).to_pylist() if (stage / crimes.files[0]).is_file() else []
    for row in of_crimes:
        if (own := known.get((row["city"], row["GEOID"]))) is not None:
            own[f"crimes: {row['crime']}"] = row["crimes"]
            own[f"crimes_per_1000: {row['crime']}"] = row["crimes_per_1000"]
    file = f"{_MAP}.geojson"
    with (
        (stage / FULL / file).open(encoding="utf-8", newline="\n") as lines,
        replacing(stage / file) as beside,
    ):
        beside.write_text("".join(_lines(lines, known)), encoding="utf-8", newline="\n")


def _lines(lines: Iterator[str], known: Mapping[Place, Row]) -> Iterator[str]:
    """The lines of the map; a feature is one line, and its polygon stays as it is."""
    for line in lines:
        before, found, rest = line.partition(_PROPERTIES)
        if not found:
            yield line
            continue
        said, end = json.JSONDecoder().raw_decode(rest)
        own = known[said["city"], said["GEOID"]]
        # A type of crime that is in no table any more is in no map either.
        kept = {name: own[name] for name in said if name in own}
        yield before + found + json.dumps(kept, ensure_ascii=False, allow_nan=False) + rest[end:]
