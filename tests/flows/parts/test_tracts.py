"""What posts and crimes say of the tracts together: checked before a run, and written in any order."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import geopandas
import pandas
import pyarrow as pa
import pytest
import shapely

from data.catalog import Investigation
from data.errors import InputError, LedgerError
from data.schema import TABLES
from data.tables import read_table
from flows.parts import points, tracts
from flows.parts.ground import Ground
from flows.run.inputs import Inputs
from flows.run.part import Job
from flows.run.preflight import check
from tasks.income.results import CityCrime
from tasks.ledger.table import keep, ledger_of, write_ledger
from tests.outputs import contents

ALDER, BIRCH = "Alder city, Nowhere", "Birch city, Nowhere"
COUNT = 12


def geoid(number: int) -> str:
    return f"99001{number:04}00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Alder has tracts 1 to 10, Birch 9 to 13; 3 has no people, 4 no income, 5 few people.

    Tract 12 is not in the layer, and 13 neither in it nor in the Census.
    """
    found = tmp_path / "case"
    (found / "census").mkdir(parents=True)
    (found / "investigation.toml").write_text(f'name = "x"\n[cities]\ninclude = ["{ALDER}"]\n')
    rows = ["GEOID,B01003_001E,B19013_001E"]
    for number in range(1, COUNT + 1):
        people = {3: 0, 5: 40}.get(number, 1000)
        rows.append(f"{geoid(number)},{people},{'' if number in {3, 4} else 30000 + 1000 * number}")
    (found / "census/acs.csv").write_text("\n".join(rows) + "\n")
    lists = [(ALDER, number, 1) for number in range(1, 11)] + [
        (BIRCH, number, 0.5) for number in range(9, 14)
    ]
    text = "".join(f'"{city}",{geoid(number)},{share}\n' for city, number, share in lists)
    (found / "census/city_tracts.csv").write_text("city,GEOID,share\n" + text)
    boxes = shapely.box(range(COUNT - 1), [0] * (COUNT - 1), range(1, COUNT), [1.123456789] * (COUNT - 1))
    layer = {"GEOID": [geoid(number) for number in range(1, COUNT)], "geometry": boxes}
    geopandas.GeoDataFrame(layer, crs=4269).to_file(found / "census/tracts.geojson")
    return found


POSTS = pa.table({"GEOID": [geoid(1), geoid(9)], "count": [7, 2]})
CRIMES = [
    CityCrime(ALDER, "theft", pa.table({"GEOID": [geoid(2)], "count": [5]})),
    CityCrime(BIRCH, "arson", pa.table({"GEOID": [geoid(11)], "count": [1]})),
]


def over(*numbers: tuple[str, int]) -> pa.Table:
    return pa.table({"city": [city for city, _ in numbers], "level": ["tract"] * len(numbers),
                     "n": [number for _, number in numbers]})  # fmt: skip


def run(folder: Path, parts: Sequence[str], *, whole: bool = False) -> Path:
    """The last steps of some parts, and what a run does before and after them."""
    stage, out = folder / "work/staging", folder / "out"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    if not whole:
        keep(out, stage, {*parts, "tracts"})
    job = Job(Inputs(Investigation.open(folder)), stage)
    for part in parts:
        ground = Ground(job, part, job.given.once(points.layer))
        if part == "posts":
            tracts.write_posts(ground, POSTS, over((ALDER, 7)))
        else:
            tracts.write_crimes(ground, CRIMES, over((ALDER, 7), (BIRCH, 3)))
        write_ledger([(part, "", "a line", 1)], stage)
    for path in sorted(path for path in stage.rglob("*") if path.is_file()):
        (out / path.relative_to(stage)).parent.mkdir(parents=True, exist_ok=True)
        path.replace(out / path.relative_to(stage))
    return out


def lines_of(out: Path) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in ledger_of(out).to_pylist():
        if row["part"] == "tracts":
            found.setdefault(row["source"], {})[row["line"]] = row["count"]
    return found


@pytest.mark.long
def test_each_listed_tract_is_used_or_left_out_for_one_reason(folder: Path):
    out = run(folder, ["posts", "crime"], whole=True)
    assert lines_of(out)[ALDER] == {"tracts listed": 10, "tracts used": 7, "without polygon": 0,
        "without Census row": 0, "without people": 1, "without income": 1, "with few people": 1}  # fmt: skip
    assert lines_of(out)[BIRCH] == {"tracts listed": 5, "tracts used": 3, "without polygon": 2,
        "without Census row": 0, "without people": 0, "without income": 0, "with few people": 0}  # fmt: skip
    assert lines_of(out)[""]["tracts listed"] == 15
    rows = {
        (row["city"], row["GEOID"]): row for row in read_table(TABLES["public/tracts_used"], out).to_pylist()
    }
    first = rows[ALDER, geoid(1)]
    assert (first["geo_id"], first["posts"], first["posts_per_1000"]) == (f"1400000US{geoid(1)}", 7, 7.0)
    assert (first["decile"], first["status"], first["share_in_city"]) == (1, "used", 1.0)
    assert rows[ALDER, geoid(3)]["posts"] == 0
    assert rows[ALDER, geoid(3)]["posts_per_1000"] is rows[ALDER, geoid(3)]["decile"] is None
    assert rows[ALDER, geoid(5)]["status"] == "few people"
    # Birch is not examined, so nobody counted its posts, though tract 9 is in both.
    assert (rows[ALDER, geoid(9)]["posts"], rows[BIRCH, geoid(9)]["posts"]) == (2, None)


def test_a_tract_without_a_polygon_is_not_observed_and_never_zero(folder: Path):
    out = run(folder, ["crime"], whole=True)
    rows = {row["GEOID"]: row for row in read_table(TABLES["public/tract_crimes"], out).to_pylist()
            if row["crime"] == "arson"}  # fmt: skip
    assert [rows[geoid(number)]["crimes"] for number in (9, 11, 12, 13)] == [0, 1, None, None]
    assert rows[geoid(12)]["crimes_per_1000"] is None
    assert rows[geoid(11)]["crimes_per_1000"] == 1.0


@pytest.mark.long
def test_the_order_of_the_runs_changes_no_byte(folder: Path):
    whole = contents(run(folder, ["posts", "crime"], whole=True))
    for order in (["posts", "crime"], ["crime", "posts"], ["posts", "posts"], ["crime"]):
        for part in order:
            found = contents(run(folder, [part]))
        assert {name: found[name] for name in whole if name != "ledger"} == whole
    for order in (["posts", "crime"], ["crime", "posts"]):
        shutil.rmtree(folder / "out")
        for part in order:
            found = contents(run(folder, [part]))
        assert found == whole


def test_posts_alone_and_crimes_alone_have_what_they_know(folder: Path):
    out = run(folder, ["posts"], whole=True)
    assert not (out / "public/tract_crimes.csv").exists()
    table = read_table(TABLES["public/tracts_used"], out)
    assert set(table["city"].to_pylist()) == {ALDER}
    assert table["posts"].null_count == 0
    shutil.rmtree(out)
    table = read_table(TABLES["public/tracts_used"], run(folder, ["crime"], whole=True))
    assert set(table["city"].to_pylist()) == {ALDER, BIRCH}
    assert table["posts"].null_count == len(table)


def test_the_geojson_is_read_back_with_columns_crimes_and_polygons(folder: Path):
    path = run(folder, ["posts", "crime"], whole=True) / "public/tracts_used.geojson"
    found = json.loads(path.read_text())
    assert found["type"] == "FeatureCollection"
    by_key = {(each["properties"]["city"], each["properties"]["GEOID"]): each for each in found["features"]}
    assert list(by_key) == sorted(by_key)
    assert by_key[BIRCH, geoid(12)]["geometry"] is None
    second = by_key[ALDER, geoid(2)]
    assert second["geometry"]["coordinates"] == [
        [[2.0, 0.0], [2.0, 1.123457], [1.0, 1.123457], [1.0, 0.0], [2.0, 0.0]]
    ]
    assert second["properties"]["crimes: theft"] == second["properties"]["crimes_per_1000: theft"] == 5
    assert "crimes: arson" not in second["properties"]
    frame = geopandas.read_file(path)
    assert frame.crs.to_epsg() == 4326
    shapes = frame.geometry.dropna()
    assert len(shapes) == 13
    assert shapes.is_valid.all()
    assert all(shape.exterior.is_ccw for shape in shapes)
    assert frame["geo_id"].str.len().eq(20).all()


def test_the_tracts_keep_their_names_in_a_spreadsheet(folder: Path):
    """A number with its leading zero gone is another tract; text that does not begin as a number stays."""
    path = run(folder, ["posts"], whole=True) / "public/tracts_used.csv"
    opened = pandas.read_csv(path)  # as a spreadsheet: what looks like a number is one
    assert opened["GEOID"].dtype == "int64"
    assert opened["geo_id"].str.removeprefix("1400000US").tolist() == [
        geoid(number) for number in range(1, 11)
    ]


def test_a_test_over_other_tracts_ends_the_run(folder: Path):
    job = Job(Inputs(Investigation.open(folder)), folder / "work/staging")
    ground = Ground(job, "posts", job.given.once(points.layer))
    with pytest.raises(LedgerError, match="tested over 8 tracts, but 7 are used"):
        tracts.write_posts(ground, POSTS, over((ALDER, 8)))


@pytest.mark.long
def test_a_table_of_the_last_run_that_is_damaged_ends_the_run(folder: Path):
    out = run(folder, ["posts", "crime"], whole=True)
    (out / "public/tracts_used.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="was damaged, and has what posts counted"):
        run(folder, ["crime"])


def test_the_files_are_compared_before_a_run_and_the_kept_layer_spares_reading_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    read, real = [], tracts.files

    def noted(given: Inputs) -> object:
        read.append(1)
        return real(given)

    monkeypatch.setattr(tracts, "files", noted)
    given = Inputs(Investigation.open(folder))
    assert tracts.check(given, {ALDER}) == ()
    assert read == [1]
    run(folder, ["posts"], whole=True)
    assert tracts.check(Inputs(Investigation.open(folder)), {ALDER}) == ()
    assert read == [1]
    lines = tracts.check(Inputs(Investigation.open(folder)), {ALDER, BIRCH})
    assert len(read) == 2
    assert [line.split(",")[0] for line in lines] == [
        "census/tracts.geojson: 1 of the 5 tracts of 'Birch city",
        "census/city_tracts.csv: 1 of the 5 tracts of 'Birch city",
    ]


@pytest.mark.long
def test_the_national_layer_fits_the_cities(real: Path, tmp_path: Path):
    import pyarrow.csv
    import pyarrow.parquet as pq

    (tmp_path / "census").mkdir()
    (tmp_path / "investigation.toml").write_text('name = "x"\n')
    for name in ("acs.parquet", "cb_2019_us_tract_500k.zip"):
        (tmp_path / "census" / name).symlink_to(real / name)
    lists = pq.read_table(real / "city_tracts.parquet", columns=["city", "GEOID"])
    pyarrow.csv.write_csv(lists, tmp_path / "census/city_tracts.csv")
    given = Inputs(Investigation.open(tmp_path))
    cities = points.cities(given.once(points.census))
    assert len(cities) == 50
    # Eight tracts of water have no polygon, and nobody lives there.
    assert tracts.check(given, cities) == ()
    assert len(given.once(tracts.files).layer.geoids) == 72_945


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("00-base", ""),
        (
            "01-layer-of-other-vintage",
            "census/tracts.geojson: 34 of the 100 tracts of 'Gridville city, Nowhere'",
        ),
        ("06a-acs-header-only", "census/acs.csv: has a header and no rows"),
    ],
)
def test_the_cases_of_the_findings(case: str, said: str, real: Path):
    folder = real.parent / "cases/findings" / case
    if not folder.is_dir():
        pytest.skip(f"no case {case} beside the real data")
    given = Inputs(Investigation.unchecked(folder))
    if not said:
        check(given, ["posts"])
        return
    with pytest.raises(InputError) as raised:
        check(given, ["posts"])
    assert str(raised.value).startswith(said)
