"""The layouts in which people have tables of the Census, each recognised by its columns (method 6.5).

data.census.gov, American FactFinder, the Census API, Census Reporter, tidycensus (long and wide), IPUMS
NHGIS, Social Explorer, the Bureau's table-based summary files, and a plain table of GEOID and the Bureau's
columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from data import file_faults
from data.errors import InputError
from data.printable import escaped
from tasks.census.areas import id_columns, place_level
from tasks.census.columns import (
    IN_WORDS,
    MEANING,
    MEASURES,
    Column,
    Known,
    Measure,
    bare,
    first_of,
    measure_of,
    measures_in,
    no_measure,
)
from tasks.census.sheets import Sheet

_AS_SHOWN: Final = re.compile(r"^LABEL\(GROUPING\)$")
_TRACT_COLUMN: Final = re.compile(r"census tract .*!!", re.IGNORECASE)
_FACTFINDER: Final = re.compile(r"_([BC][0-9]{5}[A-Z]?)(?:_|\.)", re.IGNORECASE)
_BOOK: Final = re.compile(r"Source code:\s*([A-Z0-9_]+)\s+NHGIS code:\s*([A-Z0-9]+)", re.IGNORECASE)
_INCOME_LABEL: Final = re.compile(
    r"^(estimates: |estimate; )?median household income in the past 12 months "
    r"\(in [0-9]{4} inflation.adjusted dollars\)$",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(r"[A-Za-z]{2}")
_FIGURE: Final = re.compile(r"^\s*[-0-9][-0-9.,+]*\s*$")
_NUMBER: Final = re.compile(r"[0-9]{2}")
_POPULATION_LABEL: Final = re.compile(r"^(estimates: |estimate; )?total population$", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """What was recognised in a table.

    Attributes:
        publisher: Whose layout it is, in words, as "Census Reporter table".
        ids: The columns that name the place.
        measures: The columns of each measure that is there.
        variable: The column that names the measure of each row, of a long table; else None.
        year: The last year of the survey, where the table tells it.
        labels: Whether the first row is a second header.
    """

    publisher: str
    ids: tuple[str, ...]
    measures: Mapping[Measure, Column]
    variable: str | None = None
    year: int | None = None
    labels: bool = False

    @property
    def columns(self) -> list[str]:
        """All columns that are read, each once."""
        found = [*self.ids, *([self.variable] if self.variable else [])]
        for column in self.measures.values():
            found += [column.estimate, *([column.margin] if column.margin else [])]
        return list(dict.fromkeys(found))


def layout_of(sheet: Sheet) -> Layout | None:
    """Recognise a table by its columns.

    Args:
        sheet: The table.

    Returns:
        Its layout; None where it names no places or has none of the measures.

    Raises:
        InputError: It is of the Census and cannot be used; the message says what to download instead.
    """
    names = sheet.names
    ids = id_columns(names, sheet.label)
    _check_shown(names, ids, sheet.label)
    if not ids:
        return None
    variable = first_of(names, ("VARIABLE",), sheet.label)
    if variable is not None and "ESTIMATE" in map(bare, names):
        return _long(sheet, ids, variable)
    found = measures_in(names, sheet.label)
    if len(found) < len(MEASURES):
        found = {**_of_factfinder(sheet), **_of_codebook(sheet), **found}
    labels = _second_header(sheet, ids)
    if labels and len(found) < len(MEASURES) and _has(names, "GISJOIN", "HD01VD01"):
        found = {**_by_label(sheet), **found}
    if not found:
        return None
    head = _labels(sheet, [column.estimate for column in found.values()]) if labels else {}
    labels = labels and not any(_FIGURE.match(said) for said in head.values())
    if labels:
        _check_labels(sheet, found, head)
    publisher = _publisher(names, ids, found, labels)
    return Layout(publisher, ids, found, year=_year(sheet, found, head), labels=labels)


def _has(names: Sequence[str], *wanted: str) -> bool:
    return not {bare(name) for name in names}.isdisjoint(wanted)


def _check_shown(names: Sequence[str], ids: Sequence[str], label: str) -> None:
    """Raise for a table that was saved as the site shows it: tracts in columns or rows, and no GEOIDs."""
    turned = not ids and any(name.endswith("!!Estimate") for name in names)
    if turned or (names and _AS_SHOWN.match(bare(names[0]))) or any(map(_TRACT_COLUMN.search, names[:10])):
        raise InputError(
            f"{label}: is the table as data.census.gov shows it, with names of tracts and without GEOIDs; "
            "choose Download, then ZIP (not Export to CSV), and put the zip there"
        )


def _long(sheet: Sheet, ids: tuple[str, ...], variable: str) -> Layout:
    """A row per place and variable, as tidycensus gives it by default."""
    names = sheet.names
    estimate = first_of(names, ("ESTIMATE",), sheet.label) or ""  # the caller saw that it is there
    margin = first_of(names, ("MOE",), sheet.label)
    there: list[str] = sheet.load([variable]).column(0).cast(pa.string()).unique().drop_null().to_pylist()
    found: dict[Measure, Column] = {}
    for name in there:
        known = measure_of(name)
        if known is not None and known.measure not in found:
            found[known.measure] = Column(known._replace(estimate=name), estimate, margin)
    if not found:
        measures = " nor ".join(f"{MEANING[each][:-1]} ({IN_WORDS[each]})" for each in MEASURES)
        shown = ", ".join(map(escaped, sorted(there)[:10]))
        raise InputError(
            f"{sheet.label}: column {variable} names neither {measures}; "
            f"write these names into it (there are {shown})"
        )
    return Layout("tidycensus table (long)", ids, found, variable, _year(sheet, found, {}))


def _second_header(sheet: Sheet, ids: tuple[str, ...]) -> bool:
    """Whether the first row is a second header: it names no place, but says what its column is."""
    first = sheet.load(ids[:1]).column(0).slice(0, 1)
    if not len(first) or not pa.types.is_string(first.type):
        return False
    name = (first[0].as_py() or "").strip()
    return not place_level(name) and bool(_WORDS.search(name)) and not _NUMBER.search(name)


def _labels(sheet: Sheet, names: Sequence[str]) -> dict[str, str]:
    """What the second header says of some columns."""
    first = sheet.load(names).slice(0, 1)
    return {
        name: str(column[0].as_py() or "")
        for name, column in zip(first.column_names, first.columns, strict=True)
    }


def _of_factfinder(sheet: Sheet) -> dict[Measure, Column]:
    """American FactFinder (until 2020): the first estimate is HD01_VD01, and the file names the table."""
    if not _has(sheet.names, "HD01VD01"):
        return {}
    table = _FACTFINDER.search(sheet.file)
    known = measure_of(f"{table[1].upper()}_001E") if table else None
    if known is None:
        return {}
    spelled = {bare(name): name for name in sheet.names}
    return {known.measure: Column(known, spelled["HD01VD01"], spelled.get("HD02VD01"))}


def _of_codebook(sheet: Sheet) -> dict[Measure, Column]:
    """NHGIS: the codebook says which code stands for which table of the Bureau."""
    spelled = {bare(name): name for name in sheet.names}
    found: dict[Measure, Column] = {}
    for source, code in _BOOK.findall(sheet.codebook):
        known = measure_of(f"{source}_001E")
        if known is None or known.measure in found:
            continue
        for estimate, margin in ((f"{code}E001", f"{code}M001"), (f"{code}001", "")):
            if estimate.upper() in spelled:
                column = Column(known, spelled[estimate.upper()], spelled.get(margin.upper()))
                found[known.measure] = column
                break
    return found


def _by_label(sheet: Sheet) -> dict[Measure, Column]:
    """Measures whose label in the second header says all that must be known; a bare "Total" does not."""
    head = _labels(sheet, sheet.names)
    found: dict[Measure, Column] = {}
    patterns: dict[Measure, re.Pattern[str]] = {"population": _POPULATION_LABEL, "income": _INCOME_LABEL}
    for measure, pattern in patterns.items():
        named = [name for name, label in head.items() if pattern.match(label.strip())]
        if len(named) == 1:
            margin = re.sub(r"E(\d{3})$", r"M\1", named[0])
            margin = margin.replace("HD01", "HD02")
            known = Known(measure, named[0], margin, "NHGIS", None)
            other = margin if margin != named[0] and margin in sheet.names else None
            found[measure] = Column(known, named[0], other)
    return found


def _without_codebook(sheet: Sheet) -> InputError:
    return InputError(
        f"{sheet.label}: is a table of NHGIS whose codes the program does not know; put the codebook "
        "(…_codebook.txt) of the download beside it, or rename the columns to "
        f"{MEANING['population']} and {MEANING['income']}"
    )


def _check_labels(sheet: Sheet, found: Mapping[Measure, Column], head: Mapping[str, str]) -> None:
    """See that the second header does not call a column something else.

    Raises:
        InputError: It does.
    """
    must: dict[Measure, tuple[str, ...]] = {"population": ("total",), "income": ("median", "income")}
    for measure, column in found.items():
        label = head.get(column.estimate, "").strip()
        if label and not all(word in label.lower() for word in must[measure]):
            raise InputError(
                f"{sheet.label}: column {column.estimate} is called {label[:100]!r} in the second row, "
                f"which is not {IN_WORDS[measure]}; download the table {MEANING[measure][:6]}"
            )


def _publisher(
    names: Sequence[str], ids: tuple[str, ...], found: Mapping[Measure, Column], labels: bool
) -> str:
    """Whose layout it is, in words."""
    publishers = {column.known.publisher for column in found.values()}
    if _has(names, "GISJOIN"):
        return "NHGIS table"
    if _has(names, "HD01VD01"):
        return "American FactFinder table"
    if "Social Explorer" in publishers or _has(names, "GEOFIPS"):
        return "Social Explorer table"
    if "Census Bureau (summary file)" in publishers:
        return "Census Bureau summary file"
    if publishers == {"Census Reporter"}:
        return "Census Reporter table"
    if labels:
        return "data.census.gov table"
    if len(ids) > 1 or (_has(names, "TRACT") and _has(names, "STATE")):
        return "Census API table"
    if "GEO_ID" in names:
        return "data.census.gov table"
    margins = any(column.margin for column in found.values())
    return "tidycensus table (wide)" if margins else "table of GEOIDs"


def _year(sheet: Sheet, found: Mapping[Measure, Column], head: Mapping[str, str]) -> int | None:
    """The last year of the survey, by the file's name, the names of its columns or their labels."""
    for pattern in (
        r"ACS(?:DT|ST|DP|CP|SE|SPP)[135]Y(20\d\d)", r"acs(20\d\d)_[135]yr", r"_ds\d+_(20\d\d)[135]_",
    ):  # fmt: skip
        if named := re.search(pattern, sheet.file, re.IGNORECASE):
            return int(named[1])
    if named := re.search(r"ACS_(\d\d)_[135]YR", sheet.file, re.IGNORECASE):
        return 2000 + int(named[1])
    years = {column.known.year for column in found.values()} - {None}
    for column in found.values():
        label = head.get(column.estimate, "")
        years |= {int(year) for year in re.findall(r"\b(20\d\d) inflation", label, re.IGNORECASE)}
    return max(year for year in years if year is not None) if len(years) == 1 else None


def missing(measure: Measure, sheet: Sheet) -> InputError:
    """The error for a table that lacks a measure."""
    if not id_columns(sheet.names, sheet.label):
        return file_faults.missing_column(sheet.label, "GEOID", [name for name in sheet.names if name][:12])
    if _has(sheet.names, "GISJOIN"):
        return _without_codebook(sheet)
    return no_measure(measure, sheet.names, sheet.label)
