"""The tables of :mod:`verdicts`, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fields import KINDS, RATIOS
from scipy.special import betaincinv

Key = tuple[str, str, str, float, float, float]
"""Rule or check, kind, size of city, posts a person, planted ratio, threshold."""

ALIKE = tuple(kind.name for kind in KINDS if kind.alike)
APART = tuple(kind.name for kind in KINDS if not kind.alike)


@dataclass(frozen=True)
class Tally:
    """How many fields there were, and of how many a rule said something.

    Attributes:
        hits: Fields that were found positive or negative; for an interval, those whose ratio it holds.
        fields: All fields.
    """

    hits: Counter[Key]
    fields: Counter[Key]

    def share(self, chosen: Callable[[Key], bool], *, interval: bool = False) -> str:
        """The share of hits among chosen fields, in percent, with Clopper and Pearson's 95 % interval."""
        fields = sum(number for key, number in self.fields.items() if chosen(key))
        hits = sum(number for key, number in self.hits.items() if chosen(key))
        shown = digits(100 * hits / max(fields, 1))
        if not interval:
            return shown
        low = betaincinv(hits, fields - hits + 1, 0.025) if hits else 0.0
        high = betaincinv(hits + 1, fields - hits, 0.975) if hits < fields else 1.0
        return f"{shown} ({digits(100 * low)}–{digits(100 * high)})"


def digits(percent: float) -> str:
    """A share: two decimals below 1 %, one below 10 %.

    Example:
        >>> digits(0.153), digits(5.04), digits(97.6)
        ('0.15', '5.0', '98')
    """
    if percent < 1:
        return f"{percent:.2f}"
    return f"{percent:.1f}" if percent < 9.95 else f"{percent:.0f}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; numbers to the right."""
    names = list(head)
    lines = [names, ["---", *["---:"] * (len(names) - 1)], *[list(row) for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def false_by_threshold(tally: Tally, rules: Iterable[str], thresholds: tuple[float, ...], sure: str) -> str:
    """False positives of each check and rule; with an interval for the rule ``sure``."""

    def cell(rule: str, kinds: tuple[str, ...], threshold: float) -> str:
        return tally.share(
            lambda key: key[0] == rule and key[1] in kinds and key[4] == 1.0 and key[5] == threshold,
            interval=rule == sure,
        )

    return table(
        ["", *[f"apart, {threshold}" for threshold in thresholds], *[f"alike, {t}" for t in thresholds]],
        [
            [rule, *[cell(rule, kinds, threshold) for kinds in (APART, ALIKE) for threshold in thresholds]]
            for rule in rules
        ],
    )


def false_by_kind(tally: Tally, rules: Iterable[str], rates: tuple[float, float], threshold: float) -> str:
    """False positives by how rates differ, for the usual rate and the sparse one."""

    def cell(rule: str, kind: str, rate: float) -> str:
        return tally.share(lambda key: key[:2] == (rule, kind) and key[3:] == (rate, 1.0, threshold))

    names = list(rules)
    return table(
        ["", *[f"{rule}, {word}" for word in ("posts", "sparse") for rule in names]],
        [[kind.name, *[cell(rule, kind.name, rate) for rate in rates for rule in names]] for kind in KINDS],
    )


def false_by_size(tally: Tally, rules: Iterable[str], sizes: Iterable[str], threshold: float) -> str:
    """False positives where neighbors are alike, and power at a ratio of 1.5, by the number of tracts."""

    def cell(rule: str, size: str, ratio: float) -> str:
        return tally.share(
            lambda key: (key[0], key[2]) == (rule, size) and key[1] in ALIKE and key[4:] == (ratio, threshold)
        )

    names = list(rules)
    return table(
        ["tracts", *[f"{rule}, {word}" for word in ("false", "found at 1.5") for rule in names]],
        [[size, *[cell(rule, size, ratio) for ratio in (1.0, 1.5) for rule in names]] for size in sizes],
    )


def power(tally: Tally, rules: Iterable[str], threshold: float) -> str:
    """How often each planted ratio is found."""

    def cell(rule: str, kinds: tuple[str, ...], ratio: float) -> str:
        return tally.share(lambda key: key[0] == rule and key[1] in kinds and key[4:] == (ratio, threshold))

    names = list(rules)
    return table(
        ["rich to poor", *[f"{rule}, {word}" for word in ("apart", "alike") for rule in names]],
        [
            [f"{ratio:g}", *[cell(rule, kinds, ratio) for kinds in (APART, ALIKE) for rule in names]]
            for ratio in RATIOS
        ],
    )


def coverage(tally: Tally, intervals: Iterable[str]) -> str:
    """How often the 95 % interval of the ratio holds the planted one."""
    names = list(intervals)

    def cell(name: str, kinds: tuple[str, ...], ratio: float) -> str:
        return tally.share(lambda key: key[0] == name and key[1] in kinds and key[4] == ratio)

    return table(
        ["rich to poor", *[f"{name}, {word}" for word in ("apart", "alike") for name in names]],
        [
            [f"{ratio:g}", *[cell(name, kinds, ratio) for kinds in (APART, ALIKE) for name in names]]
            for ratio in (1.0, *RATIOS)
        ],
    )
