"""Where the made-up cities are in the grid, and the GEOIDs of states, counties and tracts around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.synthetic.country.figures import City, cities
from data.synthetic.country.grid import Ints
from data.synthetic.figures import apportion

_COUNTY = 48  # tracts of a county


@dataclass(frozen=True, eq=False)
class Placed:
    """A city in the grid.

    Attributes:
        city: The city.
        first: Its first tract.
        stop: One past its last tract; all tracts from ``first`` on are its own.
    """

    city: City
    first: int
    stop: int

    @property
    def tracts(self) -> Ints:
        """The numbers of its tracts."""
        return np.arange(self.first, self.stop)


@dataclass(frozen=True, eq=False)
class Layout:
    """Cities and GEOIDs.

    Attributes:
        cities: The cities in order of their tracts; one begins with the last tract of the city before it.
        geoids: The GEOID of each tract, in ascending order.
    """

    cities: tuple[Placed, ...]
    geoids: tuple[str, ...]


def lay_out(tracts: int) -> Layout:
    """Spread the cities over the layer, evenly, and number the tracts as the Census does.

    Args:
        tracts: Tracts of the layer.

    Returns:
        The layout. States change half-way between cities; a county has 48 tracts, or the rest of its state.

    Example:
        >>> layout = lay_out(400)
        >>> layout.geoids[0], layout.cities[2].city.name, layout.geoids[layout.cities[2].first]
        ('01001000100', 'Alderfall city, California', '06001000900')
    """
    wanted = cities(tracts)
    joined = sum(city.joined for city, _ in wanted)
    free = tracts - sum(size for _, size in wanted) + joined
    gaps = iter(apportion(free, [1] * (len(wanted) - joined + 1)))
    placed: list[Placed] = []
    states = [0]
    at = 0
    for city, size in wanted:
        if city.joined:
            at -= 1
        else:
            gap = next(gaps)
            if placed and placed[-1].city.state != city.state:
                states.append(at + gap // 2)
            at += gap
        placed.append(Placed(city, at, at + size))
        at += size
    codes = sorted({each.city.state for each in placed})
    sizes = np.diff([*states, tracts])
    geoids = tuple(
        f"{code}{2 * (k // _COUNTY) + 1:03d}{100 * (k % _COUNTY + 1):06d}"
        for code, size in zip(codes, sizes, strict=True)
        for k in range(size)
    )
    return Layout(tuple(placed), geoids)
