"""Lists of cities: which tracts are a city's, in the layouts in which people have them (method 6.10)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError
from data.printable import escaped
from tasks.census.areas import areas, id_columns, place_level, together
from tasks.census.columns import GEOIDS, bare, first_of
from tasks.census.maps import tables_of
from tasks.census.sheets import Sheet, check_rows
from tasks.layers.geoids import to_geoids
from tasks.rows.results import Recognised

_ROUNDING: Final = 1e-9
SCHEMA: Final = pa.schema([("city", pa.string()), ("GEOID", pa.string()), ("share", pa.float64())])
"""A list of cities: each pair of city and tract once, with the share of the tract's area that is in the city
(0 to 1; missing where the list does not say)."""

MOST_TRACTS: Final = 100_000
"""No city has as many."""

_CITY: Final = ("CITY", "CITYNAME", "PLACE", "PLACENAME")
_DOWNLOAD: Final = re.compile(
    r"^(acs(dt|st|dp)?_?\d|nhgis\d|productdownload|table|data|city_?tracts|tracts?$|geoids?$|list|cities|census)",
    re.IGNORECASE,
)
"""Names of files that are a download's, and no city's."""

_ROW_NUMBER: Final = frozenset({"", "X", "UNNAMED:0", "INDEX", "ROWNAMES", "1"})


@dataclass(frozen=True)
class CityLists:
    """The lists of cities.

    Attributes:
        cities: As :data:`SCHEMA`, sorted by city and GEOID.
        words: What each file was recognised as.
    """

    cities: pa.Table
    words: tuple[Recognised, ...]


def read_city_lists(files: Sequence[tuple[str, Path]]) -> CityLists:
    """Read the tracts of each city; a tract may belong to several cities.

    Args:
        files: The path of each file inside the investigation folder, and where to open it. A file is a table
            of city and GEOID, has a column of GEOIDs per city, or lists the tracts of one city, which its row
            for the city or else its name names (Census Reporter).

    Returns:
        The lists of all files.

    Raises:
        InputError: A file, a column or a value is wrong.
    """
    tables: list[pa.Table] = []
    words: list[Recognised] = []
    for label, path in files:
        for sheet in tables_of(path, label):
            table, layout = _of_sheet(sheet)
            cities = pc.count_distinct(table["city"]).as_py()
            tables.append(table)
            named = "1 city" if cities == 1 else f"{cities:,} cities"
            form = f", {sheet.form}" if sheet.form else ""
            rows = "1 row" if len(table) == 1 else f"{len(table):,} rows"
            words.append(Recognised(label, f"{layout}{form}, {named}, {rows}"))
    table = pa.concat_tables(tables)
    shares = [("share", "min"), ("share", "max")]
    distinct = table.group_by(["city", "GEOID"], use_threads=False).aggregate(shares)
    other = pc.fill_null(pc.not_equal(distinct["share_min"], distinct["share_max"]), False)
    if pc.any(other, min_count=0).as_py():
        at = pc.index(other, True).as_py()
        raise InputError(
            f"{', '.join(label for label, _ in files)}: {distinct['GEOID'][at].as_py()} appears twice in "
            f"{escaped(distinct['city'][at].as_py())!r}, with two shares; keep one row"
        )
    distinct = distinct.rename_columns([name.removesuffix("_max") for name in distinct.column_names])
    ordered = distinct.sort_by([("city", "ascending"), ("GEOID", "ascending")])
    return CityLists(ordered.select(SCHEMA.names).cast(SCHEMA), tuple(words))


def is_list(sheet: Sheet) -> bool:
    """Whether a table is a list of cities, by its columns.

    It has a city beside a GEOID, a row for the one city of all its tracts, or a column of GEOIDs per city.
    """
    names, label = sheet.names, sheet.label
    ids = id_columns(names, label)
    if len(ids) == 1 or len(ids) > 2:
        return first_of(names, _CITY, label) is not None or names_one_city(sheet)
    columns = [name for name in names if bare(name) not in _ROW_NUMBER]
    return bool(columns) and _are_wide(sheet, columns)


def names_one_city(sheet: Sheet) -> bool:
    """Whether a table says of which city all its tracts are, in one row for a place (Census Reporter)."""
    ids = first_of(sheet.names, GEOIDS, sheet.label)
    if ids is None or first_of(sheet.names, ("NAME",), sheet.label) is None:
        return False
    column = sheet.load([ids]).column(0)
    if len(column) > MOST_TRACTS:
        return False
    texts = column.cast(pa.string())
    if pc.all(pc.fill_null(pc.match_substring_regex(texts, r"^[0-9]{10,11}$"), False), min_count=0).as_py():
        return False
    levels = [place_level(value or "") for value in texts.to_pylist()]
    return levels.count("place") == 1 and "tract" in levels


def _of_sheet(sheet: Sheet) -> tuple[pa.Table, str]:
    """One table's list, and its layout in words."""
    label, names = sheet.label, sheet.names
    city, ids = first_of(names, _CITY, label), id_columns(names, label)
    whole = len(ids) == 1 or len(ids) > 2
    if city is not None and whole:
        return _long(sheet, city, ids), "list of cities"
    if whole:
        return _one_city(sheet), "tracts of a city"
    columns = [name for name in names if bare(name) not in _ROW_NUMBER]
    if city is None and columns and _are_wide(sheet, columns):
        return _wide(sheet, columns), "list of cities (a column per city)"
    lacking = "GEOID" if city is not None else "city"
    raise file_faults.missing_column(label, lacking, [escaped(name) for name in names if name][:12])


def _long(sheet: Sheet, city: str, ids: Sequence[str]) -> pa.Table:
    """A row per city and tract."""
    label = sheet.label
    share = first_of(sheet.names, ("SHARE", "SHAREINCITY"), label)
    table = sheet.load([city, *ids, *([share] if share else [])])
    names = table.column(city)
    if pa.types.is_dictionary(names.type):
        names = names.cast(names.type.value_type)
    if not (pa.types.is_string(names.type) or pa.types.is_large_string(names.type)):
        raise file_faults.wrong_type(label, city, names.type, "text")
    names = names.cast(pa.string())
    named = pc.fill_null(pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(names)), 0), False)
    if not pc.all(named, min_count=0).as_py():
        row = pc.index(named, False).as_py() + 1
        raise file_faults.empty_value(label, city, row, "name the city or remove the row")
    shares = (
        pa.nulls(len(table), pa.float64()) if share is None else _shares(table.column(share), label, share)
    )
    geoids = together(table, ids, label)
    return pa.table({"city": names, "GEOID": to_geoids(geoids, label, " + ".join(ids)), "share": shares})


def _shares(column: pa.ChunkedArray, label: str, name: str) -> pa.ChunkedArray:
    """Shares of a tract's area, 0 to 1.

    Raises:
        InputError: One is something else.
    """
    if pa.types.is_string(column.type):
        text = pc.utf8_trim_whitespace(column)
        column = pc.if_else(pc.is_in(text, pa.array(["", "NA"])), pa.scalar(None, pa.string()), text)
    try:
        shares = column.cast(pa.float64())
    except pa.ArrowInvalid:
        raise InputError(
            f"{label}: column {name} holds something that is no number; write shares from 0 to 1"
        ) from None
    # Areas that were divided by one another may be 1.0000000000000002.
    good = pc.and_(pc.greater_equal(shares, -_ROUNDING), pc.less_equal(shares, 1.0 + _ROUNDING))
    good = pc.fill_null(good, True)
    if not pc.all(good, min_count=0).as_py():
        row = pc.index(good, False).as_py()
        raise file_faults.wrong_value(
            label, name, row + 1, shares[row].as_py(), "a share", fix="write the part of the tract, 0 to 1"
        )
    return pc.min_element_wise(pc.max_element_wise(shares, 0.0, skip_nulls=False), 1.0, skip_nulls=False)


def _one_city(sheet: Sheet) -> pa.Table:
    """The tracts of one city: a download for "all tracts in" it."""
    ids = id_columns(sheet.names, sheet.label)
    name = first_of(sheet.names, ("NAME", "GEODISPLAYLABEL"), sheet.label)
    table = sheet.load([*ids, *([name] if name else [])])
    check_rows(table.num_rows, sheet.label, MOST_TRACTS)
    levels = [place_level(value or "") for value in table.column(ids[0]).cast(pa.string()).to_pylist()]
    if levels and not levels[0]:
        table, levels = table.slice(1), levels[1:]  # the second header of data.census.gov
    places = [row for row, level in enumerate(levels) if level == "place"] if len(ids) == 1 else []
    named = {(table.column(name)[row].as_py() or "").strip() for row in places} if name else set()
    named.discard("")
    stem = re.sub(r"\.[A-Za-z]+(\.gz|\.zst)?$", "", sheet.file)
    if len(named) > 1:
        raise InputError(
            f"{sheet.label}: names {len(named)} cities ({', '.join(sorted(map(escaped, named))[:3])}) "
            "and does not say whose tract is whose; download each city's tracts as a file of its own"
        )
    if not named and _DOWNLOAD.match(stem):
        raise InputError(
            f"{sheet.label}: does not say which city's tracts these are; name the file after the city "
            '(as "Los Angeles city, California.csv"), or add a column city'
        )
    city = next(iter(named), stem.strip())
    geoids = areas(table, ids, sheet.label).geoids
    count = len(geoids)
    return pa.table(
        {
            "city": pa.array([city] * count, pa.string()),
            "GEOID": geoids,
            "share": pa.nulls(count, pa.float64()),
        }
    )


def _are_wide(sheet: Sheet, columns: Sequence[str]) -> bool:
    """Whether every column begins with a GEOID."""
    if len(set(columns)) != len(columns):
        return False
    table = sheet.load(columns)
    for column in table.columns:
        texts = column.cast(pa.string()).to_pylist() if len(column) < MOST_TRACTS else []
        first = next((text for text in texts if text and text.strip()), "")
        if place_level(first) not in {"tract", "block group"}:  # the latter is told as it is read
            return False
    return len(table) > 0


def _wide(sheet: Sheet, columns: Sequence[str]) -> pa.Table:
    """A column of GEOIDs per city; shorter ones end in blanks."""
    table = sheet.load(columns)
    cities: list[str] = []
    geoids: list[str] = []
    for name in columns:
        column = table.column(name)
        if pa.types.is_string(column.type):
            text = pc.utf8_trim_whitespace(column)
            column = pc.if_else(pc.is_in(text, pa.array(["", "NA"])), pa.scalar(None, pa.string()), text)
        own = to_geoids(column.drop_null(), sheet.label, escaped(name)).to_pylist()
        cities += [name.strip()] * len(own)
        geoids += own
    return pa.table(
        {"city": cities, "GEOID": geoids, "share": pa.nulls(len(cities), pa.float64())}, schema=SCHEMA
    )
