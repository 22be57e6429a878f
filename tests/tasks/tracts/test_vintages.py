"""Have the layer, the Census and the lists of the cities the same tracts?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest

from data.errors import InputError
from tasks.tracts.vintages import Files, check_tracts, fits, rowless
from tasks.tracts.years import TractFile
from tests.tasks.tracts.test_years import OF_2010, OF_2020


def squares(county: str, count: int = 200) -> list[str]:
    """Tracts of a county."""
    return [f"{county}{number:04}00" for number in range(1, count + 1)]


def files(
    layer: Collection[str], acs: Collection[str], lists: Collection[str] = (), *, year: int | None = None
) -> Files:
    """Files with these tracts, all of which have people and an income."""
    return Files(
        TractFile("layer", "census/tracts.zip", frozenset(layer)),
        TractFile("acs", "census/acs.csv", frozenset(acs), year, "the survey's year" if year else ""),
        TractFile("lists", "census/city_tracts.csv", frozenset(lists)),
        frozenset(acs),
    )


def error_of(cities: dict[str, list[str]], given: Files) -> str:
    with pytest.raises(InputError) as raised:
        check_tracts(cities, given)
    assert "\n" not in str(raised.value)
    assert not fits(cities, given)
    return str(raised.value)


def test_files_that_fit_have_nothing_to_say():
    own = squares("99001")
    given = files(own, own)
    assert check_tracts({"Gridville": own}, given) == ()
    assert fits({"Gridville": own}, given)


def test_one_missing_polygon_is_a_gap_and_up_to_half_a_percent_too():
    own = squares("99001")
    line = (
        "census/tracts.zip: 1 of the 100 tracts of 'Gridville' with people and income has no polygon, as "
        "99001000100: not observed, and left out of rates and tests"
    )
    assert check_tracts({"Gridville": own[:100]}, files(own[1:], own)) == (line,)
    many = squares("99001", 400)
    assert len(check_tracts({"Gridville": many}, files(many[2:], many))) == 1
    assert "2 of the 399 tracts" in error_of({"Gridville": many[:399]}, files(many[2:], many))


def test_a_tract_of_water_without_a_polygon_is_no_gap():
    own = squares("99001")
    given = replace(files(own[2:], own), with_income=frozenset(own[2:]))
    assert check_tracts({"Gridville": own}, given) == ()


def test_a_layer_of_another_vintage_ends_the_run_and_says_so():
    own = squares("99001", 100)
    other = [geoid[:-2] + "90" if place % 3 == 0 else geoid for place, geoid in enumerate(own)]
    assert error_of({"Gridville": own}, files(other, own)) == (
        "census/tracts.zip: 34 of the 100 tracts of 'Gridville' with people and income have no polygon, as "
        "99001000100; census/tracts.zip seems to be of a newer year than census/acs.csv (its tracts have "
        "higher suffixes); download the boundaries of census/acs.csv's year in its place"
    )


@pytest.mark.parametrize(
    ("layer", "acs", "year", "said"),
    [
        (
            OF_2020,
            OF_2010,
            2019,
            "census/acs.csv is of 2010 to 2019 (the survey's year), census/tracts.zip of 2020 or later "
            "(it has parts of tracts that census/acs.csv has whole); download "
            "tl_2019_01_tract.zip in its place",
        ),
        (
            OF_2010,
            OF_2020,
            2022,
            "census/acs.csv is of 2020 or later (the survey's year), census/tracts.zip of 2019 or before "
            "(it has tracts whole that census/acs.csv has in parts); download "
            "tl_2022_01_tract.zip in its place",
        ),
        (OF_2010, OF_2020, None, "census/acs.csv seems to be of a newer year than census/tracts.zip"),
    ],
)
def test_tracts_of_2010_and_2020_are_told_apart(
    layer: frozenset[str], acs: frozenset[str], year: int | None, said: str
):
    assert said in error_of({"Prattville": sorted(acs)}, files(layer, acs, acs, year=year))


def test_a_survey_of_another_year_than_the_layer_and_the_list():
    line = error_of({"Prattville": sorted(OF_2020)}, files(OF_2020, OF_2010, OF_2020, year=2019))
    missing = len(OF_2020 - OF_2010)
    assert line.startswith(
        f"census/acs.csv: {missing} of the 59 tracts of 'Prattville' have no row, as 01001020501;"
    )
    assert line.endswith("download the table for tracts of 2020 or later in its place")


def test_a_list_of_another_year_than_both():
    line = error_of({"Prattville": sorted(OF_2020)}, files(OF_2010, OF_2010, OF_2020, year=2019))
    assert "are in neither census/acs.csv nor census/tracts.zip, as 01001020501" in line
    assert "write the tracts of census/acs.csv's year into census/city_tracts.csv" in line


def test_connecticut_had_counties_before_2022_and_has_planning_regions_since():
    old, new = squares("09009", 30), squares("09170", 30)
    assert error_of({"New Haven": new}, files(old, new, new, year=2022)) == (
        "census/tracts.zip: 30 of the 30 tracts of 'New Haven' with people and income have no polygon, as "
        "09170000100; census/acs.csv has Connecticut's planning regions (since 2022), census/tracts.zip has "
        "Connecticut's eight counties (before 2022); download tl_2022_09_tract.zip in its place"
    )
    line = error_of({"New Haven": old}, files(old, new, old))
    assert line.startswith(
        "census/acs.csv: has no tract of 'New Haven': its tracts are of Connecticut (county 170)"
    )
    assert "census/tracts.zip has Connecticut's eight counties (before 2022)" in line


def test_a_list_that_goes_beyond_the_layer_names_the_states():
    """As that of Washington, which has tracts of Maryland and Virginia."""
    own = squares("11001", 179)
    beyond = ["24033803523", "24033803524", "51013102801"]
    given = files(own, [*own, *beyond], [*own, *beyond], year=2019)
    assert error_of({"Washington": [*own, *beyond]}, given).endswith(
        "as 24033803523; census/tracts.zip has nothing of Maryland (2), Virginia (1); add "
        "tl_2019_24_tract.zip and tl_2019_51_tract.zip to census/, or remove their rows from the city's list"
    )
    neither = error_of({"Washington": [*own, *beyond]}, files(own, own, [*own, *beyond]))
    assert (
        "3 of the 182 tracts of 'Washington' are in neither census/acs.csv nor census/tracts.zip" in neither
    )
    assert neither.endswith("and their boundaries, or remove their rows from the city's list")


def test_a_survey_without_a_tract_of_any_city_names_what_it_has():
    own = squares("99001")
    assert error_of({"Gridville": own}, files(own, [])) == (
        "census/acs.csv: has no tract; download the table for all tracts of state 99 (county 001)"
    )
    line = error_of({"Gridville": own}, files(own, squares("99003")))
    assert line.startswith(
        "census/acs.csv: has no tract of 'Gridville': its tracts are of state 99 (county 003), as"
    )
    line = error_of({"A": own, "B": own}, files(own, squares("08001")))
    assert line.startswith(
        "census/acs.csv: has no tract of 2 cities: its tracts are of Colorado (county 001), as"
    )


def test_the_worst_city_is_named_and_the_others_are_counted():
    own = squares("99001")
    cities = {"A": own[:100], "B": own[100:], "C": own[100:]}
    line = error_of(cities, files(own[:100], own))
    assert "100 of the 100 tracts of 'B'" in line
    assert "(and so in 1 more city)" in line


def test_a_city_is_shown_without_what_would_change_the_terminal():
    own = squares("99001")
    assert "\x1b" not in error_of({"\x1b[31mGrid": own}, files(own[5:], own))


def test_posts_in_tracts_without_a_row_are_told_where_they_are_many():
    own, other = squares("99001"), squares("99003")
    given = files([*own, *other], own)
    assert rowless(5, 1000, given) == ""
    assert rowless(6, 1000, given) == (
        "census/acs.csv: 6 of 1,000 posts in tracts lie in tracts that have no row there: "
        "census/acs.csv has nothing of state 99 (county 003)"
    )
    assert rowless(6, 1000, files(own, own)) == ""
