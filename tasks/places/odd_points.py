"""Coordinates that are no degrees, and what they may be instead; and how many decimals they have.

A block notes such rows; when all rows of a file are read, what they mostly are is said beside how many posts
or crimes have no location (methods 6.3 and 9.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from data.printable import printable
from tasks.layers.coordinates import Bounds
from tasks.rows.reader import OddRows, noted

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FEET: Final = "feet"
MILLIONTHS: Final = "millionths"
TEN_MILLIONTHS: Final = "ten-millionths"
MERCATOR: Final = "mercator"
SEXAGESIMAL: Final = "sexagesimal"
MINUTES: Final = "minutes"
BEYOND: Final = "beyond"
POINT: Final = "point"
RADIANS: Final = "radians"
SIGN: Final = "sign"
TURNED: Final = "turned"
TURNED_NEAR: Final = "turned near"
AWAY: Final = "away"

NO_DEGREES: Final = (MERCATOR, MILLIONTHS, TEN_MILLIONTHS, SEXAGESIMAL, MINUTES, POINT, TURNED, FEET, BEYOND)
"""What coordinates beyond ±180 or ±90 degrees may be, in the order in which it is tried."""

ELSEWHERE: Final = (SIGN, RADIANS, TURNED_NEAR)
"""Why coordinates that could be degrees lie in no tract."""

_TURNED: Final = "are they exchanged, and the sign of the longitude lost? it is negative west of Greenwich."
WORDS: Final[Mapping[str, str]] = {
    FEET: "are these feet of a state's plane, or metres?",
    MILLIONTHS: "are these millionths of degrees? divide them by 1,000,000.",
    TEN_MILLIONTHS: "are these ten-millionths of degrees? divide them by 10,000,000.",
    MERCATOR: "are these metres of Web Mercator (EPSG:3857)?",
    SEXAGESIMAL: "are these degrees, minutes and seconds in one number, as 340308 for 34°03'08\"?",
    MINUTES: "are these degrees and minutes in one number, as 3403.14 for 34°03.14'?",
    BEYOND: "these are no degrees.",
    POINT: "is their decimal point lost, as in a spreadsheet of another language? export them anew.",
    RADIANS: "are these radians? multiply them by 57.29578",
    SIGN: "is their sign lost? west of Greenwich and south of the equator degrees are negative",
    TURNED: _TURNED,
    TURNED_NEAR: _TURNED,
    AWAY: "the tract layer does not reach there; is it of another state?",
}
"""What rows of a kind may be, and what to do where it is not to name other columns."""

EXCHANGED: Final = "exchanged"
"""Rows whose latitude and longitude are exchanged."""

_NOBODY: Final = -60.0
"""South of it nobody lives: a latitude below is a longitude of America."""

PLACED: Final = "placed"
"""Rows with a location, whatever it is."""

DECIMALS: Final = ("no decimal", "1 decimal", "2 decimals")
"""Rows whose coordinates both have at most so many decimals, by their number."""

_NO_CITY: Final = 72.0
"""North of it are hardly any people."""

_FAR: Final = 10_000
"""Numbers beyond it are feet or metres of a plane."""

_CLOSE: Final = 1e-3
"""How far from a whole number a coordinate times 100 may be: what is stored in 32 bits is off by 4e-4."""

_LAST_ISLANDS: Final = 172.0
"""The longitude from which on, beyond the 180th meridian, islands of Alaska lie."""

_GUAM: Final = (144.0, 147.0, 21.0)
"""Longitudes of Guam and the Northern Marianas, and a latitude north of them."""

_MOST_DIGITS: Final = 16
"""Behind the decimal point."""

_UNSIGNED: Final = frozenset({MILLIONTHS, TEN_MILLIONTHS, SEXAGESIMAL, MINUTES})
"""Kinds that are known without the sign of the longitude, too."""

_EARTH: Final = 20_037_508.342789244
"""Half the extent of Web Mercator in metres (EPSG:3857)."""


def odd_points(lat: pa.Array, lon: pa.Array, bounds: Bounds | None, before: int) -> list[OddRows]:
    """What a block notes of its coordinates.

    Args:
        lat: What is called latitude (float64), may be missing.
        lon: What is called longitude.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.
        before: Rows of the file before the block.

    Returns:
        Rows that are no degrees, or would lie in the layer if they were read otherwise, by kind, each with
        the first pair as it is written; how many rows have a location, and how many decimals they have.

    Example:
        >>> found = odd_points(pa.array([1700000.0, 39.7]), pa.array([3140000.0, -104.9]), None, 0)
        >>> [(each.kind, each.rows, each.value) for each in found]
        [('feet', 1, '1700000, 3140000'), ('placed', 1, ''), ('2 decimals', 1, ''), ('1 decimal', 1, '')]
    """
    ys, xs = _floats(lat), _floats(lon)
    known = np.isfinite(ys) & np.isfinite(xs) & ((ys != 0) | (xs != 0))
    far = known & ((np.abs(xs) > 180) | (np.abs(ys) > 90))
    found: dict[str, Flags] = _far(ys, xs, far, bounds) if far.any() else {}
    here = known & ~far
    if bounds is not None and here.any():
        found |= _elsewhere(ys, xs, here, bounds)
    odd = [noted(kind, rows, before, _pair(ys, xs, rows)) for kind, rows in found.items() if rows.any()]
    if here.any():
        odd.append(noted(PLACED, here, before))
    fits = here
    for number, kind in reversed(list(enumerate(DECIMALS))):
        fits = fits & _has(ys, number) & _has(xs, number)
        if not fits.any():
            break
        odd.append(noted(kind, fits, before))
    return odd


def exchanged(lat: pa.Array, lon: pa.Array, bounds: Bounds | None) -> npt.NDArray[np.bool_]:
    """Which rows can only be meant the other way round.

    Args:
        lat: What is called latitude (float64, degrees), may be missing.
        lon: What is called longitude.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.

    Returns:
        True where the latitude is none, or lies where nobody lives, and the point exchanged is in the layer.

    Example:
        >>> layer = (-105.0, 39.0, -104.0, 40.0)
        >>> exchanged(pa.array([-104.9, 39.7]), pa.array([39.7, -104.9]), layer).tolist()
        [True, False]
    """
    span = pc.min_max(lat).as_py()
    possible = span["min"] is None or (span["min"] >= _NOBODY and span["max"] <= 90)
    if bounds is None or possible:
        return np.zeros(len(lat), np.bool_)
    ys, xs = _floats(lat), _floats(lon)
    west, south, east, north = bounds
    impossible = (np.abs(ys) > 90) | (ys < _NOBODY)
    return impossible & (ys >= west) & (ys <= east) & (xs >= south) & (xs <= north)


def exchanged_rows(label: str, columns: str, rows: OddRows) -> InputError:
    """The error for a file in some rows of which latitude and longitude are exchanged.

    Args:
        label: How the file is named.
        columns: The columns, as "latitude and longitude".
        rows: The rows.
    """
    how_many = f"{rows.rows:,} {'row' if rows.rows == 1 else 'rows'}"
    return InputError(
        f"{label}: columns {columns}, row {rows.first:,}: are exchanged, as in {how_many} of the file (they "
        "lie in the tract layer the other way round); exchange them there"
    )


def _floats(values: pa.Array) -> Floats:
    return np.asarray(pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False), np.float64)


def _pair(ys: Floats, xs: Floats, rows: Flags) -> str:
    at = int(rows.argmax())
    return f"{ys[at]:.10g}, {xs[at]:.10g}"


def _has(values: Floats, decimals: int) -> Flags:
    with np.errstate(invalid="ignore", over="ignore"):  # infinity has no decimals
        whole = values * 10.0**decimals
        return np.abs(whole - np.rint(whole)) < _CLOSE


def _far(ys: Floats, xs: Floats, far: Flags, bounds: Bounds | None) -> dict[str, Flags]:
    """By kind, the rows that are no degrees."""
    found: dict[str, Flags] = {}
    left = far
    for kind in _READ if bounds is not None else ():
        with np.errstate(all="ignore"):
            lat, lon = _READ[kind](ys, xs)
        found[kind] = left & (_inside(lat, lon, bounds) | (_inside(lat, -lon, bounds) & (kind in _UNSIGNED)))
        left = left & ~found[kind]
    if bounds is not None:
        found |= {POINT: left & _without_point(ys, xs, bounds), TURNED: left & _inside(xs, -ys, bounds)}
        left = left & ~found[POINT] & ~found[TURNED]
    found[FEET] = left & ((np.abs(xs) >= _FAR) | (np.abs(ys) >= _FAR))
    found[BEYOND] = left & ~found[FEET]
    return found


def _elsewhere(ys: Floats, xs: Floats, here: Flags, bounds: Bounds) -> dict[str, Flags]:
    """By kind, the rows that would lie in the layer if they were read otherwise, and do not as they are."""
    out = here & ~_inside(ys, xs, bounds)
    if not out.any():
        return {}
    sign = out & (_inside(ys, -xs, bounds) | _inside(-ys, xs, bounds) | _inside(-ys, -xs, bounds))
    radians = out & ~sign & (np.abs(xs) <= np.pi) & (np.abs(ys) <= np.pi / 2)
    radians &= _inside(np.degrees(ys), np.degrees(xs), bounds)
    turned = out & ~sign & ~radians & (np.abs(ys) > _NO_CITY) & _inside(xs, -ys, bounds)
    return {SIGN: sign, RADIANS: radians, TURNED_NEAR: turned, AWAY: out & ~sign & ~radians & ~turned}


def _inside(lat: Floats, lon: Floats, bounds: Bounds | None) -> Flags:
    bounds = bounds or (-180.0, -90.0, 180.0, 90.0)
    west, south, east, north = _around(bounds)
    along = (lon >= west) & (lon <= east)
    if east < bounds[2]:
        along |= (lon >= _LAST_ISLANDS) | ((lon >= _GUAM[0]) & (lon <= _GUAM[1]) & (lat < _GUAM[2]))
    return along & (lat >= south) & (lat <= north)


def _around(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    # The whole country goes around the globe, as islands of Alaska lie beyond the 180th meridian.
    return (west, south, -60.0 if west < -120 and east > 120 else east, north)


def _without_point(ys: Floats, xs: Floats, bounds: Bounds) -> Flags:
    """Whole numbers that are in the layer with a point among their digits, wherever it is in each."""
    west, south, east, north = _around(bounds)
    up, along = np.zeros(len(ys), np.bool_), np.zeros(len(xs), np.bool_)
    for digits in range(1, _MOST_DIGITS):
        lat, lon = ys / 10.0**digits, xs / 10.0**digits
        up |= (lat >= south) & (lat <= north)
        along |= (lon >= west) & (lon <= east)
    found: Flags = up & along & (ys == np.rint(ys)) & (xs == np.rint(xs))
    return found


def _scaled(by: float) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    return lambda ys, xs: (ys / by, xs / by)


def _from_mercator(ys: Floats, xs: Floats) -> tuple[Floats, Floats]:
    lat = np.degrees(np.arctan(np.sinh(ys / _EARTH * np.pi)))
    return np.where(np.abs(ys) >= _FAR, lat, np.nan), xs / _EARTH * 180


def _from_sexagesimal(ys: Floats, xs: Floats) -> tuple[Floats, Floats]:
    def degrees(values: Floats) -> Floats:
        size = np.abs(values)
        whole, minutes, seconds = size // 10_000, size // 100 % 100, size % 100
        fine = (minutes < 60) & (seconds < 60)
        return np.where(fine, np.sign(values) * (whole + minutes / 60 + seconds / 3600), np.nan)

    return degrees(ys), degrees(xs)


def _from_minutes(ys: Floats, xs: Floats) -> tuple[Floats, Floats]:
    def degrees(values: Floats) -> Floats:
        size = np.abs(values)
        whole, minutes = size // 100, size % 100
        return np.where(minutes < 60, np.sign(values) * (whole + minutes / 60), np.nan)

    return degrees(ys), degrees(xs)


_READ: Final[Mapping[str, Callable[[Floats, Floats], tuple[Floats, Floats]]]] = {
    MERCATOR: _from_mercator,
    MILLIONTHS: _scaled(1e6),
    TEN_MILLIONTHS: _scaled(1e7),
    SEXAGESIMAL: _from_sexagesimal,
    MINUTES: _from_minutes,
}
"""How coordinates of a kind are read as latitude and longitude."""


@dataclass(frozen=True)
class Cause:
    """What the coordinates of most rows seem to be.

    Attributes:
        kind: One of :data:`NO_DEGREES` or :data:`ELSEWHERE`.
        rows: Rows of that kind in the file.
        file: The file.
        row: The first of them.
        value: What is written there: latitude, longitude.
    """

    kind: str
    rows: int
    file: str
    row: int
    value: str

    def words(self, columns: str) -> str:
        """What was seen, and what it may be.

        Args:
            columns: The columns of the coordinates, as "latitude and longitude".

        Example:
            >>> Cause("feet", 5, "posts/a.csv", 1, "1700000, 3140000").words("latitude and longitude")
            "latitude and longitude hold 1700000, 3140000 (posts/a.csv, row 1): are these feet of a state's plane, or metres?"
        """  # noqa: E501
        return f"{columns} hold {self.value} ({printable(self.file)}, row {self.row:,}): {WORDS[self.kind]}"


def likeliest(odd: Mapping[str, Iterable[OddRows]], kinds: Iterable[str]) -> Cause | None:
    """The kind of which most rows are.

    Args:
        odd: By file, what its blocks noted.
        kinds: The kinds that are asked for.

    Returns:
        The kind with most rows of all files, and its first row; None where no row is of any.

    Example:
        >>> likeliest({"a.csv": [OddRows("feet", 5, 3, "1700000, 3140000")]}, NO_DEGREES).row
        3
        >>> likeliest({"a.csv": []}, NO_DEGREES) is None
        True
    """
    sums: dict[str, int] = {}
    firsts: dict[str, tuple[str, OddRows]] = {}
    wanted = set(kinds)
    for file, rows in odd.items():
        for each in rows:
            if each.kind in wanted:
                sums[each.kind] = sums.get(each.kind, 0) + each.rows
                firsts.setdefault(each.kind, (file, each))
    if not sums:
        return None
    kind = max(sums, key=lambda name: (sums[name], name))
    file, first = firsts[kind]
    return Cause(kind, sums[kind], file, first.first, first.value)
