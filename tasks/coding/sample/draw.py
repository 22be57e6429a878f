"""Draw the sample that people read: the same seed draws the same alerts (method 5.2)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import gcd
from typing import Final, Literal

BY: Final = ("agency", "kind", "month")
"""What alerts may be divided by, in the order in which a stratum names them."""

Stratum = tuple[str, ...]
Alert = tuple[str, str]
"""What names a unique alert: its agency and its id."""


@dataclass(frozen=True)
class Drawn:
    """An alert of the sample.

    Attributes:
        number: Its number in the sample, from 1, in the order of drawing.
        alert: What names it.
        stratum: Which part of the alerts it was drawn from; empty for a simple sample.
    """

    number: int
    alert: Alert
    stratum: Stratum = ()


def rank(alert: Alert, seed: int) -> str:
    """Where an alert stands in the order of drawing: the smaller, the sooner.

    It depends on nothing but the alert and the seed: rows in any order, and more rows, change no place.

    Args:
        alert: What names it.
        seed: ``[coding] seed``.

    Returns:
        64 hexadecimal digits: the SHA-256 of the seed, the agency and the id, a NUL between them.

    Example:
        >>> rank(("lapd", "ab"), 1) == rank(("lapd", "ab"), 1) != rank(("lapd", "ab"), 2)
        True
    """
    return hashlib.sha256("\0".join((str(seed), *alert)).encode()).hexdigest()


def draw(
    alerts: Mapping[Alert, Stratum],
    sample: int,
    seed: int,
    allocation: Literal["proportional", "equal"] = "proportional",
    before: Sequence[Drawn] = (),
    *,
    parts: int = 0,
) -> list[Drawn]:
    """Draw without replacement; a larger sample begins with the smaller one.

    Args:
        alerts: All unique alerts, each with its stratum: ``()`` for a simple random sample.
        sample: How many are wanted in all.
        seed: Which ones.
        allocation: How many of each stratum: as its share of all alerts, or as many of each.
        before: What was drawn before and is being read: it stays, with its numbers, and counts; what is no
            longer among the alerts stays and does not count.
        parts: How many of the last values of a stratum divide it into parts, which give by their size.

    Returns:
        The sample, in the order of the numbers: what was drawn before, then what is new. Of fewer alerts than
        are wanted, all.

    Source:
        Cochran, W. G. (1977): Sampling Techniques, 3rd edition, 5.2 and 5.5 (proportional allocation).
    """
    here = [one for one in before if one.alert in alerts]
    left = min(sample, len(alerts)) - len(here)
    if left <= 0:
        return list(before)
    have = Counter(alerts[one.alert] for one in here)
    wanted = _wanted(_sizes(alerts.values()), sample, allocation, parts)
    lacking = {stratum: many - have[stratum] for stratum, many in wanted.items() if many > have[stratum]}
    if sum(lacking.values()) > left:  # of some strata more was drawn before than is wanted of them now
        lacking = allocate(lacking, left, "proportional")
    new = _first(alerts, lacking, {one.alert for one in here}, seed)
    number = max((one.number for one in before), default=0)
    return [*before, *(Drawn(at, alert, alerts[alert]) for at, alert in enumerate(new, start=number + 1))]


def _first(
    alerts: Mapping[Alert, Stratum], many: Mapping[Stratum, int], taken: Collection[Alert], seed: int
) -> list[Alert]:
    """So many of each stratum, in the order of drawing, of those that are not taken."""
    left, found = dict(many), []
    for alert in sorted(alerts.keys() - taken, key=lambda alert: rank(alert, seed)):
        if left.get(alerts[alert], 0):
            left[alerts[alert]] -= 1
            found.append(alert)
    return found


def _wanted(
    sizes: Mapping[Stratum, int], sample: int, allocation: Literal["proportional", "equal"], parts: int
) -> dict[Stratum, int]:
    """How many to draw of each part of each stratum."""
    if allocation == "proportional" or not parts:
        return allocate(sizes, sample, allocation)
    whole: dict[Stratum, dict[Stratum, int]] = {}
    for stratum, size in sizes.items():
        whole.setdefault(stratum[:-parts], {})[stratum] = size
    many = allocate({stratum: sum(each.values()) for stratum, each in whole.items()}, sample, allocation)
    return {
        part: number
        for stratum, each in whole.items()
        for part, number in allocate(each, many[stratum], "proportional").items()
    }


def _sizes(strata: Iterable[Stratum]) -> dict[Stratum, int]:
    return dict(sorted(Counter(strata).items()))


def allocate(
    sizes: Mapping[Stratum, int], sample: int, allocation: Literal["proportional", "equal"]
) -> dict[Stratum, int]:
    """How many to draw of each stratum.

    Numbers are rounded by largest remainders (Hamilton). Each stratum has at least one where the sample
    allows, taken from the one that has most: of a stratum of which nothing is drawn nothing can be said. No
    stratum gives more than it has; what it cannot give, the others do.

    Args:
        sizes: How many alerts each has.
        sample: How many are wanted in all.
        allocation: How they are shared out.

    Example:
        >>> allocate({("a",): 90, ("b",): 10}, 10, "proportional")
        {('a',): 9, ('b',): 1}
        >>> allocate({("a",): 90, ("b",): 3}, 10, "equal")
        {('a',): 7, ('b',): 3}
    """
    left, found = min(sample, sum(sizes.values())), dict.fromkeys(sizes, 0)
    while left:
        room = {stratum: size - found[stratum] for stratum, size in sizes.items() if size > found[stratum]}
        weights = {stratum: sizes[stratum] if allocation == "proportional" else 1 for stratum in room}
        for stratum, many in _shared(left, weights).items():
            given = min(many, room[stratum])
            found[stratum] += given
            left -= given
    for stratum in [stratum for stratum in sizes if not found[stratum]] if sample >= len(sizes) else []:
        richest = max(found, key=lambda one: (found[one], one))
        found[richest] -= 1
        found[stratum] += 1
    return found


def _shared(number: int, weights: Mapping[Stratum, int]) -> dict[Stratum, int]:
    """A number shared out by weights, in whole numbers whose sum it is: largest remainders first."""
    total = sum(weights.values())
    shared = {stratum: number * weight // total for stratum, weight in weights.items()}
    rest = number - sum(shared.values())
    by_remainder = sorted(weights, key=lambda stratum: (-(number * weights[stratum] % total), stratum))
    for stratum in by_remainder[:rest]:
        shared[stratum] += 1
    return shared


def stratum_of(by: Collection[str], agency: str, kind: str, alert_date: date | None) -> Stratum:
    """The stratum of an alert.

    Args:
        by: What alerts are divided by, ``[coding] strata``: agency, kind, month.
        agency: Its agency.
        kind: Its kind.
        alert_date: Its date; None where it has none.

    Example:
        >>> stratum_of(["month"], "lapd", "crime alert", date(2021, 5, 3))
        ('2021-05',)
    """
    values = {"agency": agency, "kind": kind, "month": month_of(alert_date)}
    return tuple(values[name] for name in BY if name in by)


def month_of(alert_date: date | None) -> str:
    """The month of an alert, as '2021-05'; 'no date' where it has none, 'implausible' by rule 4.10."""
    if alert_date is None:
        return "no date"
    return f"{alert_date:%Y-%m}" if 1990 <= alert_date.year <= 2100 else "implausible"


def readers_of(number: int, readers: Sequence[str], reviews: int, seed: int) -> tuple[str, ...]:
    """Who codes an alert: as many readers as reviews are wanted, each reader as often as the others.

    They take turns, each time round in another order: else four readers of whom two code each alert would be
    two pairs, and nobody could tell how a reader agrees with those of the other pair.

    Args:
        number: Which alert it is, from 1, of those that are shared out among these readers.
        readers: All readers, in the order in which they were named; the first time round it is theirs.
        reviews: How many reviews each alert gets.
        seed: ``[coding] seed``, of the order each other time round.

    Returns:
        The readers; all where there are no more than reviews.

    Example:
        >>> [readers_of(number, ["x", "y", "z"], 2, 1) for number in (1, 2, 3)]
        [('x', 'y'), ('z', 'x'), ('y', 'z')]
    """
    if len(readers) <= reviews:
        return tuple(readers)
    # After so many alerts each has had as many as the others.
    once_round = len(readers) // gcd(len(readers), reviews)
    times, at = divmod(number - 1, once_round)
    order = sorted(readers, key=lambda reader: rank((str(times), reader), seed)) if times else readers
    return tuple(order[(at * reviews + place) % len(order)] for place in range(reviews))


def order_for(reader: str, alerts: Iterable[Alert], seed: int) -> list[Alert]:
    """The order in which one reader sees the alerts: another one for each, the same each time.

    Args:
        reader: The reader's name.
        alerts: The alerts that the reader codes.
        seed: ``[coding] seed``.
    """
    return sorted(alerts, key=lambda alert: rank((reader, *alert), seed))  # type: ignore[arg-type]
