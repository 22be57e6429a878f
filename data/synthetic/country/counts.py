"""How many posts of the year analysed each tract has: by design in cities, by chance elsewhere."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.synthetic.country.census import Census
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
_FREE: Final = -1


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
    counts = np.full(len(census.people), _FREE)
    for placed in layout.cities:
        counts[placed.first : placed.stop] = _city(placed, census, URBAN * rate, counts[placed.tracts], rng)
    outside = counts == _FREE
    counts[outside] = 0
    left = total - int(counts.sum())
    if left < 0:
        raise ValueError(f"the cities have {-left} posts more than the country")
    weights = np.where(outside, census.people, 0)
    counts += rng.multinomial(left, weights / weights.sum())
    return counts


def _city(placed: Placed, census: Census, rate: float, given: Ints, rng: np.random.Generator) -> Ints:
    """The posts of a city's tracts; a tract that it shares keeps what the other city gave it.

    Of some draws of the noise the one is taken that goes least with income, so that the line that was meant
    is the line that is found, and a city without relation has none.
    """
    tracts = placed.tracts
    usable = census.usable[tracts]
    income = census.income[tracts].astype(np.float64)
    line = np.ones(len(tracts))
    sign = {"positive": 1, "negative": -1}.get(placed.city.kind, 0)
    if sign:
        known = income[usable]
        line[usable] += sign * SLOPE * (known - known.mean()) / (known.max() - known.min())
    people = census.people[tracts]
    drawn = []
    for _ in range(_DRAWS):
        noisy = np.maximum(0, line + _NOISE * rng.standard_normal(len(tracts)))
        counts = np.floor(noisy * rate * people + 0.5).astype(np.int64)
        drawn.append(np.where(given == _FREE, counts, given))
    return min(drawn, key=lambda each: _strays(each, line * rate, income, people, usable))


def _strays(counts: Ints, line: Numbers, income: Numbers, people: Ints, usable: NDArray[np.bool_]) -> float:
    """How far the differences of the rates from their line go with income: the absolute correlation."""
    if usable.sum() < 3:
        return 0.0
    rest = (counts / people - line)[usable]
    return abs(float(np.corrcoef(rest, income[usable])[0, 1]))
