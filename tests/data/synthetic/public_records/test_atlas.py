import csv
import random
from collections import Counter
from pathlib import Path

import pytest

from data.synthetic.country.figures import CITIES
from data.synthetic.public_records import PublicRecords
from data.synthetic.public_records.atlas import (
    COLUMNS,
    ELSEWHERE,
    OTHER_AGENCY,
    OWN_POLICE,
    Entry,
    plan_atlas,
)
from data.synthetic.public_records.figures import PARTNERS, POSTAL, bare

FEW = [city for city in CITIES if city.few]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def entries() -> tuple[Entry, ...]:
    return plan_atlas(FEW, 0.002, random.Random(1))


def test_the_columns_are_those_that_eff_publishes(
    public_records: tuple[Path, PublicRecords], real: Path
) -> None:
    with (real / "atlas_of_surveillance.csv").open(encoding="utf-8", newline="") as stream:
        assert next(csv.reader(stream)) == list(COLUMNS)
    assert list(_read(public_records[0] / "atlas" / "atlas.csv")[0]) == list(COLUMNS)


def test_at_scale_one_there_are_as_many_rows_as_in_the_edition_of_2020() -> None:
    entries = plan_atlas(CITIES, 1, random.Random(1))
    assert len(entries) == len(plan_atlas(CITIES, 4, random.Random(1))) == 5_784
    assert sum(entry.whose is not None for entry in entries) == 1_501


def test_own_police_has_a_partnership_exactly_in_partner_cities(entries: tuple[Entry, ...]) -> None:
    own = {entry.city for entry in entries if entry.whose == OWN_POLICE}
    assert own == {bare(city.name) for city in FEW} & PARTNERS
    states = {bare(city.name): POSTAL[city.state] for city in FEW}
    for entry in entries:
        if entry.whose == OWN_POLICE:
            assert entry.agency == f"{entry.city} Police Department"
            assert entry.state == states[entry.city]
            assert entry.lea == "Police"


def test_other_agencies_in_a_city_are_sheriffs_and_schools(entries: tuple[Entry, ...]) -> None:
    states = {bare(city.name): POSTAL[city.state] for city in FEW}
    others = [entry for entry in entries if entry.whose == OTHER_AGENCY]
    assert {entry.lea for entry in others} == {"Police", "Sheriff"}
    assert all(states[entry.city] == entry.state for entry in others)
    assert not any(entry.agency == f"{entry.city} Police Department" for entry in others)
    assert {entry.city for entry in others} > {bare(city.name) for city in FEW} - PARTNERS


def test_other_towns_are_no_cities_of_the_country(entries: tuple[Entry, ...]) -> None:
    cities = {(bare(city.name), POSTAL[city.state]) for city in CITIES}
    away = [entry for entry in entries if entry.whose == ELSEWHERE]
    assert not {(entry.city, entry.state) for entry in away} & cities
    names = {name for name, _ in cities}
    assert sum(entry.city in names for entry in away) >= len(FEW)
    assert sum(entry.city.removeprefix("East ") in names for entry in away) > len(FEW)


def test_a_city_without_a_partnership_has_other_technologies(entries: tuple[Entry, ...]) -> None:
    other = {entry.city for entry in entries if entry.whose is None}
    assert {bare(city.name) for city in FEW} <= other
    assert not any("Ring" in entry.technology for entry in entries if entry.whose is None)


def test_one_partnership_is_listed_twice_and_written_differently(entries: tuple[Entry, ...]) -> None:
    counts = Counter(entry.city for entry in entries if entry.whose == OWN_POLICE)
    assert max(counts.values()) == 2
    spelled = {entry.technology for entry in entries if entry.whose is not None}
    assert spelled == {"Ring/Neighbors Partnership", "Ring/Neighbors partnership "}


def test_every_line_of_the_ledger_counts_something(lines) -> None:
    found = lines("selection", "")
    sorts = ("of a city's own police", "of another agency in a city", "of no city of the list")
    assert found["rows of the Atlas"] == 240
    assert min(found[sort] for sort in sorts) >= 5


def test_ids_are_unique_and_links_lead_nowhere(public_records: tuple[Path, PublicRecords]) -> None:
    rows = _read(public_records[0] / "atlas" / "atlas.csv")
    assert len({row["AOSNUMBER"] for row in rows}) == len(rows)
    assert all(row["Link 1"].startswith("https://news.example.org/") for row in rows)
