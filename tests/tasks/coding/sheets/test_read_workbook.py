"""Workbooks that came back: what spreadsheets and readers do to them does no harm, or is named."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.codebook import Answer
from tasks.coding.results import Item, Returned
from tasks.coding.sheets.read_workbook import read
from tasks.coding.sheets.workbook import write_workbook
from tests.tasks.coding.made_sheets import ANSWERS, alerts, by_number, codebook, fill, filled, written

LABEL = "coding/returned/renamed.xlsx"


def again(path: Path, change: Callable[[Any], object], items: list[Item] | None = None) -> Returned:
    """Read a filled workbook that was changed and saved under another name."""
    book = openpyxl.load_workbook(filled(path / "anna.xlsx"))
    change(book)
    book.save(path / "renamed.xlsx")
    return read(path / "renamed.xlsx", LABEL, codebook(), alerts() if items is None else items)


def column(sheet: Any, key: str, header_row: int = 1) -> int:
    return next(cell.column for cell in sheet[header_row] if cell.value == key)


def row_of(sheet: Any, number: int) -> int:
    return next(row for row in range(3, sheet.max_row + 1) if sheet.cell(row, 1).value == number)


def lines(returned: Returned) -> list[str]:
    return [str(fault).removeprefix(LABEL) for fault in returned.faults]


def sort_by_title(book: Any) -> None:
    sheet = book["alerts"]
    rows = sorted(([cell.value for cell in row] for row in list(sheet.rows)[2:]), key=lambda row: str(row[2]))
    for number, values in enumerate(rows, 3):
        for place, value in enumerate(values, 1):
            sheet.cell(number, place).value = value


def swap_columns(book: Any) -> None:
    sheet = book["alerts"]
    for row in list(sheet.rows):
        values = [cell.value for cell in row][::-1]
        for cell, value in zip(row, values, strict=True):
            cell.value = value


def delete(*keys: str) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        for key in keys:
            book["alerts"].delete_cols(column(book["alerts"], key))

    return change


def add_a_comment(book: Any) -> None:
    sheet = book["alerts"]
    sheet.insert_cols(5)
    sheet.cell(2, 5).value = "My thoughts"
    sheet.cell(4, 5).value = "=A1"
    sheet.insert_rows(6)
    sheet.cell(6, 3).value = "Had lunch here"
    book.create_sheet("Sheet1", 0)["A1"] = "Title"
    sheet.title = "Coded"


def spell(book: Any) -> None:
    """As people and spreadsheets write answers."""
    sheet = book["alerts"]
    act, odd = column(sheet, "question:act"), column(sheet, "question:odd")
    for number, text in {1: " YES, it is ", 2: "no", 3: "can’t\u00a0tell - unclear", 4: "Yes it is."}.items():
        sheet.cell(row_of(sheet, number), act).value = text
    for number, value in {
        1: datetime(2026, 1, 2),
        2: 1,
        3: 0.9,
        4: datetime(2021, 3, 1),
        7: datetime(2026, 2, 1),
    }.items():
        sheet.cell(row_of(sheet, number), odd).value = value


def as_text(book: Any) -> None:
    """Numbers as texts with zeros, line ends and quotes as another system writes them."""
    sheet = book["alerts"]
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, 1).value = f"{sheet.cell(row, 1).value:04d}"
        for place in (3, 4):
            text = (
                str(sheet.cell(row, place).value).replace("\n", "\r\n").replace("“", '"').replace("—", "--")
            )
            sheet.cell(row, place).value = text


@pytest.mark.parametrize(
    "change",
    [
        lambda book: None,
        sort_by_title,
        swap_columns,
        delete("alert_id", "text", "reader", "description"),
        delete("sample_no", "title", "agency", "codebook"),
        add_a_comment,
        lambda book: book["alerts"].delete_rows(1),
        lambda book: book["alerts"].delete_rows(2),
        spell,
        as_text,
    ],
)
def test_what_does_no_harm(change: Callable[[Any], object], tmp_path: Path) -> None:
    found = again(tmp_path, change)
    assert lines(found) == []
    assert by_number(found.reviews) == ANSWERS
    assert {(review.reader, review.codebook, review.sheet) for review in found.reviews} == {
        ("anna", "1", LABEL)
    }


def test_rows_are_named_as_the_spreadsheet_does(tmp_path: Path) -> None:
    found = again(tmp_path, lambda book: None)
    sheet = openpyxl.load_workbook(tmp_path / "renamed.xlsx")["alerts"]
    by_alert = {item.alert: item.number for item in alerts()}
    for review in found.reviews:
        assert sheet.cell(review.row, 1).value == by_alert[review.alert]


def test_a_formula_gives_its_result_and_one_without_is_named(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = book["alerts"]
        sheet.cell(row_of(sheet, 2), column(sheet, "question:act")).value = "=E999"

    found = again(tmp_path, change)
    assert [line.split(": ", 1)[1] for line in lines(found)] == [
        "'Is it a “crime”?': '=E999' is no answer; choose one of the list, as 'Yes, it is'"
    ]
    path = tmp_path / "renamed.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = re.sub(rb"<f>E999</f><v\s*/>|<f>E999</f><v></v>", b"<f>E999</f><v>No</v>", parts[name])
    parts[name] = re.sub(rb'(<c [^>]*?)( t="\w+")?(><f>E999)', rb'\1 t="str"\3', parts[name])
    with zipfile.ZipFile(path, "w") as book:
        for each, content in parts.items():
            book.writestr(each, content)
    solved = read(path, LABEL, codebook(), alerts())
    assert (lines(solved), by_number(solved.reviews)) == ([], ANSWERS)


def test_what_is_wrong_is_one_line_with_row_and_fix(tmp_path: Path) -> None:
    rows: dict[str, int] = {}

    def change(book: Any) -> None:
        sheet = book["alerts"]
        act, odd = column(sheet, "question:act"), column(sheet, "question:odd")
        home, alert_id = column(sheet, "question:title:home"), column(sheet, "alert_id")
        rows.update({f"r{number}": row_of(sheet, number) for number in (1, 2, 3, 4, 5, 7, 8, 9)})
        sheet.cell(rows["r1"], act).value = "Yess, it is\x85\n"
        sheet.cell(rows["r2"], home).value = "perhaps"
        sheet.cell(rows["r3"], 3).value = "Something else"
        sheet.cell(rows["r4"], alert_id).value = "f" * 64
        sheet.cell(rows["r4"], 3).value = "not of this sample"
        for place in (3, 4):  # the texts of two alerts change places, their ids and answers do not
            one, other = sheet.cell(rows["r5"], place), sheet.cell(rows["r9"], place)
            one.value, other.value = other.value, one.value
        sheet.cell(rows["r7"], odd).value = datetime(2024, 5, 6)
        last = sheet.max_row + 1
        rows["last"] = last
        sheet.cell(last, act).value = "No"
        sheet.merge_cells(start_row=15, end_row=16, start_column=odd, end_column=odd)

    found = again(tmp_path, change)
    expected = {
        (
            rows["r1"],
            "'Is it a “crime”?': 'Yess, it is' is no answer; choose one of the list, as 'Yes, it is'",
            0,
        ),
        (rows["r2"], "'Where was it? Home': 'perhaps' is neither 'yes' nor blank; write one", 0),
        (rows["r3"], "the title of the alert was changed; the answers count all the same", 0),
        (
            rows["r4"],
            f"alert '{'f' * 64}' is not in the sample; "
            "put back its alert_id and sample_no, or remove the row",
            1,
        ),
        (
            rows["r5"],
            "the row has the number of alert 5 and the text of alert 9; "
            "sort whole rows, and look at the answers again",
            1,
        ),
        (
            rows["r7"],
            "'=1+1': '2024-05-06' is a date that the spreadsheet made of an answer; "
            "choose one of the list, as '1/2'",
            1,
        ),
        (
            rows["last"],
            "has answers and names no alert; put back its alert_id or sample_no, or remove the row",
            1,
        ),
        (15, "its answer and those down to row 16 are one merged cell; split it, answer each", 0),
    }
    assert {(fault.row, fault.what, fault.lost) for fault in found.faults} == expected
    assert all(fault.of is None or fault.of[0] == "anna" for fault in found.faults)
    answers = by_number(found.reviews)
    assert answers[1] == {key: value for key, value in ANSWERS[1].items() if key != "act"}
    assert set(answers) == {1, 2, 3, 8}


def test_a_row_that_has_something_of_another_alert_does_not_count(tmp_path: Path) -> None:
    masked = [replace(item, title=f"[masked] {item.number}") for item in alerts()]
    write_workbook(tmp_path / "a.xlsx", "anna", masked, codebook(), 7)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["alerts"]
    columns = fill(sheet)
    at = {sheet.cell(row, columns["sample_no"]).value: row for row in range(3, sheet.max_row + 1)}

    def swap(one: int, other: int, *names: str) -> None:
        for name in names:
            first, second = (sheet.cell(at[number], columns[name]) for number in (one, other))
            first.value, second.value = second.value, first.value

    swap(1, 2, "title", "description")  # masked: neither text is the alert's own
    swap(3, 4, "sample_no")
    book.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx", LABEL, codebook(), alerts())
    assert by_number(found.reviews) == {number: ANSWERS[number] for number in ANSWERS if number > 4}
    again = "; sort whole rows, and look at the answers again"
    assert sorted(fault.what for fault in found.faults) == [
        f"sample_no is that of alert 3 and alert_id that of alert 4{again}",
        f"sample_no is that of alert 4 and alert_id that of alert 3{again}",
        f"the row has the number of alert 1 and the text of alert 2{again}",
        f"the row has the number of alert 2 and the text of alert 1{again}",
    ]


def test_a_sheet_that_is_wrong_as_a_whole_is_named_once(tmp_path: Path) -> None:
    other = [
        Item(item.number, ("x", f"other {item.number}"), "", None, "Other", str(item.number))
        for item in alerts()
    ]
    found = again(tmp_path, lambda book: None, other)
    assert [(str(fault), fault.lost) for fault in found.faults] == [
        (
            f"{LABEL}: none of its alerts is in the sample; "
            "hand it in with the investigation it was made for",
            6,
        )
    ]
    both = again(tmp_path, delete("alert_id", "sample_no", "question:act"))
    assert lines(both) == [
        ": has neither a column alert_id nor a column sample_no; put one back",
        ": has no column for 'Is it a “crime”?': its answers are missing; put it back",
    ]
    assert both.faults[0].lost == 6
    nothing = again(tmp_path, lambda book: book.remove(book["alerts"]))
    assert "has no columns of a sheet to code in" in lines(nothing)[0]


def test_a_copied_sheet_is_left_out_with_a_word(tmp_path: Path) -> None:
    found = again(tmp_path, lambda book: book.copy_worksheet(book["alerts"]))
    assert lines(found) == [
        ": also has columns to code in on 'alerts Copy', which is left out; only 'alerts' is read"
    ]
    assert by_number(found.reviews) == ANSWERS


def test_answers_of_another_codebook_count_where_it_still_has_them(tmp_path: Path) -> None:
    old = codebook("0", more=[Answer(key="maybe", text="Maybe")])
    book = openpyxl.load_workbook(written(tmp_path / "a.xlsx", book=old))
    columns = fill(book["alerts"], old)
    row = row_of(book["alerts"], 2)
    book["alerts"].cell(row, columns["question:act"]).value = "Maybe"
    book.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx", LABEL, codebook(), alerts())
    assert lines(found) == [
        ": 7 rows were coded by codebook version '0', and it is '1' now; "
        "the answers count: hand out new sheets if a question changed its meaning",
        f", row {row}: 'Is it a “crime”?': 'Maybe' is no longer in the codebook; choose another answer",
    ]
    assert {review.codebook for review in found.reviews} == {"0"}
    same = codebook(more=[Answer(key="maybe", text="Maybe")])
    found = read(filled(tmp_path / "b.xlsx"), LABEL, same, alerts())
    assert "also version '1'; give the changed one another version" in lines(found)[0]
    assert by_number(found.reviews) == ANSWERS


def repacked(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(path) as book:
        parts = {name: change(name, book.read(name)) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path


def in_alerts(pattern: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, content: (
        re.sub(pattern, new, content, count=1) if name == "xl/worksheets/sheet1.xml" else content
    )


def test_a_sheet_that_claims_to_be_huge_is_read_as_it_is(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx")
    repacked(path, in_alerts(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"'))
    repacked(path, in_alerts(rb"</sheetData>", b'<row r="99999999999999"><c r="A5"/></row></sheetData>'))
    found = read(path, LABEL, codebook(), alerts())
    assert (lines(found), by_number(found.reviews)) == ([], ANSWERS)


def test_rows_without_cells_cost_nothing_and_a_row_that_is_there_twice_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path / "a.xlsx")
    rows = b"".join(b'<row r="%d" ht="20"/>' % row for row in range(20, 3000))
    repacked(path, in_alerts(rb"</sheetData>", rows + b"</sheetData>"))
    repacked(path, in_alerts(rb'<row r="4"', b'<row r="3"'))
    monkeypatch.setattr("openpyxl.worksheet._read_only.ReadOnlyWorksheet._get_row", None)
    found = read(path, LABEL, codebook(), alerts())
    assert (lines(found), by_number(found.reviews)) == ([], ANSWERS)


def test_a_workbook_is_read_whatever_its_name_ends_in(tmp_path: Path) -> None:
    for form in (".xls", ".xlsm", ".XLSX", ".ods", ".numbers"):
        path = filled(tmp_path / "a.xlsx").rename(tmp_path / f"a{form}")
        found = read(path, LABEL, codebook(), alerts())
        assert (lines(found), by_number(found.reviews)) == ([], ANSWERS)


def declaring(declared: bytes, name: str, content: bytes) -> bytes:
    return declared if name == "docProps/core.xml" else content


def test_a_type_that_is_declared_is_refused_before_anything_is_parsed(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx")
    before = path.read_bytes()
    for encoding in ("utf-8", "utf-16"):
        declared = "<!DOCTYPE a><a/>".encode(encoding)
        path.write_bytes(before)
        repacked(path, partial(declaring, declared))
        assert lines(read(path, LABEL, codebook(), alerts()))[0].startswith(
            ": is no workbook that can be read"
        )
    path.write_bytes(before)
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/media/a.svg", "<!DOCTYPE svg><svg/>")
    assert lines(read(path, LABEL, codebook(), alerts())) == []


def entities(name: str, content: bytes) -> bytes:
    if name != "xl/sharedStrings.xml":
        return content
    many = b"".join(b'<!ENTITY e%d "%s">' % (number, b"&e%d;" % (number - 1) * 20) for number in range(1, 9))
    content = re.sub(rb"<\?xml[^>]*\?>", b"", content)
    content = re.sub(rb"<t>[^<]*</t>", b"<t>&e8;</t>", content, count=1)
    return b'<!DOCTYPE sst [<!ENTITY e0 "ha">' + many + b"]>" + content


def test_a_file_that_is_no_workbook_is_named_with_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.coding.sheets.workbook_file.MOST_UNPACKED", 4 << 20)

    def said(content: bytes | dict[str, bytes]) -> str:
        path = tmp_path / "x.xlsx"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, text in content.items():
                    archive.writestr(name, text)
        found = read(path, LABEL, codebook(), alerts())
        assert found.reviews == ()
        return lines(found)[0].removeprefix(": ")

    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    good = filled(tmp_path / "a.xlsx").read_bytes()
    assert said(b"") == said(b"a,b\n1,2\n")
    assert said(b"a,b\n").startswith("is no workbook; open it and save it as .xlsx")
    assert said(ole).startswith("is a workbook of the old form (.xls)")
    assert said(ole + "EncryptedPackage".encode("utf-16-le")).startswith("is encrypted; save it")
    ods = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}
    assert said(ods).startswith("is an OpenDocument sheet (.ods)")
    assert said({"Index/Document.iwa": b""}).startswith("is a sheet of Numbers")
    assert said({"xl/workbook.bin": b""}).startswith("is a binary workbook")
    assert said({"a.txt": b""}).startswith("is no workbook that can be read, or it is damaged")
    assert said(good[: len(good) // 2]).startswith("is no workbook that can be read, or it is damaged")
    assert said({f"{number}": b"" for number in range(2001)}).startswith("unpacks to more than")
    assert said({"big": b"\0" * (5 << 20)}).startswith("unpacks to more than")
    empty = {"xl/sharedStrings.xml": b"<si/>" * 600_000}
    monkeypatch.setattr("tasks.coding.sheets.workbook_file.MOST_TAGS", 500_000)
    assert said(empty).startswith("holds far more cells than a sheet has")
    bomb = repacked(written(tmp_path / "b.xlsx"), entities).read_bytes()
    assert said(bomb).startswith("is no workbook that can be read, or it is damaged")


def test_masked_texts_are_those_that_were_handed_out(tmp_path: Path) -> None:
    masked = [replace(item, title=f"[masked] {item.number}") for item in alerts()]
    write_workbook(tmp_path / "a.xlsx", "anna", masked, codebook(), 7)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    fill(book["alerts"])
    book["alerts"].cell(row_of(book["alerts"], 2), 3).value = "[masked] 2, or so"
    book.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx", LABEL, codebook(), alerts())
    assert [line.split(": ")[1] for line in lines(found)] == [
        "the title of the alert was changed; the answers count all the same"
    ]
    assert by_number(found.reviews) == ANSWERS
