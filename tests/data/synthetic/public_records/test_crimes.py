import numpy as np
import pytest

from data.synthetic.country.borders import NULL
from data.synthetic.country.grid import HEIGHT, INNER, WIDTH
from data.synthetic.country.model import Country
from data.synthetic.public_records.crimes import COUNTED, NO_LOCATION, NO_TRACT, OUTSIDE
from data.synthetic.public_records.stream import Book

EACH = pytest.mark.parametrize("name", ["alderfall", "thornquill"])


@pytest.fixture
def book(name: str, request: pytest.FixtureRequest) -> Book:
    return request.getfixturevalue(name)


@EACH
def test_only_counted_crimes_are_in_the_city(book: Book) -> None:
    crimes, tracts = book.crimes, book.placed.tracts
    counted, nowhere, outside = (crimes.fate == fate for fate in (COUNTED, NO_LOCATION, OUTSIDE))
    assert np.isin(crimes.tract[counted], tracts).all()
    assert (crimes.tract[nowhere] == NO_TRACT).all()
    assert not np.isin(crimes.tract[outside], tracts).any()
    assert min(counted.sum(), nowhere.sum(), outside.sum()) >= 18


@EACH
def test_every_way_to_be_outside_occurs(book: Book, country: Country) -> None:
    tract = book.crimes.tract[book.crimes.fate == OUTSIDE]
    cities = np.unique(np.concatenate([placed.tracts for placed in country.layout.cities]))
    assert (tract == NO_TRACT).sum() >= 5
    assert np.isin(tract, cities).sum() >= 5
    assert ((tract != NO_TRACT) & ~np.isin(tract, cities)).sum() >= 5


@EACH
def test_every_way_to_have_no_location_occurs(book: Book) -> None:
    crimes = book.crimes
    x, y = (each[crimes.fate == NO_LOCATION] for each in (crimes.x, crimes.y))
    assert ((x == 0) & (y == 0)).any()
    assert ((x == NULL) & (y == NULL)).any()
    assert ((x == NULL) ^ (y == NULL)).any()
    assert (np.abs(y[y != NULL]) > 90_000_000).any()


@EACH
def test_some_are_on_borders_also_at_the_citys_limits(book: Book, country: Country) -> None:
    crimes = book.crimes
    there = crimes.tract != NO_TRACT
    x, y = country.grid.centre(crimes.tract[there])
    away = np.maximum(
        np.abs(crimes.x[there] - x) / (INNER * WIDTH / 2), np.abs(crimes.y[there] - y) / (INNER * HEIGHT / 2)
    )
    on_border = away > 1.001
    fate, tract = crimes.fate[there], crimes.tract[there]
    assert (on_border & (fate == OUTSIDE)).sum() >= 5
    neighbours = np.stack([country.grid.neighbour(tract, side) for side in range(4)])
    at_limit = ((neighbours >= 0) & ~np.isin(neighbours, book.placed.tracts)).any(axis=0)
    assert (on_border & (fate == COUNTED) & at_limit).sum() >= 5
    assert (on_border & (fate == COUNTED) & ~at_limit).sum() >= 1


def test_the_first_and_the_last_day_of_the_year_occur(alderfall: Book, thornquill: Book) -> None:
    for book in (alderfall, thornquill):
        days = book.crimes.day.astype("datetime64[D]")
        assert (str(days.min()), str(days.max())) == ("2019-01-01", "2019-12-31")


def test_five_crimes_are_recorded_twice_if_records_have_no_id(thornquill: Book, alderfall: Book) -> None:
    for book, twice in ((thornquill, 5), (alderfall, 0)):
        crimes = book.crimes
        counted = crimes.fate == COUNTED
        rows = np.stack([crimes.type, crimes.x, crimes.y, crimes.day], axis=1)[counted]
        assert len(rows) - len(np.unique(rows, axis=0)) == twice


def test_a_type_of_other_years_has_no_crime(alderfall: Book, country: Country) -> None:
    numbers = [alderfall.crimes.counts(number, country.grid.tracts).sum() for number in range(3)]
    assert numbers[2] == 0 < min(numbers[:2])
