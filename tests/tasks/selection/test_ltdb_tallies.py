"""Counts that add up, and what is warned of."""

from __future__ import annotations

import pandas as pd

from tasks.selection.ltdb_tallies import tallies_of_cities, tallies_of_tracts, warnings_of

AREAS = {"06001": "Bayside, CA", "06013": "Bayside, CA", "01001": "Cotton, AL", "02002": "Far, AK"}


def tracts(*geoids: str) -> pd.DataFrame:
    return pd.DataFrame({"GEOID": list(geoids)}, dtype="str")


def pairs(*rows: tuple[str, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["GEOID", "city"], dtype="str")
    return table.assign(metro_area=table["GEOID"].str[:5].map(AREAS))


ROWS = pairs(("06001000001", "A"), ("06001000001", "B"), ("06001000002", None), ("06013000001", "A"))


def test_every_tract_and_every_row_of_a_list_is_in_one_line():
    full = tracts("06001000001", "06001000002", "09009000009", "09009000008")
    sample = tracts("06001000001", "07007000007")
    end = tracts("06001000001", "06001000002", "06013000001", "09009000009", "08008000008")
    counted = {
        tally.whole: (tally.count, [count for _, count in tally.parts])
        for tally in (
            *tallies_of_tracts(full, sample, end, ROWS),
            *tallies_of_cities(
                pairs(("06001000001", "A"), ("06001000001", "B"), ("06013000001", "A"), ("09009000009", "B"),
                      ("05005000005", "A")),
                end,
                ROWS,
            ),
        )
    }  # fmt: skip
    assert counted == {
        "tracts of LTDB, sample": (2, [1, 1]),
        "tracts of LTDB, full count": (4, [1, 1, 1, 1]),
        "tracts of the ACS": (5, [2, 1, 2]),
        "rows of census/city_tracts": (5, [3, 1, 1]),
        "rows of the table": (4, [1, 2, 1]),
    }
    assert all(count == sum(parts) for count, parts in counted.values())


def test_without_a_fault_there_is_no_warning():
    full = tracts("06001000001", "06001000002", "06013000001")
    cities = ROWS.dropna()[["city", "GEOID"]]
    assert list(warnings_of(AREAS, full, cities, ROWS)) == []


def test_a_survey_of_other_tracts_gives_a_warning():
    (line,) = warnings_of(AREAS, tracts("06001000001"), ROWS.dropna(), ROWS)
    assert line.startswith("2 of 3 tracts of the ACS are not in LTDB")


def test_cities_that_lost_tracts_are_named_the_hardest_hit_first():
    full = tracts("06001000001", "06001000002", "06013000001")
    lost = [(f"0700700000{number}", city) for number, city in enumerate("ABBCCDE")]
    cities = pd.concat([ROWS.dropna(), pairs(*lost)])
    (line,) = warnings_of(AREAS, full, cities, ROWS)
    assert line == (
        "tracts of census/city_tracts are missing from the table and from all shares: B (2 of 3), C (2 of "
        "2), A (1 of 3), and 2 more cities; are the ACS tables of all states there?"
    )


def test_an_area_with_a_city_and_without_one_of_its_counties_gives_a_warning():
    full = tracts("06001000001", "06001000002")
    rows = ROWS[ROWS["GEOID"] < "06013"]
    (line,) = warnings_of(AREAS, full, rows.dropna(), rows)
    assert line == (
        "thresholds will be without the tracts of some counties, which are in no ACS file: "
        "Bayside, CA (06013); are the ACS tables of all states there?"
    )
