"""The rows of a city's crime files, a piece at a time: no more than a piece is in memory.

Planned are the crimes of the year and the types examined (:mod:`data.synthetic.public_records.crimes`), and
at which rows they, the rows without a date and those that repeat an id stand. All other rows are drawn when
they are asked for. A row is left out for the first reason that fits (DESIGN 5.9), so those of other years and
types may say anything else, and do: some have no place, some lie elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.synthetic.country.borders import unusable
from data.synthetic.country.figures import YEAR
from data.synthetic.country.grid import HEIGHT, INNER, WIDTH, Grid, Ints
from data.synthetic.country.layout import Placed
from data.synthetic.public_records.crimes import Crimes
from data.synthetic.public_records.dice import Dice
from data.synthetic.public_records.figures import CrimeCity, CrimeNumbers

NO_DAY: Final = np.iinfo(np.int64).min
_ELSEWHERE, _NO_PLACE = 40, 60
"""One row of so many, among those that are drawn, lies anywhere in the country or has no usable place."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows; arrays of equal length.

    Attributes:
        key: What decides all that is drawn for a row.
        id: The id of its record.
        x: Longitude in microdegrees, or :data:`data.synthetic.country.borders.NULL`.
        y: Latitude in the same.
        type: Its type: those examined first, then the others.
        day: When, in days of Unix time, or :data:`NO_DAY`.
    """

    key: Ints
    id: Ints
    x: Ints
    y: Ints
    type: Ints
    day: Ints


@dataclass(frozen=True, eq=False)
class Book:
    """All rows of a city's files, in order, and where the planned ones stand.

    A record is what has an id of its own; a row is a record, or one that repeats a record's id.

    Attributes:
        city: The city's numbers and types.
        placed: Where it lies.
        grid: The layer.
        types: How many types there are.
        crimes: The planned crimes.
        places: The record that each of them is, ascending.
        undated: The records that have no date, ascending; none is planned.
        starts: The first record of each year, and one past the last of all.
        repeats: The rows that repeat an id, ascending.
        again: Which record each of them repeats.
        dice: Decides what is drawn.
    """

    city: CrimeCity
    placed: Placed
    grid: Grid
    types: int
    crimes: Crimes
    places: Ints
    undated: Ints
    starts: Ints
    repeats: Ints
    again: Ints
    dice: Dice

    @property
    def length(self) -> int:
        """Rows in all files."""
        return int(self.starts[-1]) + len(self.repeats)

    @property
    def other_years(self) -> int:
        """Records of other years, or of no known date."""
        first, stop = self._year()
        undated = ((self.undated >= first) & (self.undated < stop)).sum()
        return int(self.starts[-1]) - (stop - first) + int(undated)

    @property
    def other_types(self) -> int:
        """Records of the year of types that are not examined."""
        return int(self.starts[-1]) - self.other_years - len(self.places)

    def stops(self) -> tuple[int, ...]:
        """One past the last row of each file."""
        ends = [int(self.starts[self.city.years.index(last) + 1]) for _, last in self.city.files]
        before = self.repeats - np.arange(len(self.repeats))  # records before each repeat
        return (*(end + int((before <= end).sum()) for end in ends[:-1]), self.length)

    def rows(self, start: int, stop: int) -> Rows:
        """Rows `start` to `stop`.

        Args:
            start: The first.
            stop: One past the last.
        """
        row = np.arange(start, stop)
        before = np.searchsorted(self.repeats, row)
        repeat = np.isin(row, self.repeats)
        record = row - before
        if repeat.any():
            record[repeat] = self.again[before[repeat]]
        key = np.where(repeat, self.length + before, record)
        drawn = self._drawn(key, record, repeat)
        planned = ~repeat & np.isin(record, self.places)
        crime = np.searchsorted(self.places, record[planned])
        for name in ("x", "y", "type", "day"):
            getattr(drawn, name)[planned] = getattr(self.crimes, name)[crime]
        drawn.day[~repeat & np.isin(record, self.undated)] = NO_DAY
        return drawn

    def _year(self) -> tuple[int, int]:
        """The first record of the year analysed, and one past the last."""
        at = self.city.years.index(YEAR)
        return int(self.starts[at]), int(self.starts[at + 1])

    def _drawn(self, key: Ints, record: Ints, repeat: NDArray[np.bool_]) -> Rows:
        """What is drawn for rows; one that repeats an id would be counted if it were not for that."""
        dice = self.dice
        run = np.searchsorted(self.starts, record, side="right") - 1
        year = np.array(self.city.years)[run]
        first_day = _first_day(np.where(repeat, YEAR, year))
        examined = len(self.city.examined)
        any_type = dice.below(key, "type", self.types)
        other_type = examined + dice.below(key, "type", self.types - examined)
        wanders = (dice.below(key, "elsewhere", _ELSEWHERE) == 0) & ~repeat
        tract = np.where(
            wanders,
            dice.below(key, "tract", self.grid.tracts),
            self.placed.first + dice.below(key, "tract", self.placed.stop - self.placed.first),
        )
        x, y = self.grid.centre(tract)
        x += np.rint((2 * dice.share(key, "x") - 1) * INNER * WIDTH / 2).astype(np.int64)
        y += np.rint((2 * dice.share(key, "y") - 1) * INNER * HEIGHT / 2).astype(np.int64)
        lost = (dice.below(key, "place", _NO_PLACE) == 0) & ~repeat
        x[lost], y[lost] = unusable(x[lost], y[lost], dice.below(key[lost], "way", 6))
        return Rows(
            key=key,
            id=self._ids(record, run, year),
            x=x,
            y=y,
            type=np.where(repeat, 0, np.where(year == YEAR, other_type, any_type)),
            day=first_day + dice.below(key, "day", 365),
        )

    def _ids(self, record: Ints, run: Ints, year: Ints) -> Ints:
        """Two digits of the year, and a number that ascends with gaps."""
        digits = max(7, len(str(2 * int(np.diff(self.starts).max()))))
        number = 2 * (record - self.starts[run]) + self.dice.below(record, "id", 2)
        return np.asarray((year - 2000) * 10**digits + number)


def make_book(
    city: CrimeCity,
    placed: Placed,
    grid: Grid,
    types: int,
    *,
    crimes: Crimes,
    wanted: CrimeNumbers,
    dice: Dice,
    rng: np.random.Generator,
) -> Book:
    """Give the planned crimes their rows, and say which have no date and which repeat an id.

    Args:
        city: The city.
        placed: Where it lies.
        grid: The layer.
        types: How many types there are, examined or not.
        crimes: The planned crimes.
        wanted: How many rows of each sort.
        dice: Decides what is drawn when rows are asked for.
        rng: Decides the rest.
    """
    planned = len(crimes.fate)
    starts = np.concatenate([[0], np.cumsum(wanted.runs(city, planned))])
    first, stop = (int(starts[city.years.index(YEAR) + more]) for more in (0, 1))
    places = first + np.sort(rng.choice(stop - first, planned, replace=False, shuffle=False))
    undated = rng.choice(starts[-1], 3 * wanted.undated, replace=False)
    undated = np.sort(undated[~np.isin(undated, places)][: wanted.undated])
    repeats, again = _repeats(wanted, rng)
    return Book(city, placed, grid, types, crimes, places, undated, starts, repeats, again, dice)


def _repeats(wanted: CrimeNumbers, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The rows that repeat an id, and the records they repeat: half of them shortly before, half anywhere.

    One repeats the id that the repeat before it has.
    """
    if not wanted.repeats:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    repeats = 60 + np.sort(rng.choice(wanted.rows - 60, wanted.repeats, replace=False, shuffle=False))
    records = repeats - np.arange(wanted.repeats)
    near = np.arange(wanted.repeats) % 2 == 0
    again = np.where(near, records - 1 - rng.integers(0, 20, wanted.repeats), rng.integers(0, records))
    again[-1] = again[-2]
    return repeats, again


def _first_day(year: Ints) -> Ints:
    """The first of January in days of Unix time."""
    found: Ints = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    return found
