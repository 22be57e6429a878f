"""The codebook: the questions that readers answer of each alert, in the words that they see (method 5.3).

It is data: ``coding/codebook.toml`` of the investigation, else the program's own in ``data/reference``.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from data.configuration import checked, parse_toml, read_settings
from data.setting_values import Text, can_be_shown
from data.settings import Section

FILE: Final = "codebook.toml"
DEFAULT: Final = Path(__file__).parent / "reference" / FILE
LABEL: Final = f"coding/{FILE}"

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""A name in a sheet and in a table: small letters, digits and underscores."""


def _lines(text: str) -> str:
    """The text, if each of its lines can be shown."""
    for line in text.split("\n"):
        can_be_shown(line.replace("\t", " "))
    return text.strip()


Words = Annotated[str, Field(max_length=5000), AfterValidator(_lines)]
"""Text of several lines that can be shown."""


class Answer(Section):
    """One answer to a question.

    Attributes:
        key: As in sheets and tables.
        text: The words that readers choose.
        definition: When it is the right answer.
        examples: Invented alerts of which it is.
        codes: Sections of law that may help, as "PC 459".
    """

    key: Key
    text: Text
    definition: Words = ""
    examples: list[Text] = Field(default=[])
    codes: list[Text] = Field(default=[])


class Question(Section):
    """One question of an alert.

    Attributes:
        key: As in sheets and tables.
        text: The words that readers see.
        kind: One answer, several, or free text.
        help: What to bear in mind.
        answers: The answers, in the order that readers see; none where the text is free.
    """

    key: Key
    text: Text
    kind: Literal["one", "several", "text"] = "one"
    help: Words = ""
    answers: list[Answer] = Field(default=[])

    @model_validator(mode="after")
    def _has_its_answers(self) -> Question:
        if self.kind == "text" and self.answers:
            raise ValueError("free text has no answers; remove them, or write kind = 'one'")
        if self.kind != "text" and len(self.answers) < 2:
            raise ValueError("a choice has at least two answers")
        for name, values in (
            ("key", [answer.key for answer in self.answers]),
            ("text", [answer.text.casefold() for answer in self.answers]),
        ):
            twice = [value for value, number in Counter(values).items() if number > 1]
            if twice:
                raise ValueError(f"two answers have the {name} {twice[0]!r}")
        return self

    @property
    def answer_keys(self) -> tuple[str, ...]:
        """The keys of its answers."""
        return tuple(answer.key for answer in self.answers)


class Codebook(Section):
    """A whole codebook.

    Attributes:
        version: Changed by whoever changes a word; it travels with each answer.
        title: Its name.
        instructions: What readers should know before they begin.
        questions: The questions, in order.
    """

    version: Text
    title: Text
    instructions: Words = ""
    questions: Annotated[list[Question], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _asks_each_once(self) -> Codebook:
        twice = [key for key, number in Counter(one.key for one in self.questions).items() if number > 1]
        if twice:
            raise ValueError(f"two questions have the key {twice[0]!r}")
        return self

    def question(self, key: str) -> Question | None:
        """A question by its key; None where there is none."""
        return next((question for question in self.questions if question.key == key), None)

    @property
    def choices(self) -> list[Question]:
        """The questions with answers to choose from, in order: those that are counted."""
        return [question for question in self.questions if question.kind != "text"]

    @property
    def sha256(self) -> str:
        """Hash of what it says, whatever its layout and comments."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def read_codebook(coding: Path) -> Codebook:
    """The codebook of an investigation, or the program's own.

    Args:
        coding: The investigation's folder ``coding/``.

    Raises:
        InputError: Its codebook is no TOML, or a key is unknown, missing or wrong.
    """
    own = coding / FILE
    path, label = (own, LABEL) if os.path.lexists(own) else (DEFAULT, FILE)
    return checked(Codebook, parse_toml(read_settings(path, label), label), label)
