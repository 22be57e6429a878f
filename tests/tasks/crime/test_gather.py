"""The crimes of a folder, each counted once, under the first of its reasons."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client

import tasks.crime.gather
from data.errors import InputError
from data.settings import LOS_ANGELES, Crime
from tasks.crime.gather import gather_crimes, gather_folders
from tasks.crime.results import GatheredCrimes

BATTERY, CAR = "BATTERY - SIMPLE ASSAULT", "BURGLARY FROM VEHICLE"
Files = list[tuple[str, Path]]


def gathered(files: Files, settings: Crime, work: Path, client: Client, **given: int) -> GatheredCrimes:
    return gather_crimes("alder", files, settings, work, client, **given)  # type: ignore[arg-type]


def placed(found: GatheredCrimes) -> list[tuple]:
    tables = [pq.read_table(path) for path in found.batches]
    assert all(table.schema.names == ["crime", "lon", "lat"] for table in tables)
    return sorted(tuple(row.values()) for table in tables for row in table.to_pylist())


def reasons(found: GatheredCrimes) -> tuple[int, int, int, int]:
    return found.duplicates, found.other_years, found.other_types, found.no_location


@pytest.fixture
def files(tmp_path: Path, crimes: Callable, written: Callable) -> Files:
    """Two files in which every reason meets every other."""
    rng = random.Random(8)
    rows: list[dict] = []
    for number in range(1200):
        given = {}
        if rng.random() < 0.3:
            given["DATE OCC"] = rng.choice(
                ["", "12/31/2018 11:59:00 PM", "2020-01-01T00:00:00.000", "1/1/2018"]
            )
        if rng.random() < 0.4:
            given["Crm Cd Desc"] = rng.choice(["", "ARSON", "BATTERY", "Burglary"])
        elif rng.random() < 0.5:
            given["Crm Cd Desc"] = rng.choice([CAR, "BURGLARY  FROM VEHICLE "])
        if rng.random() < 0.2:
            given |= rng.choice([{"LAT": "0", "LON": "0.0"}, {"LAT": ""}, {"LON": "200"}, {"LON": "nan"}])
        rows.append(crimes(number) | given if rng.random() < 0.8 or not rows else rows[number // 3])
    return [
        (f"crime/alder/{name}", written(tmp_path / name, part))
        for name, part in (("a.csv", rows[:700]), ("b.csv.gz", rows[700:]))
    ]


def plainly(files: Files, once: bool = True) -> tuple[Counter, list[tuple]]:
    """The reasons, and the crimes that are left: a loop over the rows."""
    seen: set[str] = set()
    why: Counter[str] = Counter()
    left = []
    for _, path in files:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for row in table.to_dict("records"):
            text = " ".join(row["Crm Cd Desc"].split())
            try:
                lon, lat = float(row["LON"]), float(row["LAT"])
            except ValueError:
                lon = lat = 0.0
            if once and row["DR_NO"] in seen:
                why["duplicate"] += 1
            elif "2019" not in row["DATE OCC"]:
                why["year"] += 1
            elif text not in (BATTERY, CAR):
                why["type"] += 1
            elif not -180 <= lon <= 180 or (lon, lat) == (0, 0):
                why["place"] += 1
            else:
                left.append((text, lon, lat))
            seen.add(row["DR_NO"])
    return why, sorted(left)


@pytest.mark.long(4)
@pytest.mark.parametrize("buckets", [1, 4, 16])
@pytest.mark.parametrize("once", [True, False])
def test_each_crime_is_counted_once_under_the_first_reason_as_a_plain_loop_does(  # noqa: PLR0917 - fixtures
    threads: Client, files: Files, settings: Crime, tmp_path: Path, buckets: int, once: bool
):
    columns = LOS_ANGELES if once else LOS_ANGELES.model_copy(update={"id": ""})
    settings = settings.model_copy(update={"columns": columns})
    found = gathered(files, settings, tmp_path / "work", threads, buckets=buckets)
    why, left = plainly(files, once)
    assert reasons(found) == (why["duplicate"], why["year"], why["type"], why["place"])
    assert min(why["year"], why["type"], why["place"]) > 50
    assert (why["duplicate"] > 50) == once
    assert placed(found) == left
    assert [file.file for file in found.files] == [label for label, _ in files]
    assert [file.rows for file in found.files] == [700, 500]
    assert sum(reasons(found)) + len(left) == 1200
    assert (found.key, found.year, found.has_ids) == ("alder", 2019, once)
    folder = tmp_path / "work" / "crime" / "alder" / "batches"
    assert list(found.batches) == [folder / f"alder-{place:04d}.parquet" for place in range(buckets)]


def test_the_reasons_have_an_order(
    threads: Client, crimes: Callable, written: Callable, settings: Crime, tmp_path: Path
):
    nowhere = {"LAT": "0", "LON": "0"}
    rows = [
        crimes(1, DATE_OCC="1/1/2018", Crm_Cd_Desc="ARSON", **nowhere),
        crimes(1, DATE_OCC="1/1/2018", Crm_Cd_Desc="ARSON", **nowhere),
        crimes(6),
        crimes(2, DATE_OCC="1/1/2018", Crm_Cd_Desc="ARSON", **nowhere),
        crimes(3, Crm_Cd_Desc="ARSON", **nowhere),
        crimes(4, **nowhere),
        crimes(5, Crm_Cd_Desc=CAR),
    ]
    path = written(tmp_path / "a.csv", rows)
    found = gathered([("crime/alder/a.csv", path)], settings, tmp_path / "work", threads)
    assert reasons(found) == (1, 2, 1, 1)
    assert [row[0] for row in placed(found)] == [BATTERY, CAR]


def test_an_id_that_a_spreadsheet_made_a_number_is_the_same_one(
    threads: Client, crimes: Callable, written: Callable, settings: Crime, tmp_path: Path
):
    first = written(tmp_path / "a.csv", [crimes(1), crimes(2, Crm_Cd_Desc=CAR)])
    second = written(tmp_path / "b.csv", [crimes(1, DR_NO="190000001.0")])
    files = [("crime/alder/a.csv", first), ("crime/alder/b.csv", second)]
    assert reasons(gathered(files, settings, tmp_path / "work", threads)) == (1, 0, 0, 0)


@pytest.mark.parametrize("where", [0, 1])
def test_a_type_that_is_in_no_file_is_reported_with_the_nearest(
    threads: Client, files: Files, settings: Crime, tmp_path: Path, where: int
):
    types = [BATTERY, "BURGLERY FROM VEHICLE"][:: 1 if where else -1]
    mistyped = settings.model_copy(update={"types": types})
    with pytest.raises(InputError) as error:
        gathered(files, mistyped, tmp_path / "work", threads)
    assert str(error.value) == (
        "investigation.toml: crime.alder.types: no row of the files in crime/alder has the type "
        f"'BURGLERY FROM VEHICLE'; did you mean '{CAR}'?"
    )


def test_types_that_are_like_none_of_the_files_are_reported(
    threads: Client, files: Files, settings: Crime, tmp_path: Path
):
    strange = settings.model_copy(update={"types": ["XYZZY", BATTERY, "QWERTZ"]})
    with pytest.raises(
        InputError, match=r"has the type 'XYZZY'; write it as the files do, as 'ARSON' \(and 1 m"
    ):
        gathered(files, strange, tmp_path / "work", threads)


def test_a_type_that_is_only_in_another_year_or_in_a_duplicate_is_a_zero(
    threads: Client, crimes: Callable, written: Callable, settings: Crime, tmp_path: Path
):
    rows = [crimes(1), crimes(2, Crm_Cd_Desc="ARSON", DATE_OCC="1/1/2018")]
    files = [
        ("crime/alder/a.csv", written(tmp_path / "a.csv", rows)),
        ("crime/alder/b.csv", written(tmp_path / "b.csv", [crimes(1, Crm_Cd_Desc="RIOT")])),
    ]
    wider = settings.model_copy(update={"types": ["ARSON", "RIOT", BATTERY]})
    found = gathered(files, wider, tmp_path / "work", threads)
    assert reasons(found) == (1, 1, 0, 0)
    assert [row[0] for row in placed(found)] == [BATTERY]


def test_files_without_a_crime_or_without_types_are_reported(
    threads: Client, crimes: Callable, written: Callable, settings: Crime, tmp_path: Path
):
    path = tmp_path / "a.csv"
    path.write_text("DR_NO,DATE OCC,Crm Cd Desc,LAT,LON\n")
    with pytest.raises(
        InputError, match="crime/alder: the files hold no crime; put the city's records there"
    ):
        gathered([("crime/alder/a.csv", path)], settings, tmp_path / "work", threads)
    written(path, [crimes(1, Crm_Cd_Desc="")])
    with pytest.raises(InputError, match=r"column Crm Cd Desc, that of the types, is empty in every file"):
        gathered([("crime/alder/a.csv", path)], settings, tmp_path / "work", threads)


@pytest.mark.long
@pytest.mark.parametrize("buckets", [1, 5])
def test_an_id_that_rows_share_and_differ_in_is_the_incident_s_and_drops_no_offense(  # noqa: PLR0917 - fixtures
    threads: Client, crimes: Callable, written: Callable, settings: Crime, tmp_path: Path, buckets: int
):
    rows = [
        crimes(1),
        crimes(1, Crm_Cd_Desc=CAR),
        crimes(2),
        crimes(2),
        crimes(3, DATE_OCC="1/1/2018"),
        crimes(3),
    ]
    again = [crimes(1), crimes(2), crimes(4)]
    files = [
        ("crime/alder/a.csv", written(tmp_path / "a.csv", rows)),
        ("crime/alder/b.csv", written(tmp_path / "b.csv", again)),
    ]
    found = gathered(files, settings, tmp_path / "work", threads, buckets=buckets)
    assert reasons(found) == (2, 1, 0, 0)  # what the second file repeats
    assert [row[0] for row in placed(found)] == [BATTERY] * 5 + [CAR]
    assert (found.unlike, found.unlike_as, found.ids_in, found.split) == (2, "190000001", "DR_NO", True)
    once = settings.model_copy(update={"rows": "incident"})
    found = gathered(files, once, tmp_path / "work", threads, buckets=buckets)
    assert reasons(found) == (4, 1, 0, 0)
    assert [row[0] for row in placed(found)] == [BATTERY] * 3 + [CAR]
    assert found.unlike == 0


def test_a_record_that_changed_in_a_later_file_is_counted_once_as_in_the_first(
    threads: Client, crimes: Callable, written: Callable, settings: Crime, tmp_path: Path
):
    files = [
        ("crime/alder/a.csv", written(tmp_path / "a.csv", [crimes(1), crimes(2)])),
        ("crime/alder/b.csv", written(tmp_path / "b.csv", [crimes(1, Crm_Cd_Desc=CAR), crimes(2)])),
    ]
    found = gathered(files, settings, tmp_path / "work", threads)
    assert reasons(found) == (2, 0, 0, 0)
    assert [row[0] for row in placed(found)] == [BATTERY] * 2
    assert (found.unlike, found.split) == (1, False)


def test_files_of_two_layouts_of_one_city_are_read_together(
    threads: Client, written: Callable, tmp_path: Path
):
    old = [
        {"IncidntNum": "1", "Category": "ARSON", "Descript": "x", "Date": "05/06/2017", "PdDistrict": "A",
         "X": "-122.4", "Y": "37.7", "PdId": f"10{place}"}
        for place in range(2)
    ]  # fmt: skip
    new = [
        {"Incident Datetime": "2018/05/06 11:31:00 PM", "Row ID": "7", "Incident Number": "1",
         "Incident Code": "1", "Latitude": "37.7", "Incident Category": "ARSON", "Longitude": "-122.4"}
    ]  # fmt: skip
    files = [
        ("crime/sf/a.csv", written(tmp_path / "a.csv", old)),
        ("crime/sf/b.csv", written(tmp_path / "b.csv", new)),
    ]
    settings = Crime(city="San Francisco", year=2018, types=["ARSON"])
    found = gathered(files, settings, tmp_path / "work", threads)
    assert reasons(found) == (0, 2, 0, 0)
    assert placed(found) == [("ARSON", -122.4, 37.7)]


def test_crimes_without_a_location_are_counted_by_type(
    threads: Client, crimes: Callable, written: Callable, settings: Crime, tmp_path: Path
):
    rows = [
        crimes(1),
        crimes(2, LAT="0", LON="0"),
        *(crimes(n, Crm_Cd_Desc=CAR, LAT="", LON="") for n in (3, 4)),
    ]
    files = [("crime/alder/a.csv", written(tmp_path / "a.csv", rows))]
    found = gathered(files, settings, tmp_path / "work", threads)
    assert found.no_location == 3
    assert found.without_location == {CAR: 2, BATTERY: 1}


def test_another_city_s_columns_are_configuration(threads: Client, written: Callable, tmp_path: Path):
    from data.settings import CrimeColumns

    rows = [
        {"Fall": "A", "Tag": "29.07.2019", "Delikt": "Raub", " B ": "52.5", "L": "13.4", "LAT": "x"},
        {"Fall": "B", "Tag": "29.07.2018", "Delikt": "Raub", " B ": "52.5", "L": "13.4", "LAT": "x"},
    ]
    columns = CrimeColumns(id="Fall", date="Tag", type="Delikt", latitude="B", longitude="L")
    own = Crime(city="Birch", year=2019, types=["Raub"], columns=columns, date_format="%d.%m.%Y")
    path = written(tmp_path / "a.csv", rows)
    found = gathered([("crime/birch/a.csv", path)], own, tmp_path / "work", threads)
    assert reasons(found) == (0, 1, 0, 0)
    assert placed(found) == [("Raub", 13.4, 52.5)]


@pytest.mark.long
def test_many_crimes_are_in_several_buckets(
    threads: Client, files: Files, settings: Crime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert len(gathered(files, settings, tmp_path / "work", threads).batches) == 1
    monkeypatch.setattr(tasks.crime.gather, "_BUCKET", 100)
    found = gathered(files, settings, tmp_path / "work", threads)
    assert len(found.batches) > 5
    assert placed(found) == plainly(files)[1]


@pytest.mark.slow
def test_workers_change_no_byte_and_one_that_dies_changes_nothing(
    threads: Client, processes: Client, files: Files, settings: Crime, tmp_path: Path
):
    expected = gathered(files, settings, tmp_path / "one", threads, buckets=4)
    alive = list(processes.run(os.getpid).values())

    def kill(done: int, total: int) -> None:
        if len(alive) == 2:  # while the other file is read, or the buckets are counted
            os.kill(alive.pop(), signal.SIGKILL)

    found = gather_crimes("alder", files, settings, tmp_path / "two", processes, buckets=4, on_progress=kill)
    assert len(alive) == 1
    assert (found.files, reasons(found)) == (expected.files, reasons(expected))
    assert [path.read_bytes() for path in found.batches] == [path.read_bytes() for path in expected.batches]


@pytest.fixture
def both(real: Path) -> Files:
    names = ("la_crime_2019_sample.csv", "la_crime_sample_2014_2019.csv")
    return [(f"crime/los-angeles/{name}", real / name) for name in names]


@pytest.mark.long
@pytest.mark.parametrize("year", [2019, 2016])
def test_every_row_of_the_real_samples_is_accounted_for_as_plain_pandas_has_it(
    threads: Client, both: Files, settings: Crime, tmp_path: Path, year: int
):
    frames = [pd.read_csv(path).rename(columns=str.strip) for _, path in both]
    assert [len(frame.columns) for frame in frames] == [28, 15]
    rows = pd.concat(frames, ignore_index=True)
    duplicate = rows.duplicated("DR_NO")
    other_year = pd.to_datetime(rows["DATE OCC"], format="mixed").dt.year != year
    other_type = ~rows["Crm Cd Desc"].isin(settings.examined)
    nowhere = (rows["LAT"] == 0) & (rows["LON"] == 0)
    assert (rows["LAT"].isna().sum(), rows["LON"].isna().sum()) == (0, 0)
    left = ~(duplicate | other_year | other_type | nowhere)
    settings = settings.model_copy(update={"year": year})
    found = gathered(both, settings, tmp_path / "work", threads, buckets=3)
    assert [file.rows for file in found.files] == [10_000, 12_000]
    assert reasons(found) == (
        duplicate.sum(),
        (~duplicate & other_year).sum(),
        (~duplicate & ~other_year & other_type).sum(),
        (~duplicate & ~other_year & ~other_type & nowhere).sum(),
    )
    expected = rows.loc[left, ["Crm Cd Desc", "LON", "LAT"]].to_records(index=False).tolist()
    assert len(expected) > 100
    assert placed(found) == sorted(expected)


def test_a_batch_without_a_crime_has_the_columns_of_the_others(
    threads: Client, crimes: Callable, written: Callable, settings: Crime, tmp_path: Path
):
    files = [("crime/alder/a.csv", written(tmp_path / "a.csv", [crimes(1), crimes(2, Crm_Cd_Desc=CAR)]))]
    schemas = {
        str(pq.read_schema(path).remove_metadata())
        for path in gathered(files, settings, tmp_path / "work", threads, buckets=16).batches
    }
    kinds = {"crime": pa.string(), "lon": pa.float64(), "lat": pa.float64()}
    assert schemas == {str(pa.schema(kinds))}


def test_of_several_folders_the_files_are_counted_together(
    threads: Client, files: Files, settings: Crime, tmp_path: Path
):
    given = {"alder": files, "birch": [("crime/birch/a.csv", files[0][1])]}
    own = dict.fromkeys(given, settings)
    done: list[tuple[int, int]] = []
    found = gather_folders(given, own, tmp_path / "two", threads, on_progress=lambda *now: done.append(now))
    assert [each.key for each in found] == ["alder", "birch"]
    assert done == sorted(done)
    assert {count for count, _ in done} >= {1, 2, 3}
    assert {total for _, total in done} == {3}
    for each in found:
        alone = gather_crimes(each.key, given[each.key], settings, tmp_path / "one", threads)
        assert [each.files, each.duplicates, each.other_years] == [
            alone.files, alone.duplicates, alone.other_years
        ]  # fmt: skip


def test_files_that_number_their_own_rows_end_the_run_unless_a_setting_says_so(
    threads: Client, crimes: Callable, written: Callable, settings: Crime, tmp_path: Path
):
    files = [
        ("crime/alder/a.csv", written(tmp_path / "a.csv", [crimes(number) for number in range(20)])),
        (
            "crime/alder/b.csv",
            written(tmp_path / "b.csv", [crimes(number, DATE_OCC="2/3/2019") for number in range(20)]),
        ),
    ]
    messages = set()
    for buckets in (1, 7):
        with pytest.raises(InputError) as error:
            gathered(files, settings, tmp_path / "work", threads, buckets=buckets)
        messages.add(str(error.value))
    assert messages == {
        "crime/alder/a.csv, row 1, and crime/alder/b.csv, row 1: DR_NO is 190000000 in both, but day, type "
        "or location differ, as in 20 of 40 rows, so that these are no duplicates; if each file numbers its "
        'own rows, write columns = { id = "" } in [crime.alder], or, to count the first row of each id, '
        'same_id = "first"'
    }
    first = settings.model_copy(update={"same_id": "first", "types": [BATTERY]})
    found = gathered(files, first, tmp_path / "work", threads)
    assert (found.duplicates, found.unlike, found.split) == (20, 20, False)


@pytest.mark.parametrize("ids", [["5.0000E+17", "5.0000E+17"], ["5E17", "77"]])
def test_ids_that_were_rounded_end_the_run(
    threads: Client, crimes: Callable, written: Callable, tmp_path: Path, ids: list[str]
):
    settings = Crime(city="Alder city, California", year=2019, types=[BATTERY])
    rows = [crimes(number, DR_NO=given) for number, given in enumerate(ids)]
    files = [("crime/alder/a.csv", written(tmp_path / "a.csv", rows))]
    with pytest.raises(
        InputError, match=r"^crime/alder/a.csv: column DR_NO, row 1: '5\S*' is a rounded number"
    ):
        gathered(files, settings, tmp_path / "work", threads)


def test_single_rows_with_latitude_and_longitude_exchanged_end_the_run(
    threads: Client, crimes: Callable, written: Callable, tmp_path: Path
):
    rows = [crimes(number) for number in range(9)]
    rows[4] |= {"LAT": rows[4]["LON"], "LON": rows[4]["LAT"]}
    files = [("crime/alder/a.csv", written(tmp_path / "a.csv", rows))]
    settings = Crime(city="Alder city, California", year=2019, types=[BATTERY])
    with pytest.raises(
        InputError, match=r"^crime/alder/a.csv: columns LAT and LON, row 5: are exchanged, as in 1"
    ):
        gather_crimes("alder", files, settings, tmp_path / "w", threads, bounds=(-119.0, 33.0, -117.0, 35.0))
