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


PIMA_NEW = ("04019002704", "04019002906", "04019004118", "04019004121", "04019004125", "04019005300")
PIMA_OLD = ("04019002701", "04019002903", "04019410501", "04019410502", "04019410503", "04019470500")


def test_tracts_that_were_renumbered_between_two_censuses_are_no_sign_of_a_census():
    """As in Tucson, with the boundaries of 2010 and the survey of 2019."""
    own = squares("04019", 140)
    new, old = files([*own, *PIMA_OLD], [*own, *PIMA_NEW]), files([*own, *PIMA_NEW], [*own, *PIMA_OLD])
    line = error_of({"Tucson": [*own, *PIMA_NEW]}, new)
    assert line.endswith(
        "census/acs.csv has 04019002704 (since 2012), census/tracts.zip has 04019002701 (before 2012); "
        "download tl_2012_04_tract.zip in its place"
    )
    dated = files([*own, *PIMA_OLD], [*own, *PIMA_NEW], year=2019)
    assert error_of({"Tucson": [*own, *PIMA_NEW]}, dated).endswith(
        "download tl_2019_04_tract.zip in its place"
    )
    line = error_of({"Tucson": [*own, *PIMA_OLD]}, old)
    assert line.endswith("download tl_2011_04_tract.zip in its place")


def test_boundaries_in_the_place_of_the_nations_are_those_of_every_city():
    cities = {"Prattville": sorted(OF_2010), "B": squares("08001"), "C": squares("31055")}
    own = [geoid for each in cities.values() for geoid in each]
    layer = [*OF_2020, *squares("08001"), *squares("31055")]
    assert error_of(cities, files(layer, own, year=2019)).endswith(
        "download tl_2019_01_tract.zip, tl_2019_08_tract.zip and tl_2019_31_tract.zip in its place"
    )
    more = {**cities, "D": squares("06037")}
    given = files([*layer, *more["D"]], [*own, *more["D"]], year=2019)
    assert error_of(more, given).endswith("download cb_2019_us_tract_500k.zip in its place")


def test_a_table_of_one_city_is_cut_short_for_its_neighbor():
    own = squares("99001")
    assert error_of({"A": own[:100], "B": own[100:]}, files(own, own[:100])) == (
        "census/acs.csv: 100 of the 100 tracts of 'B' have no row, as 99001010100; it has 100 of the 200 "
        "tracts that census/tracts.zip has in state 99 (county 001): is it cut short, or of another year?; "
        "download the table for all tracts there, of census/tracts.zip's year, in its place"
    )


def test_listed_tracts_that_are_nowhere_are_errors_of_typing():
    own = squares("31055")
    line = error_of({"Omaha": [*own, "31055999991", "31055999992"]}, files(own, own))
    assert line.endswith(
        "as 31055999991; no tract there begins with 310559999; correct the GEOIDs of census/city_tracts.csv, "
        "or remove their rows"
    )
    # The last digit was lost, and a zero put before.
    line = error_of({"Omaha": [f"0{geoid[:-1]}" for geoid in own]}, files(own, own))
    assert "there is no state 03; correct the GEOIDs of census/city_tracts.csv" in line


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


def test_states_with_as_many_tracts_are_named_in_one_order():
    from tasks.tracts.vintages import _places

    geoids = ["48001000100", "36003000100", "01003000100", "36003000200"]
    assert _places(geoids) == _places(geoids[::-1])
    assert _places(geoids) == "New York (county 003), Alabama (county 003), Texas (county 001)"
