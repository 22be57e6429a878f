"""How one file of crime records is read: decided from its header, its first rows and its column of dates.

Everything that depends on the file is decided here, before any work is done, and is the same for each of its
blocks and on each worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.crime_layouts import DAY_FIRST, MONTH_FIRST, plain
from data.errors import InputError
from data.printable import printable
from data.settings import ALL_CRIMES, Crime
from tasks.crime import peek
from tasks.crime.date_order import check_named_months, order_of
from tasks.crime.dates import readings
from tasks.crime.days import DateForm, different, texts_of
from tasks.crime.locations import Degrees, NotANumberError, from_grid, in_one_column, numbers_of
from tasks.crime.recognise import Recognised, recognise
from tasks.layers.coordinates import Bounds
from tasks.places.odd_points import (
    MILLIONTHS,
    MINUTES,
    NO_DEGREES,
    POINT,
    SEXAGESIMAL,
    TEN_MILLIONTHS,
    likeliest,
    odd_points,
)
from tasks.rows.reader import Wanted

_FAR_LON: Final = 180.0
_FAR_LAT: Final = 90.0
_DEGREES: Final = "write degrees as digits with a decimal point, as 34.0522"
_UNITS: Final = "write them as digits with a decimal point, as 3178210.5"


_ANY_DATES: Final = DateForm()


@dataclass(frozen=True)
class FilePlan:
    """How a file is read; it goes to the workers.

    Attributes:
        section: The section of the settings, as ``[crime.denver]``.
        date: The column of the date.
        type: The column of the type.
        place: The columns of the location: longitude and latitude, or x and y, or one for both.
        key: The column that tells rows, or incidents, apart; None where there is none.
        is_row: Whether the key is the row's, and not the incident's.
        dates: How dates are read.
        crs: The system of x and y; "" where the location is in degrees.
        turned: Whether latitude and longitude stand in the other order in their one column.
        nowhere: A longitude and latitude that mean "no location".
        only: A column and its value in the rows that are crimes; None where all are.
        layout: The layout's name; "" where none is known.
        rows: What a row is, as "offense"; "" where that is not known.
    """

    section: str
    date: str
    type: str
    place: tuple[str, ...]
    key: str | None
    is_row: bool
    dates: DateForm = _ANY_DATES
    crs: str = ""
    turned: bool = False
    nowhere: tuple[float, float] | None = None
    only: tuple[str, str] | None = None
    layout: str = ""
    rows: str = ""

    @property
    def wanted(self) -> Wanted:
        """The columns that are read, each once."""
        first = () if self.key is None else (self.key,)
        last = () if self.only is None else (self.only[0],)
        names = (*first, self.date, self.type, *self.place, *last)
        return peek.wanted(tuple(dict.fromkeys(names)), self.section)

    def degrees(self, block: pa.RecordBatch, label: str, before: int) -> Degrees:
        """The longitudes and latitudes of a block, as they are given.

        Args:
            block: The wanted columns.
            label: How the file is named in an error.
            before: Rows of the file before this block.

        Raises:
            InputError: A value is not a number.
        """
        if len(self.place) == 1:
            found = in_one_column(block.column(self.place[0]))
            return Degrees(found.lat, found.lon) if self.turned else found
        x, y = (self._numbers(block, name, label, before) for name in self.place)
        return from_grid(x, y, self.crs) if self.crs else Degrees(x, y)

    def _numbers(self, block: pa.RecordBatch, name: str, label: str, before: int) -> pa.Array:
        column = block.column(name)
        try:
            return numbers_of(column, thousands=bool(self.crs))
        except NotANumberError as error:
            row, fix = before + error.index + 1, _UNITS if self.crs else _DEGREES
            raise file_faults.wrong_value(label, name, row, error.text[:80], "a number", fix=fix) from None
        except TypeError:
            raise file_faults.wrong_type(label, name, column.type, "numbers") from None


def plan_of(key: str, label: str, path: Path, settings: Crime, bounds: Bounds | None = None) -> FilePlan:
    """Decide how a file is read.

    Args:
        key: The folder below ``crime/``.
        label: The file's path inside the investigation folder.
        path: Where to open it.
        settings: The section ``[crime.<key>]``.
        bounds: The tract layer's extent as west, south, east, north in degrees, by which an error can say
            what coordinates may be; None where it is not known.

    Raises:
        InputError: The file cannot be read; a column cannot be told from the others, or is not there; the
            dates can be read in two ways, or the location is in no unit that is known. The message names the
            file, the column and what to write.
    """
    section = f"[crime.{key}]"
    found = recognise(label, peek.columns_of(path, label), settings.columns, section)
    layout, columns = found.layout, found.columns
    incident, row = columns.get("incident"), columns.get("id")
    plan = FilePlan(
        section=section,
        date=columns["date"],
        type=columns["type"],
        place=(),
        key=_key(settings, row, incident, label, section, None if layout is None else layout.rows),
        is_row=row is not None and settings.rows != "incident",
        nowhere=None if layout is None else layout.nowhere,
        only=found.only if settings.examined == (ALL_CRIMES,) else None,
        layout="" if layout is None else layout.name,
        rows="" if layout is None else layout.rows,
    )
    place = _place(found, label, section)
    plan = replace(plan, place=place)
    first = next(peek.blocks(path, label, plan.wanted), None)
    if first is None:
        return replace(
            plan, dates=DateForm("", settings.date_format, settings.timezone), crs=settings.crs or ""
        )
    plan = _placed(plan, found, first, settings, label, bounds)
    return replace(plan, dates=_dates(plan, found, first, settings, label, path))


def _key(  # noqa: PLR0917 - what tells rows apart, then how the file is named
    settings: Crime, row: str | None, incident: str | None, label: str, section: str, rows: str | None
) -> str | None:
    """The column by which rows are told apart: the incident's where incidents are counted."""
    if settings.rows == "incident":
        # Without a column of its own, an id that stands in several rows is the incident's.
        if incident is None and row is None:
            raise InputError(
                f'{label}: no column of incidents, but {section} has rows = "incident"; write there '
                'columns = { incident = "…" }, or remove rows'
            )
        return incident or row
    return row or incident


def _place(found: Recognised, label: str, section: str) -> tuple[str, ...]:
    """The columns of the location, x before y.

    Raises:
        InputError: There is none.
    """
    meanings = found.place
    if not meanings:
        whose = f"an edition of {found.layout.name} " if found.layout else ""
        raise InputError(
            f"{label}: {whose}without coordinates, so that no crime can be put into a tract; add columns "
            f"latitude and longitude (geocode the addresses), or name in {section} columns = "
            f'{{ latitude = "…", '
            'longitude = "…" }'
        )
    names = tuple(found.columns[meaning] for meaning in meanings)
    return (names[1], names[0]) if meanings == ("latitude", "longitude") else names


def _placed(  # noqa: PLR0917 - what is known of the file, then how it is named
    plan: FilePlan,
    found: Recognised,
    first: pa.RecordBatch,
    settings: Crime,
    label: str,
    bounds: Bounds | None,
) -> FilePlan:
    """The plan with the unit of the location, as the first rows show it."""
    degrees = plan.degrees(first, label, 0)
    lon, lat = _known(degrees)
    if len(plan.place) == 1:
        column = plan.place[0]
        if not len(lon) and (seen := _first_text(first.column(column))) is not None:
            raise InputError(
                f"{label}: column {column}, row {seen[0]}: {printable(seen[1][:80])!r} holds no coordinates, "
                f"as POINT (-118.2 34.1) or (34.1, -118.2); name in {plan.section} the columns that do, as "
                'columns = { latitude = "…", longitude = "…" }'
            )
        turned = 2 * int(((abs(lat) > _FAR_LAT) & (abs(lon) <= _FAR_LAT)).sum()) > len(lat)
        return replace(plan, turned=turned)
    far = (abs(lon) > _FAR_LON) | (abs(lat) > _FAR_LON)
    crs = settings.crs or _crs_of(found)
    if len(far) and 2 * int(far.sum()) <= len(far):
        return plan
    if crs or not len(far):
        return replace(plan, crs=crs)
    cause = likeliest({label: odd_points(degrees.lat, degrees.lon, bounds, 0)}, NO_DEGREES)
    if cause is not None and cause.kind in {MILLIONTHS, TEN_MILLIONTHS, SEXAGESIMAL, MINUTES, POINT}:
        columns = " and ".join(map(printable, reversed(plan.place)))
        raise InputError(
            f"{label}: columns {cause.words(columns)} Write degrees with decimals there, or name columns "
            f"with degrees in {plan.section}"
        )
    at = int(np.flatnonzero(far)[0])
    # Feet of a state's plane are not so far below zero.
    mercator = lon[at] < -7e6 and 1e6 < lat[at] < 2e7
    system = (
        'Web Mercator? then write in {} crs = "EPSG:3857"'
        if mercator
        else 'feet of a state\'s plane, or metres? write their system in {}, as crs = "EPSG:2232"'
    )
    raise InputError(
        f"{label}: columns {plan.place[0]} and {plan.place[1]} hold {lon[at]:.10g} and {lat[at]:.10g}, and "
        f"no degrees: {system.format(plan.section)}, or name columns with degrees"
    )


def _crs_of(found: Recognised) -> str:
    """The system of the columns of the location in the layout; "" where they are others, or in degrees."""
    layout = found.layout
    if layout is None or found.place != ("x", "y"):
        return ""
    own = all(plain(found.columns[name]) in map(plain, layout.columns.get(name, ())) for name in ("x", "y"))
    return layout.crs if own else ""


def _dates(  # noqa: PLR0917 - what is known of the file, then where it is
    plan: FilePlan, found: Recognised, first: pa.RecordBatch, settings: Crime, label: str, path: Path
) -> DateForm:
    """How the dates are read: as the settings say, else as the layout does, else as the column shows."""
    zone = settings.timezone
    if settings.date_format is not None:
        return DateForm("", settings.date_format, zone)

    def column() -> Iterator[pa.Array]:
        whole = peek.blocks(path, label, peek.wanted((plan.date,), plan.section))
        return (block.column(0) for block in whole)

    check_named_months(column(), label, plan.date, plan.section)
    order = "" if found.layout is None else found.layout.order
    if order in {MONTH_FIRST, DAY_FIRST} and "date" not in found.named - _same(found, plan):
        return DateForm(order, None, zone)
    try:
        texts = texts_of(first.column(plan.date))
    except TypeError:
        return DateForm("", None, zone)
    if not any(readings(text) for _, text in different(texts)):
        return DateForm("", None, zone)

    decided = order_of(column(), label, plan.date, plan.section)
    return replace(decided, zone=zone)


def _same(found: Recognised, plan: FilePlan) -> frozenset[str]:
    """The date, where the settings name the very column that the layout has."""
    layout = found.layout
    known = layout is not None and plan.date in layout.columns["date"]
    return frozenset({"date"}) if known else frozenset()


def _known(degrees: Degrees) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of which both are numbers, other than (0, 0)."""
    lon = np.asarray(degrees.lon.to_numpy(zero_copy_only=False), np.float64)
    lat = np.asarray(degrees.lat.to_numpy(zero_copy_only=False), np.float64)
    known = np.isfinite(lon) & np.isfinite(lat) & ((lon != 0) | (lat != 0))
    return lon[known], lat[known]


def _first_text(values: pa.Array) -> tuple[int, str] | None:
    """The first row that says something, from 1, and what it says."""
    texts = pc.utf8_trim_whitespace(values.cast(pa.string()))
    for row, text in enumerate(texts.to_pylist(), 1):
        if text:
            return row, text
    return None
