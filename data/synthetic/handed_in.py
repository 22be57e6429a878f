"""The sheets of made-up readers, as they come back: some answers missing, some invalid, some given twice."""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from data.codebook import Codebook, read_codebook
from data.synthetic.readers import READERS, Expected, Reader, expected, truth_of

NO_ANSWER: Final = "Mabye"
"""What stands in the place of an answer that is none."""

_FIRST: Final = 3
"""The first row of a workbook with an alert; the first of all names the columns."""


_Answers = Mapping[int, Mapping[str, str]]
"""By number of the alert and by question, the key of the answer."""
_Planned = tuple[_Answers, Mapping[str, Sequence[int]]]
"""What a reader answers, and what goes wrong of it."""


@dataclass(frozen=True)
class Damage:
    """The shares of a reader's alerts of which something is wrong.

    Attributes:
        missing: Not answered.
        invalid: Answered with what is no answer.
        again: Answered again, the same way, in a second file.
        otherwise: Answered again in that file, and in another way.
    """

    missing: float = 0.02
    invalid: float = 0.01
    again: float = 0.01
    otherwise: float = 0.005


@dataclass(frozen=True)
class Truth:
    """What is known of the sheets.

    Attributes:
        expected: By question, what the answers come to.
        wrong: By reader and by what is wrong, the numbers of the alerts in the sample.
        asked: How many reviews were asked for.
        given: How many came back and count.
        missing: How many did not come back.
        unusable: How many came back and cannot be used.
    """

    expected: Mapping[str, Expected]
    wrong: Mapping[str, Mapping[str, Sequence[int]]]
    asked: int
    given: int
    missing: int
    unusable: int


@dataclass(frozen=True)
class _Row:
    """A row of a reader's workbook."""

    number: int
    agency: str
    alert: str
    codebook: str
    title: str


def hand_in(
    coding: Path,
    readers: Sequence[Reader] = READERS,
    *,
    seed: int = 1,
    damage: Damage | None = None,
    truth: Path | None = None,
) -> Truth:
    """Fill in the sheets that ``nwatch sample`` made, and put them into ``coding/returned/``.

    Args:
        coding: The folder ``coding/`` of an investigation, with a workbook for each reader.
        readers: The readers; each reads all alerts of their workbook.
        seed: Decides every answer and what is wrong.
        damage: What is wrong; as much as by default if it is not given.
        truth: A file for what is returned, as JSON.

    Returns:
        What is known of the sheets.
    """
    book, damage = read_codebook(coding), damage or Damage()
    returned = coding / "returned"
    returned.mkdir(exist_ok=True)
    wrong: dict[str, dict[str, list[int]]] = {}
    every: dict[str, _Row] = {}
    asked = 0
    for reader in readers:
        rng = random.Random(f"{seed} {reader.name}")
        rows = _rows(coding / "sheets" / f"{reader.name}.xlsx")
        wrong[reader.name] = _damaged(rows, damage, rng, twice=reader.form != "jsonl")
        said = {row.number: _said(row, reader, book, rng) for row in rows}
        _write(coding, reader, rows, (said, wrong[reader.name]), book)
        every |= {row.alert: row for row in rows}
        asked += len(rows)
    missing = sum(len(each["missing"]) for each in wrong.values())
    unusable = sum(len(each["invalid"]) + len(each["otherwise"]) for each in wrong.values())
    found = expected([truth_of(row.title) for row in every.values()], readers, book)
    known = Truth(found, wrong, asked, asked - missing - unusable, missing, unusable)
    if truth is not None:
        truth.write_text(json.dumps(asdict(known), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return known


def _rows(path: Path) -> list[_Row]:
    from openpyxl import load_workbook

    with path.open("rb") as file:  # openpyxl leaves a file open that it opens itself
        rows = list(load_workbook(file, read_only=True)["alerts"].iter_rows(values_only=True))
    at = {name: place for place, name in enumerate(rows[0]) if name}
    texts = ("agency", "alert_id", "codebook", "title")
    return [
        _Row(int(row[at["sample_no"]]), *(str(row[at[name]] or "") for name in texts))
        for row in rows[_FIRST - 1 :]
    ]


def _damaged(
    rows: Sequence[_Row], damage: Damage, rng: random.Random, *, twice: bool
) -> dict[str, list[int]]:
    """The numbers of the alerts with each damage; no alert has two."""
    numbers = sorted(row.number for row in rows)
    rng.shuffle(numbers)
    found = {}
    for name, share in asdict(damage).items():
        many = round(share * len(rows)) if twice or name in {"missing", "invalid"} else 0
        found[name], numbers = sorted(numbers[:many]), numbers[many:]
    return found


def _said(row: _Row, reader: Reader, book: Codebook, rng: random.Random) -> dict[str, str]:
    truth = truth_of(row.title)
    return {
        question.key: reader.answer(question.key, truth[question.key], question.answer_keys, rng)
        for question in book.questions
        if question.key in truth
    }


def _write(coding: Path, reader: Reader, rows: Sequence[_Row], planned: _Planned, book: Codebook) -> None:
    said, wrong = planned
    there = [row for row in rows if row.number not in wrong["missing"]]
    given = {
        row.number: dict.fromkeys(said[row.number], NO_ANSWER)
        if row.number in wrong["invalid"]
        else said[row.number]
        for row in there
    }
    write = {"xlsx": _workbook, "csv": _csv, "json": _label_studio, "jsonl": _terminal}[reader.form]
    write(coding, reader.name, there, given, book)
    again = [row for row in rows if row.number in {*wrong["again"], *wrong["otherwise"]}]
    if again:
        second = {row.number: dict(said[row.number]) for row in again}
        for number in wrong["otherwise"]:
            question, answer = next(iter(second[number].items()))
            second[number][question] = next(key for key in _keys(book, question) if key != answer)
        _csv(coding, reader.name, again, second, book, name=f"{reader.name}, again")


def _keys(book: Codebook, question: str) -> Sequence[str]:
    asked = book.question(question)
    return asked.answer_keys if asked else ()


def _words(book: Codebook, question: str, answer: str) -> str:
    """An answer in the words that readers choose from."""
    asked = book.question(question)
    return next((one.text for one in asked.answers if one.key == answer), answer) if asked else answer


def _workbook(coding: Path, reader: str, rows: Sequence[_Row], said: _Answers, book: Codebook) -> None:
    from openpyxl import load_workbook

    workbook = load_workbook(coding / "sheets" / f"{reader}.xlsx")
    sheet = workbook["alerts"]
    at = {cell.value: cell.column for cell in sheet[1] if cell.value}
    for place in range(_FIRST, sheet.max_row + 1):
        for question, answer in said.get(sheet.cell(place, at["sample_no"]).value, {}).items():
            sheet.cell(place, at[f"question:{question}"]).value = _words(book, question, answer)
    workbook.save(coding / "returned" / f"{reader}.xlsx")


def _csv(
    coding: Path,
    reader: str,
    rows: Sequence[_Row],
    said: _Answers,
    book: Codebook,
    *,
    name: str = "",
) -> None:
    questions = [question.key for question in book.questions]
    with (coding / "returned" / f"{name or reader}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sample_no", "agency", "alert_id", "reader", "codebook", *questions])
        for row in rows:
            own = said[row.number]
            words = [_words(book, key, own[key]) if key in own else "" for key in questions]
            writer.writerow([row.number, row.agency, row.alert, reader, row.codebook, *words])


def _label_studio(coding: Path, reader: str, rows: Sequence[_Row], said: _Answers, book: Codebook) -> None:
    """The export of a project into which the reader's tasks were imported."""
    tasks = json.loads((coding / "sheets" / "label-studio" / f"tasks-{reader}.json").read_bytes())
    export: list[dict[str, Any]] = []
    for number, task in enumerate(tasks, 1):
        result = [
            {"from_name": f"question_{key}", "type": "choices", "value": {"choices": [answer]}}
            for key, answer in said.get(task["data"]["sample_no"], {}).items()
        ]
        annotations = [{"id": number, "completed_by": 1, "result": result}] if result else []
        export.append({"id": number, **task, "annotations": annotations})
    path = coding / "returned" / f"{reader}, project 1.json"
    path.write_text(json.dumps(export, ensure_ascii=False), encoding="utf-8")


def _terminal(coding: Path, reader: str, rows: Sequence[_Row], said: _Answers, book: Codebook) -> None:
    with (coding / "returned" / f"{reader}.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            for question, answer in said[row.number].items():
                line = {"agency": row.agency, "alert_id": row.alert, "reader": reader}
                line |= {"codebook": book.version, "question": question}
                file.write(json.dumps({**line, "answers": [answer]}) + "\n")


if __name__ == "__main__":
    # As in `make demo`: all that comes back is fit for use, but for a few alerts that a reader forgot.
    hand_in(Path(sys.argv[1]) / "coding", damage=Damage(missing=0.01, invalid=0, again=0, otherwise=0))
