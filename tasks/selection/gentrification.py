"""Gentrification: the tracts of ``census/gentrification`` read, judged, and counted by city (method 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError
from data.schema import TABLES
from data.schema.tracts import GEO_ID_PREFIX
from data.settings import FILE, Selection
from data.tables import conform, write_table
from tasks.layers.geoids import to_geoids
from tasks.rows.columns import match
from tasks.rows.results import InputFile
from tasks.rows.small_tables import ColumnType, not_negative, read_columns, read_header
from tasks.selection.method import (
    END,
    MEASURES,
    START,
    eligible,
    gentrified,
    low_population,
    measures,
    thresholds,
)
from tasks.selection.results import GentrificationInput, Judged

CITIES: Final = TABLES["public/gentrification"]
TRACTS: Final = TABLES["public/gentrification_tracts"]
THRESHOLDS: Final = TABLES["public/gentrification_thresholds"]

_KEYS: Final[dict[str, ColumnType]] = {"GEOID": "geoid", "metro_area": "text", "city": "text"}
_FLAGS: Final = ("low_population", "eligible", "gentrified")


def read_gentrification(file: tuple[str, Path], selection: Selection) -> GentrificationInput:
    """Read what the Census says of the tracts in the two years.

    The Census writes what it does not publish as a large negative number; nothing here can be negative, so
    every negative number counts as missing. A tract that is in two cities has a row for each.

    Args:
        file: ``census/gentrification.csv`` or ``.parquet``: its path inside the investigation folder, and
            where to open it. Columns: GEOID, metro_area, city and, with the suffixes of the two years, those
            of :data:`~tasks.selection.method.MEASURES`.
        selection: The section ``[selection]``: the suffixes.

    Returns:
        The tracts, checked, the columns of the two years called ``…_start`` and ``…_end``.

    Raises:
        InputError: The file, a column or a value is wrong, a tract has no metro area, or a tract has two rows
            for one city or two rows that differ.
    """
    label, path = file
    columns = read_header(path, label)
    found = _columns(label, path, columns, _KEYS)
    years = {START: selection.start, END: selection.end}
    _check_years(label, columns, selection)
    wanted: dict[str, ColumnType] = {
        name + suffix: "number" for name in MEASURES for suffix in years.values()
    }
    numbers = _columns(label, path, columns, wanted)
    tracts = pa.table(
        {
            "GEOID": to_geoids(found["GEOID"], label),
            "metro_area": _named(found["metro_area"]),
            "city": _named(found["city"]),
            **{
                name + year: not_negative(numbers[name + suffix])
                for name in MEASURES
                for year, suffix in years.items()
            },
        }
    )
    _check_names(tracts, label)
    _check_repeated(tracts, label, years)
    return GentrificationInput(label, tracts, len(found), (InputFile.of(label, path),))


def _columns(label: str, path: Path, there: Sequence[str], wanted: Mapping[str, ColumnType]) -> pa.Table:
    """Some columns of the file, in whatever spelling, under the names that are wanted."""
    names = match(label, there, {name: (name,) for name in wanted})
    found = read_columns(path, label, {names[name]: kind for name, kind in wanted.items()})
    return found.rename_columns(list(wanted))


def judge_tracts(given: GentrificationInput, selection: Selection) -> Judged:
    """Say of every tract whether it could gentrify and whether it did, and count them by city.

    A tract with a row for each of two cities is one tract of its metro area and one of each city.

    Args:
        given: The tracts as they were read.
        selection: The section ``[selection]``: inflation.

    Returns:
        The rows of the three tables of gentrification.

    Source:
        :mod:`tasks.selection.method`.
    """
    rows = given.tracts.to_pandas()
    tracts = rows.drop_duplicates("GEOID").reset_index(drop=True)
    measured = measures(tracts.drop(columns=["GEOID", "city"]), selection.inflation)
    at = thresholds(measured)
    flags = pd.DataFrame(
        {
            "GEOID": tracts["GEOID"],
            "low_population": low_population(measured),
            "eligible": eligible(measured, at),
            "gentrified": gentrified(measured, at),
        }
    )
    judged = rows[["GEOID", "metro_area", "city"]].merge(flags, on="GEOID", validate="many_to_one")
    judged["geo_id"] = GEO_ID_PREFIX + judged["GEOID"]
    return Judged(
        tracts=_table(judged, TRACTS.name),
        thresholds=_table(at.reset_index(), THRESHOLDS.name),
        cities=_table(_by_city(judged), CITIES.name),
        settings=selection,
    )


def _by_city(judged: pd.DataFrame) -> pd.DataFrame:
    """The counts of each city; tracts in none are left out."""
    by_city = judged.groupby("city", sort=True, dropna=True)
    counts = pd.DataFrame(
        {"tracts": by_city.size(), **{name: by_city[name].sum() for name in _FLAGS}}
    ).astype(np.int64)
    counts["gentrified_share"] = counts["gentrified"] / counts["tracts"]
    return counts.rename_axis("city").reset_index()


def _table(rows: pd.DataFrame, name: str) -> pa.Table:
    return conform(pa.Table.from_pandas(rows, preserve_index=False), TABLES[name])


def _check_years(label: str, found: list[str], selection: Selection) -> None:
    """See that the file has every column of both years; the mistake may be in the settings."""
    if selection.start == selection.end:
        raise InputError(
            f"{FILE}: selection.start and selection.end are both {selection.start!r}; "
            "write the column suffixes of two years"
        )
    for setting, suffix in (("start", selection.start), ("end", selection.end)):
        for name in MEASURES:
            if name + suffix not in found:
                raise InputError(
                    f"{label}: no column {name}{suffix}; add it, or correct selection.{setting} in {FILE}, "
                    f"which is {suffix!r} ({_suffixes(found)})"
                )


def _suffixes(found: list[str]) -> str:
    """Which years the file has, in words.

    Example:
        >>> _suffixes(["median_income_00", "total_population_25_over_00", "total_population_17"])
        'the suffixes in the file are _00, _17'
    """
    longest_first = sorted(MEASURES, key=len, reverse=True)
    suffixes = set()
    for column in found:
        name = next((name for name in longest_first if column.startswith(name)), None)
        if name is not None:
            suffixes.add(column[len(name) :])
    if not suffixes:
        return f"no column of the file begins with {MEASURES[0]} or another measure"
    return f"the suffixes in the file are {', '.join(sorted(suffixes))}"


def _named(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Names, missing where there are only blanks."""
    blank = pc.equal(pc.utf8_trim_whitespace(values), "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), values)


def _check_names(tracts: pa.Table, label: str) -> None:
    """See that every tract has a metro area, and that there is a city."""
    lacking = pc.is_null(tracts["metro_area"])
    if pc.any(lacking).as_py():
        row = pc.index(lacking, True).as_py()
        where = f"{row + 1} (tract {tracts['GEOID'][row]})"
        fix = "name the metro area, whose tracts give the thresholds"
        raise file_faults.empty_value(label, "metro_area", where, fix)
    if tracts["city"].null_count == len(tracts):
        raise InputError(f"{label}: column city: names no city; write it for the tracts that are in one")


def _check_repeated(tracts: pa.Table, label: str, years: dict[str, str]) -> None:
    """See that two rows of a tract are for two cities, and equal otherwise."""
    rows = tracts.to_pandas()
    again = rows[rows.duplicated("GEOID", keep=False)]
    if again.empty:
        return
    twice = again[again.duplicated(["GEOID", "city"])]
    if not twice.empty:
        city = twice["city"].iloc[0]
        where = "without a city" if pd.isna(city) else f"for {city}"
        raise InputError(
            f"{label}: column GEOID: {twice['GEOID'].iloc[0]} appears twice {where}; keep one row"
        )
    cityless = again[again["city"].isna()]
    if not cityless.empty:
        raise InputError(
            f"{label}: column city: {cityless['GEOID'].iloc[0]} appears with a city and without one; "
            "remove the row without"
        )
    names = {name + year: name + suffix for name in MEASURES for year, suffix in years.items()}
    for ours, written in {"metro_area": "metro_area", **names}.items():
        differing = again.groupby("GEOID")[ours].nunique(dropna=False) > 1
        if differing.any():
            raise InputError(
                f"{label}: column {written}: the rows of tract {differing.idxmax()} differ; "
                "a tract in two cities has the same numbers for both: correct one"
            )


def write_gentrification(judged: Judged, out: Path) -> tuple[Path, ...]:
    """Write the tables of gentrification: by city, by tract, and the thresholds.

    Args:
        judged: What was found.
        out: The folder of the tables.

    Returns:
        ``public/gentrification``, ``public/gentrification_tracts`` and ``public/gentrification_thresholds``.
    """
    tables = ((judged.cities, CITIES), (judged.tracts, TRACTS), (judged.thresholds, THRESHOLDS))
    return tuple(write_table(table, spec, out) for table, spec in tables)
