"""A made-up country: tracts, Census, cities and posts, with the truth about them.

:func:`make_country` makes tracts, cities and people. :func:`write_country` writes the files that an
investigation of posts needs (README.md), and the tables that a faultless run makes from them. The Census, the
cities and the locations of posts are made up; the state codes are real.
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

__all__ = ["Line", "make_country", "numbered_rng", "posts_settings", "write_country"]


def numbered_rng(seed: int, number: int) -> np.random.Generator:
    """One of a country's random generators. Each purpose has its own, so a change in one changes no other.

    Args:
        seed: The investigation's; any whole number.
        number: Which generator; 1 to 5 are used here, 11 and up in :mod:`data.synthetic.public_records`.
    """
    return np.random.default_rng([abs(seed), seed < 0, number])


def make_country(scale: float, seed: int) -> Country:
    """Make tracts, cities and people.

    Args:
        scale: Above 0. 1 is 74,000 tracts and 25 cities; at the smallest scale there are 400 tracts and eight
            cities.
        seed: Decides edges, people and incomes.

    Returns:
        The country; about 100 MB of memory at scale 1.

    Raises:
        ValueError: ``scale`` is not above 0.
    """
    wanted = numbers(scale)
    grid = make_grid(wanted.tracts, wanted.invalid, numbered_rng(seed, 1))
    layout = lay_out(wanted.tracts)
    return Country(wanted, grid, layout, make_census(grid, layout, wanted.ties, numbered_rng(seed, 2)))


def write_country(folder: Path, country: Country, seed: int) -> tuple[Line, ...]:
    """Write posts, tracts, Census and cities of an investigation, and the truth about them.

    It writes ``posts/``, ``census/`` and, in ``truth/``, the tables of posts and cities (all but
    ``city_tests_robust``). Equal arguments give equal bytes. Files are written in pieces; only the plan stays
    in memory, about 100 bytes per post.

    Args:
        folder: The investigation folder; created if it does not exist.
        country: The country. At scale 1 it has 873,592 posts; at the smallest scale, 1,500.
        seed: Decides the location and text of every post.

    Returns:
        The ledger's lines about posts and cities.
    """
    grid, layout, census = country.grid, country.layout, country.census
    counts = posts_by_tract(layout, census, country.numbers.year, numbered_rng(seed, 3))
    posts = plan_posts(country, counts, numbered_rng(seed, 4))
    write_layer(folder / "census" / "tracts.parquet", grid, layout)
    write_census(folder / "census", layout, census)
    rows = order_rows(posts, country.numbers.repeats, numbered_rng(seed, 5))
    files = write_posts(folder / "posts", grid, posts, rows, seed)
    return write_country_truth(folder / "truth", country, posts, files)


def posts_settings() -> str:
    """The section ``[posts]`` of the configuration.

    Example:
        >>> print(posts_settings().splitlines()[0])
        [posts]
    """
    accounts = "".join(f'    "{account}",  # {reason}\n' for account, reason in EXCLUDED)
    return (
        f'[posts]\nyear = {YEAR}\ntimezone = "UTC"\nexclude_users = [\n{accounts}]\n'
        'same_id = "first"  # posts are there twice, the second time with another place\n'
    )
