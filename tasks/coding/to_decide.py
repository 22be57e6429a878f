"""The ties that a person decides: ``coding/to_decide.csv``, which each run reads and writes (method 5.6)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from data.codebook import Codebook, Question
from data.errors import InputError
from data.writing import replacing
from tasks.coding.cross_check import named, shown
from tasks.coding.results import FOLDER, Fault, Sample, Sampled
from tasks.coding.sample.draw import Alert
from tasks.coding.sheets.cell_values import Choices
from tasks.coding.sheets.form import folded
from tasks.coding.vote import TIE, Answers, Place, Vote

FILE: Final = "to_decide.csv"
LABEL: Final = f"{FOLDER}/{FILE}"
JOINT: Final = "; "
"""Between several answers, as they are written."""

_OR: Final = " | "
"""Between two decisions that differ, where the file has two rows of one tie."""

NONE: Final = "none"
"""Written where none of several answers fits."""

COLUMNS: Final = (
    *("sample_no", "agency", "alert_id", "question", "text", "title", "description", "votes"),
    *("answer", "decided_by", "state"),
)
_NEEDED: Final = ("agency", "alert_id", "question", "answer")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Decision:
    """A row of the file.

    Attributes:
        place: The alert and the question.
        answer: What was decided, as written; empty where nothing is yet.
        decided_by: Who did.
        given: The answers by their keys; None where they are not in the codebook.
        more: What is in columns that a person has added.
    """

    place: Place
    answer: str
    decided_by: str
    given: Answers | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_written(self) -> bool:
        """Whether a person has written anything into it."""
        return bool(self.answer or self.decided_by or any(self.more.values()))


@dataclass(frozen=True)
class Decisions:
    """What the file holds.

    Attributes:
        rows: By alert and question.
        faults: What is wrong with it.
        can_be_written: Whether it was read whole: a file that cannot be read is left as it is.
    """

    rows: Mapping[Place, Decision] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    can_be_written: bool = True

    @property
    def added(self) -> tuple[str, ...]:
        """The columns that a person has added."""
        return tuple(dict.fromkeys(name for row in self.rows.values() for name in row.more))


def read_decisions(folder: Path, codebook: Codebook) -> Decisions:
    """Read what was decided.

    Args:
        folder: The folder ``coding/`` of the investigation.
        codebook: What was asked.

    Returns:
        The rows; of rows that contradict each other none counts.
    """
    from tasks.rows.small_tables import read_texts

    path, others = folder / FILE, tuple(_other_forms(folder))
    if not os.path.lexists(path):
        return Decisions(faults=others)
    try:
        table = read_texts(path, LABEL)
    except InputError as error:
        what = str(error).removeprefix(f"{LABEL}: ")
        return Decisions({}, (*others, Fault(LABEL, None, what)), False)
    lacking = [name for name in _NEEDED if table.column_names.count(name) != 1]
    if lacking:
        what = (
            f"has not one column {lacking[0]!r}; put it back, or move the file away to have it written anew"
        )
        return Decisions({}, (*others, Fault(LABEL, None, what)), False)
    names = _names_of(table.column_names)
    kept = [
        name for name, column in zip(names, table.columns, strict=True) if name in COLUMNS or _says(column)
    ]
    rows = table.rename_columns(names).select(kept).to_pylist()
    return replace(_taken(_decisions(rows, codebook)), faults=others)


def _other_forms(folder: Path) -> Iterator[Fault]:
    """Copies in another form, as a spreadsheet likes to save them."""
    for form in (".xlsx", ".xlsm", ".xls", ".ods", ".numbers", ".tsv", ".txt"):
        path = (folder / FILE).with_suffix(form)
        if os.path.lexists(path):
            what = f"is not read; save it as CSV, named {FILE}, and move this one away"
            yield Fault(f"{FOLDER}/{path.name}", None, what)


def _names_of(columns: Sequence[str]) -> list[str]:
    """The names of the columns; one without a name, or with that of another, gets one of its own."""
    found: dict[str, None] = {}
    for place, name in enumerate(columns, 1):
        own = name if name and name not in found else f"{name or 'column'} ({place})"
        while own in found or (own != name and own in columns):
            own = f"{own}'"
        found[own] = None
    return list(found)


def _says(column: Iterable[Any]) -> bool:
    return any((value.as_py() or "").strip() for value in column)


def fingerprint(folder: Path, codebook: Codebook) -> str:
    """SHA-256 of what was decided: the same before and after a run has written the file anew.

    Args:
        folder: The folder ``coding/`` of the investigation.
        codebook: What was asked.
    """
    rows = read_decisions(folder, codebook).rows.values()
    decided = sorted([*one.place[0], one.place[1], one.answer, one.decided_by] for one in rows if one.answer)
    return hashlib.sha256(json.dumps(decided).encode()).hexdigest()


def _decisions(rows: Iterable[Mapping[str, str | None]], codebook: Codebook) -> Iterator[Decision]:
    for row in rows:
        text = {name: _unguarded((value or "").strip()) for name, value in row.items()}
        if not any(text.values()):
            continue
        question = codebook.question(text["question"])
        given = None if question is None else _answers(question, text["answer"])
        place = ((text["agency"], text["alert_id"]), text["question"])
        more = {name: value for name, value in text.items() if name not in COLUMNS}
        yield Decision(place, text["answer"], text.get("decided_by", ""), given, more)


def _taken(decisions: Iterable[Decision]) -> Decisions:
    """The rows by what they decide; two that differ become one that nobody can take for an answer."""
    rows: dict[Place, Decision] = {}
    for one in decisions:
        before = rows.get(one.place)
        rows[one.place] = one if before is None else _both(before, one)
    return Decisions(rows)


def _both(one: Decision, other: Decision) -> Decision:
    """Two rows of one tie, with all that is written in them."""
    same = one.given == other.given and (one.given is not None or one.answer == other.answer)
    answer, given = one.answer or other.answer, one.given if one.answer else other.given
    if one.answer and other.answer and not same:
        answer, given = f"{one.answer}{_OR}{other.answer}", None
    names = dict.fromkeys((*one.more, *other.more))
    more = {name: _joined(one.more.get(name, ""), other.more.get(name, "")) for name in names}
    return Decision(one.place, answer, _joined(one.decided_by, other.decided_by), given, more)


def _joined(one: str, other: str) -> str:
    return _OR.join(dict.fromkeys(text for text in (one, other) if text))


def _answers(question: Question, written: str) -> Answers | None:
    """The keys of answers that are written as keys or in the words of the codebook."""
    choices = Choices.of(question)
    # An answer's own words may hold a semicolon.
    whole = choices.find(written)
    if whole is not None or question.kind != "several":
        return None if whole is None else (whole,)
    if folded(written) == NONE:
        return ()
    found = {choices.find(each) for each in re.split(r"[;\n]", written) if each.strip()}
    return tuple(key for key in question.answer_keys if key in found) if found and None not in found else None


def decide(
    votes: Mapping[Place, Vote], read: Decisions, codebook: Codebook, gone: Collection[Alert] = ()
) -> tuple[dict[Place, Vote], dict[Place, str]]:
    """The votes, with what a person decided of ties.

    Args:
        votes: The votes on every alert and question.
        read: What was decided.
        codebook: What was asked.
        gone: Alerts of the list that are no longer there: what was decided of them is kept, and not named.

    Returns:
        The same votes, those of ties that are decided with their answers; and what is wrong with decisions.
    """
    found, wrong = dict(votes), {}
    for place, one in read.rows.items():
        if one.answer and place[0] not in gone:
            before = votes.get(place)
            what = _what_is_wrong(one, before, codebook)
            if what:
                wrong[place] = what
            if one.given is not None and before is not None and before.how == TIE:
                found[place] = replace(before, answers=one.given, how="decided")
    return found, wrong


def _what_is_wrong(one: Decision, before: Vote | None, codebook: Codebook) -> str:
    question = codebook.question(one.place[1])
    if before is None or question is None:
        return (
            "is of no alert and question of the sample; put agency, alert_id and question back, or remove it"
        )
    if before.how != TIE:
        now = (
            "is not reviewed by all yet"
            if before.answers is None
            else f"has a majority for {_written(before.answers)}"
        )
        return (
            f"{question.key}: the alert is no tie: it {now}; the decision {shown(one.answer)} does not count"
        )
    if one.given is None and _OR in one.answer:
        return f"{question.key}: is decided as {shown(one.answer)}; write the one that is meant"
    if one.given is None:
        return f"{question.key}: {shown(one.answer)} is no answer; write one of {named(question.answer_keys)}"
    if not one.decided_by:
        return f"{question.key}: does not say who decided; the decision counts: write a name in decided_by"
    return ""


def _written(answers: Answers) -> str:
    return JOINT.join(answers) or NONE


def write_decisions(
    folder: Path, sample: Sample, votes: Mapping[Place, Vote], before: Decisions
) -> dict[Place, int]:
    """Write the ties, with what was decided of them; nothing that a person wrote is ever dropped.

    Args:
        folder: The folder ``coding/`` of the investigation.
        sample: The sample.
        votes: The votes, with the decisions.
        before: What the file holds now.

    Returns:
        The row of each tie in the file as it is now, from 1, the header included.
    """
    path = folder / FILE
    rows = dict(_rows(sample, votes, before))
    if not before.can_be_written or not (rows or path.is_file()):
        return {}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *map(guarded, before.added)])
    writer.writerows([guarded(value) for value in row] for row in rows.values())
    # With the mark of UTF-8, by which spreadsheets know it.
    content = text.getvalue().encode("utf-8-sig")
    if not path.is_file() or path.read_bytes() != content:
        with replacing(path) as beside:
            beside.write_bytes(content)
    return {place: row for row, place in enumerate(rows, 2)}


def _rows(
    sample: Sample, votes: Mapping[Place, Vote], before: Decisions
) -> Iterator[tuple[Place, list[str]]]:
    left = dict(before.rows)
    by_alert: dict[Alert, Sampled] = {each.item.alert: each for each in sample.alerts}
    for place, vote in votes.items():
        one = left.pop(place, None)
        is_tie = vote.how in {TIE, "decided"}
        if is_tie or (one is not None and one.is_written):
            question = sample.codebook.question(place[1])
            words = question.text if question else ""
            item = by_alert[place[0]].item
            texts = (words, item.title, item.description, _counted(vote))
            state = vote.how if is_tie else "no tie any more"
            decided = _by_a_person(one, state, before)
            yield place, [str(item.number), *item.alert, place[1], *texts, *decided]
    for (alert, key), one in sorted(left.items()):
        if one.is_written:
            decided = _by_a_person(one, "not in the sample", before)
            yield (alert, key), ["", *alert, key, *[""] * 4, *decided]


def _by_a_person(one: Decision | None, state: str, before: Decisions) -> list[str]:
    """What was decided, and what stands in columns that a person has added."""
    if one is None:
        return ["", "", state, *[""] * len(before.added)]
    return [one.answer, one.decided_by, state, *(one.more.get(name, "") for name in before.added)]


def _counted(vote: Vote) -> str:
    counts = Counter(_written(answers) for answers in vote.given)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return " | ".join(f"{answer}: {number}" for answer, number in ordered)


def guarded(value: str) -> str:
    """A text that no spreadsheet takes for a formula.

    Args:
        value: The text.
    """
    return f"'{value}" if value.startswith(_FORMULA) else value


def _unguarded(value: str) -> str:
    return value[1:] if value[:1] == "'" and value[1:2] in _FORMULA else value
