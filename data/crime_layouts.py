"""The known layouts of crime records: which columns a city's portal or police give, and what they mean.

The list is ``data/reference/crime_layouts.csv`` (method 9.8): one row per layout, with where it was found. A
column is known whatever its letter case, and whether blanks or underscores separate its words: portals give
``DATE OCC`` to people and ``date_occ`` to programs. Several names for one meaning are separated by ``|``; the
first that a file has is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.reference_table import read_rows

LAYOUTS: Final = Path(__file__).parent / "reference" / "crime_layouts.csv"
MEANINGS: Final = ("id", "incident", "date", "type", "latitude", "longitude", "location", "x", "y")
"""What a column of crime records can mean."""

MONTH_FIRST: Final = "month first"
DAY_FIRST: Final = "day first"
YEAR_FIRST: Final = "year first"
_ORDERS: Final = ("", MONTH_FIRST, DAY_FIRST, YEAR_FIRST)
_COLUMNS: Final = (
    "layout", "city", "state", *MEANINGS, "crs", "order", "rows", "marks", "types", "nowhere", "only",
    "source",
)  # fmt: skip
_NOT_A_LETTER: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, eq=False)
class Layout:
    """A layout in which a city gives its crime records.

    Attributes:
        name: What it is called to people, as "Denver's portal".
        city: The city's name without its kind, as "Los Angeles".
        state: The state's name.
        columns: By meaning (:data:`MEANINGS`), the names of the column, the best first.
        crs: The coordinate system of x and y, as "EPSG:2232"; "" where the layout has none.
        order: Which part of a date comes first, where the layout fixes it; "" where it does not.
        rows: What a row is, as "offense".
        marks: Other columns, of which a file must have one to be of this layout; empty where the others are
            enough.
        types: The types of crime that are examined where the settings name none.
        nowhere: A longitude and latitude that mean "no location", beside those that always do; or None.
        only: A column and its value in the rows that are crimes, where files hold others, as accidents; or
            None.
        source: Where the layout was found.
    """

    name: str
    city: str
    state: str
    columns: Mapping[str, tuple[str, ...]]
    crs: str
    order: str
    rows: str
    marks: tuple[str, ...]
    types: tuple[str, ...]
    nowhere: tuple[float, float] | None
    only: tuple[str, str] | None
    source: str

    def found_in(self, names: Mapping[str, str]) -> dict[str, str] | None:
        """The columns of a file by meaning, if the file is of this layout.

        A file is of a layout if it has its date and type, one of its columns for the row and the incident
        where it names any, and one of its marks where it has any. Its location may be missing: some editions
        leave it out.

        Args:
            names: The file's columns by :func:`plain` name.

        Returns:
            By meaning, the column as the file spells it; None where the file is of another layout.
        """
        found = {
            meaning: names[name]
            for meaning, given in self.columns.items()
            if (name := next((plain(each) for each in given if plain(each) in names), None)) is not None
        }
        named = [meaning for meaning in ("id", "incident") if self.columns.get(meaning)]
        fits = (
            "date" in found
            and "type" in found
            and (not named or any(meaning in found for meaning in named))
            and (not self.marks or any(plain(mark) in names for mark in self.marks))
        )
        return found if fits else None


def plain(name: str) -> str:
    """A column's name without letter case, blanks, underscores and other marks.

    Example:
        >>> plain(" DATE OCC"), plain("date_occ"), plain("Incident Number w/year")
        ('dateocc', 'dateocc', 'incidentnumberwyear')
    """
    mark = ":" if name.strip().startswith(":") else ""  # a portal's own columns, as :id beside id
    return mark + _NOT_A_LETTER.sub("", name).casefold()


def plain_names(columns: Sequence[str]) -> dict[str, str]:
    """The columns of a file by :func:`plain` name, each as the file spells it; of two the first.

    Example:
        >>> plain_names(["Crm Cd Desc", "crm_cd_desc", "LAT"])
        {'crmcddesc': 'Crm Cd Desc', 'lat': 'LAT'}
    """
    found: dict[str, str] = {}
    for column in columns:
        found.setdefault(plain(column), column)
    return found


def layout_of(columns: Sequence[str]) -> tuple[Layout, dict[str, str]] | None:
    """The known layout of a file: the one with most of its columns in the file.

    Args:
        columns: The file's columns, as it spells them.

    Returns:
        The layout, and by meaning the file's column; None where no layout fits.

    Example:
        >>> layout, found = layout_of(["dr_no", "date_occ", "crm_cd_desc", "lat", "lon"])
        >>> layout.name, found["date"]
        ("Los Angeles' portal", 'date_occ')
    """
    names = plain_names(columns)
    fitting = [(layout, found) for layout in layouts() if (found := layout.found_in(names)) is not None]
    return max(fitting, key=lambda each: len(each[1]), default=None)


@cache
def layouts() -> tuple[Layout, ...]:
    """Every known layout, in order of the list.

    Raises:
        InputError: The list cannot be read, or a row of it is wrong.
    """
    return tuple(_layout(number, fields) for number, fields in read_rows(LAYOUTS, _COLUMNS))


def _layout(number: int, fields: list[str]) -> Layout:
    row = dict(zip(_COLUMNS, fields, strict=True))
    columns = {meaning: _several(row[meaning]) for meaning in MEANINGS if row[meaning]}
    wrong = next((name for name in ("layout", "city", "state", "date", "type", "rows") if not row[name]), "")
    if row["order"] not in _ORDERS:
        wrong = "order"
    if bool(row["crs"]) != ("x" in columns and "y" in columns):
        wrong = "crs"
    nowhere, only = tuple(map(float, row["nowhere"].split())), row["only"].split()
    if wrong or not {len(nowhere), len(only)} <= {0, 2}:
        wrong = wrong or "nowhere or only"
        raise InputError(f"{LAYOUTS}: row {number}: {wrong} is missing or wrong; correct it")
    return Layout(
        name=row["layout"],
        city=row["city"],
        state=row["state"],
        columns=columns,
        crs=row["crs"],
        order=row["order"],
        rows=row["rows"],
        marks=_several(row["marks"]),
        types=_several(row["types"]),
        nowhere=(nowhere[0], nowhere[1]) if nowhere else None,
        only=(only[0], only[1]) if only else None,
        source=row["source"],
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
