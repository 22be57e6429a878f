from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.synthetic.country import numbered_rng
from data.synthetic.country.layout import lay_out
from data.synthetic.country.model import Country
from data.synthetic.public_records import PublicRecords
from data.synthetic.public_records.tracts import CASES, MISSING, Tracts, city_rows, plan_tracts


@pytest.fixture(scope="module")
def tracts(country: Country) -> Tracts:
    return plan_tracts(country, numbered_rng(5, 13))


@pytest.fixture(scope="module")
def file(public_records: tuple[Path, PublicRecords]) -> pd.DataFrame:
    return pd.read_parquet(public_records[0] / "census" / "gentrification.parquet")


def test_every_tract_of_the_layer_is_in_one_metro_area(country: Country, file: pd.DataFrame) -> None:
    assert set(file["GEOID"]) == set(country.layout.geoids)
    assert file["metro_area"].notna().all()
    assert file.groupby("GEOID")["metro_area"].nunique().max() == 1
    assert len(file) == len(country.layout.geoids) + 1


def test_the_tract_of_two_cities_has_a_row_for_each_with_the_same_numbers(file: pd.DataFrame) -> None:
    twice = file[file["GEOID"].duplicated(keep=False)]
    assert twice["city"].tolist() == ["Mesquite Crossing city, Texas", "Bluebonnet Ridge city, Texas"]
    assert twice.drop(columns="city").drop_duplicates().shape[0] == 1


@pytest.mark.parametrize("count", [400, 4_000, 74_000])
def test_a_city_is_in_one_metro_area_and_joined_cities_share_it(count: int) -> None:
    from data.synthetic.public_records.tracts import _metros

    layout = lay_out(count)
    names, metro = _metros(layout)
    of_city = {placed.city.name: set(metro[placed.tracts].tolist()) for placed in layout.cities}
    assert all(len(metros) == 1 for metros in of_city.values())
    assert len(set().union(*of_city.values())) == len(names) == len(layout.cities) - 1
    assert of_city["Mesquite Crossing city, Texas"] == of_city["Bluebonnet Ridge city, Texas"]
    assert len(set(names)) == len(names)
    assert (np.diff(metro) >= 0).all()
    outside = Counter(metro.tolist())
    own = Counter(int(metro[tract]) for tract in np.unique(np.concatenate([p.tracts for p in layout.cities])))
    assert all(outside[each] > own[each] for each in own)


def test_every_case_occurs_in_a_city(country: Country, tracts: Tracts) -> None:
    cities = np.unique(np.concatenate([placed.tracts for placed in country.layout.cities]))
    for year, name, value in CASES:
        found = getattr(getattr(tracts, year), name)[cities]
        assert (found == (MISSING if value is None else value)).sum() >= 2


def test_the_columns_are_those_of_the_design_and_whole_numbers(file: pd.DataFrame, tracts: Tracts) -> None:
    names = (
        "total_population",
        "total_population_25_over",
        "educational_attainment",
        "median_income",
        "median_home_value",
    )
    wanted = ["GEOID", "metro_area", "city", *(f"{name}{year}" for year in ("_00", "_19") for name in names)]
    assert list(file.columns) == wanted
    for values in (value for year in (tracts.start, tracts.end) for value in vars(year).values()):
        assert values.dtype == np.int64
        assert values[values != MISSING].min() >= 0
    known = file[["educational_attainment_19", "total_population_25_over_19"]].dropna()
    assert len(known) > 350
    assert (known["educational_attainment_19"] <= known["total_population_25_over_19"]).all()


def test_some_numbers_are_the_censuss_code_for_unknown(file: pd.DataFrame) -> None:
    assert (file["median_home_value_19"] == -666_666_666).sum() >= 2
    assert file["median_home_value_19"].notna().all()
    assert file["median_home_value_00"].isna().sum() >= 2
    assert (file["median_home_value_00"] == 0).sum() >= 2


def test_the_last_years_people_and_incomes_are_those_of_the_census(
    country: Country, file: pd.DataFrame
) -> None:
    census = pd.DataFrame(
        {"people": country.census.population, "income": country.census.income}, index=country.layout.geoids
    ).loc[file["GEOID"]]
    untouched = (
        file["total_population_19"].notna().to_numpy() & (file["total_population_19"] != 120).to_numpy()
    )
    assert untouched.mean() > 0.9
    assert (file["total_population_19"] == census["people"].to_numpy())[untouched].all()
    known = file["median_income_19"].notna().to_numpy()
    assert (file["median_income_19"] == census["income"].to_numpy())[known].all()
    assert (census["income"].to_numpy()[~known] < 0).all()


def test_a_row_of_no_city_has_none() -> None:
    rows = city_rows(lay_out(400))
    names = Counter(city for _, city in rows)
    assert names.pop(None) == 120
    assert len(names) == 8
