"""Verdicts in words (method 7.13), for posts and for crimes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tasks.report.sentences.words import amount, interval, ratio

ROBUST: Final = ("positive, robust", "negative, robust")

_MORE: Final = "richer tracts have more {things} per resident"
_FEWER: Final = "richer tracts have fewer {things} per resident"
_AGREED: Final = "and every check agrees"
_DOUBTED: Final = "but a check disagrees, or a single tract decides"

WORDS: Final[Mapping[str, str]] = {
    "positive, robust": f"{_MORE}, {_AGREED}",
    "negative, robust": f"{_FEWER}, {_AGREED}",
    "positive, not robust": f"{_MORE}, {_DOUBTED}",
    "negative, not robust": f"{_FEWER}, {_DOUBTED}",
    "not checked for neighbors": "there is a relation that could not be checked for neighbors that are alike",
    "none": "a relation of any size that matters is excluded",
    "no clear relation": "no clear relation shows",
    "too few to tell": "there are too few {things} to tell",
    "not testable": "no test can be made",
}
"""What each verdict says, in the order in which they are told; the names are those of the tables."""

LINES: Final = tuple("none = no relation" if verdict == "none" else verdict for verdict in WORDS)
"""The verdicts as lines of the ledger, with labels."""


def in_words(verdict: str, things: str) -> str:
    """What a verdict says, with its name where the words are others.

    Args:
        verdict: As in ``public/city_tests_robust``.
        things: "posts", or "crimes".

    Example:
        >>> in_words("too few to tell", "posts"), in_words("none", "posts")
        ('there are too few posts to tell', 'a relation of any size that matters is excluded (none)')
    """
    words = WORDS.get(verdict, verdict).format(things=things)
    same = set(verdict.split()) <= set(words.split())
    return words if same else f"{words} ({verdict})"


def in_order(verdict: str) -> tuple[int, str]:
    """By which verdicts are sorted into the order of :data:`WORDS`; unknown ones come last."""
    return list(WORDS).index(verdict) if verdict in WORDS else len(WORDS), verdict


def by_verdict(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """The rows of each verdict that is there, in the order of :data:`WORDS`."""
    for verdict in sorted({row["verdict"] for row in rows}, key=in_order):
        yield verdict, [row for row in rows if row["verdict"] == verdict]


def threshold(tests: Sequence[Mapping[str, Any]], alpha: float, own: int, what: str) -> Iterator[str]:
    """The threshold of a family of tests, and how it is made (method 7.6, 9.6).

    Args:
        tests: Rows of tests at tract level.
        alpha: That of the settings.
        own: How many tests of their own there are, also those that cannot be made.
        what: Of what there is one each, as "city".
    """
    made = {(row["alpha"], row["tests"]) for row in tests if row["alpha"] is not None and row["tests"]}
    for level, family in sorted(made):
        start = f"A finding is one where p is below {level:.3g}: alpha ({alpha:g}) divided by"
        if family == own:
            yield f"{start} {amount(family, 'test')}, one per {what}, also where no test can be made."
        else:
            yield (
                f"{start} {family:,}, the number of cities examined, as for the posts: that is more than the "
                f"{amount(own, 'test')} of their own, one per {what}."
            )


def rich_and_poor(row: Mapping[str, Any], things: str, names: tuple[str, str, str]) -> str:
    """The ratio of rich and poor of one row, with its interval; "" where there is none.

    Args:
        row: Of a table of effects or of robust tests.
        things: "posts", or "crimes".
        names: The columns of the ratio and of the two ends of its interval.
    """
    value, low, high = (row[name] for name in names)
    if value is None:
        return ""
    return f"{ratio(value)} times as many {things} per resident {interval(low, high)}"
