"""Where a crime happened, from degrees, one column of locations, or feet or metres (method 9.10)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from tasks.crime.days import texts_of

_NUMBER: Final = r"[+-]?[0-9]{1,4}(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?"
_LON: Final = rf"(?P<lon>{_NUMBER})"
_LAT: Final = rf"(?P<lat>{_NUMBER})"
_FORMS: Final = (
    rf"(?i)point\s*(?:z|m|zm)?\s*\(\s*{_LON}\s+{_LAT}\b",
    rf"\(\s*{_LAT}°?\s*,\s*{_LON}°?\s*\)\s*$",
    rf"coordinates['\"]*\s*:\s*[\[(]\s*{_LON}\s*,\s*{_LAT}\b",
    rf"latitude['\"]*\s*:\s*['\"]?{_LAT}\b(?:.|\n)*longitude['\"]*\s*:\s*['\"]?{_LON}\b",
    rf"longitude['\"]*\s*:\s*['\"]?{_LON}\b(?:.|\n)*latitude['\"]*\s*:\s*['\"]?{_LAT}\b",
    rf"^\s*{_LAT}\s*[,;]\s*{_LON}\s*$",
)
"""``POINT (lon lat)``; ``(lat, lon)``, also below an address; GeoJSON; a portal's own JSON; ``lat, lon``."""

WITHHELD: Final = (
    "REDACTED", "UNKNOWN", "UNK", "NOT AVAILABLE", "UNAVAILABLE", "CONFIDENTIAL", "WITHHELD", "NONE", "NULL",
    "NA", "N/A", "#N/A", "NAN", "-", "--", "*", "**", "",
)  # fmt: skip
"""What stands in place of a coordinate that is not given."""

_COMMA: Final = r"^([+-]?[0-9]{1,3}),([0-9]+)$"
_THOUSANDS: Final = r"^([+-]?[0-9]{1,3})((?:,[0-9]{3})+)((?:\.[0-9]*)?)$"
_MILLIONS: Final = r"^([+-]?[0-9]{1,3})((?:,[0-9]{3}){2,})((?:\.[0-9]*)?)$"
"""No degrees have so many digits before the point, whatever a single comma means."""

_ALWAYS_NOWHERE: Final = ((-1.0, -1.0),)
_PLAIN_NUMBER: Final = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"


class NotANumberError(ValueError):
    """A value of a column of coordinates is not a number.

    Attributes:
        index: Where it is; 0 is the first.
        text: What is written there.
    """

    def __init__(self, index: int, text: str) -> None:
        super().__init__(f"{text!r} is not a number")
        self.index, self.text = index, text


@dataclass(frozen=True)
class Degrees:
    """Longitudes and latitudes as they are given, before it is asked which of them are a location.

    Attributes:
        lon: float64, degrees, may be missing.
        lat: Likewise.
    """

    lon: pa.Array
    lat: pa.Array

    def without(self, nowhere: tuple[float, float] | None) -> Degrees:
        """The same, missing where the pair means that there is no location.

        Args:
            nowhere: A longitude and latitude that mean so beside (-1, -1); (0, 0) does everywhere (method
                6.3).

        Example:
            >>> dummy = Degrees(pa.array([-1.0, -120.5, 5.0]), pa.array([-1.0, 90.0, 5.0]))
            >>> dummy.without((-120.5, 90.0)).lon.to_pylist()
            [None, None, 5.0]
        """
        pairs = (*_ALWAYS_NOWHERE, *(() if nowhere is None else (nowhere,)))
        none = pa.scalar(None, pa.float64())
        lon, lat = self.lon, self.lat
        for far, up in pairs:
            there = pc.fill_null(pc.and_(pc.equal(self.lon, far), pc.equal(self.lat, up)), False)
            if pc.any(there, min_count=0).as_py():
                lon, lat = pc.if_else(there, none, lon), pc.if_else(there, none, lat)
        return Degrees(lon, lat)


def numbers_of(values: pa.Array, *, thousands: bool = False) -> pa.Array:
    """Coordinates as float64, from numbers or text; what stands for a withheld one is missing.

    Args:
        values: The column.
        thousands: Whether commas stand between thousands, as in feet; else one comma stands for the point.

    Raises:
        NotANumberError: A text is neither a number nor one of :data:`WITHHELD`.

    Example:
        >>> numbers_of(pa.array(["40,01", " -99.5", "REDACTED", None])).to_pylist()
        [40.01, -99.5, None, None]
        >>> numbers_of(pa.array(["1,165,074.5"]), thousands=True).to_pylist()
        [1165074.5]
    """
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        return values.cast(pa.float64(), safe=False)
    if pa.types.is_decimal(values.type) or pa.types.is_null(values.type):
        return values.cast(pa.float64())
    text = texts_of(values)
    try:
        return text.cast(pa.float64())
    except pa.ArrowInvalid:
        pass  # something in it is no plain number
    text = pc.utf8_trim_whitespace(text)
    withheld = pc.is_in(pc.utf8_upper(text), pa.array(WITHHELD))
    text = pc.if_else(withheld, pa.scalar(None, pa.string()), text)
    if pc.any(pc.match_substring(text, ","), min_count=0).as_py():
        text = _without_thousands(text, _THOUSANDS if thousands else _MILLIONS)
        text = pc.replace_substring_regex(text, _COMMA, r"\1.\2")
    fine = pc.fill_null(pc.match_substring_regex(text, _PLAIN_NUMBER), True)
    if not pc.all(fine, min_count=0).as_py():
        index = pc.index(fine, False).as_py()
        raise NotANumberError(index, text[index].as_py())
    return text.cast(pa.float64())


def in_one_column(values: pa.Array) -> Degrees:
    r"""Locations that stand in one column, each in whatever form.

    Args:
        values: Text; or, as JSON and Parquet may give it, a structure.

    Returns:
        Longitudes and latitudes; missing where none is written.

    Example:
        >>> found = in_one_column(pa.array(["POINT (-104.9 39.7)", "1 MAIN ST\nCITY\n(39.7, -104.9)", "?"]))
        >>> found.lon.to_pylist(), found.lat.to_pylist()
        ([-104.9, -104.9, None], [39.7, 39.7, None])
    """
    text = _as_text(values)
    lon = lat = pa.nulls(len(text), pa.float64())
    rest = text
    for form in _FORMS:
        if rest.null_count == len(rest):
            break
        found = pc.extract_regex(rest, form)
        fits = pc.is_valid(found)
        if not pc.any(fits, min_count=0).as_py():
            continue
        lon = pc.coalesce(lon, pc.struct_field(found, "lon").cast(pa.float64()))
        lat = pc.coalesce(lat, pc.struct_field(found, "lat").cast(pa.float64()))
        rest = pc.if_else(fits, pa.scalar(None, pa.string()), rest)
    return Degrees(lon, lat)


def from_grid(x: pa.Array, y: pa.Array, crs: str) -> Degrees:
    """Degrees of points in a projected system, as feet of a state's plane.

    WGS 84 and NAD 83 are treated as one (method 6.7), so that no shift between the two is made.

    Args:
        x: Eastward (float64, in the system's unit), may be missing.
        y: Northward.
        crs: The system, as "EPSG:2232".

    Returns:
        Degrees; missing where x or y is missing or 0, or the system has no such point.

    Example:
        >>> point = from_grid(pa.array([3178210.0, 0.0]), pa.array([1700715.0, 0.0]), "EPSG:2232")
        >>> round(point.lon[0].as_py(), 3), round(point.lat[0].as_py(), 3), point.lon[1].as_py()
        (-104.866, 39.756, None)
    """
    east = np.asarray(x.to_numpy(zero_copy_only=False), np.float64)
    north = np.asarray(y.to_numpy(zero_copy_only=False), np.float64)
    known = np.isfinite(east) & np.isfinite(north) & ((east != 0) | (north != 0))
    known &= ~((east == -1) & (north == -1))
    lon, lat = np.full(len(east), np.nan), np.full(len(east), np.nan)
    lon[known], lat[known] = _to_degrees(crs).transform(east[known], north[known])
    missing = ~(np.isfinite(lon) & np.isfinite(lat))
    return Degrees(pa.array(lon, mask=missing), pa.array(lat, mask=missing))


def is_grid(crs: str) -> bool:
    """Whether there is such a system, and it has x and y and no degrees.

    Example:
        >>> is_grid("EPSG:2232"), is_grid("EPSG:4326"), is_grid("EPSG:999999")
        (True, False, False)
    """
    try:
        return bool(CRS.from_user_input(crs).is_projected)
    except CRSError:
        return False


@cache
def _to_degrees(crs: str) -> Transformer:
    system = CRS.from_user_input(crs)
    return Transformer.from_crs(system, system.geodetic_crs, always_xy=True)


def _without_thousands(text: pa.Array, form: str) -> pa.Array:
    grouped = pc.fill_null(pc.match_substring_regex(text, form), False)
    return pc.if_else(grouped, pc.replace_substring(text, ",", ""), text)


def _as_text(values: pa.Array) -> pa.Array:
    """A column of locations as text; structures become the JSON that they were."""
    if not pa.types.is_nested(values.type):
        return texts_of(values)

    def words(value: Any) -> str | None:
        return None if value is None else json.dumps(value, default=str)

    return pa.array(map(words, values.to_pylist()), pa.string())
