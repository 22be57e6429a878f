"""Which cities are chosen, and the reason in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.schema import TABLES
from data.settings import Selection
from data.tables import conform, empty_table
from tasks.selection.atlas import read_atlas
from tasks.selection.choose import choose_cities
from tasks.selection.partnerships import match_atlas
from tasks.selection.results import Judged, Partnerships

CITIES = TABLES["public/gentrification"]


def judged(*cities: tuple[str, int, int]) -> Judged:
    """Cities with their tracts and gentrified tracts."""
    rows = [
        {
            "city": city,
            "tracts": tracts,
            "low_population": 0,
            "eligible": gentrified,
            "gentrified": gentrified,
            "gentrified_share": gentrified / tracts,
        }
        for city, tracts, gentrified in cities
    ]
    tracts, thresholds = (
        empty_table(TABLES[f"public/gentrification_{name}"]) for name in ("tracts", "thresholds")
    )
    table = conform(pa.Table.from_pylist(rows, schema=CITIES.arrow), CITIES)
    return Judged(tracts, thresholds, table, Selection())


def partners(*own: str, **others: tuple[str, ...]) -> Partnerships:
    return Partnerships(
        table=empty_table(TABLES["private/partnerships"]),
        own={city: (f"{city} Police Department",) for city in own},
        others=others,
        cities=0,
        wanted=0,
    )


FIVE = judged(("Ashford", 1234, 617), ("Brill", 10, 5), ("Corr", 3, 1), ("Dorn", 8, 1), ("Elk", 1, 0))


def rows(given: Judged, found: Partnerships, cities: int) -> list[dict[str, Any]]:
    return list(choose_cities(given, found, Selection(cities=cities)).to_pylist())


def test_the_first_with_a_partnership_are_chosen_and_each_reason_says_the_place():
    found = rows(FIVE, partners("Brill", "Dorn", "Elk", Corr=("Corr County Sheriff's Office",)), 2)
    assert [(row["rank"], row["city"], row["partnership"], row["selected"]) for row in found] == [
        (1, "Ashford", False, False),
        (2, "Brill", True, True),
        (3, "Corr", False, False),
        (4, "Dorn", True, True),
        (5, "Elk", True, False),
    ]
    assert [row["reason"] for row in found] == [
        "not selected: no partnership of its own police in the Atlas; 50.0 % of its 1,234 tracts gentrified "
        "(617), place 1 of 5 by that share",
        "selected: 1st of the 2 chosen; the Atlas names Brill Police Department; 50.0 % of its 10 tracts "
        "gentrified (5), place 2 of 5 by that share",
        "not selected: no partnership of its own police in the Atlas; the Atlas names only Corr County "
        "Sheriff's Office in the city, not its own police; 33.3 % of its 3 tracts gentrified (1), place 3 of "
        "5 by that share",
        "selected: 2nd of the 2 chosen; the Atlas names Dorn Police Department; 12.5 % of its 8 tracts "
        "gentrified (1), place 4 of 5 by that share",
        "not selected: 3rd of the 3 cities with a partnership, of which the first 2 are chosen; the Atlas "
        "names Elk Police Department; 0.0 % of its one tract gentrified (0), place 5 of 5 by that share",
    ]


def test_the_rank_is_by_share_and_then_by_name_whatever_the_order():
    cities = [("B", 4, 2), ("A", 10, 5), ("C", 3, 2), ("D", 6, 3), ("E", 49, 0)]
    for order in (cities, cities[::-1]):
        found = rows(judged(*order), partners(), 2)
        assert [row["city"] for row in found] == ["C", "A", "B", "D", "E"]
        assert [row["rank"] for row in found] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("gentrified", "of"), [(1, 3), (2, 7), (19, 27), (33, 141)])
def test_equal_shares_of_different_numbers_of_tracts_are_equal(gentrified: int, of: int):
    cities = judged(("Z", of, gentrified), *((f"A{by}", of * by, gentrified * by) for by in range(2, 9)))
    found = rows(cities, partners(), 1)
    assert [row["city"] for row in found] == [*(f"A{by}" for by in range(2, 9)), "Z"]


def test_with_fewer_partnerships_than_wanted_all_are_chosen_and_the_reason_says_so():
    found = rows(FIVE, partners("Dorn"), 25)
    assert [row["city"] for row in found if row["selected"]] == ["Dorn"]
    assert found[3]["reason"].startswith(
        "selected: 1st of the 1 chosen, all that have a partnership (25 were wanted); the Atlas names Dorn"
    )


def test_one_city_to_choose_is_reported_of_as_one():
    found = rows(FIVE, partners("Dorn", "Elk"), 1)
    assert "2nd of the 2 cities with a partnership, of which the first is chosen;" in found[4]["reason"]


def test_the_other_agencies_in_a_city_whose_own_police_has_one_are_not_told():
    found = rows(FIVE, partners("Corr", Corr=("Corr County Sheriff's Office",), Elk=("X", "Y", "Z")), 1)
    assert "Sheriff" not in found[2]["reason"]
    assert "the Atlas names only X, Y and Z in the city" in found[4]["reason"]


@pytest.mark.long
def test_the_selection_of_the_fifty_cities_follows_from_the_published_counts(real: Path):
    """The published counts of 2000 to 2019 stand for the judged tracts, which LTDB does not let us keep."""
    columns = ["city", "n_tracts", "gentrified", "ring_police_partner_atlas_2020_10"]
    cities = pq.read_table(real / "cities_50.parquet", columns=columns).to_pandas()
    lists = pq.read_table(real / "city_tracts.parquet", columns=["GEOID", "city"])
    atlas = read_atlas([("atlas/atlas.csv", real / "atlas_of_surveillance.csv")])
    given = judged(*cities[columns[:3]].itertuples(index=False, name=None))
    found = match_atlas(atlas, Judged(lists, given.thresholds, given.cities, Selection()))
    chosen = choose_cities(given, found, Selection(cities=25)).to_pandas()

    expected = cities.assign(share=cities["gentrified"] / cities["n_tracts"]).sort_values(
        ["share", "city"], ascending=[False, True]
    )
    assert chosen["city"].tolist() == expected["city"].tolist()
    partnered = expected[expected["ring_police_partner_atlas_2020_10"]]["city"].tolist()
    assert chosen[chosen["selected"]]["city"].tolist() == partnered[:25]
    assert (chosen["partnership"] & ~chosen["selected"]).sum() == 2
    assert chosen["reason"].map(len).min() > 60
    reason = dict(zip(chosen["city"], chosen["reason"], strict=True))
    assert reason["Colorado Springs city, Colorado"] == (
        "not selected: no partnership of its own police in the Atlas; the Atlas names only El Paso County "
        "Sheriff's Office in the city, not its own police; 9.0 % of its 111 tracts gentrified (10), place 15 "
        "of 50 by that share"
    )
    assert reason["Denver city, Colorado"].startswith(
        "selected: 1st of the 25 chosen; the Atlas names Denver"
    )
