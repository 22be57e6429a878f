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

_FLAGS: Final = re.IGNORECASE | re.VERBOSE
_DASH: Final = r"[-\u2010-\u2014\u2212]"

# Lengths are bound throughout, as a text may be 40,000 letters without a blank.
_EMAIL: Final = re.compile(
    r"""(?<![\w.%+'-]) [\w.%+'-]{1,64} (?:
        (?: \s?@\s? | \s?[\[(]\s?at\s?[\])]\s? )
        [\w-]{1,63} (?: (?: \. | \s?[\[(]\s?dot\s?[\])]\s? | \sdot\s ) [\w-]{1,63} ){1,8}
      | \s at \s [\w-]{1,63} (?: \s dot \s [\w-]{1,63} ){1,8}
    )""",
    _FLAGS,
)
_PHONE: Final = re.compile(
    rf"""(?<![\w$.#/]) (?<!\d[-,]) (?:
        (?:\+?1[\s.{_DASH[1:-1]}]{{0,3}})? (?: \([2-9]\d\d\)\s? | [2-9]\d\d (?:\s?[./]\s?|\s?{_DASH}\s?|\s) )
        [2-9]\d\d (?:\s?\.\s?|\s?{_DASH}\s?|\s) \d\s?\d\s?\d\s?\d
      | \+? 1? [2-9]\d\d[2-9]\d{{6}}
      | [2-9]\d\d (?:\.|{_DASH}) \d{{4}}
      | \+ [1-9] (?: [\s.()]? \d ){{7,14}}
    ) (?: ,? \s? (?:x|ext\.?|extension) \s? \d{{1,6}} )? (?![\w]|[.,-]\d)""",
    _FLAGS,
)
_NO_PHONE: Final = re.compile(
    r"\b(?:case|report|incident|reference|ref|tracking|order|serial|claim|ticket|dr|id|rd)"
    r"\s*(?:number|no\.?|num|is|was|\#|:)?\s*(?:[\w-]*-)?\Z",
    re.IGNORECASE,
)
"""What stands before ten digits that are none of a telephone."""

_MOST_TRIES: Final = 1000
"""Of pieces of one text that may be a number."""


def _any_of(*words: str) -> str:
    """A pattern of any of some words."""
    return f"(?:{'|'.join(' '.join(words).split())})"


_SUFFIX: Final = _any_of(
    "st street ave? avenue blvd boulevard rd road dr drive ln lane ct court pl place way terr?",
    "terrace cir circle pkwy parkway hwy highway row alley sq square trl trail loop path walk plz",
    "plaza crescent cove mall",
)
_SIDE: Final = r"(?:(?:north|south|east|west|[nsew]|[ns][ew])\b\.?\s+)?"
_NO_NAME: Final = _any_of(
    "a an the and or of on in at to by near from off for with was were is are had has have been be",
    r"this that am pm a\.m p\.m min mins minutes hours? hrs? days? weeks? months? years? yr yrs yo",
    "feet foot ft inch inches miles? mph lbs? dollars bucks percent people persons? men man women",
    "woman guys? kids? males? females? teens? suspects? cars? trucks? vehicles? bikes? shots? times?",
    "block blocks blk officers? cops units? houses? homes? doors? packages? other more my our your",
    "his her their it he she they we you i police neighbors? dogs? cats?",
)
_NUMBER: Final = rf"\d{{1,5}}(?:{_DASH}?[a-f]\b)?(?:\s1/[234])?(?:\s?(?:{_DASH}|&|/)\s?\d{{1,5}})?"
_WORD: Final = rf"(?!{_NO_NAME}\b)(?:[^\W\d][\w'’]{{0,30}}\.?|\d{{1,3}}(?:st|nd|rd|th)\b)"
_FLAT: Final = r"(?:(?:apartment|apt|suite|ste|unit|flat|lot|room|rm|space|spc)\b\.?\s*\#?\s*|\#\s?)\w{1,5}\b"
_HOUSE: Final = re.compile(
    rf"""(?<![\w$:.,/#@-]) (?P<number>{_NUMBER}) ,? \s+ {_SIDE} (?:
        (?: {_WORD} \s+ ){{1,4}}? {_SUFFIX}\b
      | (?: broadway | the\s+embarcadero | embarcadero | the\s+alameda | el\s+camino
          | (?: av(?:e|enue|enida) | calle | camino | paseo | v[ií]a | rue ) \s+ (?!\d)\w+ ) \b
    ) (?: \.? ,? \s* (?P<flat>{_FLAT}) )?""",
    _FLAGS,
)
_HOUSE_NUMBER: Final = re.compile(
    r"""\b (?:
        (?: house | live[sd]? | living | resid(?:e[sd]?|ing) | address ) \s+ (?: is \s+ | are \s+ )?
        (?: at | number | no\.? | \# | num\.? )
      | at \s+ (?: number | no\. | \# )
    ) \s*
    (?P<number> (?!\d{1,4}\s?(?:am|pm|a\.m|p\.m|:)) \d{1,5}[a-f]? )
    (?! [\w:/%] | [.,]\d | \s?(?:am|pm|a\.m|p\.m|o'clock|hours|hrs)\b )""",
    _FLAGS,
)
_FLAT_ALONE: Final = re.compile(r"\b(?:apartment|apt|suite|ste)\b\.?\s*\#?\s*\d{1,5}[a-z]?\b", _FLAGS)
_YEAR: Final = re.compile(
    r"(?:\b(?:in|since|year|during|summer|winter|spring|fall)\s+"
    r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s+"
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s*,?\s*)?)\Z",
    re.IGNORECASE,
)
"""What stands before a year."""

_NEAR_PLATE: Final = re.compile(
    r"""\b (?:
        (?: license | licence | lic | registration | reg | partial ) \b\.? \s?
        (?: plates? | tags? | number | no\b\.? | \# )?
      | plates? | tags?
    ) (?: [\s,:=(-]{1,3} (?:
        number | no\b\.? | num\b\.? | \# | is | was | were | are | reads? | says?
      | (?:begin|start)(?:s|ning|ing)?\swith | end(?:s|ing)?\s(?:in|with) | partial(?:ly)?
      | ca | calif\.? | california | maybe | like
    )\b ){0,4} [\s,:=\#-]{0,3} [\"“'(]? """,
    _FLAGS,
)
_SAID: Final = re.compile(
    r"""(?:
        \d\s?[a-z]{3}\s?\d{3} | [a-z]{2,3}[ -]\d{2,5}[a-z]? | \d{3}-[a-z]{3}
      | (?-i: \d{3}\s[A-Z]{3} | [A-Z]{4,8} )
      | \d{3,7} | (?=\d{1,7}[a-z]|[a-z]{1,7}\d) [a-z\d]{2,8}
    ) (?! [\w:%] | [.,/-]\d )""",
    _FLAGS,
)
"""What may follow: not the words of a sentence."""
_BARE: Final = re.compile(
    r"""(?<![\w.@/#+-]) (?:
        [1-9][a-z]{3}\d{3}                                  # a car of California
      | (?-i: [1-9]\s?[A-Z]{3}\s?\d{3} | [A-Z]{3}-?\d{3,4} | \d{3}-?[A-Z]{3} | [1-9][A-Z]\d{5} | \d{5}[A-Z]\d
            | [A-Z]{3}-?\d{2}[A-Z] | [A-Z]{3}\s\d{4} )
    ) (?![\w@/+-])""",
    _FLAGS,
)
_NOT_ITS_LETTERS: Final = _any_of(
    "CR HWY FWY SR RTE ZIP CASE UNIT APT STE BOX BMW GMC AMG SUV CRV HRV MDX RDX MKX USB VIN",
    "LAPD? USC UAL SWA AAL DAL CAL PIN SAN THE AND FOR MAY JUN JUL AUG SEP OCT NOV DEC JAN FEB",
    "MAR APR CAM BUS GPS CST PST PDT EST",
)
_NO_PLATE: Final = re.compile(rf"{_NOT_ITS_LETTERS}[\s-]?\d", re.IGNORECASE)
"""What has the form of a plate, and is none."""


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
    for match in _EMAIL.finditer(text):
        yield Found(*match.span(), EMAIL)


def _phones(text: str) -> Iterator[Found]:
    for match in _PHONE.finditer(text):
        if not _is_case(text, *match.span()):
            yield Found(*match.span(), PHONE)


def _listed_phones(text: str) -> Iterator[Found]:
    """Numbers that are given out to somebody, in all forms that the library knows."""
    from phonenumbers import PhoneNumberMatcher

    for match in PhoneNumberMatcher(text, REGION, max_tries=_MOST_TRIES):
        if not _is_case(text, match.start, match.end):
            yield Found(match.start, match.end, PHONE)


def _is_case(text: str, start: int, end: int) -> bool:
    """Whether digits in a row are the number of a case; one that is written as a telephone's is masked."""
    return text[start:end].isdecimal() and bool(_NO_PHONE.search(text, max(0, start - 40), start))


def _houses(text: str) -> Iterator[Found]:
    for match in _HOUSE.finditer(text):
        if not _is_year(text, match):
            yield Found(*match.span("number"), STREET)
        if match["flat"]:
            yield Found(*match.span("flat"), STREET)
    for match in _HOUSE_NUMBER.finditer(text):
        yield Found(*match.span("number"), STREET)
    for match in _FLAT_ALONE.finditer(text):
        yield Found(*match.span(), STREET)


def _is_year(text: str, match: re.Match[str]) -> bool:
    """Whether a number before a street is a year or a day, as in "in 2021 Thimble St was closed"."""
    number = match["number"]
    like = number.isdecimal() and len(number) == 4 and number[:2] in {"19", "20"}
    return like and bool(_YEAR.search(text, max(0, match.start() - 30), match.start()))


def _plates(text: str) -> Iterator[Found]:
    for match in _NEAR_PLATE.finditer(text):
        if said := _SAID.match(text, match.end()):
            yield Found(*said.span(), PLATE)
    for match in _BARE.finditer(text):
        if not _NO_PLATE.match(match[0]):
            yield Found(*match.span(), PLATE)
