"""A reader's workbook, opened by another program."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl

from tasks.coding.sheets.form import essence
from tasks.coding.sheets.workbook import write_workbook
from tests.tasks.coding.made_sheets import alerts, codebook, written


def test_readers_see_the_alert_locked_and_lists_of_answers_beside_it(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "anna.xlsx"))
    assert [(sheet.title, sheet.sheet_state) for sheet in book.worksheets] == [
        ("alerts", "visible"),
        ("codebook", "visible"),
        ("lists", "hidden"),
        ("about", "hidden"),
    ]
    sheet = book["alerts"]
    assert [cell.value for cell in sheet[2]][:9] == [
        *("No.", "Date", "Title", "Description", "Is it a “crime”?", "=1+1"),
        *("Where was it? Street; park", "Where was it? Home", "A note"),
    ]
    assert sheet.row_dimensions[1].hidden
    assert all(sheet.column_dimensions[letter].hidden for letter in ("J",))  # J to N are one group
    assert (sheet.column_dimensions["J"].min, sheet.column_dimensions["J"].max) == (10, 14)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B3", "A2:N14")
    assert [sheet.cell(3, column).protection.locked for column in range(1, 15)] == [
        *[True] * 4,
        *[False] * 5,
        *[True] * 5,
    ]
    allowed = sheet.protection
    assert allowed.sheet
    assert allowed.password is None
    assert not any((allowed.sort, allowed.autoFilter, allowed.formatColumns))  # "not forbidden"
    lists = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert set(lists) == {"E3:E14", "F3:F14", "G3:G14", "H3:H14"}
    assert lists["F3:F14"].formula1 == "lists!$C$5:$C$38"
    offered = [row[0].value for row in book["lists"]["C5:C38"]]
    assert offered[:4] == ["1/2", "01", "90%", "3-2021"]
    assert len(",".join(offered)) > 255
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$2:$2")
    about = {row[0].value: row[1].value for row in book["about"].rows}
    assert (about["reader"], about["codebook"], about["seed"]) == ("anna", "1", "7")
    assert about["sha256"] == codebook().sha256
    assert book.custom_doc_props["nwatch sha256"].value == codebook().sha256
    explained = "\n".join(str(cell.value) for row in book["codebook"].rows for cell in row if cell.value)
    assert "PC 459" in explained
    assert "“=a”" in explained


def test_no_text_of_an_alert_does_anything(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "anna.xlsx"))
    own = {item.number: item for item in alerts()}
    for row in list(book["alerts"].rows)[2:]:
        item = own[row[0].value]
        assert essence(row[2].value) == essence(item.title)
        assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
        assert "x0000" not in row[2].value
        assert "\u202e" not in row[2].value
        assert len(row[3].value) < 32_767
    assert book["alerts"]["F2"].data_type == "s"


def test_the_same_alerts_give_the_same_bytes_in_another_order_for_each_reader(tmp_path: Path) -> None:
    first, again = written(tmp_path / "a.xlsx"), tmp_path / "b.xlsx"
    write_workbook(again, "anna", alerts()[::-1], codebook(), 7)
    assert first.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(first) as book:
        assert {part.date_time[0] for part in book.infolist()} == {1980}
        for part in book.namelist():
            ET.fromstring(book.read(part))
    numbers = [
        [row[0].value for row in list(openpyxl.load_workbook(path)["alerts"].rows)[2:]]
        for path in (first, written(tmp_path / "c.xlsx", "ben"))
    ]
    assert numbers[0] != numbers[1]
    assert sorted(numbers[0]) == sorted(numbers[1]) == list(range(1, 13))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx", "c.xlsx"]


def test_a_sheet_without_alerts_is_one(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", "a & b", [], codebook(), 7)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["alerts"].max_row == 2
