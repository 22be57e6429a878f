"""What the steps of the coding give: the sample, the reviews that came back, what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tasks.coding.draw import Alert

FOLDER: Final = "coding"
"""The folder of the investigation: ``coding/codebook.toml`` (optional), ``coding/sample.csv`` (what was
drawn, and is being read), ``coding/sheets/`` (to hand out), ``coding/returned/`` (what came back)
and ``coding/to_decide.csv`` (ties, and their decisions)."""


@dataclass(frozen=True)
class Item:
    """An alert of the sample, as a reader sees it.

    Attributes:
        number: Its number in the sample, from 1.
        alert: What names it.
        kind: Its kind.
        alert_date: Its date; None where it has none.
        title: Its title.
        description: Its description; may be empty.
    """

    number: int
    alert: Alert
    kind: str
    alert_date: date | None
    title: str
    description: str


@dataclass(frozen=True)
class Review:
    """What one reader answered about one alert.

    Attributes:
        alert: What names the alert.
        reader: The reader.
        answers: By question: the keys of the answers in the order of the codebook (one for a single choice),
            or the one text of a free text; a question without an answer is not there.
        codebook: The version of the codebook.
        sheet: The file, as ``coding/returned/anna.xlsx``.
        row: The row or task in it, from 1.
    """

    alert: Alert
    reader: str
    answers: Mapping[str, tuple[str, ...]]
    codebook: str
    sheet: str
    row: int


@dataclass(frozen=True)
class Fault:
    """What is wrong with a sheet: one line, with the fix.

    Attributes:
        sheet: The file.
        row: The row or task in it; None where it is of the whole sheet.
        what: What is wrong, and what to do, for a person.
        lost: How many reviews cannot be used because of it.
        of: The review that it is of, by its reader and its alert, where both are known: the tally then does
            not name it as missing, too.
    """

    sheet: str
    row: int | None
    what: str
    lost: int = 0
    of: tuple[str, Alert] | None = None

    def __str__(self) -> str:
        place = self.sheet if self.row is None else f"{self.sheet}, row {self.row:,}"
        return f"{place}: {self.what}"


@dataclass(frozen=True)
class Returned:
    """What came back in one file.

    Attributes:
        reviews: The reviews that can be used.
        faults: What is wrong with others.
    """

    reviews: tuple[Review, ...] = field(default=())
    faults: tuple[Fault, ...] = field(default=())
