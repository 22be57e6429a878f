"""The numbers of the published investigation's mail, each with its source, and scaled-down ones.

Source of every number marked *article*: The Markup, "How We Investigated Ring's Crime Alert System for Police
Departments", 2023 (e-mails of 11 July 2020 to 30 September 2022). A number that the article does not give is
marked *assumed*: it is needed to build an investigation, and nothing may be concluded from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, TypeVar

_Key = TypeVar("_Key")

EMAILS: Final = 202_552
"""All e-mails (article)."""
CRIME_ALERT_EMAILS: Final = 191_554
"""Crime alerts among them (article)."""
UNIQUE_CRIME_ALERTS: Final = 13_053
"""Unique crime alerts (article)."""
FEWEST_OFFICERS, MOST_OFFICERS = 1, 60
"""Fewest and most officers that one unique alert was sent to (article)."""
FIRST_DAY: Final = date(2020, 7, 11)
LAST_DAY: Final = date(2022, 9, 30)
"""First and last day of the e-mails (article)."""
TOTAL_BYTES: Final = 32_890_000_000
"""All PST files together: 32.89 GB (article; decimal units assumed)."""
SMALLEST_FILE, LARGEST_FILE = 52_800_000, 8_000_000_000
"""The smallest PST, 52.8 MB, and the largest, 8 GB (article)."""

OTHER_EMAILS: Final[dict[str, int]] = {
    # assumed: the article gives only the total and the crime alerts; how the other 10,998 are divided is our
    # choice
    "safety alert": 4_212,
    "reply or forward": 1_846,
    "login reminder": 1_530,
    "shareable graphics": 1_124,
    "safety tip": 906,
    "unclassified": 888,
    "account notice": 492,
}
KINDS: Final[dict[str, int]] = {"crime alert": CRIME_ALERT_EMAILS, **OTHER_EMAILS}
"""E-mails by kind at scale 1; they add up to :data:`EMAILS`."""

UNIQUE_SAFETY_ALERTS: Final = 287
"""Assumed: as many e-mails per unique safety alert as per unique crime alert, 14.7."""
UNIQUE: Final[dict[str, int]] = {"crime alert": UNIQUE_CRIME_ALERTS, "safety alert": UNIQUE_SAFETY_ALERTS}

WITHOUT_TITLE: Final[dict[str, int]] = {"crime alert": 92, "safety alert": 8}
"""Assumed: alert e-mails without any title, in HTML or plain text. They are alerts by their subject (so they
are among the article's 191,554) and end in quarantine."""

NOT_MAIL: Final = 640
"""Assumed: contacts, appointments, meeting requests and delivery reports in the mailboxes, besides the
e-mails."""

FILE_BYTES: Final[tuple[tuple[str, int], ...]] = (
    # (agency's rank, bytes). Smallest, largest and total are the article's. The number of files between them
    # and the second agency are assumed (the article has one agency).
    ("main", LARGEST_FILE),
    ("main", 7_100_000_000),
    ("main", 5_900_000_000),
    ("main", 4_600_000_000),
    ("main", 3_300_000_000),
    ("second", 2_200_000_000),
    ("main", 1_100_000_000),
    ("main", 450_000_000),
    ("main", 187_200_000),
    ("second", SMALLEST_FILE),
)

MESSAGE_BYTES: Final = TOTAL_BYTES // EMAILS
"""Bytes of file per message at scale 1 (162,378): HTML of 10 to 25 kB, the rest inline images."""
SMALL_MESSAGE_BYTES: Final = 30_000
"""The same below :data:`SMALL_SCALE` (assumed): images of a few kB, so that a demo of 2,026 e-mails takes
61 MB and not 330 MB. Nothing that the method examines depends on it."""
SMALL_SCALE: Final = Fraction(1, 10)

FEWEST_EMAILS: Final[dict[str, dict[str, int]]] = {
    # assumed: however small the scale, the main agency has every situation once, which takes so many e-mails
    "main": {
        "crime alert": 190,
        "safety alert": 60,
        "reply or forward": 8,
        "login reminder": 2,
        "shareable graphics": 2,
        "safety tip": 4,
        "unclassified": 10,
        "account notice": 2,
    },
    "second": {
        "crime alert": 16,
        "safety alert": 6,
        "reply or forward": 2,
        "login reminder": 1,
        "shareable graphics": 1,
        "safety tip": 1,
        "unclassified": 2,
        "account notice": 1,
    },
}
FEWEST_UNIQUE: Final[dict[str, dict[str, int]]] = {
    "main": {"crime alert": 40, "safety alert": 18},
    "second": {"crime alert": 6, "safety alert": 3},
}
FEWEST_WITHOUT_TITLE: Final[dict[str, int]] = {"main": 4, "second": 1}
FEWEST_NOT_MAIL: Final[dict[str, int]] = {"main": 8, "second": 2}
FEWEST_IN_FILE: Final = 4


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide a whole number by weights into whole shares that add up: the largest-remainder method.

    Args:
        total: The number to divide, not negative.
        weights: Whole numbers, not negative, at least one above 0.

    Returns:
        One share per weight: its exact share rounded down or up. The shares add up to ``total``. Of equal
        remainders, the first is rounded up first.

    Example:
        >>> apportion(10, [1, 1, 1])
        [4, 3, 3]
    """
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


@dataclass(frozen=True)
class Counts:
    """How much of everything one agency has.

    Attributes:
        emails: E-mails by kind.
        unique: Unique alerts by alert kind.
        without_title: Alert e-mails without any title by alert kind; included in ``emails``.
        not_mail: Items that are not mail; not included in ``emails``.
        file_emails: E-mails in each file of the agency; they add up to the sum of ``emails``.
        file_bytes: The target size of each of these files, in bytes.
    """

    emails: dict[str, int]
    unique: dict[str, int]
    without_title: dict[str, int]
    not_mail: int
    file_emails: tuple[int, ...]
    file_bytes: tuple[int, ...]


MOST_SCALE: Final = 1_000
"""An investigation a thousand times as large has 200 million e-mails in 33 TB."""


def mail_bytes(scale: float) -> int:
    """About how many bytes the mailboxes take at a scale, before anything is planned.

    Raises:
        ValueError: The scale is not a number above 0.

    Example:
        >>> mail_bytes(1.0), mail_bytes(0.01)
        (32889988656, 60780000)
    """
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"scale must be a number above 0, not {scale}")
    if scale > MOST_SCALE:
        raise ValueError(f"scale must be at most {MOST_SCALE:,}, not {scale}")
    return round(EMAILS * scale) * (MESSAGE_BYTES if scale >= SMALL_SCALE else SMALL_MESSAGE_BYTES)


def counts(scale: float, message_bytes: int | None = None) -> dict[str, Counts]:
    """The numbers of an investigation at a scale, by rank of the agency ("main", "second").

    Scale 1 gives the published totals exactly. Other scales multiply every number, rounding by largest
    remainder so that totals still add up. They never go below one of each situation (:data:`FEWEST_EMAILS`).
    Above scale 1 there are more files, not larger ones.

    Args:
        scale: Above 0; 1 is the published investigation.
        message_bytes: Bytes of file per message on average; None for :data:`MESSAGE_BYTES`, or
            :data:`SMALL_MESSAGE_BYTES` below :data:`SMALL_SCALE`.

    Returns:
        The counts of "main" and "second".

    Raises:
        ValueError: The scale is not a number above 0, or ``message_bytes`` is not above 0.

    Example:
        >>> both = counts(1.0)
        >>> sum(sum(each.emails.values()) for each in both.values())
        202552
        >>> sum(each.unique["crime alert"] for each in both.values())
        13053
    """
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"scale must be a number above 0, not {scale}")
    if message_bytes is not None and message_bytes <= 0:
        raise ValueError(f"message_bytes must be above 0, not {message_bytes}")
    exact = Fraction(str(scale))
    kinds = dict(zip(KINDS, apportion(round(EMAILS * exact), list(KINDS.values())), strict=True))
    share = Fraction(sum(size for rank, size in FILE_BYTES if rank == "second"), TOTAL_BYTES)
    second = _second(kinds, share)
    main = {kind: n - second[kind] for kind, n in kinds.items()}
    files = FILE_BYTES * math.ceil(exact)
    published = message_bytes is None and exact >= SMALL_SCALE
    small = message_bytes or SMALL_MESSAGE_BYTES
    result = {}
    for rank, wanted in (("main", main), ("second", second)):
        emails = _at_least(wanted, FEWEST_EMAILS[rank])
        sizes = [size for each, size in files if each == rank]
        in_files = _at_least(
            dict(enumerate(apportion(sum(emails.values()), sizes))),
            dict.fromkeys(range(len(sizes)), FEWEST_IN_FILE),
        )
        of_agency = share if rank == "second" else 1 - share
        result[rank] = Counts(
            emails=emails,
            unique=_unique(rank, exact, share),
            without_title={
                kind: max(FEWEST_WITHOUT_TITLE[rank], round(n * exact * of_agency))
                for kind, n in WITHOUT_TITLE.items()
            },
            not_mail=max(FEWEST_NOT_MAIL[rank], round(NOT_MAIL * exact * of_agency)),
            file_emails=tuple(in_files.values()),
            file_bytes=tuple(
                round(size * exact / math.ceil(exact)) if published else n * small
                for size, n in zip(sizes, in_files.values(), strict=True)
            ),
        )
    return result


def _second(kinds: dict[str, int], share: Fraction) -> dict[str, int]:
    """The second agency's share of each kind; the main agency has the rest."""
    total = round(sum(kinds.values()) * share)
    return (
        dict(zip(kinds, apportion(total, list(kinds.values())), strict=True))
        if total
        else dict.fromkeys(kinds, 0)
    )


def _unique(rank: str, exact: Fraction, share: Fraction) -> dict[str, int]:
    """Unique alerts of one agency by kind. Above the floors, both agencies' add up to the scaled number."""
    result: dict[str, int] = {}
    for kind, n in UNIQUE.items():
        whole = round(n * exact)
        second = round(whole * share)
        result[kind] = max(FEWEST_UNIQUE[rank][kind], second if rank == "second" else whole - second)
    return result


def _at_least(shares: dict[_Key, int], floors: dict[_Key, int]) -> dict[_Key, int]:
    """Raise each share to its floor, and lower the largest one by as much, but not below its own floor."""
    raised = {key: max(n, floors[key]) for key, n in shares.items()}
    largest = max(shares, key=lambda key: shares[key])
    raised[largest] = max(floors[largest], raised[largest] - (sum(raised.values()) - sum(shares.values())))
    return raised
