"""What becomes of each listed tract."""

import pyarrow as pa

from tasks.census.results import Census
from tasks.tracts.status import FEW_PEOPLE, NO_CENSUS_ROW, NO_INCOME, NO_PEOPLE, NO_POLYGON, USED, statuses

CENSUS = Census(
    tracts=pa.table(
        {
            "GEOID": ["1", "2", "3", "4", "5", "6"],
            "population": pa.array([900, 0, 900, None, 499, 500], pa.int64()),
            "income": pa.array([5e4, 5e4, None, 5e4, 5e4, 250_001.0], pa.float64()),
        }
    ),
    cities=pa.table({"city": ["Ash"] * 7, "GEOID": ["7", "6", "5", "4", "3", "2", "1"]}),
    files=(),
)


def test_each_tract_has_the_first_reason_that_applies():
    found = statuses(CENSUS, {"2", "3", "4", "5", "6", "7"}, 500)
    assert found["GEOID"].to_pylist() == ["1", "2", "3", "4", "5", "6", "7"]
    assert found["status"].to_pylist() == [
        NO_POLYGON,
        NO_PEOPLE,
        NO_INCOME,
        NO_PEOPLE,
        FEW_PEOPLE,
        USED,
        NO_CENSUS_ROW,
    ]


def test_without_a_layer_and_a_least_population_only_the_census_decides():
    found = statuses(CENSUS, None, 0)
    assert found["status"].to_pylist().count(USED) == 3
