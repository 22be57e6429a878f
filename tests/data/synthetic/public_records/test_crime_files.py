import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from data.synthetic.country.borders import NULL
from data.synthetic.public_records import PublicRecords, crime_files
from data.synthetic.public_records.crime_files import LOS_ANGELES_COLUMNS, WrittenCrimes, write_crimes
from data.synthetic.public_records.offences import LOS_ANGELES_TYPES
from data.synthetic.public_records.stream import NO_DAY, Book

Written = tuple[WrittenCrimes, ...]


def _read(folder: Path, written: Written) -> Iterator[dict[str, str]]:
    for each in written:
        content = (folder / each.file).read_bytes()
        content = gzip.decompress(content) if each.file.endswith(".gz") else content
        yield from csv.DictReader(io.StringIO(content.decode(), newline=""))


@pytest.fixture(scope="module")
def written(alderfall: Book, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    folder = tmp_path_factory.mktemp("crimes")
    return folder, write_crimes(folder, alderfall)


def test_the_header_is_that_of_los_angeles(written: tuple[Path, Written], real: Path) -> None:
    with (real / "la_crime_2019_sample.csv").open(encoding="utf-8", newline="") as stream:
        theirs = next(csv.reader(stream))
    # The sample spells the portal's last four codes differently (see its README).
    assert [name.replace("Crm_Cd", "Crm Cd ") for name in theirs] == list(LOS_ANGELES_COLUMNS)
    assert list(next(_read(*written))) == list(LOS_ANGELES_COLUMNS)
    assert "AREA " in LOS_ANGELES_COLUMNS


def test_every_type_of_los_angeles_has_its_real_code(real: Path) -> None:
    with (real / "la_crime_2019_sample.csv").open(encoding="utf-8", newline="") as stream:
        theirs = {(row["Crm Cd Desc"], row["Crm Cd"], row["Part 1-2"]) for row in csv.DictReader(stream)}
    names = {name for name, _, _ in theirs}
    assert {each for each in LOS_ANGELES_TYPES if each[0] in names} <= theirs
    assert len(names & {name for name, _, _ in LOS_ANGELES_TYPES}) >= 20


def test_the_rows_are_read_back_as_written(written: tuple[Path, Written], alderfall: Book) -> None:
    found = list(_read(*written))
    rows = alderfall.rows(0, alderfall.length)
    assert len(found) == alderfall.length == sum(each.rows for each in written[1])
    names = [name for name, _, _ in LOS_ANGELES_TYPES]
    for place, row in enumerate(found):
        assert row["DR_NO"] == str(rows.id[place])
        assert row["Crm Cd Desc"] == names[rows.type[place]]
        for column, values in (("LON", rows.x), ("LAT", rows.y)):
            expected = int(values[place])
            assert row[column] == "" if expected == NULL else float(row[column]) == expected / 1e6
        day = rows.day[place]
        date = "" if day == NO_DAY else np.datetime64(int(day), "D").astype(object).strftime("%m/%d/%Y")
        assert row["DATE OCC"] == (date and f"{date} 12:00:00 AM")
        assert len(row["TIME OCC"]) == 4
        assert 0 <= int(row["TIME OCC"][:2]) < 24
        assert None not in row


def test_a_crime_is_reported_on_its_day_or_later(written: tuple[Path, Written]) -> None:
    def day(text: str) -> str:
        return text[6:10] + text[:2] + text[3:5]

    rows = list(_read(*written))
    dated = [row for row in rows if row["DATE OCC"]]
    assert all(day(row["DATE OCC"]) <= day(row["Date Rptd"]) for row in dated)
    assert any(row["DATE OCC"][6:10] < row["Date Rptd"][6:10] == "2019" for row in dated)
    assert all(row["Date Rptd"][6:10] == "2019" for row in rows if not row["DATE OCC"])


@pytest.mark.long
@pytest.mark.parametrize("name", ["alderfall", "thornquill"])
def test_only_one_piece_is_in_memory_and_its_size_changes_no_byte(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book: Book = request.getfixturevalue(name)
    whole = write_crimes(tmp_path / "whole", book)
    asked: list[int] = []
    plain = Book.rows

    def watched(self: Book, start: int, stop: int):
        asked.append(stop - start)
        return plain(self, start, stop)

    monkeypatch.setattr(crime_files, "PIECE", 397)
    monkeypatch.setattr(Book, "rows", watched)
    assert write_crimes(tmp_path / "pieces", book) == whole
    assert max(asked) == 397
    assert sum(asked) == book.length


def test_the_source_of_a_file_is_its_hash_and_gzip_has_no_time(written: tuple[Path, Written]) -> None:
    folder, files = written
    assert [each.file for each in files] == sorted(each.file for each in files)
    for each in files:
        content = (folder / each.file).read_bytes()
        assert (each.sha256, each.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
        assert each.source == each.sha256[:12]
        if each.file.endswith(".gz"):
            assert content[4:8] == bytes(4)


def test_the_other_city_has_its_own_columns_and_extra_blanks(
    public_records: tuple[Path, PublicRecords], thornquill: Book
) -> None:
    text = (public_records[0] / "crime" / "thornquill" / "incidents.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(rows[0]) == ["Offense ", "Occurred On", " Block", "Beat", "X", "Y"]
    spelled = {row["Offense "] for row in rows}
    assert {"PACKAGE THEFT", "PACKAGE  THEFT", "PACKAGE THEFT ", " PACKAGE THEFT", "Package theft"} <= spelled
    assert len({" ".join(each.split()) for each in spelled}) == thornquill.types
    dated = [row["Occurred On"] for row in rows if row["Occurred On"]]
    assert len(rows) - len(dated) == len(thornquill.undated)
    assert {when[:4] for when in dated} == {"2018", "2019", "2020"}
    assert all(len(when) == 23 and when[10] == "T" for when in dated)
    whole = [tuple(row.values()) for row in rows]
    assert len(whole) - len(set(whole)) == 5


def test_all_streets_are_made_up(written: tuple[Path, Written]) -> None:
    from data.synthetic.words import STREETS

    streets = {street.upper().rsplit(" ", 1)[0] for street in STREETS}
    rows = list(_read(*written))
    assert {row["LOCATION"][9:].rsplit(" ", 1)[0].strip() for row in rows} == streets
    assert {row["Cross Street"].rsplit(" ", 1)[0].strip() for row in rows} == streets | {""}
