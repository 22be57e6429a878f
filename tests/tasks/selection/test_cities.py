"""What a city is called besides its name in the Census, and in which state it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from data.police import Police, read_police, read_states
from tasks.selection.cities import City, by_name, check_cities, cities_of, names_of, state_of
from tasks.selection.results import GentrificationInput


def tracts(*rows: tuple[str, str | None]) -> pa.Table:
    return pa.table(
        {"GEOID": [geoid for geoid, _ in rows], "city": pa.array([city for _, city in rows], pa.string())}
    )


@pytest.mark.parametrize(
    ("city", "names"),
    [
        ("New York city", ["New York"]),
        ("Kansas City city", ["Kansas City"]),
        ("Oklahoma City city", ["Oklahoma City"]),
        ("Carson City", ["Carson City"]),
        ("Washington", ["Washington"]),
        ("Indianapolis city (balance)", ["Indianapolis"]),
        (
            "Louisville/Jefferson County metro government (balance)",
            ["Louisville/Jefferson County", "Louisville"],
        ),
        ("Nashville-Davidson metropolitan government (balance)", ["Nashville-Davidson", "Nashville"]),
        ("Athens-Clarke County unified government (balance)", ["Athens-Clarke County", "Athens"]),
        ("Lynchburg, Moore County metropolitan government", ["Lynchburg, Moore County", "Lynchburg"]),
        ("Lexington-Fayette urban county", ["Lexington-Fayette", "Lexington"]),
        ("Winston-Salem city", ["Winston-Salem"]),
        ("Anchorage municipality", ["Anchorage"]),
        ("Juneau city and borough", ["Juneau"]),
        ("Urban Honolulu CDP", ["Urban Honolulu"]),
        ("San Buenaventura (Ventura) city", ["San Buenaventura", "Ventura"]),
        (" Gilbert town", ["Gilbert"]),
        ("city", ["city"]),
    ],
)
def test_a_city_is_called_what_stands_before_the_words_of_the_census(city: str, names: list[str]):
    assert list(names_of(city)) == names


@pytest.mark.parametrize(
    ("city", "geoids", "found"),
    [
        ("Kansas City city, Missouri", ["20209000100"], ("Kansas City city", "MO")),
        ("Portland, ME", [], ("Portland", "ME")),
        ("Washington, D.C.", [], ("Washington", "DC")),
        ("Washington city, District of Columbia", [], ("Washington city", "DC")),
        ("Washington", ["24033000100", "11001000100", "11001000201"], ("Washington", "DC")),
        ("Ashford", ["39001000100", "18001000100"], ("Ashford", "IN")),
        ("Ashford city, Westmark", ["39001000100"], ("Ashford city", "OH")),
    ],
    ids=["named", "code", "district", "in full", "most tracts", "as many", "no state behind the comma"],
)
def test_the_state_is_the_one_named_else_that_of_most_tracts(
    city: str, geoids: Sequence[str], found: tuple[str, str]
):
    assert state_of(city, geoids, read_states()) == found


@pytest.mark.parametrize(("geoids", "said"), [(["99001000100"], "begin with 99"), ([], "begin with nothing")])
def test_a_city_in_no_state_is_named(geoids: list[str], said: str):
    with pytest.raises(
        InputError, match=f"census/gentrification: column city: .* 'Ashford'.* {said}, the number"
    ):
        state_of("Ashford", geoids, read_states())


def test_tracts_in_no_city_and_their_order_do_not_matter():
    rows = [
        ("39001000100", "Brill"),
        ("39001000200", None),
        ("39001000300", "Ashford"),
        ("39001000400", "Brill"),
    ]
    found = cities_of(tracts(*rows), read_states(), Police(()))
    assert found == [City("Ashford", ("Ashford",), "OH"), City("Brill", ("Brill",), "OH")]
    assert cities_of(tracts(*rows[::-1]), read_states(), Police(())) == found


def test_a_city_has_the_names_that_the_table_gives_it():
    (city,) = cities_of(tracts(("36061000100", "New York city, New York")), read_states(), read_police())
    assert city.names == ("New York", "New York City")


def test_cities_of_one_name_in_two_states_do_not_mix():
    rows = [("20209000100", "Kansas City city, Kansas"), ("29095000100", "Kansas City city, Missouri")]
    known = by_name(cities_of(tracts(*rows), read_states(), read_police()))
    assert {key: city.city for key, city in known.items()} == {
        ("KS", "kansas city"): "Kansas City city, Kansas",
        ("MO", "kansas city"): "Kansas City city, Missouri",
    }


def test_two_cities_with_the_same_name_are_reported():
    rows = [("39001000100", "Ashford"), ("39001000200", "Ashford city, Ohio")]
    with pytest.raises(InputError, match="'Ashford' and 'Ashford city, Ohio' are both Ashford in OH; write"):
        by_name(cities_of(tracts(*rows), read_states(), read_police()))


def test_the_cities_can_be_checked_before_any_work():
    given = GentrificationInput("a", tracts(("39001000100", "Ashford"), ("39001000200", None)), 2, ())
    check_cities(given)
    with pytest.raises(InputError, match="the state of 'Brill' is unknown"):
        check_cities(replace(given, tracts=tracts(("99001000100", "Brill"))))
    with pytest.raises(InputError, match="both Ashford in OH"):
        check_cities(
            replace(given, tracts=tracts(("39001000100", "Ashford"), ("39001000200", "Ashford, Ohio")))
        )


def test_the_fifty_cities_lie_in_the_states_of_their_census_numbers(real: Path):
    table = pq.read_table(real / "cities_50.parquet", columns=["city", "place_geoid"])
    lists = pq.read_table(real / "city_tracts.parquet", columns=["GEOID", "city"])
    states = read_states()
    expected = {
        row["city"]: state.code
        for row in table.to_pylist()
        if (state := states.of_tract(row["place_geoid"])) is not None
    }
    named = {city.city: city.state for city in cities_of(lists, states, read_police())}
    assert named == expected
    # The same from the tracts alone, as where a list gives no state.
    bare = pa.table(
        {"GEOID": lists["GEOID"], "city": [city.replace(",", " in") for city in lists["city"].to_pylist()]}
    )
    by_tracts = {city.city: city.state for city in cities_of(bare, states, read_police())}
    assert by_tracts == {city.replace(",", " in"): state for city, state in expected.items()}
