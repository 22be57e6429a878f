"""What a made-up country consists of."""

from __future__ import annotations

from dataclasses import dataclass

from data.synthetic.country.census import Census
from data.synthetic.country.figures import Numbers
from data.synthetic.country.grid import Grid
from data.synthetic.country.layout import Layout


@dataclass(frozen=True, eq=False)
class Country:
    """A made-up country, before any of it is written.

    Attributes:
        numbers: How much of everything there is.
        grid: The tracts.
        layout: The cities and the GEOIDs.
        census: Population and income.
    """

    numbers: Numbers
    grid: Grid
    layout: Layout
    census: Census
