"""A made-up country: tracts, Census, cities and posts, with known truth.

:func:`make_country` makes tracts, cities and people; :func:`write_country` writes what an investigation of
posts needs of them (DESIGN 3), and what a faultless run finds in it. The Census, the cities and the places of
posts are made up; state codes are real ones.
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

__all__ = ["Line", "make_country", "part_rng", "posts_settings", "write_country"]


def part_rng(seed: int, part: int) -> np.random.Generator:
    """The generator of one part of a country, so that a change in one part leaves the others as they were.

    Args:
        seed: The investigation's; any whole number.
        part: The part's number; 1 to 5 are taken here, 11 and on by :mod:`data.synthetic.public_records`.
    """
    return np.random.default_rng([abs(seed), seed < 0, part])


def make_country(scale: float, seed: int) -> Country:
    """Make tracts, cities and people.

    Args:
        scale: Above 0. 1 is 74,000 tracts and 25 cities; however small, there are at least 400 tracts and
            eight cities.
        seed: Decides edges, people and incomes.

    Returns:
        The country; some 100 MB of memory at scale 1.

    Raises:
        ValueError: `scale` is not above 0.
    """
    wanted = numbers(scale)
    grid = make_grid(wanted.tracts, wanted.invalid, part_rng(seed, 1))
    layout = lay_out(wanted.tracts)
    return Country(wanted, grid, layout, make_census(grid, layout, wanted.ties, part_rng(seed, 2)))


def write_country(folder: Path, country: Country, seed: int) -> tuple[Line, ...]:
    """Write posts, tracts, Census and cities of an investigation, and the truth about them.

    Written are ``posts/``, ``census/`` and, in ``truth/``, the tables of posts and cities (all but
    ``city_tests_robust``). Equal arguments give equal bytes. Texts and files are made piece by
    piece; what stays in memory is the plan, some 100 bytes a post.

    Args:
        folder: The investigation folder; made if it does not exist.
        country: The country. Of scale 1 it has 873,592 posts; however small, at least 1,500.
        seed: Decides every place and text of the posts.

    Returns:
        The ledger's lines about posts and cities.
    """
    grid, layout, census = country.grid, country.layout, country.census
    counts = posts_by_tract(layout, census, country.numbers.year, part_rng(seed, 3))
    posts = plan_posts(country, counts, part_rng(seed, 4))
    write_layer(folder / "census" / "tracts.parquet", grid, layout)
    write_census(folder / "census", layout, census)
    rows = order_rows(posts, country.numbers.repeats, part_rng(seed, 5))
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
