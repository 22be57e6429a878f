"""A round of 1,000 alerts by three readers through all three tools, with all that goes wrong in one."""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from data.codebook import DEFAULT, Codebook, read_codebook
from data.settings import Coding
from tasks.coding.results import Item, Sample, Tally
from tasks.coding.tally import tally
from tests.tasks.coding.rounds import READERS, sample_of

ALERTS = 1000
MISSING, INVALID = 20, 10
"""Of each reader: 2 and 1 % of the alerts."""
EQUAL, OTHER = 30, 5
"""Rows of a second sheet of anna's: of these some with the same answers, others with another one."""


def plan(reader: str) -> dict[str, set[int]]:
    """The numbers of the alerts of which a reader's answers are missing, or invalid, or given twice."""
    numbers = list(range(1, ALERTS + 1))
    random.Random(reader).shuffle(numbers)
    ends = (MISSING, MISSING + INVALID, MISSING + INVALID + EQUAL, MISSING + INVALID + EQUAL + OTHER)
    names = ("missing", "invalid", "equal", "other")
    return {name: set(numbers[a:b]) for name, a, b in zip(names, (0, *ends), ends, strict=False)}


def given(item: Item, reader: str, book: Codebook) -> Iterator[tuple[str, str]]:
    """The key of each answer; most readers agree."""
    chance = random.Random(f"{item.number} {reader}")
    for question in book.questions[:2]:
        key = question.answer_keys[item.number % len(question.answer_keys)]
        yield question.key, key if chance.random() < 0.9 else chance.choice(question.answer_keys)


def in_a_workbook(folder: Path, sample: Sample) -> None:
    from tasks.coding.sheets.workbook import write_workbook

    path, planned = folder / "coding/returned/anna.xlsx", plan("anna")
    write_workbook(path, "anna", sample.items, sample.codebook, 1)
    book = openpyxl.load_workbook(path)
    sheet = book["alerts"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    words = {q.key: {a.key: a.text for a in q.answers} for q in sample.codebook.questions}
    for row in range(3, sheet.max_row + 1):
        number = sheet.cell(row, columns["sample_no"]).value
        if number in planned["missing"]:
            continue
        for question, key in given(sample.alerts[number - 1].item, "anna", sample.codebook):
            text = "Mabye" if number in planned["invalid"] else words[question][key]
            sheet.cell(row, columns[f"question:{question}"]).value = text
    book.save(path)


def in_a_second_sheet(folder: Path, sample: Sample) -> None:
    """A CSV of some rows of anna's, in which five answers are others."""
    planned = plan("anna")
    with (folder / "coding/returned/anna, again.csv").open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["sample_no", "alert_id", "reader", "criminal_act"])
        for number in sorted(planned["equal"] | planned["other"]):
            item = sample.alerts[number - 1].item
            key = dict(given(item, "anna", sample.codebook))["criminal_act"]
            if number in planned["other"]:
                key = "no" if key == "yes" else "yes"
            writer.writerow([number, item.alert[1], "anna", key])


def in_label_studio(folder: Path, sample: Sample) -> None:
    from tasks.coding.sheets.label_studio import tasks_of

    planned, export = plan("bob"), []
    for at, item in enumerate(sample.items):
        answers = []
        if item.number not in planned["missing"]:
            for question, key in given(item, "bob", sample.codebook):
                choice = "mabye" if item.number in planned["invalid"] else key
                value = {"choices": [choice]}
                answers.append({"from_name": f"question_{question}", "type": "choices", "value": value})
        annotations = [{"id": at, "completed_by": 1, "result": answers}] if answers else []
        export.append({"id": at, **tasks_of(item, "bob", sample.codebook), "annotations": annotations})
    (folder / "coding/returned/project-7.json").write_text(json.dumps(export), encoding="utf-8")


def in_the_terminal(folder: Path, sample: Sample) -> None:
    from tasks.coding.terminal.answers import opened
    from tasks.coding.terminal.session import Said

    planned, path = plan("cleo"), folder / "coding/returned/cleo.jsonl"
    with opened(path, "coding/returned/cleo.jsonl", "cleo", sample.codebook) as file:
        for item in sample.items:
            if item.number not in planned["missing"]:
                for question, key in given(item, "cleo", sample.codebook):
                    said = "mabye" if item.number in planned["invalid"] else key
                    file.keep([Said(item.alert, question, (said,))])


@pytest.mark.slow
def test_a_round_through_all_three_tools(tmp_path: Path):
    sample = replace(sample_of(ALERTS), codebook=read_codebook(DEFAULT.parent))
    (tmp_path / "coding/returned").mkdir(parents=True)
    for hand_in in (in_a_workbook, in_a_second_sheet, in_label_studio, in_the_terminal):
        hand_in(tmp_path, sample)
    found = tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    of_three = (3 * (ALERTS - MISSING - INVALID) - OTHER, 3 * MISSING, 3 * INVALID + OTHER)
    assert (found.given, found.missing, found.unusable) == of_three
    assert found.decided + found.to_decide + found.not_reviewed == ALERTS
    # In the terminal they may still be answered.
    assert found.not_reviewed == MISSING + INVALID
    assert found.waiting == ("cleo",)
    assert len(found.files) == 4
    _each_is_named(found)


def _each_is_named(found: Tally) -> None:
    lines = [str(fault) for fault in found.faults]
    for reader, sheet in (("anna", "anna.xlsx"), ("bob", "project-7.json"), ("cleo", "cleo.jsonl")):
        own = [line for line in lines if line.startswith(f"coding/returned/{sheet}")]
        # Each of two questions; what is not in the terminal's file is still to come.
        assert sum("abye" in line for line in own) == 2 * INVALID, reader
        assert sum("did not answer" in line for line in own) == (0 if reader == "cleo" else MISSING), reader
    assert sum("neither counts" in line for line in lines) == OTHER
    assert sum(line.startswith("coding/returned/anna.xlsx: 30 rows: the same ans") for line in lines) == 1
    assert sum("has no column for" in line for line in lines) == 2
    assert len(lines) == 3 * 2 * INVALID + 2 * MISSING + OTHER + 3
    assert READERS == ("anna", "bob", "cleo")
