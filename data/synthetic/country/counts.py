"""How many posts of the year analysed each tract has: by design in cities, by chance elsewhere.

A city's crimes are dealt to its tracts by the same design (:func:`dealt_by_income`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.synthetic.country.census import Census
from data.synthetic.country.figures import Kind
from data.synthetic.country.grid import Ints
from data.synthetic.country.layout import Layout, Placed

Numbers = NDArray[np.float64]

URBAN: Final = 1.25
"""The mean rate of a city, in the nation's."""
SLOPE: Final = 1.6
"""From the poorest tract of a city to its richest the rate grows by so many times its mean ("positive") or
falls by as many ("negative")."""
_NOISE: Final = 0.2  # standard deviation of a tract's rate around the city's line, in the city's mean
_DRAWS: Final = 40
FREE: Final = -1
"""Stands for a number that is still to be dealt."""


def posts_by_tract(layout: Layout, census: Census, total: int, rng: np.random.Generator) -> Ints:
    """Deal the posts of the year to the tracts.

    Args:
        layout: The cities.
        census: Population and income.
        total: Posts to deal.
        rng: Decides the noise.

    Returns:
        Posts of each tract, adding up to `total`. Tracts outside the cities take what the cities leave.

    Raises:
        ValueError: If the cities alone have more.
    """
    rate = total / float(census.people.sum())
    counts = np.full(len(census.people), FREE)
    for placed in layout.cities:
        counts[placed.first : placed.stop] = dealt_by_income(
            placed, census, placed.city.kind, URBAN * rate, given=counts[placed.tracts], rng=rng
        )
    outside = counts == FREE
    counts[outside] = 0
    left = total - int(counts.sum())
    if left < 0:
        raise ValueError(f"the cities have {-left} posts more than the country")
    weights = np.where(outside, census.people, 0)
    counts += rng.multinomial(left, weights / weights.sum())
    return counts


def dealt_by_income(
    placed: Placed, census: Census, kind: Kind, rate: float, *, given: Ints, rng: np.random.Generator
) -> Ints:
    """Deal posts, or crimes of a type, to a city's tracts so that they go with income as they are meant to.

    Of some draws of the noise the one is taken that goes least with income, so that the line that was meant
    is the line that is found, and a city without relation has none.

    Args:
        placed: The city.
        census: Population and income.
        kind: How their rate goes with income; tracts without people or income have the mean rate.
        rate: Their mean number a person.
        given: What each tract has already, as one that the city shares; :data:`FREE` where nothing.
        rng: Decides the noise.

    Returns:
        The number in each of its tracts.
    """
    tracts = placed.tracts
    usable = census.usable[tracts]
    income = census.income[tracts].astype(np.float64)
    line = np.ones(len(tracts))
    sign = {"positive": 1, "negative": -1}.get(kind, 0)
    if sign:
        known = income[usable]
        line[usable] += sign * SLOPE * (known - known.mean()) / (known.max() - known.min())
    people = census.people[tracts]
    drawn = []
    for _ in range(_DRAWS):
        noisy = np.maximum(0, line + _NOISE * rng.standard_normal(len(tracts)))
        counts = np.floor(noisy * rate * people + 0.5).astype(np.int64)
        drawn.append(np.where(given == FREE, counts, given))
    return min(drawn, key=lambda each: _strays(each, line * rate, income, people, usable))


def _strays(counts: Ints, line: Numbers, income: Numbers, people: Ints, usable: NDArray[np.bool_]) -> float:
    """How far the differences of the rates from their line go with income: the absolute correlation."""
    if usable.sum() < 3:
        return 0.0
    rest = (counts / people - line)[usable]
    return abs(float(np.corrcoef(rest, income[usable])[0, 1]))
