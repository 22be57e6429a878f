"""Closing the crimes' part of the ledger."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.errors import LedgerError
from data.schema import TABLES
from data.tables import read_table
from tasks.crime.ledger import COUNTED, CRIMES, close_crimes, unlocated
from tasks.crime.results import CrimeCounts, GatheredCrimes
from tasks.income.results import Findings
from tasks.ledger.results import PartClosed
from tasks.ledger.table import write_ledger
from tasks.rows.reader import OddRows
from tasks.rows.results import FileOfRows

TRACTS = ["01001000100", "01001000200"]


def counts_of(*numbers: int) -> pa.Table:
    return pa.table({"GEOID": TRACTS[: len(numbers)], "count": pa.array(numbers, pa.int64())})


FILES = tuple(
    FileOfRows(f"crime/alder/{name}.csv", digit * 64, 100, crimes, ())
    for name, digit, crimes in (("a", "1", 12), ("b", "2", 8))
)
ALDER = GatheredCrimes(
    "alder", FILES, (Path("alder-0000.parquet"),), duplicates=1, other_years=6, other_types=3, no_location=2,
    year=2019, has_ids=True, without_location={"THEFT": 2, "ARSON": 0},
)  # fmt: skip
OF_ALDER = CrimeCounts(
    "alder", "Alder city, California", outside=2, counted={"THEFT": 6, "ARSON": 0}, with_income=4, without=2,
    counts={"THEFT": counts_of(4, 2), "ARSON": counts_of()}, outside_by_type={"THEFT": 2, "ARSON": 0},
)  # fmt: skip
BIRCH = replace(
    ALDER, key="birch", files=(FileOfRows("crime/birch/a.csv", "3" * 64, 9, 13, ()),), other_types=4,
    no_location=1, without_location={"ARSON": 1},
)  # fmt: skip
OF_BIRCH = replace(
    OF_ALDER, key="birch", city="Birch city, California", outside=0, counted={"ARSON": 1}, with_income=1,
    without=0, counts={"ARSON": counts_of(1)}, outside_by_type={"ARSON": 0},
)  # fmt: skip


def with_outside(counts: CrimeCounts, outside: int) -> CrimeCounts:
    """The same with so many outside, all of the first type."""
    of_type = dict.fromkeys(counts.counted, 0) | {next(iter(counts.counted)): outside}
    return replace(counts, outside=outside, outside_by_type=of_type)


def close(
    out: Path,
    gathered: Sequence[GatheredCrimes] = (ALDER, BIRCH),
    counts: Sequence[CrimeCounts] = (OF_ALDER, OF_BIRCH),
    found: Findings | None = None,
) -> PartClosed:
    of = {each.key: each for each in gathered}
    made = sum(len(each.counts) - len(unlocated(of.get(each.key, ALDER), each)) for each in counts)
    every = Findings({}, {"none": made}, {"no clear relation": made})
    return close_crimes(gathered, counts, found or every, out=out)


def lines(out: Path, source: str, part: str = "crime") -> dict[str, int | None]:
    rows = read_table(TABLES["public/ledger"], out).to_pylist()
    return {row["line"]: row["count"] for row in rows if (row["part"], row["source"]) == (part, source)}


def test_crimes_that_add_up_have_every_line_with_its_number(tmp_path: Path):
    closed = close(tmp_path)
    assert lines(tmp_path, "alder") == {
        "crimes in the files": 20,
        "duplicates": 1,
        "other years": 6,
        "other types": 3,
        "no location": 2,
        "outside": 2,
        "counted": 6,
        "THEFT": 6,
        "ARSON": 0,
        "in tracts with population and income": 4,
        "in tracts without": 2,
    }
    assert lines(tmp_path, "birch")["crimes in the files"] == 13
    assert lines(tmp_path, "birch")["ARSON"] == 1
    assert [lines(tmp_path, file.source) for file in FILES] == [
        {"crimes in the file": 12},
        {"crimes in the file": 8},
    ]
    assert (closed.total(CRIMES), closed.total(COUNTED), closed.warnings) == (33, 7, ())
    assert [row[:3] for row in closed.rows] == sorted(row[:3] for row in closed.rows)
    assert len(closed.rows) == 11 + 10 + 3 + 1 + 9 + 1 + 4


def test_the_tests_add_up_by_verdict_and_by_plain_finding(tmp_path: Path):
    close(tmp_path)
    verdicts = lines(tmp_path, "", "crime tests")
    assert {line: n for line, n in verdicts.items() if n} == {"tests made": 3, "no clear relation": 3}
    plain = {"positive": 0, "negative": 0, "none": 3, "not testable": 0}
    assert lines(tmp_path, "", "plain findings of crimes") == {"tests made": 3} | plain
    lost = Findings({}, {"none": 3}, {"no clear relation": 2})
    with pytest.raises(LedgerError, match=r"^crime/: tests made = .* does not hold: 3 = "):
        close(tmp_path, found=lost)


def test_the_lines_of_other_parts_stay_and_those_of_an_earlier_run_go(tmp_path: Path):
    write_ledger([("posts", "", "posts in the files", 3), ("crime", "cedar", "counted", 9)], tmp_path)
    close(tmp_path)
    assert lines(tmp_path, "", "posts") == {"posts in the files": 3}
    assert lines(tmp_path, "cedar") == {}


def test_every_file_of_crimes_has_its_row(tmp_path: Path):
    close(tmp_path)
    rows = read_table(TABLES["private/crime_files"], tmp_path).to_pylist()
    assert [(row["file"], row["source"], row["bytes"], row["crimes"]) for row in rows] == [
        ("crime/alder/a.csv", "1" * 12, 100, 12),
        ("crime/alder/b.csv", "2" * 12, 100, 8),
        ("crime/birch/a.csv", "3" * 12, 9, 13),
    ]


def test_a_file_that_lies_in_two_folders_has_a_row_for_each(tmp_path: Path):
    again = replace(FILES[0], file="crime/birch/a.csv")
    close(tmp_path, (ALDER, replace(BIRCH, files=(again, replace(BIRCH.files[0], file="b", rows=1)))))
    assert lines(tmp_path, "1" * 12) == {"crimes in the file": 12}
    assert read_table(TABLES["private/crime_files"], tmp_path).num_rows == 4


@pytest.mark.parametrize(
    ("gathered", "counts", "said"),
    [
        (replace(ALDER, duplicates=0), OF_ALDER, "crimes in the files = .* does not hold: 20 = 0 "),
        (ALDER, with_outside(OF_ALDER, 3), "crimes in the files = .* does not hold: 20 = 1 "),
        (
            ALDER,
            replace(OF_ALDER, counted={"THEFT": 5, "ARSON": 0}),
            "counted = every kind does not hold: 6 = 5",
        ),
        (ALDER, replace(OF_ALDER, without=1), "counted = in tracts with .* does not hold: 6 = 4 [+] 1"),
        (
            replace(ALDER, other_years=7),
            replace(OF_ALDER, counts={"THEFT": counts_of(4, 1)}),
            "counted = every kind does not hold: 5 = 6",
        ),
    ],
    ids=["a crime lost", "a crime placed twice", "a type miscounted", "a crime without a tract", "tested"],
)
def test_what_does_not_add_up_ends_the_run_and_writes_nothing(
    tmp_path: Path, gathered: GatheredCrimes, counts: CrimeCounts, said: str
):
    with pytest.raises(LedgerError, match=f"^crime/alder: {said}"):
        close(tmp_path, (BIRCH, gathered), (OF_BIRCH, counts))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_gathered_and_not_counted_ends_the_run(tmp_path: Path):
    with pytest.raises(LedgerError, match=r"crime/: gathered \['alder', 'birch'\], but counted \['alder'\]"):
        close(tmp_path, counts=(OF_ALDER,))
    with pytest.raises(LedgerError, match=r"gathered \['alder'\], but counted \['alder', 'birch'\]"):
        close(tmp_path, (ALDER,))


def test_there_is_a_warning_of_another_year_another_city_and_missing_ids(tmp_path: Path):
    old = replace(ALDER, other_years=19, other_types=0, no_location=0, without_location={})
    none = replace(with_outside(OF_ALDER, 0), counted={"THEFT": 0}, with_income=0, without=0, counts={})
    far = replace(BIRCH, files=(replace(BIRCH.files[0], rows=16),), duplicates=2, has_ids=False)
    closed = close(tmp_path, (old, far), (none, with_outside(OF_BIRCH, 2)))
    assert closed.warnings == (
        "crime/alder: the files hold no crime of 2019",
        "crime/birch: 2 of 3 crimes of the year with a location lie in no tract of Birch city, California: "
        "is it their city?",
        "crime/birch: no id column is named; a crime that appears twice in the files is counted twice",
    )


def test_half_of_the_crimes_outside_is_no_warning(tmp_path: Path):
    more = replace(BIRCH, files=(replace(BIRCH.files[0], rows=14),))
    assert close(tmp_path, (more,), (with_outside(OF_BIRCH, 1),)).warnings == ()


def warnings_of(out: Path, odd: Any = (), **given: Any) -> list[str]:
    own = replace(ALDER, **given)
    rows = own.duplicates + own.other_years + own.other_types + own.no_location + 8
    files = (FileOfRows("crime/alder/a.csv", "1" * 64, 9, rows, (), odd),)
    return list(close(out, [replace(own, files=files)], [OF_ALDER]).warnings)


def test_rows_that_share_an_id_and_differ_are_reported_with_an_example(tmp_path: Path):
    where = "a.csv, rows 3 and 7"
    given = {"unlike": 1200, "unlike_as": "2016-7", "unlike_in": where, "ids_in": "INCIDENT_ID"}
    what = (
        "crime/alder: 1,200 rows have the INCIDENT_ID of an earlier row and another day, type or location, "
        "as 2016-7 (a.csv, rows 3 and 7)"
    )
    assert warnings_of(tmp_path, **given) == [f"{what}; the earlier row is counted"]
    assert warnings_of(tmp_path, **given, split=True) == [
        f'{what}: it is not the row\'s, so that each row counts; write rows = "incident" in [crime.alder] '
        "to count "
        "each INCIDENT_ID once per type"
    ]


def test_a_type_of_which_most_crimes_have_no_location_is_reported(tmp_path: Path):
    assert warnings_of(tmp_path, no_location=4, without_location={"THEFT": 0, "ARSON": 4}) == [
        "crime/alder: 4 of 4 crimes of the type 'ARSON' have no location, as where a city withholds it: of "
        "their "
        "places little or nothing is known"
    ]


def test_a_folder_of_which_most_crimes_have_no_location_is_reported(tmp_path: Path):
    place = {"crime/alder/a.csv": "LAT and LON"}
    given = {"no_location": 9, "without_location": {"THEFT": 9, "ARSON": 0}, "place": place}
    assert warnings_of(tmp_path, **given) == [
        "crime/alder: 9 of 17 crimes of the year have no location: LAT and LON are empty, 0 or no number "
        "there; are these the right columns? name the columns with degrees in columns of [crime.alder]"
    ]


def test_the_only_type_named_is_withheld_where_other_crimes_of_the_files_have_a_location(tmp_path: Path):
    given = {"no_location": 9, "other_types": 90, "without_location": {"THEFT": 9, "ARSON": 0}}
    (line,) = warnings_of(tmp_path, (OddRows("placed", 98, 1),), **given)
    assert "crimes of the type 'THEFT' have no location, as where a city withholds it" in line


def test_ids_that_a_spreadsheet_cut_are_not_taken_for_incidents(tmp_path: Path):
    given = {
        "unlike": 800,
        "unlike_as": "500000000000000000",
        "unlike_in": "a.csv, rows 1 and 2",
        "split": True,
    }
    (line,) = warnings_of(tmp_path, **given, ids_in="DR_NO")
    assert line.endswith(
        "(a.csv, rows 1 and 2) (behind its 15th digit are zeros, as a spreadsheet leaves them: export ids "
        "as text), so that each row counts, and a repeated one may count again"
    )


def test_what_became_of_each_type_is_a_table_that_adds_up_to_the_ledger(tmp_path: Path):
    close(tmp_path)
    rows = read_table(TABLES["public/crime_types"], tmp_path).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("Alder city, California", "ARSON", 0, 0, 0, 0),
        ("Alder city, California", "THEFT", 10, 2, 2, 6),
        ("Birch city, California", "ARSON", 2, 1, 0, 1),
    ]
    for column, line in (("no_location", "no location"), ("outside", "outside"), ("counted", "counted")):
        of_alder = sum(row[column] for row in rows if row["city"].startswith("Alder"))
        assert of_alder == lines(tmp_path, "alder")[line]


@pytest.mark.parametrize("given", [{"no_location": 3}, {"without_location": {"THEFT": 1, "ARSON": 0}}])
def test_types_that_do_not_add_up_to_the_ledger_end_the_run(tmp_path: Path, given: dict):
    with pytest.raises(
        LedgerError, match=r"^crime/alder: no_location: . in the ledger, but . over the types"
    ):
        close(tmp_path, (replace(ALDER, **given), BIRCH))
