"""Of which years the tracts of a file are."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tasks.tracts.years import TractFile, changes, newer_of, renumbered, years_beside, years_of

# Counties 001 and 003 of Alabama (Autauga, and part of Baldwin) in the Bureau's 2020 Census Tract
# Relationship File (tab20_tract20_tract10_natl.txt).
OF_2010 = frozenset(
    f"01{tract}"
    for tract in (
        *("001020100", "001020200", "001020300", "001020400", "001020500", "001020600", "001020700"),
        *("001020801", "001020802", "001020900", "001021000", "001021100", "003010100", "003010200"),
        *("003010300", "003010400", "003010500", "003010600", "003010701", "003010703", "003010704"),
        *("003010705", "003010903", "003010904", "003010905", "003010906", "003011000", "003011101"),
        *("003011102", "003011201", "003011202", "003011300", "003011401", "003011403", "003011405"),
        *("003011406", "003011407", "003011408", "003011501", "003011502", "003011601", "003011602"),
    )
)
OF_2020 = frozenset(
    f"01{tract}"
    for tract in (
        *("001020100", "001020200", "001020300", "001020400", "001020501", "001020502", "001020503"),
        *("001020600", "001020700", "001020801", "001020803", "001020804", "001020805", "001020901"),
        *("001020902", "001021000", "001021100", "003010100", "003010200", "003010300", "003010400"),
        *("003010500", "003010600", "003010704", "003010706", "003010707", "003010708", "003010709"),
        *("003010710", "003010711", "003010903", "003010904", "003010906", "003010907", "003010908"),
        *("003011000", "003011102", "003011103", "003011104", "003011201", "003011202", "003011300"),
        *("003011409", "003011410", "003011411", "003011412", "003011413", "003011414", "003011415"),
        *("003011416", "003011417", "003011418", "003011419", "003011501", "003011503", "003011504"),
        *("003011601", "003011603", "003011604"),
    )
)


def acs(*geoids: str, year: int | None = None) -> TractFile:
    return TractFile(
        "acs", "census/acs.csv", frozenset(geoids), year, f"the survey of {year}" if year else ""
    )


def test_tracts_that_were_split_are_of_the_newer_year():
    assert newer_of(OF_2020, OF_2010) == 1
    assert newer_of(OF_2010, OF_2020) == -1


def test_a_file_that_covers_less_is_not_older():
    some = {geoid for geoid in OF_2020 if geoid < "01003010800"}
    assert newer_of(OF_2020, some) == newer_of(some, OF_2020) == 0
    assert newer_of(OF_2010, OF_2010) == 0


@pytest.mark.parametrize(
    ("geoids", "said"),
    [
        (["09001010101"], "of 2021 or before"),
        (["09110470100"], "of 2022 or later"),
        (["02261000100"], "of 2019 or before"),
        (["02063000100", "02066000100"], "of 2020 or later"),
        (["46113940500"], "of 2014 or before"),
        (["46102940500"], "of 2015 or later"),
        (["51515050100"], "of 2013 or before"),
        (["02270000100"], "of 2014 or before"),
    ],
)
def test_codes_of_counties_that_came_or_went_say_the_year(geoids: list[str], said: str):
    assert str(years_of(acs(*geoids))) == said


def test_a_county_that_another_joined_says_nothing():
    assert years_of(acs("51019050100", "08001000100")) is None


def test_what_a_file_states_is_believed_unless_its_counties_say_otherwise():
    found = years_of(acs("08001000100", year=2019))
    assert found is not None
    assert (str(found), found.because, found.decade) == ("of 2010 to 2019", "the survey of 2019", 2010)
    assert str(years_of(acs("08001000100", year=2022))) == "of 2020 or later"
    assert str(years_of(acs("09170140100", year=2019))) == "of 2022 or later"
    assert str(years_of(acs("09009140100", year=2021))) == "of 2020 to 2021"


def test_a_file_of_a_whole_state_has_the_number_of_its_tracts():
    of_rhode_island = [f"4400{number // 50}{number:06}" for number in range(250)]
    assert str(years_of(acs(*of_rhode_island))) == "of 2020 or later"
    assert str(years_of(acs(*of_rhode_island[:244]))) == "of 2010 to 2019"
    assert years_of(acs(*of_rhode_island[:100])) is None


def test_a_file_that_says_nothing_is_dated_by_the_one_beside_it():
    layer = TractFile("layer", "census/tracts.zip", OF_2020)
    found = years_beside(layer, acs(*OF_2010, year=2019))
    assert found is not None
    assert (found.decade, found.because) == (2020, "it has parts of tracts that census/acs.csv has whole")
    found = years_beside(acs(*OF_2010), TractFile("layer", "census/tracts.zip", OF_2020, 2020, "its name"))
    assert found is not None
    assert str(found) == "of 2019 or before"
    assert years_beside(layer, acs(*OF_2010)) is None


def test_every_change_has_codes_and_a_year():
    assert len(changes()) == 12
    assert all(each.year >= 2014 and each.new and each.old not in each.new for each in changes())


def test_tracts_of_2000_are_of_a_census_of_their_own():
    layer = TractFile("layer", "census/tracts.zip", OF_2010, 2009, "its name")
    own = years_of(layer)
    assert own is not None
    assert (str(own), own.decade) == ("of 2000 to 2009", 2000)
    found = years_beside(acs(*OF_2020), layer)
    assert str(found) == "of 2010 or later"


def test_the_real_survey_has_the_numbers_since_2012(real: Path):
    table = pq.read_table(real / "acs.parquet", columns=["GEOID"])["GEOID"].to_pylist()
    assert renumbered().keys() & set(table) == {each.new for each in renumbered().values()}
    assert len(renumbered()) == 2 * 20


def test_the_real_survey_is_of_2010_to_2019(real: Path):
    table = pq.read_table(real / "acs.parquet", columns=["GEOID"])["GEOID"].to_pylist()
    # It has the Valdez-Cordova Census Area still, and Kusilvak and Oglala Lakota already.
    assert str(years_of(acs(*table))) == "of 2015 to 2019"
    assert (
        str(years_of(acs(*(geoid for geoid in table if geoid[:2] not in {"02", "46"})))) == "of 2010 to 2019"
    )
