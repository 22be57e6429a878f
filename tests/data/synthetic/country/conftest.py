"""A small made-up country, planned and written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.schema import TABLES
from data.synthetic.country import Line, make_country, write_country
from data.synthetic.country.census import make_census
from data.synthetic.country.counts import posts_by_tract
from data.synthetic.country.figures import numbers
from data.synthetic.country.grid import make_grid
from data.synthetic.country.layout import lay_out
from data.synthetic.country.model import Country
from data.synthetic.country.resident_posts import Posts, plan_posts
from data.tables import read_table

SEED = 3


def plan_country(scale: float, seed: int) -> tuple[Country, np.ndarray]:
    """A country and its posts of the year by tract, planned with one generator."""
    rng = np.random.default_rng(seed)
    wanted = numbers(scale)
    grid = make_grid(wanted.tracts, wanted.invalid, rng)
    layout = lay_out(wanted.tracts)
    census = make_census(grid, layout, wanted.ties, rng)
    return Country(wanted, grid, layout, census), posts_by_tract(layout, census, wanted.year, rng)


@pytest.fixture(scope="session")
def plans() -> Callable[[float, int], tuple[Country, np.ndarray]]:
    """Plan a country of a scale and seed."""
    return plan_country


@pytest.fixture(scope="session")
def planned() -> tuple[Country, np.ndarray]:
    """The country of the smallest size, and its posts of the year by tract."""
    return plan_country(0.001, SEED)


@pytest.fixture(scope="session")
def posts(planned: tuple[Country, np.ndarray]) -> Posts:
    """The posts of that country."""
    country, counts = planned
    return plan_posts(country, counts, np.random.default_rng(SEED))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Line, ...]]:
    """A country on disk with the ledger's lines; do not write into it."""
    folder = tmp_path_factory.mktemp("country") / "case"
    return folder, write_country(folder, make_country(0.003, SEED), SEED)


@pytest.fixture(scope="session")
def truth(written: tuple[Path, tuple[Line, ...]]) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of a table of truth by its name."""
    return lambda name: read_table(TABLES[name], written[0] / "truth").to_pylist()
