"""Made-up alerts that name telephones, addresses, houses and cars, with the place of each in the text.

They are there to measure what masks such texts (method 5.10). Telephone numbers are of those that are
kept free for stories (555-0100 to 555-0199), addresses end in ``example`` and are nobody's, and streets are
those of :mod:`data.synthetic.words`.
Between them are numbers that name nobody: times, years, prices, cases, models of cars.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from data.synthetic.words import FIRST_NAMES, LAST_NAMES, SENTENCES, STREETS, fill

KINDS: Final = ("phone", "email", "street", "plate")

_AREAS: Final = ("213", "310", "323", "415", "510", "626", "661", "747", "818", "909")
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_SIDES: Final = ("", "", "", "N ", "S. ", "West ", "E ")
_ENDINGS: Final = MappingProxyType({
    "Ln": "Lane", "Rd": "Road", "Ave": "Avenue", "St": "Street", "Ct": "Court", "Blvd": "Boulevard",
    "Pl": "Place", "Dr": "Drive",
})  # fmt: skip

_ALERTS: Final = (
    "Call me at {phone} if you saw anything.",
    "If you have video please text {phone}",
    "My number is {phone}, ask for {name}.",
    "{phone} is the officer's desk, use it.",
    "Scam call from {phone}: do not pick up!",
    "Lost cat. {phone} or {email}. Thank you",
    "Ring me ({phone}) at any hour",
    "Send footage to {email} please.",
    "Email: {email}",
    "We are at {email}; or call {phone}",
    "The thief used the account {email}, can you believe it",
    "Package stolen from {house} this morning.",
    "They left my parcel at {short}, not the first time",
    "Someone broke into the house at {house}, back window.",
    "He ran from {house} to {house} and over the wall.",
    "I live at {house} and my camera faces the street",
    "Two men at the door of {house} at 3:15 am, both in grey.",
    "Party again at {house}!!! since 2019 it never stops",
    "Car parked in front of {house}, plate {plate}",
    "White van, license plate {plate}, drove off fast.",
    "Silver Honda. Plate number {plate}.",
    "The plates read {plate} (California).",
    "Did anyone see {plate}? Blue pickup, dent in the door.",
    "hit and run, tag {plate}, please check your cameras",
    "Partial plate: {part}",
    "License # {plate}",
    "Black sedan with plate {plate} circled {house} twice at {hour}",
    "Reg. {plate}, expired, left at {house}",
    "Stolen: grey Civic {plate}. Call {phone}",
)
"""Texts that name somebody's telephone, address, house or car."""
_OTHERS: Final = (
    "Seen at {hour} on {street}, 3 men in a BMW {small}.",
    "Case {ten} was opened, ask for it by number.",
    "Report no. {case} filed online.",
    "It cost ${price} and was gone in 20 minutes.",
    "Reward of ${price} for the bike, no questions.",
    "In {year} {street} had 14 break ins.",
    "Police blocked the {block} block of {street}.",
    "A 9mm and a .45 were found, also an AR15.",
    "A {age} year old boy, 5'10, about 160 lbs.",
    "On May {day}, {year} at {hour} the alarm went off.",
    "It was {year}-05-{date} {clock}, see the clip.",
    "The F150 and the CX5 were both opened, so was the Q50.",
    "Exit {small} off Highway 101, near I-405.",
    "Units 7A{two} and 4L{two} came within 10 minutes.",
    "Tracking number {tracking} says delivered.",
    "Between {day} and {age} cars were hit on {street}.",
    "{street} at 9pm: 4 shots, maybe 5.",
    "No plates on the car, tags were gone.",
    "The tag said SALE, 50% off, so what.",
    "Zip {zip}, all of {street} is dark.",
    "At 34.05{two}, -118.24{two} there is smoke.",
    "He owes me {age} dollars, see @porch_watch on the app.",
    "Bus {small} stopped at {street} for 30 min.",
    "My iPhone12 and a PS5 were taken",
    "Serial number on the bike is WTU{six}G.",
    "Gate code changed, ask the office on floor {day}.",
    "Flight {small} was so low at {hour}!",
    "Version 10.4.{two} of the app, 192.168.1.{two} is my camera.",
)  # fmt: skip
"""Texts that name nobody, with numbers that look alike."""


@dataclass(frozen=True)
class Named:
    """Something in a text that tells who or where somebody is.

    Attributes:
        kind: One of :data:`KINDS`.
        start: Its first character.
        end: The one behind its last.
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Labeled:
    """A text, and all that it names.

    Attributes:
        text: The text.
        named: What it names, in order.
    """

    text: str
    named: tuple[Named, ...]


def labeled_alerts(number: int, seed: int) -> list[Labeled]:
    """Make up alerts: of five, two name nobody.

    Args:
        number: How many.
        seed: Decides every text.

    Returns:
        The alerts; the same for the same seed, whatever the number.

    Example:
        >>> first = labeled_alerts(3, 1)[0]
        >>> first == labeled_alerts(1, 1)[0]
        True
    """
    return [_one(place, random.Random(f"{seed} {place}")) for place in range(number)]


def marked(line: str) -> Labeled:
    r"""Read a text in which a person has marked what it names.

    Args:
        line: The text, as ``at ⟦street:12⟧ Elm St``; a line end is written ``\\n``.

    Example:
        >>> marked("at ⟦street:12⟧ Elm St")
        Labeled(text='at 12 Elm St', named=(Named(kind='street', start=3, end=5),))
    """
    text, named = "", []
    for place, piece in enumerate(re.split(r"⟦(\w+:[^⟧]*)⟧", line.replace("\\n", "\n"))):
        kind, _, said = piece.partition(":") if place % 2 else ("", "", piece)
        if kind:
            named.append(Named(kind, len(text), len(text) + len(said)))
        text += said
    return Labeled(text, tuple(named))


def _one(place: int, rng: random.Random) -> Labeled:
    pattern = rng.choice(_OTHERS if place % 5 in {1, 3} else _ALERTS)
    sentences = [fill(rng, rng.choice(SENTENCES)) for _ in range(rng.randrange(3))]
    at = rng.randrange(len(sentences) + 1)
    text, named = "".join(f"{one} " for one in sentences[:at]), []
    for piece in re.split(r"(\{\w+\})", pattern):
        gap = piece[1:-1] if piece.startswith("{") else ""
        for kind, said in _GAPS[gap](rng) if gap else [("", piece)]:
            if kind:
                named.append(Named(kind, len(text), len(text) + len(said)))
            text += said
    text += "".join(f" {one}" for one in sentences[at:])
    # No letter here becomes two when it is made small.
    return Labeled(text.lower() if rng.random() < 0.2 else text, tuple(named))


_Pieces = list[tuple[str, str]]
"""What fills a gap: the kind of each piece, "" where it names nobody, and its text."""

_PHONES: Final = (
    "{area}-555-{line}", "{area}-555-{line}", "({area}) 555-{line}", "({area})555-{line}",
    "{area}.555.{line}",
    "{area} 555 {line}", "{area}555{line}", "+1 {area} 555 {line}", "1-{area}-555-{line}",
    "+1{area}555{line}",
    "555-{line}", "{area}\N{EN DASH}555\N{EN DASH}{line}", "{area}/555-{line}", "{area}-555-{line} x{digits}",
    "{area} - 555 - {line}", "555.{line}", "{area} 555 {spaced}", "{area} five five five {line}",
    "{area}-555{line}", "+1-{area}-555-{line}", "+44 20 7946 {line}", "+44 (0)20 7946 {line}",
    "011 44 20 7946 {line}",
)  # fmt: skip
_EMAILS: Final = (
    "{first}.{last}@mail.example.com", "{first}{digits}@example.org", "{initial}_{last}@example.net",
    "{first}+watch@mail.example.com", "{first}@{last}-homes.example.com", "{first} at example dot com",
    "{first}.{last} (at) example (dot) org", "{first}[at]example.com", "{last}@example.co.uk",
    "{initial}{last}{digits}@EXAMPLE.COM", "{first} @ example.com",
)  # fmt: skip
_PLATES: Final = (
    "9AAA999", "9AAA999", "9AAA999", "9AAA 999", "9 AAA 999", "AAA9999", "AAA-9999", "AAA 9999", "AAA 999",
    "999-AAA", "9A99999", "99999A9", "AAA-99A", "AA 99999", "AAAAAA",
)  # fmt: skip
"""Forms of California and other states: 9 is any digit, A any letter."""


def _phone(rng: random.Random) -> _Pieces:
    area, line, digits = rng.choice(_AREAS), f"01{rng.randrange(100):02d}", rng.randrange(10, 999)
    form = rng.choice(_PHONES)
    return [("phone", form.format(area=area, line=line, spaced=" ".join(line), digits=digits))]


def _email(rng: random.Random) -> _Pieces:
    first, last = rng.choice(FIRST_NAMES).lower(), rng.choice(LAST_NAMES).lower()
    digits, form = rng.randrange(100), rng.choice(_EMAILS)
    return [("email", form.format(first=first, last=last, initial=first[0], digits=digits))]


def _house(rng: random.Random) -> _Pieces:
    """The number of a house, and of a flat in it; the street between them names no house."""
    number = str(rng.choice((rng.randrange(1, 100), rng.randrange(100, 2000), rng.randrange(2000, 22000))))
    number += rng.choice(("", "", "", "", "B", "-A", " 1/2", f"-{rng.randrange(10, 99)}"))
    street = rng.choice((*STREETS, "W 42nd St", "Olive Street", "5th Ave", "Broadway", "Calle Luna"))
    words = street.split()
    if rng.random() < 0.3:
        words[-1] = _ENDINGS.get(words[-1], words[-1])
    side = "" if len(words[0]) == 1 else rng.choice(_SIDES)
    pieces = [("street", number), ("", f" {side}{' '.join(words)}")]
    if rng.random() < 0.25:
        flat = rng.choice(("apt {}", "Apt. {}B", "#{}", "unit {}", "Apartment {}", "Ste {}"))
        pieces += [("", ", "), ("street", flat.format(rng.randrange(1, 400)))]
    return pieces


def _short(rng: random.Random) -> _Pieces:
    """An address that not everybody would take for one."""
    number = str(rng.randrange(100, 22000))
    if rng.random() < 0.5:
        return [("", "number "), ("street", number)]
    return [("street", number), ("", f" {rng.choice(STREETS).split()[0]}")]


def _plate(rng: random.Random) -> _Pieces:
    return [("plate", _coded(rng, rng.choice(_PLATES)))]


def _part(rng: random.Random) -> _Pieces:
    return [("plate", _coded(rng, rng.choice(("9AA", "9AAA", "AAA9", "A99", "999", "9AA9"))))]


def _coded(rng: random.Random, form: str) -> str:
    found = []
    for letter in form:
        if letter == "9":
            found.append(str(rng.randrange(10)))
        else:
            found.append(rng.choice(_LETTERS) if letter == "A" else letter)
    return "".join(found)


def _words(pattern: str) -> Callable[[random.Random], _Pieces]:
    return lambda rng: [("", fill(rng, pattern))]


def _digits(low: int, high: int, form: str = "{}") -> Callable[[random.Random], _Pieces]:
    return lambda rng: [("", form.format(rng.randrange(low, high)))]


_GAPS: Final[Mapping[str, Callable[[random.Random], _Pieces]]] = MappingProxyType({
    "phone": _phone, "email": _email, "house": _house, "short": _short, "plate": _plate, "part": _part,
    "name": _words("{name}"), "hour": _words("{hour}"), "street": _words("{street}"),
    "small": _digits(100, 999), "ten": _digits(2_100_000_000, 9_999_999_999), "six": _digits(10**5, 10**6),
    "case": _digits(10**6, 10**7, "21-{}"), "tracking": _digits(10**17, 10**18, "9400{}"),
    "price": _digits(1000, 9999, "{:,}"), "year": _digits(1990, 2024), "block": _digits(1, 99, "{}00"),
    "age": _digits(12, 60), "day": _digits(1, 12), "two": _digits(10, 60), "date": _digits(10, 32),
    "clock": _digits(10, 60, "22:{}:07"), "zip": _digits(90_001, 96_162),
})  # fmt: skip
