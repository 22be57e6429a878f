"""The files of crime records: in the form of the City of Los Angeles, and in a plainer one.

A line is joined from columns of text. As on a city's portal, values are in quotes only where they must be.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.synthetic.country.borders import NULL
from data.synthetic.country.figures import YEAR
from data.synthetic.country.grid import Ints
from data.synthetic.public_records import offences
from data.synthetic.public_records.dice import Dice
from data.synthetic.public_records.stream import NO_DAY, Book, Rows
from data.tables import replacing

PIECE: Final = 50_000
"""Rows in memory at a time; the files' bytes do not depend on it."""
_MICRO: Final = 1e6
_FIRST_DAY, _LAST_DAY = np.datetime64("2010-01-01", "D"), np.datetime64("2022-01-01", "D")
_LONGEST_REPORT: Final = 90  # days until a crime is reported

LOS_ANGELES_COLUMNS: Final = (
    "DR_NO", "Date Rptd", "DATE OCC", "TIME OCC", "AREA ", "AREA NAME", "Rpt Dist No", "Part 1-2", "Crm Cd",
    "Crm Cd Desc", "Mocodes", "Vict Age", "Vict Sex", "Vict Descent", "Premis Cd", "Premis Desc",
    "Weapon Used Cd", "Weapon Desc", "Status", "Status Desc", "Crm Cd 1", "Crm Cd 2", "Crm Cd 3", "Crm Cd 4",
    "LOCATION", "Cross Street", "LAT", "LON",
)  # fmt: skip
"""The header of *Crime Data from 2010 to 2019*; the blank after AREA is the portal's."""
PLAIN_COLUMNS: Final = ("Offense ", "Occurred On", " Block", "Beat", "X", "Y")
"""Another city's header: no id, and blanks that are easily overlooked."""


@dataclass(frozen=True)
class WrittenCrimes:
    """A file of crime records that was written.

    Attributes:
        file: Its path inside the investigation folder.
        bytes: Its size.
        sha256: Its hash, 64 hexadecimal digits.
        rows: Its rows.
    """

    file: str
    bytes: int
    sha256: str
    rows: int

    @property
    def source(self) -> str:
        """The id by which tables name it."""
        return self.sha256[:12]


def write_crimes(folder: Path, book: Book) -> tuple[WrittenCrimes, ...]:
    """Write a city's files.

    Args:
        folder: The investigation folder.
        book: The rows; with ids they are written in the form of Los Angeles, otherwise in the plainer one.

    Returns:
        What was written, in order of name.
    """
    header, columns = (LOS_ANGELES_COLUMNS, _los_angeles) if book.city.ids else (PLAIN_COLUMNS, _plain)
    written = []
    start = 0
    for (name, _), stop in zip(book.city.files, book.stops(), strict=True):
        path = folder / "crime" / book.city.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside, _open(beside, name) as write:
            write((",".join(header) + "\n").encode())
            for first in range(start, stop, PIECE):
                rows = book.rows(first, min(stop, first + PIECE))
                write(_lines(columns(rows, book.dice)))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        label = f"crime/{book.city.folder}/{name}"
        written.append(WrittenCrimes(label, path.stat().st_size, digest, stop - start))
        start = stop
    return tuple(written)


@contextmanager
def _open(path: Path, name: str) -> Iterator[Callable[[bytes], Any]]:
    """Open a file, compressed if its name says so, and give its function for writing bytes."""
    with path.open("wb") as file:
        if not name.endswith(".gz"):
            yield file.write
            return
        # No name and no time in the gzip header: the bytes would differ each time.
        with gzip.GzipFile("", "wb", 5, file, 0) as packed:
            yield packed.write


def _lines(columns: Sequence[pa.Array]) -> bytes:
    """Columns of text as lines of CSV."""
    joined = pc.binary_join_element_wise(*columns, ",")
    return ("\n".join(joined.to_pylist()) + "\n").encode()


def _pool(values: Sequence[str], which: Ints) -> pa.Array:
    """Texts by number, in quotes where CSV needs them."""
    return pa.array([_quoted(value) for value in values]).take(pa.array(which))


def _quoted(value: str) -> str:
    r"""A value as CSV writes it.

    Example:
        >>> _quoted("STREET"), _quoted("VEHICLE, PASSENGER/TRUCK")
        ('STREET', '"VEHICLE, PASSENGER/TRUCK"')
    """
    return f'"{value}"' if "," in value else value


def _whole(values: Ints, digits: int = 1) -> pa.Array:
    """Whole numbers as text, with leading zeros."""
    text = pa.array(values).cast(pa.string())
    return pc.utf8_lpad(text, digits, "0") if digits > 1 else text


def _degrees(values: Ints) -> pa.Array:
    """Microdegrees as degrees; missing ones are empty. A zero is written as on the portal: 0."""
    text = pa.array(values / _MICRO).cast(pa.string())
    text = pc.if_else(pa.array(values == 0), "0", text)
    return pc.if_else(pa.array(values == NULL), "", text)


def _days(form: Callable[[str], str], day: Ints) -> pa.Array:
    """Days as text; missing ones are empty."""
    days = np.arange(_FIRST_DAY, _LAST_DAY).astype(str).tolist()
    which = np.where(day == NO_DAY, len(days), day - _FIRST_DAY.astype(np.int64))
    return _pool([*map(form, days), ""], which)


def _portal_day(day: str) -> str:
    """A day as the portal writes it.

    Example:
        >>> _portal_day("2019-07-29")
        '07/29/2019 12:00:00 AM'
    """
    return f"{day[5:7]}/{day[8:]}/{day[:4]} 12:00:00 AM"


def _los_angeles(rows: Rows, dice: Dice) -> list[pa.Array]:
    """The 28 columns. Coordinates have six digits instead of four, so that a crime can be on a border."""
    key = rows.key

    def one_of(values: Sequence[Sequence[str]], purpose: str) -> list[pa.Array]:
        which = dice.below(key, purpose, len(values))
        return [_pool(column, which) for column in zip(*values, strict=True)]

    def texts(values: Sequence[str], purpose: str) -> pa.Array:
        return one_of([(value,) for value in values], purpose)[0]

    types, codes, part_1_or_2 = zip(*offences.LOS_ANGELES_TYPES, strict=True)
    code = _pool(codes, rows.type)
    area = dice.below(key, "area", len(offences.AREAS))
    minute = dice.below(key, "minute", 1440)
    # A crime without a date is reported within the year analysed: the report's date must not be used instead.
    happened = np.where(rows.day == NO_DAY, np.datetime64(f"{YEAR}-03-01", "D").astype(np.int64), rows.day)
    reported = happened + dice.below(key, "reported", _LONGEST_REPORT) ** 2 // _LONGEST_REPORT
    empty = pa.array([""] * len(key))
    return [
        _whole(rows.id),
        _days(_portal_day, reported),
        _days(_portal_day, rows.day),
        _whole(minute // 60 * 100 + minute % 60, 4),
        _whole(area + 1, 2),
        _pool(offences.AREAS, area),
        _whole(100 * (area + 1) + dice.below(key, "district", 99), 4),
        _pool(part_1_or_2, rows.type),
        code,
        _pool(types, rows.type),
        texts(offences.MOCODES, "mocodes"),
        _whole(dice.below(key, "age", 80)),
        texts(offences.SEXES, "sex"),
        texts(offences.DESCENTS, "descent"),
        *one_of(offences.PREMISES, "premises"),
        *one_of(offences.WEAPONS, "weapon"),
        *one_of(offences.STATUSES, "status"),
        code,
        texts(("",) * 14 + ("998",), "second code"),
        empty,
        empty,
        _address(dice, key),
        texts(("",) * 4 + tuple(_street(each) for each in offences.STREETS), "cross street"),
        _degrees(rows.y),
        _degrees(rows.x),
    ]


def _street(name: Sequence[str]) -> str:
    """A street as the portal writes it.

    Example:
        >>> _street(("PAPER MILL", "LN"))
        'PAPER MILL                   LN'
    """
    return f"{name[0]:<29}{name[1]}"


def _address(dice: Dice, key: Ints) -> pa.Array:
    number = pc.utf8_rpad(_whole(100 * dice.below(key, "block", 180)), 9, " ")
    streets = [_street(each) for each in offences.STREETS]
    return pc.binary_join_element_wise(number, _pool(streets, dice.below(key, "street", len(streets))), "")


def _plain(rows: Rows, dice: Dice) -> list[pa.Array]:
    """The columns of the plainer form: times in ISO 8601, types with extra blanks.

    Everything follows from the row's location, day and type, so that a crime recorded twice has two equal
    rows.
    """
    said = np.abs(3 * rows.x + 5 * rows.y + 7 * np.where(rows.day == NO_DAY, 0, rows.day)) % 2**40 + rows.type
    minute = dice.below(said, "minute", 1440)
    clock = [f"T{each // 60:02d}:{each % 60:02d}:00.000" for each in range(1440)]
    missing = pa.array(rows.day == NO_DAY)
    moment = pc.binary_join_element_wise(_days(str, rows.day), _pool(clock, minute), "")
    spellings = [
        spelled
        for name in offences.PLAIN_TYPES
        for spelled in (name, name.replace(" ", "  "), f"{name} ", f" {name}")
    ]
    spelling = np.maximum(0, dice.below(said, "spelling", 8) - 4)  # most have no extra blanks
    streets = [" ".join(each) for each in offences.STREETS]
    return [
        _pool(spellings, 4 * rows.type + spelling),
        pc.if_else(missing, "", moment),
        _pool(streets, dice.below(said, "street", len(streets))),
        _whole(dice.below(said, "beat", 40) + 1),
        _degrees(rows.x),
        _degrees(rows.y),
    ]
