r"""Mask what tells who or where somebody is, in the texts that readers get (method 5.10).

Rules of our own, and for telephone numbers also those of `phonenumbers`, Google's list of the numbers of all
countries. How often they are right is measured by ``benchmarks/redaction.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tasks.coding.redaction import contact, plate, street

PHONE: Final = "phone"
EMAIL: Final = "email"
STREET: Final = "street"
PLATE: Final = "plate"

MASKS: Final = MappingProxyType(
    {PHONE: "[phone]", EMAIL: "[e-mail]", STREET: "[street number]", PLATE: "[plate]"}
)
"""What stands in the place of each kind."""

REGION: Final = "US"
"""Whose telephone numbers need no country code."""

_MOST_TRIES: Final = 1000
"""Of pieces of one text that may be a number."""

_WHOLE: Final = (7, 10, 11)
"""Digits of a telephone number."""


@dataclass(frozen=True, order=True)
class Found:
    """What was found in a text.

    Attributes:
        start: Its first character.
        end: The one behind its last.
        kind: A key of :data:`MASKS`.
    """

    start: int
    end: int
    kind: str


def redact(text: str) -> str:
    """Mask telephone numbers, e-mail addresses, street numbers and license plates.

    Args:
        text: A title or a description.

    Returns:
        The text with a word in brackets in the place of each.

    Example:
        >>> redact("Van 7ABC123 seen at 1420 Thimble St at 10:30, call 213-555-0134")
        'Van [plate] seen at [street number] Thimble St at 10:30, call [phone]'
    """
    parts, at = [], 0
    for found in find(text):
        parts += [text[at : found.start], MASKS[found.kind]]
        at = found.end
    return "".join([*parts, text[at:]])


def find(text: str, *, rules: bool = True, library: bool = True) -> list[Found]:
    """Find what is to be masked.

    Args:
        text: A title or a description.
        rules: Whether telephone numbers are found by rules of our own.
        library: Whether they are found by the library ``phonenumbers``.

    Returns:
        What was found, in order; no two overlap.
    """
    kept: list[Found] = []
    taken = bytearray(len(text))
    for finder in _finders(rules=rules, library=library):
        for one in finder(text):
            if not any(taken[one.start : one.end]):
                taken[one.start : one.end] = b"\x01" * (one.end - one.start)
                kept.append(one)
    return sorted(kept)


def _finders(*, rules: bool, library: bool) -> Iterator[Callable[[str], Iterator[Found]]]:
    """What finds each kind; the first to find something has it."""
    yield _emails
    if rules:
        yield _phones
    if library:
        yield _listed_phones
    yield _houses
    yield _plates


def _emails(text: str) -> Iterator[Found]:
    for match in contact.EMAIL.finditer(text):
        yield Found(*match.span(), EMAIL)


def _phones(text: str) -> Iterator[Found]:
    for match in contact.PHONE.finditer(text):
        if not _is_case(text, *match.span()):
            yield Found(*match.span(), PHONE)
    for match in contact.SHORT_PHONE.finditer(text):
        if not contact.NO_PHONE.search(text, max(0, match.start() - 40), match.start("number")):
            yield Found(*match.span("number"), PHONE)
    for match in contact.DIGITS_IN_WORDS.finditer(text):
        digits = contact.ONE_DIGIT.findall(match[0])
        if len(digits) in _WHOLE and sum(map(str.isalpha, digits)) >= contact.LEAST_IN_WORDS:
            yield Found(*match.span(), PHONE)


def _listed_phones(text: str) -> Iterator[Found]:
    """Numbers that are given out to somebody, in all forms that the library knows."""
    from phonenumbers import PhoneNumberMatcher

    for match in PhoneNumberMatcher(text, REGION, max_tries=_MOST_TRIES):
        if not _is_case(text, match.start, match.end):
            yield Found(match.start, match.end, PHONE)


def _is_case(text: str, start: int, end: int) -> bool:
    """Whether digits in a row are the number of a case; one that is written as a telephone's is masked."""
    return text[start:end].removeprefix("1-").isdecimal() and bool(
        contact.NO_PHONE.search(text, max(0, start - 40), start)
    )


def _houses(text: str) -> Iterator[Found]:
    for match in street.HOUSE.finditer(text):
        if not _is_year(text, match) and not _follows(street.NO_HOUSE_BEFORE, text, match.start()):
            yield Found(*match.span("number"), STREET)
        if match["flat"]:
            yield Found(*match.span("flat"), STREET)
    for match in street.HOUSE_NUMBER.finditer(text):
        yield Found(*match.span("number"), STREET)
    for match in street.LONG_HOUSE_NUMBER.finditer(text):
        if match["word"] and _follows(street.NO_NUMBER_BEFORE, text, match.start()):
            continue
        yield Found(*match.span("number" if match["number"] else "before"), STREET)
    for match in street.FLAT_ALONE.finditer(text):
        yield Found(*match.span(), STREET)


def _follows(pattern: re.Pattern[str], text: str, start: int) -> bool:
    """Whether a pattern, which is tied to the end, stands before a place."""
    return bool(pattern.search(text, max(0, start - 40), start))


def _is_year(text: str, match: re.Match[str]) -> bool:
    """Whether a number before a street is a year or a day, as in "in 2021 Thimble St was closed"."""
    number = match["number"]
    like = number.isdecimal() and len(number) == 4 and number[:2] in {"19", "20"}
    return like and _follows(street.YEAR, text, match.start())


def _plates(text: str) -> Iterator[Found]:
    for match in plate.NEAR.finditer(text):
        said = plate.SAID.match(text, match.end())
        if said and _follows(plate.NO_PLATE_BEFORE, text, match.start()):
            said = None
        while said:
            yield Found(*said.span(), PLATE)
            more = plate.MORE.match(text, said.end())
            said = plate.SAID.match(text, more.end()) if more and more[0].strip() else None
    for match in plate.BARE.finditer(text):
        if not plate.NO_PLATE.match(match[0]) and not _follows(plate.NO_BARE_BEFORE, text, match.start()):
            yield Found(*match.span(), PLATE)
