import pytest

from data.synthetic.country.figures import CITIES, YEAR
from data.synthetic.mail.planning import AGENCIES
from data.synthetic.public_records.figures import (
    CRIME_CITIES,
    PARTNERS,
    POSTAL,
    bare,
    crime_numbers,
    wanted_cities,
)

SCALES = [1e-9, 0.002, 0.01, 0.37, 1, 3]


def test_scale_one_has_the_published_number_of_crimes() -> None:
    assert crime_numbers(CRIME_CITIES[0], 1).rows == 2_100_000
    assert CRIME_CITIES[0].city == AGENCIES["main"].city


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("city", CRIME_CITIES, ids=lambda city: city.folder)
def test_the_years_have_all_rows_except_repeats(scale: float, city) -> None:
    wanted = crime_numbers(city, scale)
    planned = sum(wanted.examined) + wanted.no_location + wanted.elsewhere
    runs = wanted.runs(city, planned)
    assert sum(runs) + wanted.repeats == wanted.rows >= city.fewest
    assert runs[city.years.index(YEAR)] > planned
    assert min(runs) > 100


def test_crime_cities_exist_at_every_scale() -> None:
    few = {city.name for city in CITIES if city.few}
    assert {city.city for city in CRIME_CITIES} <= few


@pytest.mark.parametrize("few", [True, False])
def test_some_cities_with_a_partnership_are_not_chosen_and_some_have_none(few: bool) -> None:
    names = {bare(city.name) for city in CITIES if city.few or not few}
    partners = names & PARTNERS
    assert 0 < wanted_cities(len(partners)) < len(partners) < len(names)
    assert {bare(agency.city) for agency in AGENCIES.values()} <= partners


def test_every_partner_is_a_city_and_every_state_has_a_code() -> None:
    assert {bare(city.name) for city in CITIES} >= PARTNERS
    assert {city.state for city in CITIES} == set(POSTAL)
    assert len(set(POSTAL.values())) == len(POSTAL)
