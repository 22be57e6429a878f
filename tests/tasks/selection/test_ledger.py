"""Closing the parts of gentrification and selection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.errors import LedgerError
from data.schema import TABLES
from data.settings import Selection
from data.tables import conform, empty_table, read_table, write_table
from tasks.ledger.results import PartClosed
from tasks.ledger.table import write_ledger
from tasks.rows.results import InputFile
from tasks.selection.ledger import close_gentrification, close_selection
from tasks.selection.results import AtlasInput, GentrificationInput, Judged, Partnerships

GIVEN = GentrificationInput("census/gentrification.csv", pa.table({}), rows=8, files=())
FILES = (InputFile("atlas/a.csv", "1" * 64, 5), InputFile("atlas/b.csv", "2" * 64, 6))
ATLAS = AtlasInput(pa.table({}), rows=9, other=5, files=FILES)


def table(name: str, *rows: dict[str, Any]) -> pa.Table:
    spec = TABLES[name]
    return conform(pa.Table.from_pylist(list(rows), schema=spec.arrow), spec)


def tract(number: int, city: str | None, *flags: str) -> dict[str, Any]:
    geoid = f"390010001{number:02d}"
    row = {"GEOID": geoid, "geo_id": f"1400000US{geoid}", "metro_area": "M", "city": city}
    return row | {name: name in flags for name in ("low_population", "eligible", "gentrified")}


def metro_area(name: str, **numbers: float | None) -> dict[str, Any]:
    columns = ("median_income", "median_home_value", "education_change", "home_value_change")
    return {"metro_area": name, "tracts": 4, **dict.fromkeys(columns, 1.0), **numbers}


TRACTS = table(
    "public/gentrification_tracts",
    tract(1, "Ashford", "eligible", "gentrified"),
    tract(2, "Ashford", "eligible"),
    tract(3, "Ashford", "eligible"),
    tract(3, "Brill", "eligible"),
    tract(4, "Brill", "low_population"),
    tract(5, "Brill"),
    tract(6, None, "eligible"),
    tract(7, None, "low_population"),
)
CITIES = table(
    "public/gentrification",
    {
        "city": "Ashford",
        "tracts": 3,
        "low_population": 0,
        "eligible": 3,
        "gentrified": 1,
        "gentrified_share": 0.3,
    },
    {
        "city": "Brill",
        "tracts": 3,
        "low_population": 1,
        "eligible": 1,
        "gentrified": 0,
        "gentrified_share": 0.0,
    },
)
JUDGED = Judged(TRACTS, table("public/gentrification_thresholds", metro_area("M")), CITIES, Selection())


def judged_gentrification(
    out: Path, judged: Judged = JUDGED, given: GentrificationInput = GIVEN
) -> PartClosed:
    write_table(judged.tracts, TABLES["public/gentrification_tracts"], out)
    write_table(judged.cities, TABLES["public/gentrification"], out)
    return close_gentrification(given, judged, out=out)


def partner(row: int, city: str | None, own: bool = False) -> dict[str, Any]:
    given = {
        "source": "1" * 12,
        "row": row,
        "atlas_id": None,
        "state": "OH",
        "atlas_city": None,
        "agency": "A",
    }
    return given | {"city": city, "own_police": own, "rule": "a rule"}


def ranked(rank: int, partnership: bool = False, selected: bool = False) -> dict[str, Any]:
    row = {"rank": rank, "city": f"City {rank}", "gentrified_share": 1 / rank, "reason": "words"}
    return row | {"partnership": partnership, "selected": selected}


MATCHED = table(
    "private/partnerships",
    partner(1, "City 1", True),
    partner(2, "City 1"),
    partner(3, None),
    partner(4, None),
)
PARTNERSHIPS = Partnerships(MATCHED, own={}, others={}, cities=6, wanted=1)
CHOSEN = table(
    "public/city_selection",
    ranked(1, True, True),
    ranked(2, True),
    ranked(3, True),
    *(ranked(rank) for rank in (4, 5, 6)),
)


def closed_selection(
    out: Path,
    atlas: AtlasInput = ATLAS,
    partnerships: Partnerships = PARTNERSHIPS,
    chosen: pa.Table = CHOSEN,
) -> PartClosed:
    write_table(partnerships.table, TABLES["private/partnerships"], out)
    write_table(chosen, TABLES["public/city_selection"], out)
    return close_selection(atlas, partnerships, chosen, out=out)


def lines(out: Path, part: str) -> dict[str, int | None]:
    rows = read_table(TABLES["public/ledger"], out).to_pylist()
    return {row["line"]: row["count"] for row in rows if (row["part"], row["source"]) == (part, "")}


def test_tracts_that_add_up_have_every_line_with_its_number(tmp_path: Path):
    closed = judged_gentrification(tmp_path)
    assert lines(tmp_path, "gentrification") == {
        "rows of tracts": 8,
        "in cities": 6,
        "in no city": 2,
        "low population": 1,
        "not eligible": 1,
        "eligible, not gentrified": 3,
        "gentrified": 1,
    }
    assert closed.warnings == ()
    assert {(part, source) for part, source, _, _ in closed.rows} == {("gentrification", "")}
    assert {line: count for _, _, line, count in closed.rows} == lines(tmp_path, "gentrification")


def test_an_atlas_that_adds_up_has_every_line_with_its_number(tmp_path: Path):
    closed = closed_selection(tmp_path)
    assert lines(tmp_path, "selection") == {
        "rows of the Atlas": 9,
        "other technologies": 5,
        "Ring partnerships": 4,
        "of a city's own police": 1,
        "of another agency in a city": 1,
        "of no city of the list": 2,
        "cities ranked": 6,
        "selected": 1,
        "with a partnership, below the last selected": 2,
        "without a partnership": 3,
    }
    assert closed.warnings == ()
    assert len(closed.rows) == 10


def test_the_lines_of_the_other_parts_stay(tmp_path: Path):
    write_ledger([("mail", "0123456789ab", "messages read", 3)], tmp_path)
    judged_gentrification(tmp_path)
    closed_selection(tmp_path)
    parts = read_table(TABLES["public/ledger"], tmp_path)["part"].to_pylist()
    assert sorted(set(parts)) == ["gentrification", "mail", "selection"]


def test_without_any_partnership_the_count_is_zero_and_not_missing(tmp_path: Path):
    nobody = replace(PARTNERSHIPS, table=empty_table(TABLES["private/partnerships"]), cities=3)
    chosen = table("public/city_selection", *(ranked(rank) for rank in (1, 2, 3)))
    closed_selection(tmp_path, replace(ATLAS, other=9), nobody, chosen)
    found = lines(tmp_path, "selection")
    assert (found["Ring partnerships"], found["of a city's own police"], found["selected"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("given", "judged", "identity"),
    [
        (
            replace(GIVEN, rows=9),
            JUDGED,
            "rows of tracts = in cities [+] in no city does not hold: 9 = 6 [+] 2",
        ),
        (
            GIVEN,
            replace(JUDGED, cities=CITIES.slice(0, 1)),
            "in cities = low population [+] .* does not hold: 6 = 0 [+] 1 [+] 2 [+] 1",
        ),
    ],
    ids=["a row lost", "a city lost"],
)
def test_tracts_that_do_not_add_up_end_the_run(
    tmp_path: Path, given: GentrificationInput, judged: Judged, identity: str
):
    with pytest.raises(LedgerError, match=f"census/gentrification.csv: {identity}"):
        judged_gentrification(tmp_path, judged, given)
    assert not (tmp_path / "public/ledger.parquet").exists()


@pytest.mark.parametrize(
    ("atlas", "partnerships", "chosen", "identity"),
    [
        (
            replace(ATLAS, rows=10),
            PARTNERSHIPS,
            CHOSEN,
            "rows of the Atlas = other .* does not hold: 10 = 5 [+] 4",
        ),
        (
            replace(ATLAS, rows=8),
            replace(PARTNERSHIPS, table=MATCHED.slice(0, 3)),
            CHOSEN.slice(0, 5),
            "cities ranked = selected [+] .* does not hold: 6 = 1 [+] 2 [+] 2",
        ),
        (
            ATLAS,
            replace(
                PARTNERSHIPS,
                table=table(
                    "private/partnerships", *(partner(row, None, own=row == 1) for row in (1, 2, 3, 4))
                ),
            ),
            table("public/city_selection", ranked(1, False, True), *(ranked(rank) for rank in range(2, 7))),
            "cities ranked = selected [+] .* does not hold: 6 = 1 [+] 0 [+] 6",
        ),
    ],
    ids=["a row of the Atlas lost", "a city lost", "a city selected without a partnership"],
)
def test_a_selection_that_does_not_add_up_ends_the_run(
    tmp_path: Path, atlas: AtlasInput, partnerships: Partnerships, chosen: pa.Table, identity: str
):
    with pytest.raises(LedgerError, match=f"atlas/a.csv, atlas/b.csv: {identity}"):
        closed_selection(tmp_path, atlas, partnerships, chosen)
    assert not (tmp_path / "public/ledger.parquet").exists()


def test_there_is_a_warning_of_fewer_partnerships_than_wanted(tmp_path: Path):
    closed = closed_selection(tmp_path, partnerships=replace(PARTNERSHIPS, wanted=25))
    assert closed.warnings == (
        "cities whose own police has a partnership: 1, fewer than the 25 that are to be chosen "
        "(selection.cities)",
    )


def test_there_is_a_warning_of_metro_areas_without_a_threshold(tmp_path: Path):
    thresholds = table(
        "public/gentrification_thresholds",
        metro_area("M"),
        metro_area("N", median_home_value=None, home_value_change=None),
    )
    closed = judged_gentrification(tmp_path, replace(JUDGED, thresholds=thresholds))
    assert closed.warnings == (
        "the metro area N has no threshold for home value and change in home value: none of its 4 tracts has "
        "the numbers, so none can have gentrified",
    )


def test_there_is_a_warning_of_cities_without_a_populous_tract(tmp_path: Path):
    tracts = table("public/gentrification_tracts", tract(1, "Ashford", "low_population"))
    cities = table(
        "public/gentrification",
        {
            "city": "Ashford",
            "tracts": 1,
            "low_population": 1,
            "eligible": 0,
            "gentrified": 0,
            "gentrified_share": 0.0,
        },
    )
    closed = judged_gentrification(
        tmp_path, replace(JUDGED, tracts=tracts, cities=cities), replace(GIVEN, rows=1)
    )
    assert closed.warnings == ("no tract in a city has 500 residents in both years",)
