"""Tracts that take part in an analysis of income."""

from __future__ import annotations

import pyarrow as pa

from tasks.census.results import Census
from tasks.income.cities import used_tracts
from tasks.places.usable import usable_geoids
from tasks.tracts.status import statuses


def test_only_tracts_with_people_and_income_are_usable_here_and_in_the_analysis_of_income():
    people = [5, 0, None, 7, 8, None]
    incomes = [1.0, 2.0, 3.0, None, 0.0, None]
    geoids = [f"0600100{place:04d}" for place in range(6)]
    tracts = pa.table({"GEOID": geoids, "population": people, "income": incomes})
    found = usable_geoids(tracts).to_pylist()
    assert found == [geoids[0], geoids[4]]
    cities = pa.table({"city": ["Alder"] * 6, "GEOID": geoids})
    counts = pa.table({"GEOID": pa.array([], pa.string()), "count": pa.array([], pa.int64())})
    assert (
        found == used_tracts(statuses(Census(tracts, cities, ()), None, 0), counts)["Alder"]["GEOID"].tolist()
    )
