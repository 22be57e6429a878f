"""A small made-up country with its public records, planned and written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.schema import TABLES
from data.synthetic.country import make_country
from data.synthetic.country.census import write_census
from data.synthetic.country.layer import write_layer
from data.synthetic.country.model import Country
from data.synthetic.public_records import PublicRecords, plan_book, write_public_records
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
def public_records(country: Country, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PublicRecords]:
    """An investigation folder without mail and posts; do not write into it."""
    folder = tmp_path_factory.mktemp("public records") / "case"
    made = write_public_records(folder, country, SCALE, SEED)
    write_census(folder / "census", country.layout, country.census)
    write_layer(folder / "census" / "tracts.parquet", country.grid, country.layout)
    return folder, made


@pytest.fixture(scope="session")
def lines(public_records: tuple[Path, PublicRecords]) -> Callable[[str, str], dict[str, int]]:
    """The ledger's lines of a part and source."""
    return lambda part, source: {
        line: count for one, other, line, count in public_records[1].lines if (one, other) == (part, source)
    }


@pytest.fixture(scope="session")
def truth(public_records: tuple[Path, PublicRecords]) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of a table of truth by its name."""
    return lambda name: read_table(TABLES[name], public_records[0] / "truth").to_pylist()
