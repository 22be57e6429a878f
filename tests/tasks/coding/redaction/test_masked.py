"""Masked sheets: the same text for every reader and version, and nothing that tells what is masked."""

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from data.codebook import Answer, Codebook, Question
from data.errors import InputError
from tasks.alerts.unique import alert_id
from tasks.coding.redaction import redact
from tasks.coding.redaction.masked import MASKED, as_seen, is_masked, mask_from_now_on, with_masks
from tasks.coding.results import Item, Returned
from tasks.coding.sheets.label_studio import write_label_studio
from tasks.coding.sheets.read_csv import read as read_csv
from tasks.coding.sheets.read_label_studio import read as read_export
from tasks.coding.sheets.workbook import write_workbook
from tests.leaks import found_in

BOOK = Codebook(
    version="1",
    title="Test",
    questions=[Question(key="act", text="A crime?", answers=[Answer(key=k, text=k) for k in ("yes", "no")])],
)
TEXTS = (
    ("At 12 Elm St", "Call 213-555-0134"),
    ("Loud noise", "No number in it"),
    ("Van", "Plate 7ABC123, call 213-555-0135"),
    ("Van", "Plate 7ABC124, call 213-555-0136"),
)


def item(number: int, title: str, description: str) -> Item:
    day = date(2021, 1, number)
    name = alert_id("lapd", "crime alert", day, title, description)
    return Item(number, ("lapd", name), "crime alert", day, title, description)


ITEMS = [item(number, *texts) for number, texts in enumerate(TEXTS, 1)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mask_from_now_on(ITEMS, tmp_path)
    return tmp_path


def test_texts_are_as_they_were_until_it_is_asked_for(tmp_path: Path):
    assert as_seen(ITEMS, tmp_path) == ITEMS
    assert not is_masked(tmp_path)
    mask_from_now_on([], tmp_path)
    assert is_masked(tmp_path)
    seen = as_seen(ITEMS, tmp_path)[0]
    assert (seen.title, seen.description) == ("At [street number] Elm St", "Call [phone]")
    assert (seen.number, seen.alert, seen.alert_date) == (1, ITEMS[0].alert, ITEMS[0].alert_date)


def test_a_mask_stays_what_it_was_under_other_rules(folder: Path, monkeypatch: pytest.MonkeyPatch):
    before = as_seen(ITEMS, folder)
    monkeypatch.setattr(redact, "redact", str.upper)
    more = item(5, "New", "at 9 Elm St")
    mask_from_now_on([*ITEMS, more], folder)
    assert as_seen(ITEMS, folder) == before
    assert as_seen([more], folder)[0].title == "NEW"


def test_masked_sheets_hold_neither_the_text_nor_a_hash_of_it(folder: Path):
    """Whoever has the id of an alert finds its telephone number by trying all numbers."""
    seen = as_seen(ITEMS, folder)
    write_workbook(folder / "anna.xlsx", "anna", seen, BOOK, 1)
    write_label_studio(folder, "anna", seen, BOOK)
    ids = [one.alert[1] for one in ITEMS]
    for name in ("anna.xlsx", "tasks-anna.json", "labels.xml"):
        assert not found_in((folder / name).read_bytes(), ids, ["2135550134", "2135550136", "7ABC123"]), name
    assert found_in((folder / "anna.xlsx").read_bytes(), [one.sheet_id for one in seen])
    assert len({one.sheet_id for one in seen}) == len(ITEMS)  # the masked texts of two are the same


Change = Callable[[list[dict[str, str]]], object]


def handed_in(folder: Path, change: Change = lambda rows: None) -> Returned:
    """A masked sheet, every row answered, changed, and read as a CSV."""
    write_workbook(folder / "anna.xlsx", "anna", as_seen(ITEMS, folder), BOOK, 1)
    head, _, *rows = openpyxl.load_workbook(folder / "anna.xlsx")["alerts"].values
    names = [str(name) for name in head]
    filled = [{n: str(v or "") for n, v in zip(names, row, strict=True)} for row in rows]
    filled.sort(key=lambda row: int(row["sample_no"]))
    for row in filled:
        row["question:act"] = "yes" if row["sample_no"] == "1" else "no"
    change(filled)
    with (folder / "anna.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(filled)
    return read_csv(folder / "anna.csv", "anna.csv", BOOK, with_masks(ITEMS, folder))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda rows: None, None),
        (lambda rows: [row.update(alert_id="gone") for row in rows], None),
        (lambda rows: [row.update(alert_id="", text="") for row in rows], None),
        (lambda rows: [row.update(sample_no="", text="") for row in rows], None),
        (
            lambda rows: [row.update(alert_id=one.alert[1]) for row, one in zip(rows, ITEMS, strict=True)],
            None,
        ),
        (lambda rows: rows[0].update(description="Call [phone] now"), "the description of the alert was"),
        (
            lambda rows: rows[1].update(title=rows[0]["title"], description=rows[0]["description"]),
            "number of",
        ),
    ],
)
def test_a_masked_row_is_known_by_its_id_its_number_and_its_text(
    change: Change, fault: str | None, folder: Path
):
    found = handed_in(folder, change)
    assert [str(one) for one in found.faults if not fault or fault not in str(one)] == []
    assert len(found.faults) == bool(fault)
    lost = sum(one.lost for one in found.faults)
    assert [one.alert for one in found.reviews if one.answers["act"] == ("yes",)] == [ITEMS[0].alert]
    assert len(found.reviews) == len(ITEMS) - lost


@pytest.mark.parametrize("text", ["Call [phone]", "Call [phone] now"])
def test_masked_tasks_are_matched_and_their_text_is_checked(text: str, folder: Path):
    write_label_studio(folder, "anna", as_seen(ITEMS, folder), BOOK)
    tasks = json.loads((folder / "tasks-anna.json").read_bytes())
    tasks[0]["data"]["description"] = text
    result = [{"from_name": "question_act", "value": {"choices": ["yes"]}}]
    export = [{**task, "annotations": [{"completed_by": 1, "result": result}]} for task in tasks]
    (folder / "export.json").write_text(json.dumps(export))
    found = read_export(folder / "export.json", "export.json", BOOK, with_masks(ITEMS, folder))
    changed = text.endswith("now")
    assert [one.alert for one in found.reviews] == [one.alert for one in ITEMS[changed:]]
    assert [(one.of, one.lost) for one in found.faults] == [(("anna", ITEMS[0].alert), 1)] * changed


def test_a_damaged_file_is_one_line(folder: Path):
    (folder / MASKED).write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"coding/masked\.parquet: was damaged; put it back"):
        as_seen(ITEMS, folder)
