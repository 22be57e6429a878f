import csv
from pathlib import Path

import numpy as np

from data.synthetic.country.census import NO_INCOME, NO_MARGIN, TOP_CODE, missing_tracts, write_census
from data.synthetic.country.grid import TOP
from data.synthetic.country.model import Country
from tests.second import stats

Planned = tuple[Country, np.ndarray]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_some_tracts_have_no_people_some_no_income_and_some_no_row(planned: Planned) -> None:
    census = planned[0].census
    assert (census.population == 0).sum() >= 4
    assert (census.population == -1).sum() >= 4
    assert ((census.population > 0) & (census.income == NO_INCOME)).sum() >= 8
    assert (census.income[census.population <= 0] == NO_INCOME).all()
    assert census.income[census.usable].min() >= 14_000


def test_some_neighbours_are_equally_populous(planned: Planned) -> None:
    country, _ = planned
    northern = country.grid.neighbour(np.arange(country.grid.tracts), TOP)
    there = northern >= 0
    equal = country.census.people[there] == country.census.people[northern[there]]
    assert equal.sum() >= country.numbers.ties


def test_cities_that_cannot_be_tested_have_the_planned_number_of_usable_tracts(planned: Planned) -> None:
    country, _ = planned
    found = {
        placed.city.name: (int(country.census.usable[placed.tracts].sum()), placed.city.usable)
        for placed in country.layout.cities
        if placed.city.usable is not None
    }
    assert found
    assert all(usable == meant < 10 for usable, meant in found.values())


def test_the_acs_has_integers_without_leading_zeros(planned: Planned, tmp_path: Path) -> None:
    country, _ = planned
    write_census(tmp_path, country.layout, country.census)
    rows = _read(tmp_path / "acs.csv")
    assert list(rows[0]) == ["GEOID", "B01003_001E", "B19013_001E", "B19013_001M"]
    written = {row["GEOID"]: (int(row["B01003_001E"]), int(row["B19013_001E"])) for row in rows}
    for row in rows:
        known = 0 < int(row["B19013_001E"]) < TOP_CODE
        assert known == (int(row["B19013_001M"]) > 0) == (int(row["B19013_001M"]) != NO_MARGIN)
    beyond = missing_tracts(country.layout)
    assert {written.pop(str(int(geoid))) for _, geoid, _, _ in beyond} == {(3_210, 61_000)}
    expected = {
        str(int(geoid)): (population, income)
        for geoid, population, income in zip(
            country.layout.geoids,
            country.census.population.tolist(),
            country.census.income.tolist(),
            strict=True,
        )
        if population >= 0
    }
    assert written == expected
    assert {len(geoid) for geoid in written} == {10, 11}


def test_the_lists_of_cities_keep_leading_zeros(planned: Planned, tmp_path: Path) -> None:
    country, _ = planned
    write_census(tmp_path, country.layout, country.census)
    read = _read(tmp_path / "city_tracts.csv")
    shares = [float(row["share"]) for row in read]
    assert min(shares) < 0.5 < max(shares) == 1.0
    rows = [(row["city"], row["GEOID"]) for row in read]
    (beyond,) = missing_tracts(country.layout)
    assert rows.pop() == beyond[:2]
    assert beyond[1] not in country.layout.geoids
    assert rows == [
        (placed.city.name, country.layout.geoids[tract])
        for placed in country.layout.cities
        for tract in placed.tracts
    ]
    assert {len(geoid) for _, geoid in rows} == {11}


def test_two_tiny_tracts_would_make_a_finding_of_a_city_that_has_none(planned: Planned) -> None:
    country, counts = planned
    (placed,) = (each for each in country.layout.cities if each.city.plant == "two tiny tracts")
    census = country.census
    found = {}
    for name, kept in (("every", census.usable), ("used", census.used)):
        tracts = placed.tracts[kept[placed.tracts]]
        rate = counts[tracts] / census.population[tracts]
        found[name] = stats.pearsonr(census.income[tracts], rate)
    assert placed.city.kind == "none"
    assert found["every"].pvalue < 1e-6
    assert found["used"].pvalue > 0.2


def test_the_tracts_of_a_city_with_one_slope_lie_in_order_of_income(planned: Planned) -> None:
    country, _ = planned
    (placed,) = (each for each in country.layout.cities if each.city.plant == "one slope")
    tracts = placed.tracts[country.census.used[placed.tracts]]
    income = np.log(country.census.income[tracts])
    assert stats.pearsonr(country.census.north[tracts], income).statistic > 0.6
