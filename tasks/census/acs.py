"""Tables of the American Community Survey, read and put together by tract (method 6.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from tasks.census.areas import Areas, NotTractsError, areas, counted
from tasks.census.columns import IN_WORDS, MEANING, MEASURES, Column, Measure, first_of
from tasks.census.layouts import Layout, layout_of, missing
from tasks.census.maps import tables_of
from tasks.census.margins import margins_of, with_margins
from tasks.census.sheets import Sheet, check_rows
from tasks.census.values import Numbers, numbers
from tasks.layers.geoids import repeated_geoid
from tasks.rows.results import Recognised

SCHEMA: Final = pa.schema(
    [
        ("GEOID", pa.string()),
        ("population", pa.int64()),
        ("income", pa.float64()),
        ("population_moe", pa.float64()),
        ("income_moe", pa.float64()),
        ("income_top_coded", pa.bool_()),
        ("income_bottom_coded", pa.bool_()),
    ]
)
"""The Census by tract, as :func:`read_acs` gives it."""


@dataclass(frozen=True)
class Figures:
    """One measure of one table.

    Attributes:
        label: How its file is named in an error.
        measure: What it is.
        table: GEOID (string, unique), value and margin (float64), top and bottom (bool).
    """

    label: str
    measure: Measure
    table: pa.Table


@dataclass(frozen=True)
class Acs:
    """Tables of the survey, put together.

    Attributes:
        tracts: As :data:`SCHEMA`; GEOID unique, sorted.
        words: What each file was recognised as.
    """

    tracts: pa.Table
    words: tuple[Recognised, ...]


def read_acs(path: Path, label: str) -> pa.Table:
    """Read population and median income by tract from one file.

    Args:
        path: A table in any layout of :mod:`tasks.census.layouts`, or a zip of such tables.
        label: How the file is named in an error, as ``census/acs.csv``.

    Returns:
        GEOID (string, unique, sorted), population (int64), income (float64, US dollars), population_moe and
        income_moe (float64, margins of error at 90 %, missing where none is given), income_top_coded and
        income_bottom_coded (bool: the income stands for all above 250,000, or below 2,500, US dollars).
        Population and income may be missing.

    Raises:
        InputError: The file, a column or a value is wrong, or a GEOID appears twice.
    """
    return read_acs_files([(label, path)]).tracts


def read_acs_files(files: Sequence[tuple[str, Path]], unread: str = "") -> Acs:
    """Read population and median income by tract from one or several files.

    Args:
        files: The path of each inside the investigation folder, and where to open it.
        unread: What is added where a measure is missing: which file was not recognised.

    Returns:
        The survey by tract: each tract that one of the files has, and what was recognised.

    Raises:
        InputError: As :func:`read_acs`; or no file has one of the measures, or two disagree.
    """
    figures: list[Figures] = []
    words: list[Recognised] = []
    lacking: list[InputError] = []
    margins: dict[Measure, pa.Table] = {}
    for label, path in files:
        found = tables_of(path, label)
        read = _of_sheets(found)
        own = [each for each in read if each is not None]
        apart = {} if len(own) == len(found) else _margins(found, read)
        margins |= apart
        if (len(files) == 1 and own) or not (own or apart):
            lacking += _lacking(found, own)
        if not own and not apart:
            raise lacking[0]
        if not own:
            words.append(Recognised(label, "NHGIS table of margins of error"))
            continue
        figures += [one for each in own for one in each.figures]
        words.append(Recognised(label, _in_words(own, found)))
    for measure in MEASURES:
        if not any(each.measure == measure for each in figures):
            fault = lacking[0] if lacking else _nowhere(measure, [label for label, _ in files])
            raise InputError(f"{fault}{unread}")
    merged = {each: with_margins(_merged(each, figures), margins.get(each)) for each in MEASURES}
    return Acs(_joined(merged), tuple(words))


def _of_sheets(found: Sequence[Sheet]) -> list[_Read | None]:
    """The measures of the tables of a file; tables of other areas beside those of tracts are passed over.

    Raises:
        InputError: A table is wrong, or none is of tracts.
    """
    read: list[_Read | None] = []
    others: list[NotTractsError] = []
    for sheet in found:
        try:
            read.append(_of_sheet(sheet))
        except NotTractsError as error:
            read.append(None)
            others.append(error)
    if others and not any(read):
        raise others[0]
    return read


def _margins(found: Sequence[Sheet], read: Sequence[_Read | None]) -> dict[Measure, pa.Table]:
    """The margins of the tables of a file that have no estimates."""
    tables: dict[Measure, pa.Table] = {}
    for sheet, figures in zip(found, read, strict=True):
        if figures is None and layout_of(sheet) is None:
            tables |= margins_of(sheet)
    return tables


@dataclass(frozen=True)
class _Read:
    """What was read of one table."""

    layout: Layout
    figures: tuple[Figures, ...]
    tracts: int
    others: Counter[str]
    form: str


def _of_sheet(sheet: Sheet) -> _Read | None:
    """The measures of one table; None where it has none."""
    layout = layout_of(sheet)
    if layout is None:
        return None
    table = sheet.load(layout.columns)
    check_rows(table.num_rows, sheet.label)
    if layout.labels:
        table = table.slice(1)
    table = _without_blank_rows(table, layout)
    if not table.num_rows:
        raise InputError(f"{sheet.label}: has a header and no rows; download the table for all census tracts")
    _check_names(sheet)
    found = areas(table, layout.ids, sheet.label)
    if layout.variable is None:
        _check_once(found.geoids, found.column, sheet.label)
    rows = _Rows(sheet.label, layout.variable, table, found)
    figures = tuple(_figures(rows, measure, column) for measure, column in layout.measures.items())
    return _Read(layout, figures, max(len(each.table) for each in figures), found.others, sheet.form)


def _check_names(sheet: Sheet) -> None:
    """Raise where the names say block group: without its leading zero its number has a tract's 11 digits."""
    name = first_of(sheet.names, ("NAME", "GEODISPLAYLABEL", "NAMEE", "GEONAME"), sheet.label)
    if name is None:
        return
    values = sheet.load([name]).column(0)
    if not pa.types.is_string(values.type):
        return
    groups = pc.fill_null(pc.match_substring_regex(values, r"(?i)^block group [0-9]"), False)
    if 2 * pc.sum(groups).as_py() > len(values):
        first = values[pc.index(groups, True).as_py()].as_py()
        raise NotTractsError(
            f"{sheet.label}: holds block groups (the first is {first[:60]!r}), not census tracts; "
            "download the table for all census tracts"
        )


def _check_once(geoids: pa.ChunkedArray, column: str, label: str) -> None:
    if (geoid := repeated_geoid(geoids)) is not None:
        raise InputError(f"{label}: column {column}: {geoid} appears twice; keep one row per tract")


def _without_blank_rows(table: pa.Table, layout: Layout) -> pa.Table:
    """The same without the rows at the end that hold nothing, which spreadsheets write."""
    ids = table.column(layout.ids[0])
    if not len(ids) or not pa.types.is_string(ids.type):
        return table
    empty = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(ids), ""), True)
    if not empty[-1].as_py():
        return table
    full = pc.indices_nonzero(pc.invert(empty))
    end = full[-1].as_py() + 1 if len(full) else 0
    rest = table.slice(end).to_pylist()
    said = any(str(value).strip() for row in rest for value in row.values() if value)
    return table if said else table.slice(0, end)


@dataclass(frozen=True)
class _Rows:
    """The rows of a table, and which of them are tracts."""

    label: str
    variable: str | None
    table: pa.Table
    found: Areas


def _figures(rows: _Rows, measure: Measure, column: Column) -> Figures:
    """One measure: of a long table the rows of its variable, of any table the rows that are tracts."""
    table, label, geoids, dollars = rows.table, rows.label, rows.found.geoids, measure == "income"
    mask = None if rows.found.rows is None else _at(rows.found.rows, table.num_rows)
    if rows.variable is not None:
        chosen = pc.fill_null(pc.equal(table.column(rows.variable), column.known.estimate), False)
        geoids = geoids.filter(chosen if mask is None else chosen.filter(mask))
        mask = chosen if mask is None else pc.and_(chosen, mask)
        _check_once(geoids, rows.found.column, label)
    estimate = numbers(_where(table, column.estimate, mask), label, column.estimate, dollars=dollars)
    if measure == "population":
        _check_whole(estimate, label, column.estimate)
    margin = _nothing(table.num_rows)
    if column.margin is not None:
        margin = numbers(_where(table, column.margin, mask), label, column.margin, dollars=dollars).values
    own = {"value": estimate.values, "margin": margin, "top": estimate.top, "bottom": estimate.bottom}
    taken = {name: each if mask is None else each.filter(mask) for name, each in own.items()}
    return Figures(label, measure, pa.table({"GEOID": geoids, **taken}))


def _at(rows: pa.Array, count: int) -> pa.ChunkedArray:
    """Whether each of ``count`` rows is one of some rows."""
    return pa.chunked_array([pc.is_in(pa.array(range(count), pa.int64()), value_set=rows)])


def _where(table: pa.Table, name: str, mask: pa.ChunkedArray | None) -> pa.ChunkedArray:
    """A column, missing where a mask is false: the rows keep their numbers."""
    column = table.column(name)
    return column if mask is None else pc.if_else(mask, column, pa.scalar(None, column.type))


def _nothing(count: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(count, pa.float64())])


def _check_whole(estimate: Numbers, label: str, name: str) -> None:
    values = estimate.values
    if not pc.all(pc.equal(values, pc.floor(values)), min_count=0).as_py():
        raise InputError(
            f"{label}: column {name} holds fractions of people; check that it is the right column"
        )


def _merged(measure: Measure, figures: Sequence[Figures]) -> pa.Table:
    """One measure of all files, each tract once.

    Raises:
        InputError: Two files disagree on a tract.
    """
    own = [each for each in figures if each.measure == measure]
    if len(own) == 1:
        return own[0].table
    table = pa.concat_tables([each.table for each in own])
    if repeated_geoid(table["GEOID"]) is not None:
        _check_agreement(measure, own)
        columns = [(name, "first") for name in table.column_names[1:]]
        table = table.group_by("GEOID", use_threads=False).aggregate(columns)
        table = table.rename_columns([name.removesuffix("_first") for name in table.column_names])
    return table


def _check_agreement(measure: Measure, figures: Sequence[Figures]) -> None:
    seen: dict[str, tuple[float | None, str]] = {}
    for each in figures:
        for geoid, value in zip(
            each.table["GEOID"].to_pylist(), each.table["value"].to_pylist(), strict=True
        ):
            before, label = seen.setdefault(geoid, (value, each.label))
            if before != value:
                raise InputError(
                    f"{label} and {each.label} disagree: {IN_WORDS[measure]} of {geoid} is "
                    f"{_shown(before)} and {_shown(value)}; leave one of the two there"
                )


def _shown(value: float | None) -> str:
    return "missing" if value is None else f"{value:,.0f}"


def _joined(measures: dict[Measure, pa.Table]) -> pa.Table:
    """Both measures of every tract that has one of them, in order of GEOID."""
    population, income = measures["population"], measures["income"]
    if population["GEOID"].equals(income["GEOID"]):  # of one table
        order = pc.sort_indices(population["GEOID"])
        people, dollars = population.take(order), income.take(order)
        every = people["GEOID"]
    else:
        geoids = pa.chunked_array([*population["GEOID"].chunks, *income["GEOID"].chunks], pa.string())
        every = geoids.unique()
        every = every.take(pc.sort_indices(every))
        people, dollars = _aligned(population, every), _aligned(income, every)
    columns = {
        "GEOID": every,
        "population": pc.cast(people["value"], pa.int64()),
        "income": dollars["value"],
        "population_moe": people["margin"],
        "income_moe": dollars["margin"],
        "income_top_coded": pc.fill_null(dollars["top"], False),
        "income_bottom_coded": pc.fill_null(dollars["bottom"], False),
    }
    return pa.table(columns, schema=SCHEMA)


def _aligned(table: pa.Table, geoids: pa.Array) -> pa.Table:
    return table.take(pc.index_in(geoids, value_set=table["GEOID"].combine_chunks()))


def _lacking(found: Sequence[Sheet], read: Sequence[_Read]) -> list[InputError]:
    """The errors for the measures that no table of a file has."""
    there = {figures.measure for each in read for figures in each.figures}
    return [missing(measure, found[0]) for measure in MEASURES if measure not in there]


def _nowhere(measure: Measure, labels: Sequence[str]) -> InputError:
    return InputError(
        f"{', '.join(labels)}: none has {IN_WORDS[measure]} ({MEANING[measure]}); download the table "
        f"{MEANING[measure][:6]} too, for the same tracts and years"
    )


def _in_words(read: Sequence[_Read], found: Sequence[Sheet]) -> str:
    """What was recognised in a file, as "data.census.gov table, 2019 5-year, 73,056 tracts"."""
    layouts = [each.layout for each in read]
    parts = [", ".join(dict.fromkeys(layout.publisher for layout in layouts))]
    years = sorted({layout.year for layout in layouts if layout.year is not None})
    parts += [f"{year} 5-year" for year in years]
    parts += list(dict.fromkeys(each.form for each in read if each.form))
    tracts = max(each.tracts for each in read)
    parts.append("1 tract" if tracts == 1 else f"{tracts:,} tracts")
    others = sum((each.others for each in read), Counter[str]())
    if others:
        parts.append(f"passed over: {counted(others)}")
    if more := len(found) - len(read):
        parts.append(f"{more:,} other table{'s' * (more > 1)} not needed")
    return ", ".join(parts)
