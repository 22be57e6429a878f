"""A small made-up country with its city halls, planned and written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.schema import TABLES
from data.synthetic.country import make_country
from data.synthetic.country.census import write_census
from data.synthetic.country.layer import write_layer
from data.synthetic.country.model import Country
from data.synthetic.public_records import CityHall, plan_book, write_city_hall
from data.synthetic.public_records.figures import ALDERFALL, THORNQUILL
from data.synthetic.public_records.stream import Book
from data.tables import read_table

SCALE, SEED = 0.002, 3


@pytest.fixture(scope="session")
def country() -> Country:
    """The country of the smallest size."""
    return make_country(SCALE, SEED)


@pytest.fixture(scope="session")
def alderfall(country: Country) -> Book:
    """The crime records of the first agency's city."""
    return plan_book(country, ALDERFALL, SCALE, SEED)


@pytest.fixture(scope="session")
def thornquill(country: Country) -> Book:
    """The crime records of the other city."""
    return plan_book(country, THORNQUILL, SCALE, SEED)


@pytest.fixture(scope="session")
def hall(country: Country, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CityHall]:
    """An investigation folder without mail and posts; do not write into it."""
    folder = tmp_path_factory.mktemp("city hall") / "case"
    made = write_city_hall(folder, country, SCALE, SEED)
    write_census(folder / "census", country.layout, country.census)
    write_layer(folder / "census" / "tracts.parquet", country.grid, country.layout)
    return folder, made


@pytest.fixture(scope="session")
def lines(hall: tuple[Path, CityHall]) -> Callable[[str, str], dict[str, int]]:
    """The ledger's lines of a part and source."""
    return lambda part, source: {
        line: count for one, other, line, count in hall[1].lines if (one, other) == (part, source)
    }


@pytest.fixture(scope="session")
def truth(hall: tuple[Path, CityHall]) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of a table of truth by its name."""
    return lambda name: read_table(TABLES[name], hall[0] / "truth").to_pylist()
