"""The rows of a city's crime files, a piece at a time: no more than a piece is in memory.

Only some rows are planned: the crimes of the year and the types examined
(:mod:`data.synthetic.public_records.crimes`), those without a date and those that repeat an id. All others
are drawn when they are needed. The method leaves out a row for the first reason that applies (method 9.2), so
rows of other years and types may say anything else, and they do: some have no location, some are elsewhere.
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
"""Of the rows that are drawn, one in so many is anywhere in the country, or has no usable location."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows; arrays of equal length.

    Attributes:
        key: The key that decides everything drawn for a row.
        id: The id of its record.
        x: Longitude in microdegrees, or :data:`data.synthetic.country.borders.NULL`.
        y: Latitude, likewise.
        type: The number of its type; those examined come first.
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
    """All rows of a city's files, in order, and which of them are planned.

    A record has an id of its own. A row is a record, or repeats a record's id.

    Attributes:
        city: The city's numbers and types.
        placed: Its tracts.
        grid: The layer.
        types: How many types there are.
        crimes: The planned crimes.
        planned: The number of each planned crime's record, ascending.
        undated: The records without a date, ascending; none of them is a planned crime.
        starts: The first record of each year, and one past the last of all.
        repeats: The rows that repeat an id, ascending.
        again: The record that each of them repeats.
        dice: Decides what is drawn.
    """

    city: CrimeCity
    placed: Placed
    grid: Grid
    types: int
    crimes: Crimes
    planned: Ints
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
        """Records of other years, or without a date."""
        first, stop = self._year()
        undated = ((self.undated >= first) & (self.undated < stop)).sum()
        return int(self.starts[-1]) - (stop - first) + int(undated)

    @property
    def other_types(self) -> int:
        """Records of the year of types that are not examined."""
        return int(self.starts[-1]) - self.other_years - len(self.planned)

    def stops(self) -> tuple[int, ...]:
        """One past the last row of each file."""
        ends = [int(self.starts[self.city.years.index(last) + 1]) for _, last in self.city.files]
        before = self.repeats - np.arange(len(self.repeats))  # records before each repeat
        return (*(end + int((before <= end).sum()) for end in ends[:-1]), self.length)

    def rows(self, start: int, stop: int) -> Rows:
        """Rows ``start`` to ``stop``.

        Args:
            start: The first row.
            stop: One past the last row.
        """
        row = np.arange(start, stop)
        before = np.searchsorted(self.repeats, row)
        repeat = np.isin(row, self.repeats)
        record = row - before
        if repeat.any():
            record[repeat] = self.again[before[repeat]]
        # A repeat has a key of its own, beyond those of the records, so that its other values differ.
        key = np.where(repeat, self.length + before, record)
        drawn = self._drawn(key, record, repeat)
        planned = ~repeat & np.isin(record, self.planned)
        crime = np.searchsorted(self.planned, record[planned])
        for name in ("x", "y", "type", "day"):
            getattr(drawn, name)[planned] = getattr(self.crimes, name)[crime]
        drawn.day[~repeat & np.isin(record, self.undated)] = NO_DAY
        return drawn

    def _year(self) -> tuple[int, int]:
        """The first record of the year analysed, and one past the last."""
        at = self.city.years.index(YEAR)
        return int(self.starts[at]), int(self.starts[at + 1])

    def _drawn(self, key: Ints, record: Ints, repeat: NDArray[np.bool_]) -> Rows:
        """The drawn values of rows. A row that repeats an id would count if it did not repeat one."""
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
        """Ids: the year's last two digits, and a number that ascends with gaps."""
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
    """Choose the rows of the planned crimes, the rows without a date, and those that repeat an id.

    Args:
        city: The city.
        placed: Its tracts.
        grid: The layer.
        types: How many types there are, examined or not.
        crimes: The planned crimes.
        wanted: How many rows of each sort.
        dice: Decides what is drawn when rows are read.
        rng: Decides the rest.
    """
    count = len(crimes.fate)
    starts = np.concatenate([[0], np.cumsum(wanted.runs(city, count))])
    first, stop = (int(starts[city.years.index(YEAR) + more]) for more in (0, 1))
    planned = first + np.sort(rng.choice(stop - first, count, replace=False, shuffle=False))
    undated = rng.choice(starts[-1], 3 * wanted.undated, replace=False)
    undated = np.sort(undated[~np.isin(undated, planned)][: wanted.undated])
    repeats, again = _repeats(wanted, rng)
    return Book(city, placed, grid, types, crimes, planned, undated, starts, repeats, again, dice)


def _repeats(wanted: CrimeNumbers, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The rows that repeat an id, and the records that they repeat.

    Half of the records are shortly before the row, half anywhere before it. The last two rows repeat the same
    record, so that one id occurs three times.
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
    """The first of January of each year, in days of Unix time."""
    found: Ints = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    return found
