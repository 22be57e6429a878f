"""The answer that a cell means, whatever a spreadsheet made of it (method 5.5).

Taken as an answer is what can be no other: its text or its key in any case, with any quotes, dashes and
blanks; a number that was ``01``; a day that was ``1/2``. The beginning of an answer is not: nobody knows what
a reader would have chosen, and the line that names it takes a minute to mend.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

from data.codebook import Question
from tasks.coding.sheets.form import essence, folded

Value = str | int | float | date | time | timedelta | None
"""What a cell holds."""

Day = tuple[int, int]
"""A month and a day of it."""

_Thing = TypeVar("_Thing", bound=Hashable)

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")
_LIKE_A_DAY: Final = re.compile(r"\s*\w{1,9}[-/. ]+\w{1,9}(?:[-/. ]+\d{1,4})?\.?\s*")
_NUMBER: Final = re.compile(r"([-+]?\d{1,15}(?:[.,]\d{1,15})?)\s*(%?)")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FIRST_YEAR: Final = 32
"""A number from here on is a year, and no day."""


@dataclass(frozen=True)
class Choices:
    """The answers to one question, by all that a cell may hold for them.

    Attributes:
        texts: The texts by which they can be chosen, for a line that helps.
        exact: Keys by the text, folded.
        names: Keys by the key.
        loose: Keys by the letters and digits of the text; None where they are those of several answers.
        numbers: Keys by the number that the text is; likewise.
        days: Keys by a day that the text may become; likewise.
    """

    texts: tuple[str, ...]
    exact: Mapping[str, str]
    names: Mapping[str, str]
    loose: Mapping[str, str | None]
    numbers: Mapping[float, str | None]
    days: Mapping[Day, str | None]

    @classmethod
    def of(cls, question: Question, own: Mapping[str, str] | None = None) -> Choices:
        """The answers to a question.

        Args:
            question: The question.
            own: Keys by text, as the reader's sheet has them: of another version of the codebook.
        """
        keys = {answer.text: answer.key for answer in question.answers} | dict(own or {})
        pairs = list(keys.items())
        return cls(
            texts=tuple(answer.text for answer in question.answers),
            exact={folded(text): key for text, key in pairs},
            names={folded(answer.key): answer.key for answer in question.answers},
            loose=_only((essence(text), key) for text, key in pairs if essence(text)),
            numbers=_only((value, key) for text, key in pairs if (value := number_in(text)) is not None),
            days=_only((day, key) for text, key in pairs for day in days_in(text)),
        )

    def find(self, value: Value) -> str | None:
        """The key of the answer that a cell means; None where it means none."""
        if isinstance(value, date):
            return self.days.get((value.month, value.day))
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = float(value)
            return self.numbers[number] if number in self.numbers else self._of_text(text_of(value))
        return self._of_text(text_of(value))

    def _of_text(self, text: str) -> str | None:
        word = folded(text)
        # An apostrophe at the beginning is the spreadsheet's mark of a text.
        for one in (word, word.removeprefix("'").strip()):
            if found := self.exact.get(one) or self.names.get(one):
                return found
        if found := self.loose.get(essence(text)):
            return found
        number = number_in(text)
        if number is not None and (found := self.numbers.get(number)):
            return found
        known = {key for day in days_in(text) if (key := self.days.get(day))}
        return known.pop() if len(known) == 1 else None

    def like(self, text: str) -> str:
        """The answer that a text may have been meant for; "" where none is like it."""
        by_word = {folded(one): one for one in self.texts}
        near = difflib.get_close_matches(folded(text)[:200], by_word, 1)
        return by_word[near[0]] if near else ""


def _only(pairs: Iterable[tuple[_Thing, str]]) -> dict[_Thing, str | None]:
    """The key to which a thing belongs; None for a thing of several keys."""
    found: dict[_Thing, set[str]] = {}
    for thing, key in pairs:
        found.setdefault(thing, set()).add(key)
    return {thing: next(iter(keys)) if len(keys) == 1 else None for thing, keys in found.items()}


def text_of(value: Value) -> str:
    """What a cell holds, as a text.

    Example:
        >>> [text_of(value) for value in (5.0, True, None, date(2026, 1, 2), " a ")]
        ['5', 'true', '', '2026-01-02', 'a']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub(" ", unicodedata.normalize("NFC", text)).replace("\u00a0", " ").strip()


def whole_number(value: Value) -> int | None:
    """The whole number that a cell means, with or without zeros before it; None where it means none.

    Example:
        >>> [whole_number(value) for value in ("0012", 12.0, "12", "12.5", "no. 12", None)]
        [12, 12, 12, None, None, None]
    """
    text = text_of(value).removeprefix("'")
    if re.fullmatch(r"\d{1,15}(?:[.,]0+)?", text, re.ASCII) is None:
        return None
    return int(re.split("[.,]", text)[0])


def number_in(text: str) -> float | None:
    """The number that a spreadsheet takes a text for.

    Example:
        >>> [number_in(text) for text in ("01", "50 %", "1,5", "1/2")]
        [1.0, 0.5, 1.5, None]
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    return float(found[1].replace(",", ".")) / (100 if found[2] else 1)


def days_in(text: str) -> set[Day]:
    """The days that a spreadsheet may take a text for, or that it shows as this text.

    Two numbers may be a day and a month in both orders; with a year, or as a month and a year, likewise.
    Names of months are the English ones.

    Example:
        >>> sorted(days_in("1/2")), sorted(days_in("2-Jan")), sorted(days_in("2026-01-02"))
        ([(1, 2), (2, 1)], [(1, 2)], [(1, 2)])
        >>> sorted(days_in("1/2025")), sorted(days_in("Theft"))
        ([(1, 1)], [])
    """
    if _LIKE_A_DAY.fullmatch(text) is None:
        return set()
    parts = _PARTS.findall(text.casefold())
    months = [_month(part) for part in parts]
    named = [month for month in months if month]
    numbers = [int(part) for part in parts if part.isdecimal()]
    if len(named) + len(numbers) != len(parts) or len(named) > 1:
        return set()
    small = [number for number in numbers if number < _FIRST_YEAR]
    years = len(numbers) - len(small)
    if named:
        pairs = [(named[0], day) for day in small] or [(named[0], 1)]
    elif years and len(small) == 1:
        pairs = [(small[0], 1)]
    elif len(parts) == 3 and int(parts[0]) >= _FIRST_YEAR:
        pairs = [(small[0], small[1])] if len(small) == 2 else []
    else:
        pairs = [(small[0], small[1]), (small[1], small[0])] if len(small) >= 2 else []
    return {(month, day) for month, day in pairs if 1 <= month <= 12 and 1 <= day <= 31}


def _month(word: str) -> int:
    """The month that a word names, by three letters or more; 0 for none."""
    found = [number for number, name in enumerate(_MONTHS, 1) if len(word) > 2 and name.startswith(word)]
    return found[0] if found else 0
