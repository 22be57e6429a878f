"""A made-up country: tracts, Census, cities and posts, with known truth.

:func:`write_country` writes what an investigation needs beside its mailboxes (DESIGN 3) and what a faultless
run finds in it. The Census, the cities and the places of posts are made up; state codes are real ones.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.synthetic.country.census import make_census, write_census
from data.synthetic.country.counts import posts_by_tract
from data.synthetic.country.dump import order_rows, write_posts
from data.synthetic.country.figures import EXCLUDED, YEAR, numbers
from data.synthetic.country.grid import make_grid
from data.synthetic.country.layer import write_layer
from data.synthetic.country.layout import lay_out
from data.synthetic.country.model import Country
from data.synthetic.country.resident_posts import plan_posts
from data.synthetic.country.truth import Line, write_country_truth

__all__ = ["Line", "posts_settings", "write_country"]


def write_country(folder: Path, scale: float, seed: int) -> tuple[Line, ...]:
    """Write posts, tracts, Census and cities of an investigation, and the truth about them.

    Written are ``posts/``, ``census/`` and, in ``truth/``, the tables of posts and cities (all but
    ``city_tests_robust``). Equal arguments give equal bytes. Texts and files are made piece by
    piece; what stays in memory is the plan, some 100 bytes a post, and the layer, some 100 MB at scale 1.

    Args:
        folder: The investigation folder; made if it does not exist.
        scale: Above 0. 1 is 873,592 posts over 74,000 tracts and 25 cities; however small, there are at least
            1,500 posts, 400 tracts and eight cities.
        seed: Decides every number, place and text.

    Returns:
        The ledger's lines about posts and cities.

    Raises:
        ValueError: `scale` is not above 0.
    """
    wanted = numbers(scale)

    def rng(part: int) -> np.random.Generator:
        # A generator for each part, so that a change in one leaves the others as they were.
        return np.random.default_rng([abs(seed), seed < 0, part])

    grid = make_grid(wanted.tracts, wanted.invalid, rng(1))
    layout = lay_out(wanted.tracts)
    census = make_census(grid, layout, wanted.ties, rng(2))
    counts = posts_by_tract(layout, census, wanted.year, rng(3))
    country = Country(wanted, grid, layout, census)
    posts = plan_posts(country, counts, rng(4))
    write_layer(folder / "census" / "tracts.parquet", grid, layout)
    write_census(folder / "census", layout, census)
    rows = order_rows(posts, wanted.repeats, rng(5))
    files = write_posts(folder / "posts", grid, posts, rows, seed)
    return write_country_truth(folder / "truth", country, posts, files)


def posts_settings() -> str:
    """The section ``[posts]`` of the configuration.

    Example:
        >>> print(posts_settings().splitlines()[0])
        [posts]
    """
    accounts = "".join(f'    "{account}",  # {reason}\n' for account, reason in EXCLUDED)
    return f'[posts]\nyear = {YEAR}\ntimezone = "UTC"\nexclude_users = [\n{accounts}]\n'
