"""From the downloads to census/gentrification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from data.settings import Selection
from tasks.census.read import read_city_tracts
from tasks.selection.gentrification import judge_tracts, read_gentrification
from tasks.selection.ltdb import (
    Built,
    build_gentrification,
    read_inputs,
    write_gentrification_file,
    year_warning,
)
from tasks.selection.ltdb_sources import find_downloads
from tasks.selection.method import MEASURES
from tests.tasks.selection.ltdb_downloads import (
    METRO,
    city_tracts,
    full_count,
    lay,
    list1,
    sample,
    survey_tables,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return lay(tmp_path / "case")


def build(folder: Path, selection: Selection = Selection()) -> Built:  # noqa: B008 - it cannot be changed
    cities = read_city_tracts(folder / "census/city_tracts.csv", "census/city_tracts.csv")
    inputs, mistakes = read_inputs(find_downloads(folder), cities)
    assert mistakes == ()
    assert inputs is not None
    return build_gentrification(inputs, selection)


def test_the_two_years_of_every_tract_of_a_metropolitan_area_stand_side_by_side(folder: Path):
    table = build(folder).table
    assert table.column_names == [
        "GEOID", "metro_area", "city",
        "total_population_00", "total_population_25_over_00", "educational_attainment_00",
        "median_income_00", "median_home_value_00",
        "total_population_19", "total_population_25_over_19", "educational_attainment_19",
        "median_income_19", "median_home_value_19",
    ]  # fmt: skip
    bay = "Bayside-Northport, CA"
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("01001020100", "Cotton Mill, AL-GA", None, 1920.974695, 1226.983887, 191.997467, 36685.0008,
         76600.00185, 2000.0, 1300.0, 300.0, 41000.0, 120000.0),
        ("06001400100", bay, "Bayside city, California", 3000.0, 2000.0, 500.0, 40000.0,
         200000.0, 3100.0, 2100.0, 1000.0, 250001.0, 2000001.0),
        ("06001400100", bay, "Northport city, California", 3000.0, 2000.0, 500.0, 40000.0,
         200000.0, 3100.0, 2100.0, 1000.0, 250001.0, 2000001.0),
        ("06001400200", bay, None, 400.0, 300.0, 30.0, 25000.0, None, 0.0, 0.0, 0.0, None, None),
        ("06013300100", bay, "Northport city, California", 2500.5, None, None, None, None,
         2600.0, 1700.0, 10.0, 2499.0, None),
        ("06013300200", bay, None, None, None, None, None, None, 900.0, 600.0, 100.0, 52000.0, 310000.0),
    ]  # fmt: skip


def test_what_is_left_out_is_counted_and_warned_of(folder: Path):
    built = build(folder)
    assert [(tally.whole, tally.count, dict(tally.parts)) for tally in built.tallies] == [
        ("tracts of LTDB, sample", 6, {"in the full count": 5, "not in the full count (left out)": 1}),
        (
            "tracts of LTDB, full count",
            6,
            {
                "in the table": 3,
                "in the table, without the sample (its measures missing)": 1,
                "in no metropolitan area (left out)": 1,
                "not in the ACS (left out)": 1,
            },
        ),
        (
            "tracts of the ACS",
            6,
            {
                "in the table, with LTDB": 4,
                "in the table, without LTDB (start year missing)": 1,
                "in no metropolitan area (left out)": 1,
            },
        ),
        (
            "rows of census/city_tracts",
            5,
            {
                "in the table": 3,
                "of tracts in no metropolitan area (left out)": 1,
                "of tracts that are not in the ACS (left out)": 1,
            },
        ),
        (
            "rows of the table",
            6,
            {"of tracts in no city": 3, "of tracts in a city": 2, "once more, of tracts in several": 1},
        ),
    ]
    assert [line.split(":")[0] for line in built.warnings] == [
        "1 of 5 tracts of the ACS are not in LTDB, whose tracts are those of 2010",
        "tracts of census/city_tracts are missing from the table and from all shares",
    ]


def test_the_run_reads_what_was_written(folder: Path):
    path = folder / "census/gentrification.parquet"
    built = build(folder)
    write_gentrification_file(built.table, path)
    given = read_gentrification(("census/gentrification.parquet", path), Selection())
    assert given.rows == 6
    for name in MEASURES:
        for year, suffix in (("_start", "_00"), ("_end", "_19")):
            assert given.tracts[name + year].to_pylist() == built.table[name + suffix].to_pylist()
    assert given.tracts["city"].null_count == 3


def test_the_same_downloads_give_the_same_bytes_in_whatever_order_their_rows_are(folder: Path):
    first, second = folder / "first.parquet", folder / "second.parquet"
    write_gentrification_file(build(folder).table, first)
    for file in find_downloads(folder).files:
        lines = file.path.read_bytes().splitlines(keepends=True)
        head = {"metro areas": 3, "acs": 2}.get(str(file.kind), 1)
        foot = len(lines) - (2 if file.kind == "metro areas" else 0)
        file.path.write_bytes(b"".join(lines[:head] + lines[head:foot][::-1] + lines[foot:]))
    write_gentrification_file(build(folder).table, second)
    assert first.read_bytes() == second.read_bytes()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_the_suffixes_are_the_settings(folder: Path):
    table = build(folder, Selection(start="_2000", end="")).table
    assert {"median_income_2000", "median_income"} <= set(table.column_names)
    with pytest.raises(InputError, match=r"selection.start and selection.end are both '_19'"):
        build(folder, Selection(start="_19"))


def test_every_mistake_is_reported_at_once(folder: Path):
    sources = folder / "census/sources"
    (sources / "LTDB_Std_2000_fullcount.csv").write_text("TRTID10,POP00\n1,2\n")
    (sources / "again.csv").write_text(list1())
    (sources / "ACSDT5Y2019.B19013-Data.csv").write_text("GEOID,B19013_001E\n06001400100,x\n")
    (sources / "list1_2020.csv").write_text(list1([]))
    cities = read_city_tracts(folder / "census/city_tracts.csv", "a")
    inputs, mistakes = read_inputs(find_downloads(folder), cities)
    assert inputs is None
    assert [str(mistake).split(":")[0] for mistake in mistakes] == [
        "census/sources",
        "census/sources/LTDB_Std_2000_fullcount.csv",
        "census/sources/ACSDT5Y2019.B19013-Data.csv",
    ]


def test_downloads_without_a_tract_of_a_city_are_an_error(folder: Path):
    (folder / "census/city_tracts.csv").write_text(city_tracts([("Far city, Texas", "48201100000")]))
    with pytest.raises(InputError, match=r"census/city_tracts: none of its tracts is in the ACS files"):
        build(folder)


def test_a_survey_of_another_year_than_the_suffix_gives_a_warning(folder: Path):
    sources = find_downloads(folder)
    assert year_warning(sources, Selection(end="_19")) is None
    assert year_warning(sources, Selection(end="_2019")) is None
    assert year_warning(sources, Selection(end="_end")) is None
    assert year_warning(sources, Selection(end="_17")) == (
        "the names of the ACS files say 2019, but selection.end of investigation.toml is '_17'"
    )


def as_downloads(real: pd.DataFrame, folder: Path) -> Path:
    """The public table of five metro areas, taken apart into the downloads that it was made of."""
    known = real.astype(object).where(real.notna(), None)
    rows: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()} for row in known.to_dict("records")
    ]
    in_ltdb = [row for row in rows if row["total_population_00"] is not None]
    of_sample = [f"{name}_00" for name in MEASURES[1:]]
    sources = folder / "census/sources"
    sources.mkdir(parents=True)
    (sources / "full.csv").write_bytes(
        full_count({row["GEOID"]: row["total_population_00"] for row in in_ltdb})
    )
    (sources / "sample.csv").write_bytes(
        sample(
            {row["GEOID"]: [" " if row[name] is None else row[name] for name in of_sample] for row in in_ltdb}
        )
    )
    survey = {
        row["GEOID"]: (
            row["total_population_17"],
            row["total_population_25_over_17"],
            (row["educational_attainment_17"], 0, 0, 0),
            -666666666 if row["median_income_17"] is None else row["median_income_17"],
            "-" if row["median_home_value_17"] is None else row["median_home_value_17"],
        )
        for row in rows
    }
    for name, text in survey_tables(survey).items():
        (sources / name.replace("2019", "2017")).write_text(text, encoding="utf-8")
    counties = sorted({(row["metro_area"], row["GEOID"][:5]) for row in rows})
    (sources / "list1.csv").write_text(
        list1([(area, METRO, county[:2], county[2:]) for area, county in counties])
    )
    (folder / "census/city_tracts.csv").write_text(
        city_tracts([(row["city"], row["GEOID"]) for row in rows if row["in_city"]])
    )
    return folder


@pytest.mark.long
def test_five_metro_areas_come_out_as_they_were_published(real: Path, tmp_path: Path):
    """The public analysis of 2000 to 2017 gives the values and the verdicts of 8,281 tracts.

    LTDB's own files are not public; this shows that files of their form, with the values that the analysis
    took from them, lead to its table, and the table to all of its verdicts.
    """
    published = pd.read_parquet(real / "gentrification_5metros.parquet").sort_values("GEOID")
    selection = Selection(start="_00", end="_17", inflation=1.44)
    folder = as_downloads(published, tmp_path / "case")
    built = build(folder, selection)
    assert built.warnings == ()
    counts = {tally.whole: dict(tally.parts) for tally in built.tallies}
    assert counts["tracts of the ACS"] == {
        "in the table, with LTDB": 8_243,
        "in the table, without LTDB (start year missing)": 38,
        "in no metropolitan area (left out)": 0,
    }
    assert counts["rows of the table"]["of tracts in a city"] == 2_799
    found = built.table.to_pandas()
    for name in MEASURES:
        for year in ("_00", "_17"):
            expected = published[name + year].to_numpy(dtype=float)
            assert pa.array(found[name + year]).equals(pa.array(expected, from_pandas=True)), name + year
    path = folder / "census/gentrification.parquet"
    write_gentrification_file(built.table, path)
    assert pq.read_metadata(path).num_rows == 8_281
    judged = judge_tracts(read_gentrification((path.name, path), selection), selection).tracts.to_pandas()
    in_city = published[published["in_city"]].set_index("GEOID")
    judged = judged[judged["city"].notna()].set_index("GEOID").loc[in_city.index]
    assert (judged["eligible"] == in_city["expected_eligible_for_gentrification"].astype(bool)).all()
    assert (judged["gentrified"] == in_city["expected_gentrified"].astype(bool)).all()
    assert (int(judged["eligible"].sum()), int(judged["gentrified"].sum())) == (882, 289)


def test_the_columns_of_the_published_table_are_what_the_docstring_says(real: Path):
    """Education is people and not a share; the population of 2000 is the full count, of which race is too."""
    published = pd.read_parquet(real / "gentrification_5metros.parquet")
    for year in ("_00", "_17"):
        known = published[published["total_population_25_over" + year].notna()]
        adults, graduates = known["total_population_25_over" + year], known["educational_attainment" + year]
        assert (graduates <= adults * (1 + 1e-6)).all()  # LTDB's estimates are single precision
        assert 0.2 < graduates.sum() / adults.sum() < 0.5
    start = published[published["total_population_00"] > 0]
    races = sum(start[f"{race}_alone_00"] for race in ("white", "black", "native", "asian"))
    shares = (races + start["hispanic_or_latino_00"]) / start["total_population_00"]
    assert shares.max() < 1.0001  # parts of one count: those of the sample would scatter on both sides
    assert shares.median() > 0.99
