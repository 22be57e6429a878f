"""Whose partnership a row of the Atlas is: made-up cities by every rule, and the fifty real ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from data.police import Name, Police, read_police, read_states
from data.schema import TABLES
from data.settings import Selection
from data.tables import empty_table
from tasks.selection.atlas import RING, read_atlas
from tasks.selection.cities import City
from tasks.selection.partnerships import FORMS, Register, kind_of_agency, match_atlas
from tasks.selection.results import AtlasInput, Judged

if TYPE_CHECKING:
    from tests.tasks.selection.conftest import AtlasRow, WriteAtlas

CITIES = [
    City("Ashford city, Ohio", ("Ashford",), "OH"),
    City("Brill-Dorn County metro government (balance), Ohio", ("Brill-Dorn County", "Brill"), "OH"),
    City("St. Oswald city, Maine", ("St. Oswald",), "ME"),
    City("Elk City city, Ohio", ("Elk City",), "OH"),
    City("Elk city, Ohio", ("Elk",), "OH"),
    City("Kansas City city, Kansas", ("Kansas City",), "KS"),
    City("Kansas City city, Missouri", ("Kansas City",), "MO"),
]
NAMES = Police((Name("Brill", "OH", "agency", "Brill Metro Police Department", "merged in 1901"),))


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.of(CITIES, read_states(), NAMES)


def row(
    agency: str, place: str | None = "Ashford", state: str | None = "OH", **more: str
) -> dict[str, str | None]:
    return {"agency": agency, "atlas_city": place, "state": state, **more}


def list_of(*cities: tuple[str, str]) -> Judged:
    """A list of cities of one tract each; what the matching looks at."""
    tracts = pa.table({"GEOID": [geoid for geoid, _ in cities], "city": [city for _, city in cities]})
    return judged(tracts)


def judged(tracts: pa.Table) -> Judged:
    thresholds, cities = (
        empty_table(TABLES[f"public/{name}"]) for name in ("gentrification_thresholds", "gentrification")
    )
    return Judged(tracts, thresholds, cities, Selection(cities=3))


@pytest.mark.parametrize("form", FORMS)
def test_a_police_department_that_is_named_after_its_city_is_its_own(register: Register, form: str):
    owner = register.owner(row(f"Ashford {form}"))
    assert owner == ("Ashford city, Ohio", True, f"own police: the city's name and '{form}'")


@pytest.mark.parametrize(
    ("given", "city", "rule"),
    [
        (
            row("City of Ashford Police Department"),
            0,
            "'City of' and the city's name and 'Police Department'",
        ),
        (row("Ashford City Police Department"), 0, "the city's name and 'City' and 'Police Department'"),
        (row("ASHFORD Police Dept."), 0, "the city's name and 'Police Department'"),
        (row("The Ashford Police Department "), 0, "the city's name and 'Police Department'"),
        (row("Ashford Police Department, OH"), 0, "the city's name and 'Police Department'"),
        (row("Ashford, Ohio Police Department"), 0, "the city's name and 'Police Department'"),
        (row("Ashford Police Department", state="Ohio"), 0, "the city's name and 'Police Department'"),
        (row("Ashford Police Department", "Ashford, OH"), 0, "the city's name and 'Police Department'"),
        (row("Ashford Police Department", None), 0, "the city's name and 'Police Department'"),
        (
            row("Ashford Police Department", "Ashfrod"),
            0,
            "the city's name and 'Police Department'; the Atlas gives the place as Ashfrod",
        ),
        (row("Brill Police Department", "Brill"), 1, "the city's name and 'Police Department'"),
        (row("Brill-Dorn County Police Department", "Brill"), 1, "the city's name and 'Police Department'"),
        (row("Brill Metro Police Department", "Brill"), 1, "the table of names (merged in 1901)"),
        (row("Saint Oswald Police Bureau", "St Oswald", "ME"), 2, "the city's name and 'Police Bureau'"),
        (row("Elk City Police Department", "Elk City"), 3, "the city's name and 'Police Department'"),
        (row("Elk Police Department", "Elk"), 4, "the city's name and 'Police Department'"),
        (
            row("Kansas City Police Department", "Kansas City", "MO"),
            6,
            "the city's name and 'Police Department'",
        ),
        (
            row("Kansas City Police Department", "Kansas City", "KS"),
            5,
            "the city's name and 'Police Department'",
        ),
        (
            row("Kansas City, Kansas Police Department", "Kansas City", "KS"),
            5,
            "the city's name and 'Police Department'",
        ),
    ],
)
def test_the_table_has_the_rule_by_which_a_row_is_of_a_city_s_own_police(
    register: Register, given: dict[str, str | None], city: int, rule: str
):
    assert register.owner(given) == (CITIES[city].city, True, f"own police: {rule}")


@pytest.mark.parametrize(
    ("agency", "type_", "jurisdiction", "kind"),
    [
        ("Dorn County Sheriff's Office", "Sheriff", "County", "a sheriff's office"),
        ("Ashford Sheriff’s Department", "Sheriff", "County", "a sheriff's office"),
        ("Dorn County Constable's Office Precinct 4", "Constables", "County", "a constable's office"),
        ("Dorn County Prosecutor's Office", "District Attorney", "County", "a prosecutor's office"),
        ("Ashford District Attorney", "", "", "a prosecutor's office"),
        (
            "University of Ashford Police Department",
            "Police",
            "Municipal",
            "a school's or university's police",
        ),
        ("Ashford State University Police", "Police", "University", "a school's or university's police"),
        ("Ashford Public Schools Police Department", "Police", "", "a school's or university's police"),
        ("Ashford Police Department", "Police", "University", "a school's or university's police"),
        ("Ashford Transit Police", "Transit Police", "Municipal", "a transport authority's police"),
        ("Ashford Airport Police", "Police", "", "a transport authority's police"),
        ("Ohio State Police", "State Police", "State", "a state's or federal agency"),
        ("Dorn County Police Department", "Police", "County", "a county's police"),
        ("Ashford County Police Department", "Police", "County", "a county's police"),
        ("Ashford Township Police Department", "Police", "Municipal", "another police department"),
        ("North Ashford Police Department", "Police", "Municipal", "another police department"),
        ("West University Place Police Department", "Police", "Municipal", "another police department"),
        ("Ashford Metropolitan Police Department", "Police", "Municipal", "another police department"),
        ("Police Department", "Police", "Municipal", "another police department"),
        ("Ashford Fusion Center", "Fusion Center", "Regional", "an agency of another kind"),
        ("", "", "", "an agency of another kind"),
    ],
)
def test_another_agency_in_a_city_is_not_its_police(
    register: Register, agency: str, type_: str, jurisdiction: str, kind: str
):
    given = row(agency, agency_type=type_, jurisdiction=jurisdiction)
    assert register.owner(given) == ("Ashford city, Ohio", False, f"another agency in the city: {kind}")
    assert kind_of_agency(given) == kind


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (row("Corr Police Department", "Corr"), "of no city of the list"),
        (row("Dorn County Sheriff's Office", None), "of no city of the list"),
        (
            row("Ashford Police Department", state="GA"),
            "of no city of the list: the Ashford of the list is in OH",
        ),
        (
            row("Kansas City Police Department", "Kansas City", "OH"),
            "of no city of the list: the Kansas City of the list is in KS and MO",
        ),
        (row("Brill Metro Police Department", "Dorn", "GA"), "of no city of the list"),
        (row("Ashford Police Department", state=None), "no state is given"),
        (row("Ashford Police Department", state="Ohoi"), "'Ohoi' is no state"),
        # Another place than Elk, whose Elk City is: nothing is guessed.
        (row("Corr City Police Department", "Corr City"), "of no city of the list"),
    ],
)
def test_a_row_of_no_city_of_the_list_says_why(register: Register, given: dict[str, str | None], rule: str):
    assert register.owner(given) == (None, False, rule)


def test_the_word_city_counts_as_no_name_where_the_place_has_it_too():
    elk = Register.of([CITIES[4]], read_states(), NAMES)
    assert elk.owner(row("Elk City Police Department", "Elk City")) == (None, False, "of no city of the list")
    assert elk.owner(row("Elk City Police Department", "Elk")).own_police


def test_every_row_is_in_the_table_the_unmatched_too(write_atlas: WriteAtlas, atlas_row: AtlasRow):
    atlas = read_atlas(
        [
            write_atlas(
                [
                    atlas_row("Ashford Police Department"),
                    atlas_row("Ashford Police Department", technology="Drones"),
                    atlas_row("Dorn County Sheriff's Office", type_="Sheriff"),
                    atlas_row("", "", ""),
                ]
            )
        ]
    )
    found = match_atlas(atlas, list_of(("39001000100", "Ashford city, Ohio"), ("39001000200", "Brill, OH")))
    rows = [
        {name: value for name, value in row.items() if name != "source"} for row in found.table.to_pylist()
    ]
    kept = {"atlas_id": "AOS1", "state": "OH", "atlas_city": "Ashford", "city": "Ashford city, Ohio"}
    assert rows == [
        {
            **{"row": 1, **kept, "agency": "Ashford Police Department", "own_police": True},
            "rule": "own police: the city's name and 'Police Department'",
        },
        {
            **{"row": 3, **kept, "agency": "Dorn County Sheriff's Office", "own_police": False},
            "rule": "another agency in the city: a sheriff's office",
        },
        {
            **{"row": 4, "atlas_id": "AOS1", "state": "", "atlas_city": None, "city": None, "agency": ""},
            **{"own_police": False, "rule": "no state is given"},
        },
    ]
    assert found.own == {"Ashford city, Ohio": ("Ashford Police Department",)}
    assert found.others == {"Ashford city, Ohio": ("Dorn County Sheriff's Office",)}
    assert (found.cities, found.wanted) == (2, 3)


def test_an_agency_in_two_files_is_one_agency_and_two_rows(write_atlas: WriteAtlas, atlas_row: AtlasRow):
    files = [
        write_atlas([atlas_row("Ashford Police Department")], "a.csv"),
        write_atlas([atlas_row("ASHFORD Police Dept."), atlas_row("Corr Police", "Corr")], "b.csv"),
    ]
    cities = list_of(("39001000100", "Ashford"))
    found, reversed_ = (match_atlas(read_atlas(order), cities) for order in (files, files[::-1]))
    assert found.table.num_rows == 3
    assert found.own == reversed_.own
    assert len(found.own["Ashford"]) == 1
    assert found.table.equals(reversed_.table)


def test_cities_of_the_same_name_end_the_run(write_atlas: WriteAtlas, atlas_row: AtlasRow):
    atlas = read_atlas([write_atlas([atlas_row("Ashford Police Department")])])
    with pytest.raises(InputError, match="are both Ashford in OH"):
        match_atlas(atlas, list_of(("39001000100", "Ashford"), ("39001000200", "Ashford, OH")))


def test_the_table_of_the_program_is_of_cities_whose_police_no_rule_would_find():
    states, police = read_states(), read_police()
    for named in police.rows:
        if named.what == "agency":
            others = police.of([named.city], named.state, "city")
            city = City(named.city, (named.city, *(other.name for other in others)), named.state)
            given = row(named.name, named.city, named.state)
            assert Register.of([city], states, police).owner(given).own_police
            assert not Register.of([city], states, Police(())).owner(given).own_police, named.name


@pytest.fixture(scope="module")
def fifty(real: Path) -> Judged:
    """The tracts of the fifty cities."""
    return judged(pq.read_table(real / "city_tracts.parquet", columns=["GEOID", "city"]))


@pytest.fixture(scope="module")
def edition(real: Path) -> AtlasInput:
    """The Atlas of 2020-10-07."""
    return read_atlas([("atlas/atlas.csv", real / "atlas_of_surveillance.csv")])


@pytest.mark.long
def test_each_of_the_fifty_cities_is_decided_as_in_october_2020(
    real: Path, fifty: Judged, edition: AtlasInput
):
    columns = ["city", "ring_police_partner_atlas_2020_10"]
    rows = pq.read_table(real / "cities_50.parquet", columns=columns).to_pylist()
    expected = {row["city"]: row["ring_police_partner_atlas_2020_10"] for row in rows}
    found = match_atlas(edition, fifty)
    assert {city: city in found.own for city in expected} == expected
    assert (len(found.own), found.cities, sum(expected.values())) == (27, 50, 27)


def test_the_agencies_that_do_not_count_are_those_that_a_person_would_leave_out(
    fifty: Judged, edition: AtlasInput
):
    """By hand from the Atlas: every Ring row in one of the fifty cities that is not its own police."""
    found = match_atlas(edition, fifty)
    assert found.others == {
        "Austin city, Texas": ("Travis County Sheriff's Office",),
        "Colorado Springs city, Colorado": ("El Paso County Sheriff's Office",),
        "Columbus city, Ohio": ("Franklin County Sheriff's Office", "Franklin Township Police Department"),
        "Fort Worth city, Texas": ("Westover Hills Police Department",),
        "Fresno city, California": ("Fresno County Sheriff's Office",),
        "Houston city, Texas": (
            "Memorial Villages Police Department",
            "West University Place Police Department",
        ),
        "Los Angeles city, California": ("Los Angeles County Sheriff's Department",),
        "Miami city, Florida": ("Miami-Dade Police Department",),
        "San Antonio city, Texas": ("Bexar County Sheriff's Office",),
        "San Jose city, California": ("Santa Clara Police Department",),
        "Tampa city, Florida": ("Hillsborough County Sheriff's Office",),
    }
    counts = Counter((row["city"] is not None, row["own_police"]) for row in found.table.to_pylist())
    assert counts == {(True, True): 27, (True, False): 13, (False, False): 1461}


def test_places_of_a_city_s_name_in_another_state_do_not_mix(fifty: Judged, edition: AtlasInput):
    rows = match_atlas(edition, fifty).table.to_pylist()
    strangers = sorted(
        (row["atlas_city"], row["state"]) for row in rows if "of the list is in" in row["rule"]
    )
    assert strangers == [
        ("Austin", "MN"),
        ("Columbus", "GA"),
        ("Columbus", "IN"),
        ("Columbus", "KS"),
        ("Dallas", "GA"),
        ("Jacksonville", "NC"),
        ("Jacksonville", "NC"),
        ("Kansas City", "KS"),
        ("Washington", "IN"),
    ]


@pytest.mark.long
def test_the_rules_know_the_own_police_of_every_one_of_the_fifty_cities(
    real: Path, fifty: Judged, tmp_path: Path
):
    """Were every row of the Atlas a Ring partnership, each city would have one: none is missed."""
    rows = pacsv.read_csv(
        real / "atlas_of_surveillance.csv", parse_options=pacsv.ParseOptions(newlines_in_values=True)
    )
    place = rows.column_names.index("Technology")
    rows = rows.set_column(place, "Technology", pa.array([RING] * len(rows)))
    pacsv.write_csv(rows, tmp_path / "atlas.csv")
    found = match_atlas(read_atlas([("atlas/atlas.csv", tmp_path / "atlas.csv")]), fifty)
    assert set(found.own) == set(fifty.tracts["city"].to_pylist())
    several = {city: names for city, names in found.own.items() if len(names) > 1}
    assert several == {}
    other_names = {
        city.split(",")[0]: names[0]
        for city, names in found.own.items()
        if not names[0].endswith("Police Department") or names[0].split(" Police")[0] not in city
    }
    assert other_names == {
        "Charlotte city": "Charlotte-Mecklenburg Police Department",
        "Indianapolis city (balance)": "Indianapolis Metropolitan Police Department",
        "Las Vegas city": "Las Vegas Metropolitan Police Department",
        "Louisville/Jefferson County metro government (balance)": "Louisville Metro Police Department",
        "Nashville-Davidson metropolitan government (balance)": "Metro Nashville Police Department",
        "Portland city": "Portland Police Bureau",
        "Washington city": "Metropolitan Police Department",
    }
