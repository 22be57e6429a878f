"""The city of a folder of crime records, among those of the lists."""

from __future__ import annotations

import pytest

from tasks.crime.cities import cities_of

LISTS = [
    "Los Angeles city, California", "New York city, New York", "Washington city, District of Columbia",
    "Indianapolis city (balance), Indiana", "Nashville-Davidson metropolitan government (balance), Tennessee",
    "Portland, OR", "Portland city, Maine", "Kansas City, MO", "Kansas City city, Kansas", "boston",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "state", "city"),
    [
        ("Los Angeles", "California", "Los Angeles city, California"),
        ("los-angeles", "", "Los Angeles city, California"),
        ("LOS_ANGELES", "", "Los Angeles city, California"),
        ("New York", "New York", "New York city, New York"),
        ("Washington", "District of Columbia", "Washington city, District of Columbia"),
        ("Indianapolis", "Indiana", "Indianapolis city (balance), Indiana"),
        ("Nashville-Davidson", "Tennessee", LISTS[4]),
        ("Portland", "Oregon", "Portland, OR"),
        ("Kansas City", "Missouri", "Kansas City, MO"),
        ("Boston", "Massachusetts", "boston"),
    ],
)
def test_a_city_is_found_however_the_lists_spell_it(name: str, state: str, city: str):
    assert cities_of(name, state, LISTS) == [city]


@pytest.mark.parametrize(
    ("name", "state", "count"), [("Portland", "", 2), ("Kansas City", "", 2), ("Angeles", "", 0), ("", "", 0)]
)
def test_what_several_or_no_cities_are_called_is_not_decided(name: str, state: str, count: int):
    assert len(cities_of(name, state, LISTS)) == count
