"""How many posts of the year analysed each tract has: by design in cities, by chance elsewhere.

A city's crimes are distributed over its tracts in the same way (:func:`dealt_by_income`).
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
"""The mean rate of a city, as a multiple of the nation's."""
SLOPE: Final = 1.6
"""From a city's poorest tract to its richest, the rate grows ("positive") or falls ("negative") by this
multiple of its mean."""
_NOISE: Final = 0.2  # standard deviation of a tract's rate around the city's line, as a multiple of the mean
_DRAWS: Final = 40
_CROWDED: Final = 6.0  # the rate of a tract of few people, as a multiple of the mean
FREE: Final = -1
"""Marks a number that is not decided yet."""


def posts_by_tract(layout: Layout, census: Census, total: int, rng: np.random.Generator) -> Ints:
    """Distribute the posts of the year over the tracts.

    Args:
        layout: The cities.
        census: Population and income.
        total: Posts to distribute.
        rng: Decides the noise.

    Returns:
        Posts of each tract; they add up to ``total``. Tracts outside the cities get what the cities leave.

    Raises:
        ValueError: The cities alone need more.
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
    """Distribute posts, or crimes of a type, over a city's tracts so that they have the wanted verdict.

    The noise is drawn several times, and the draw that correlates least with income is taken. So the intended
    line is the one that is found, and a city without relation has none.

    Args:
        placed: The city.
        census: Population and income.
        kind: How the rate is related to income; tracts without people or income have the mean rate.
        rate: The mean number per person.
        given: The number that is already decided, as in a tract shared with another city; :data:`FREE` where
            none is.
        rng: Decides the noise.

    Returns:
        The number in each of its tracts.
    """
    tracts = placed.tracts
    usable = census.used[tracts]
    income = census.income[tracts].astype(np.float64)
    line = np.ones(len(tracts))
    sign = {"positive": 1, "negative": -1}.get(kind, 0)
    if sign and placed.city.plant == "one slope":
        north = census.north[tracts]
        line += sign * SLOPE * (north - north.mean())
    elif sign:
        known = income[usable]
        line[usable] += sign * SLOPE * (known - known.mean()) / (known.max() - known.min())
    people = census.people[tracts]
    drawn = []
    for _ in range(_DRAWS):
        noisy = np.maximum(0, line + _NOISE * rng.standard_normal(len(tracts)))
        counts = np.floor(noisy * rate * people + 0.5).astype(np.int64)
        drawn.append(np.where(given == FREE, counts, given))
    best = min(drawn, key=lambda each: _strays(each, line * rate, income, people, usable))
    tiny = census.usable[tracts] & ~usable & (given == FREE)
    return np.where(tiny, np.ceil(_CROWDED * rate * people).astype(np.int64), best)


def _strays(counts: Ints, line: Numbers, income: Numbers, people: Ints, usable: NDArray[np.bool_]) -> float:
    """The absolute correlation between income and the rates' differences from their line."""
    if usable.sum() < 3:
        return 0.0
    rest = (counts / people - line)[usable]
    return abs(float(np.corrcoef(rest, income[usable])[0, 1]))
