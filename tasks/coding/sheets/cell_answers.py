"""The answers in the cells of one row, question by question (method 5.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from data.codebook import Codebook, Question
from data.printable import printable, shortened
from tasks.coding.sheets.cell_values import Choices, Value, text_of
from tasks.coding.sheets.columns import Columns
from tasks.coding.sheets.form import folded, question_columns

_CHOSEN: Final = frozenset({"yes", "y", "x", "1", "true", "✓", "✔"})
_NOT_CHOSEN: Final = frozenset({"", "no", "n", "0", "false", "-"})


@dataclass(frozen=True)
class Answered:
    """The answers of one row.

    Attributes:
        given: As in :class:`tasks.coding.results.Review`.
        wrong: What is wrong with others, and what to do.
        has_choice: Whether a question with a choice is among those given.
    """

    given: Mapping[str, tuple[str, ...]]
    wrong: tuple[str, ...]
    has_choice: bool


@dataclass(frozen=True)
class Asked:
    """What the cells of a sheet are read for.

    Attributes:
        codebook: The questions.
        columns: The columns of the sheet.
        choices: The answers to each question.
    """

    codebook: Codebook
    columns: Columns
    choices: Mapping[str, Choices]

    @classmethod
    def of(cls, codebook: Codebook, columns: Columns, own: Mapping[str, Mapping[str, str]]) -> Asked:
        """What is asked in a sheet.

        Args:
            codebook: The questions.
            columns: The columns of the sheet.
            own: By question, keys of answers by their texts, as the sheet itself lists them.
        """
        choices = {one.key: Choices.of(one, own.get(one.key)) for one in codebook.questions}
        return cls(codebook, columns, choices)

    def answers(self, cells: Sequence[Value]) -> Answered:
        """The answers in a row.

        Args:
            cells: Its cells.
        """
        given: dict[str, tuple[str, ...]] = {}
        wrong: list[str] = []
        for question in self.codebook.questions:
            value = self.columns.value(cells, f"question:{question.key}")
            if question.kind == "text":
                found = [text] if (text := text_of(value)) else []
            elif question.kind == "one":
                found = self._chosen(question, [value], wrong)
            else:
                found = self._chosen(question, _parts(value, self.choices[question.key]), wrong)
                found += self._marked(question, cells, wrong)
                found = [key for key in question.answer_keys if key in found]
            if found:
                given[question.key] = tuple(found)
        choices = {one.key for one in self.codebook.choices}
        return Answered(given, tuple(wrong), bool(choices & given.keys()))

    def _chosen(self, question: Question, values: Sequence[Value], wrong: list[str]) -> list[str]:
        """The keys of the answers that cells name."""
        found = []
        for value in values:
            text = text_of(value)
            if not text:
                continue
            key = self.choices[question.key].find(value)
            if key in question.answer_keys:
                found.append(key)
            elif key is not None:
                gone = f"{_quoted(text)} is no longer in the codebook; choose another answer"
                wrong.append(f"{_quoted(question.text)}: {gone}")
            else:
                wrong.append(f"{_quoted(question.text)}: {self._no_answer(question, value)}")
        return found

    def _no_answer(self, question: Question, value: Value) -> str:
        choices = self.choices[question.key]
        text = text_of(value)
        made = (
            " is a date that the spreadsheet made of an answer"
            if isinstance(value, date)
            else " is no answer"
        )
        meant = choices.like(text) or choices.texts[0]
        return f"{_quoted(text)}{made}; choose one of the list, as {_quoted(meant)}"

    def _marked(self, question: Question, cells: Sequence[Value], wrong: list[str]) -> list[str]:
        """The keys of the answers whose own column is marked."""
        found = []
        for column in question_columns(self.codebook):
            if column.answer is None or column.question is not question:
                continue
            text = text_of(self.columns.value(cells, column.key))
            word = folded(text)
            if word in _CHOSEN or word in {folded(column.answer.text), column.answer.key}:
                found.append(column.answer.key)
            elif word not in _NOT_CHOSEN:
                wrong.append(
                    f"{_quoted(column.header)}: {_quoted(text)} is neither 'yes' nor blank; write one"
                )
        return found


def _parts(value: Value, choices: Choices) -> list[Value]:
    """The answers that stand in one cell, between semicolons or on lines of their own."""
    if not isinstance(value, str) or choices.find(value) is not None:
        return [value]
    return list(re.split(r"[;\n]", value))


def _quoted(text: str) -> str:
    return repr(printable(shortened(text, 80)))
