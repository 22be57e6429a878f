"""Ordinary slips of input, each in a run of its own: what is lost without a word in other programs is told.

The investigations are those of ``cases/findings`` beside the real data, and changes of the healthy one.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from data.schema import TABLES
from data.tables import read_table

# Dask 2026.8 resets an index in a way that pandas 4 will drop.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The inplace keyword")]

Run = Callable[..., CompletedProcess[str]]
Row = dict[str, str]


@pytest.fixture
def case(real: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Copies an investigation of the cases; skips where there are none."""

    def copied(name: str) -> Path:
        folder = real.parent / "cases" / "findings" / name
        if not folder.is_dir():
            pytest.skip(f"no case at {folder}")
        target = tmp_path / name
        shutil.copytree(folder, target, copy_function=shutil.copyfile)
        return target

    return copied


def rewritten(path: Path, change: Callable[[int, Row], Row]) -> None:
    """Change each row of a CSV."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(change(number, row) for number, row in enumerate(rows))


def rounded(decimals: int) -> Callable[[int, Row], Row]:
    return lambda _, row: (
        row | {name: f"{float(row[name]):.{decimals}f}" for name in ("latitude", "longitude")}
    )


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        ("04-ids-mangled-by-a-spreadsheet", "posts",
         "posts/posts.csv: column id, row 1: '5.0000E+17' is a rounded number, and no id any more; export "
         "ids as text"),
        ("08-shapefile-cut-off", "posts",
         "census/tracts.shp: tracts.shp is cut off (6,850 of 13,700 bytes are there); download it anew"),
        ("09-shapefile-without-dbf", "posts",
         "census/tracts.shp: tracts.dbf is not beside it; a shapefile needs tracts.shp, .shx, .dbf and .prj: "
         "copy them all from the download"),
        ("18-date-error-aborts", "crime",
         "crime/grid/c.csv: column DATE OCC, row 1: '15-Jun-19' may begin with the day or the year, and no "
         'row shows which is meant; write in [crime.grid] date_format = "%d-%b-%y" or "%y-%b-%d"'),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(case: Callable, here: Run, name: str, part: str, said: str):
    done = here("run", case(name), "--only", part)
    assert (done.returncode, done.stderr) == (2, f"nwatch: {said}\n")


SHARED = (
    "posts/posts.csv, rows 2 and 3: column id is 2500001 in both, but time, location or account differ, as "
    "in 421 of 844 rows"
)


def test_ids_that_several_posts_share_end_the_run_unless_a_setting_says_so(case: Callable, here: Run):
    folder = case("00-base")
    rewritten(folder / "posts/posts.csv", lambda _, row: row | {"id": str(int(row["id"]) // 2)})
    done = here("run", folder, "--only", "posts")
    assert done.returncode == 2
    assert done.stderr.startswith(f"nwatch: {SHARED}, so that these are no duplicates; name the column")
    assert done.stderr.count("\n") == 1
    with (folder / "investigation.toml").open("a") as file:
        file.write('same_id = "first"\n')
    done = here("run", folder, "--only", "posts")
    assert done.returncode == 0
    assert "421 of 421 duplicate posts have the id of an earlier row and another time" in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (None, "844 of 844 posts have no location: latitude and longitude hold 1700000, 3140000 "
               "(posts/posts.csv, row 1): are these feet of a state's plane, or metres?"),
        (lambda _, row: row | {name: f"{float(row[name]) * 1e6:.0f}" for name in ("latitude", "longitude")},
         "844 of 844 posts have no location: latitude and longitude hold 40016884, -99995943 "
         "(posts/posts.csv, row 1): are these millionths of degrees?"),
        (lambda _, row: row | {"longitude": row["longitude"].lstrip("-")},
         "844 of 844 posts with a location lie in no tract: latitude and longitude hold 40.016884, 99.995943 "
         "(posts/posts.csv, row 1): is their sign lost?"),
        (rounded(1), "posts/posts.csv: 9 distinct places for 844 posts: the coordinates have 1 decimal"),
        (rounded(3), ""),
        (lambda _, row: row, ""),
    ],
    ids=["feet", "millionths", "sign", "a tenth", "a thousandth", "healthy"],
)  # fmt: skip
def test_posts_that_are_nowhere_or_anywhere_are_told_with_the_cause(
    case: Callable, here: Run, change: Callable | None, said: str
):
    folder = case("05-coordinates-in-feet" if change is None else "00-base")
    if change is not None:
        rewritten(folder / "posts/posts.csv", change)
    done = here("run", folder, "--only", "posts")
    assert done.returncode == 0
    assert (f"WARNING: {said}" in done.stdout) if said else ("WARNING" not in done.stdout)


def test_a_type_without_locations_is_no_zero(case: Callable, here: Run):
    folder = case("12-three-crimes")
    rows = [f"{number},07/01/2019,SEXUAL ASSAULT,0,0" for number in range(100, 140)]
    with (folder / "crime/grid/c.csv").open("a") as file:
        file.write("\n".join([*rows, "999,07/01/2019,SEXUAL ASSAULT,50,-50"]) + "\n")
    settings = (folder / "investigation.toml").read_text()
    named = '["BURGLARY FROM VEHICLE", "SEXUAL ASSAULT"]'
    (folder / "investigation.toml").write_text(settings.replace('["BURGLARY FROM VEHICLE"]', named))
    done = here("run", folder, "--only", "crime")
    assert done.returncode == 0
    assert "41 recorded, 40 without a place, 1 outside the city" in done.stdout
    assert "40 of 41 crimes of the type 'SEXUAL ASSAULT' have no location" in done.stdout
    rows = read_table(TABLES["public/crime_types"], folder / "out").to_pylist()
    assert [tuple(row.values())[1:] for row in rows] == [
        ("BURGLARY FROM VEHICLE", 3, 0, 0, 3), ("SEXUAL ASSAULT", 41, 40, 1, 0),
    ]  # fmt: skip
    tests = read_table(TABLES["public/crime_tests"], folder / "out").to_pylist()
    assert {row["crime"] for row in tests} == {"BURGLARY FROM VEHICLE"}


def test_nothing_is_written_to_the_home_of_whoever_runs_it(
    investigation: Path, nwatch: list[str], tmp_path: Path
):
    """By no process: some libraries make folders there when they are imported."""
    import subprocess

    home = tmp_path / "home"
    home.mkdir()
    unset = ("HOME", "XDG_", "PREFECT_", "LOCALAPPDATA")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    done = subprocess.run(
        [*nwatch, "run", investigation],
        env={**kept, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.relative_to(home).as_posix() for path in home.rglob("*")) == []
