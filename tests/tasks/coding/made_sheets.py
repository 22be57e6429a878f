"""Sheets for tests: a codebook whose answers spreadsheets like to change, and alerts that are hostile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from data.codebook import Answer, Codebook, Question
from tasks.coding.results import Item, Review
from tasks.coding.sheets.workbook import write_workbook


def codebook(version: str = "1", *, more: Sequence[Answer] = ()) -> Codebook:
    return Codebook(
        version=version,
        title="Test & <b>title</b>",
        questions=[
            Question(
                key="act",
                text="Is it a “crime”?",
                answers=[
                    Answer(key="yes", text="Yes, it is", codes=["PC 459"], examples=["=a"]),
                    Answer(key="no", text="No"),
                    Answer(key="unclear", text="Can't tell – unclear"),
                    *more,
                ],
            ),
            Question(
                key="odd",
                text="=1+1",
                answers=[
                    Answer(key="half", text="1/2"),
                    Answer(key="one", text="01"),
                    Answer(key="most", text="90%"),
                    Answer(key="date", text="3-2021"),
                    *(
                        Answer(key=f"long_{number}", text=f"long answer, no. {number}")
                        for number in range(30)
                    ),
                ],
            ),
            Question(
                key="title",
                text="Where was it?",
                kind="several",
                answers=[Answer(key="street", text="Street; park"), Answer(key="home", text="Home")],
            ),
            Question(key="note", text="A note", kind="text"),
        ],
    )


TITLES = (
    "=1+1",
    "<r><t>raw</t></r>",
    "_x0041_\x1b[31m\x00",
    "+cmd|' /C calc'!A0",
    "https://example.org/\n\u202eevil",
    "Is it a “crime”?",
    "😀 Package “taken” — again",
    "alert_id",
)
DESCRIPTIONS = ("Somebody took it.\r\nCan you help?", "", "x" * 40_000, "description", "a", "b", "c")


def alerts() -> list[Item]:
    return [
        Item(
            number,
            ("lapd" if number % 2 else "sfpd", f"{number:02d}e{number:061d}"),
            "crime alert",
            date(2021, 5, number) if number % 3 else None,
            TITLES[(number - 1) % len(TITLES)],
            DESCRIPTIONS[(number - 1) % len(DESCRIPTIONS)] + str(number),
        )
        for number in range(1, 13)
    ]


ANSWERS: Mapping[int, Mapping[str, tuple[str, ...]]] = {
    1: {"act": ("yes",), "odd": ("half",), "title": ("street", "home"), "note": ("=not a formula",)},
    2: {"act": ("no",), "odd": ("one",), "title": ("home",)},
    3: {"act": ("unclear",), "odd": ("most",), "note": ("two\nlines",)},
    4: {"act": ("yes",), "odd": ("date",)},
    5: {"act": ("yes",), "odd": ("long_29",), "note": ("1/2",)},
    7: {"odd": ("half",)},
    8: {"note": ("only a note",)},
}
"""By number of the alert: what a reader answers; of the others nothing."""


def written(path: Path, reader: str = "anna", book: Codebook | None = None) -> Path:
    write_workbook(path, reader, alerts(), book or codebook(), 7)
    return path


def fill(sheet: Any, book: Codebook | None = None) -> dict[str, int]:
    """Answer as :data:`ANSWERS` says; the columns by key, from 1."""
    columns = {cell.value: cell.column for cell in sheet[1] if cell.value}
    for row in range(3, sheet.max_row + 1):
        answers = ANSWERS.get(sheet.cell(row, columns["sample_no"]).value, {})
        for question in (book or codebook()).questions:
            texts = {answer.key: answer.text for answer in question.answers}
            for key in answers.get(question.key, ()):
                if question.kind == "several":
                    sheet.cell(row, columns[f"question:{question.key}:{key}"]).value = "yes"
                else:
                    cell = sheet.cell(row, columns[f"question:{question.key}"])
                    cell.value = texts.get(key, key)
                    cell.data_type = "s"
    return columns


def filled(path: Path, reader: str = "anna") -> Path:
    """A workbook that is filled in."""
    book = openpyxl.load_workbook(written(path, reader))
    fill(book["alerts"])
    book.save(path)
    return path


def by_number(reviews: Sequence[Review]) -> dict[int, Mapping[str, tuple[str, ...]]]:
    """The answers by number of the alert; each alert is there once."""
    numbers = {item.alert: item.number for item in alerts()}
    found = {numbers[review.alert]: review.answers for review in reviews}
    assert len(found) == len(reviews)
    return found
