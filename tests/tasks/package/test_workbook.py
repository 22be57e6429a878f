"""The workbook, read by another program."""

import zipfile
from datetime import datetime
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.utils.escape import unescape

from data.schema import TABLES
from tasks.package import cells
from tasks.package.cells import Cut, rows_of
from tasks.package.workbook import Given, sheet_names, write_workbook
from tests.tasks.package.conftest import HOSTILE, rows


def written(path: Path, tables: dict[str, pa.Table]) -> Path:
    given = [Given(TABLES[name], partial(tables.__getitem__, name)) for name in tables]
    write_workbook(path, HOSTILE[3], ["=1+1", HOSTILE[4]], given)
    return path


def test_texts_stay_texts_whatever_they_are(tables: dict[str, pa.Table], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "a.xlsx", tables))
    read = [row[0] for row in book["kinds"].iter_rows(min_row=2)]
    expected = [text[:32_767] for text in sorted(HOSTILE)]
    # The place of a control character is kept; openpyxl leaves it as Excel writes it.
    assert [unescape(cell.value) for cell in read] == expected
    assert {cell.data_type for cell in read} == {"s"}
    assert not any(cell.hyperlink for cell in read)
    tract = [cell.value for cell in book["tracts_used"][2]][:3]
    assert tract == ["<r><t>raw</t></r>", "01001020100", "1400000US01001020100"]
    assert book["alerts_by_month"]["C2"].value == "2020-07"
    assert book["contents"]["A1"].value == HOSTILE[3]


def test_rows_written_a_few_at_a_time_give_the_same_file(
    tables: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(tmp_path / "a.xlsx", tables).read_bytes()
    monkeypatch.setattr(cells, "_BLOCK", 2)
    assert written(tmp_path / "b.xlsx", tables).read_bytes() == first


@pytest.mark.parametrize("odd", [None, "", "a<b", "x" * 20_000])
def test_texts_that_need_no_other_form_are_written_as_they_are(odd: str | None) -> None:
    texts = ["plain", odd, "ł, 'q'", "plain"]
    found = "".join(rows_of(pa.table({"a": texts}), {}, Cut()))
    assert found.count("<c ") == sum(bool(text) for text in texts)
    assert found.count(">plain</t>") == 2
    if odd:
        assert f">{cells.escaped(odd)}</t>" in found


def test_numbers_days_and_flags_have_their_types_and_formats(
    tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "a.xlsx", tables))
    tests = book["city_tests"]
    p = tests.cell(2, TABLES["public/city_tests"].arrow.get_field_index("pearson_p") + 1)
    assert (p.value, p.number_format) == (6.942644e-16, "[<0.001]0.00E+00;0.000")
    assert book["city_selection"]["D2"].value is True
    old, sent = book["requests"]["B2"], book["requests"]["B3"]
    assert (sent.value, sent.number_format) == (datetime(2019, 4, 14), "yyyy-mm-dd")
    assert old.value == "1860-06-26"  # before the days that Excel counts
    assert book["requests"]["G3"].value == "10000000000000000"  # a spreadsheet would round it
    assert book["requests"]["D3"].value is None


def test_the_first_sheet_explains_the_others_and_says_what_is_cut(
    tables: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "MOST_ROWS", 12)
    monkeypatch.setattr("tasks.package.workbook.MOST_ROWS", 12)
    many = [{"agency": f"a{number}", "emails": 1} for number in range(18)]
    tables["public/kinds"] = rows("public/kinds", {"agency": "X" * 40_000, "emails": 9}, *many)
    book = openpyxl.load_workbook(written(tmp_path / "a.xlsx", tables))
    assert book.sheetnames[:3] == ["contents", "columns", "kinds"]
    lines = {row[0]: row for row in book["contents"].iter_rows(min_row=5, values_only=True)}
    assert lines["kinds"][1:5] == (TABLES["public/kinds"].meaning, 19, 4, "public/kinds.parquet")
    assert lines["kinds"][5] == (
        "the last 7 rows are left out: a sheet has 12; 1 texts are cut: a cell has 32,767 letters. "
        "All is in public/kinds.parquet."
    )
    assert lines["city_tests"][5] is None
    kinds = book["kinds"]
    assert (kinds.freeze_panes, kinds.auto_filter.ref, kinds.dimensions) == ("B2", "A1:D13", "A1:D13")


def test_the_same_tables_give_the_same_bytes_and_no_time(tables: dict[str, pa.Table], tmp_path: Path) -> None:
    first, again = written(tmp_path / "a.xlsx", tables), written(tmp_path / "b.xlsx", tables)
    assert first.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(first) as book:
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}
        for entry in book.namelist():
            ET.fromstring(book.read(entry))  # well formed, all of it
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_a_text_is_cut_between_letters() -> None:
    cut = Cut()
    table = pa.table({"a": ["x" + "😀" * 20_000, "😀" * 16_000, "x" * 20_000]})
    text = "".join(rows_of(table, {}, cut))
    assert cut.texts == 1
    assert ("x" + "😀" * 16_383 + "</t>") in text


def test_lists_times_and_large_integers_are_shown(tmp_path: Path) -> None:
    moment = pa.array([datetime(2021, 1, 1, 12), None], pa.timestamp("us", tz="UTC"))
    table = pa.table({"to": [["a", "b"], []], "at": moment, "n": pa.array([2**64 - 1, 5], pa.uint64())})
    text = "".join(rows_of(table, {}, Cut()))
    assert ">a, b</t>" in text
    assert "<v>44197.5</v>" in text
    assert ">18446744073709551615</t>" in text
    assert text.count("<c ") == 4


def test_the_name_of_a_table_is_that_of_its_sheet() -> None:
    stems = [spec.stem for spec in TABLES.values() if spec.visibility != "work"]
    assert sheet_names(stems) == stems
