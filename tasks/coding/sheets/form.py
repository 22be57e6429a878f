"""The form of a reader's sheet: its columns, by which it is known however it comes back (method 5.3)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from data.codebook import Answer, Codebook, Question

ALERTS: Final = "alerts"
CODEBOOK: Final = "codebook"
LISTS: Final = "lists"
ABOUT: Final = "about"

NUMBER: Final = "sample_no"
ALERT: Final = "alert_id"
AGENCY: Final = "agency"
DATE: Final = "alert_date"
TITLE: Final = "title"
DESCRIPTION: Final = "description"
READER: Final = "reader"
VERSION: Final = "codebook"
TEXT: Final = "text"

SHOWN: Final = {NUMBER: "No.", DATE: "Date", TITLE: "Title", DESCRIPTION: "Description"}
"""The columns of the alert that readers see, and their headers."""
HIDDEN: Final = (ALERT, AGENCY, READER, VERSION, TEXT)
"""The columns that name a row's alert, reader, codebook and text: they move with the row."""
CHOSEN: Final = "yes"
"""What stands beside an answer of several that is chosen."""

MOST_LETTERS: Final = 32_000
"""UTF-16 units of a text; a cell has 32,767."""
_CUT: Final = " … (the rest does not fit into a cell)"
_NOT_SHOWN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""Controls, and marks that turn the direction of what follows."""
_QUOTES: Final = str.maketrans(
    "‘’‚‛ʼ´`“”„‟«»‐‑‒–—−", "'''''''\"\"\"\"\"\"------", "\u200b\u200c\u200d\u2060\ufeff\u00ad"
)
_ESCAPES: Final = re.compile("(?:_x005F)?_x[0-9A-Fa-f]{4}_")
"""How workbooks write control characters; not all programs that read them give the same back."""
_NO_LETTER: Final = re.compile(r"[\W_]+")
_DIGITS: Final = 12


@dataclass(frozen=True)
class QuestionColumn:
    """A column for answers.

    Attributes:
        question: The question.
        answer: Of several choices, the answer that it stands for; else None.
    """

    question: Question
    answer: Answer | None = None

    @property
    def key(self) -> str:
        """Its name for the program: no column of the alert has such a one."""
        own = "" if self.answer is None else f":{self.answer.key}"
        return f"question:{self.question.key}{own}"

    @property
    def header(self) -> str:
        """Its name for readers."""
        return self.question.text if self.answer is None else f"{self.question.text} {self.answer.text}"


def question_columns(codebook: Codebook) -> Iterator[QuestionColumn]:
    """The columns for answers: one for each question, or for each answer where several can be chosen.

    Several answers in one cell could be chosen from no list; and nobody could see what is chosen already.
    """
    for question in codebook.questions:
        if question.kind == "several":
            yield from (QuestionColumn(question, answer) for answer in question.answers)
        else:
            yield QuestionColumn(question)


def edition(codebook: Codebook) -> str:
    """The version of a codebook and the beginning of its hash, which no spreadsheet takes for a number.

    Example:
        >>> from data.codebook import Question
        >>> edition(Codebook(version="1", title="t", questions=[Question(key="a", text="A?", kind="text")]))
        '1 #260051f8c981'
    """
    return f"{codebook.version} #{codebook.sha256[:_DIGITS]}"


def shown(text: str) -> str:
    r"""A text as it stands in a cell: no controls, line ends as ``\n``, at most :data:`MOST_LETTERS`.

    Example:
        >>> shown("a\r\nb\x1b[1m")
        'a\nb [1m'
    """
    text = _NOT_SHOWN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    units = text.encode("utf-16-le", "replace")
    if len(units) > 2 * MOST_LETTERS:
        text = units[: 2 * MOST_LETTERS].decode("utf-16-le", "ignore") + _CUT
    # XlsxWriter writes such a text into the file as it is.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def essence(text: str) -> str:
    r"""The letters and digits of a text, small: what a spreadsheet's corrections leave as it is.

    Example:
        >>> essence('He said: "It\'s  gone…"') == essence("He said: “It’s gone...”")
        True
    """
    return _NO_LETTER.sub("", unicodedata.normalize("NFKD", _ESCAPES.sub("", text)).casefold())


def folded(text: str) -> str:
    r"""A word or a sentence without capitals, with plain quotes and dashes and single blanks.

    Example:
        >>> folded(" Cannot\u00a0tell ") == folded("cannot tell")
        True
    """
    return " ".join(unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold().split())


def fingerprints(title: str, description: str) -> str:
    """What tells whether the texts of a row are still those that were handed out, masked or not.

    Args:
        title: As it stands in the cell.
        description: Likewise.

    Returns:
        Of each text a letter and 12 hexadecimal digits, which no spreadsheet takes for a number or a date.
    """
    return f"{fingerprint(title)} {fingerprint(description)}"


def fingerprint(text: str) -> str:
    """A hash of the essence of a text, with a letter before it."""
    return f"t{hashlib.sha256(essence(text).encode()).hexdigest()[:_DIGITS]}"
