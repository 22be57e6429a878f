"""The article's own numbers beside this run's, and the oddities of the article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from tasks.report.published_numbers import (
    Number,
    has_own_posts,
    months_of,
    own_agency,
    own_crimes,
    posts_once,
    published,
)
from tasks.report.results import Story
from tasks.report.sentences.posts import at_tract_level
from tasks.report.sentences.words import month, share_of

ASSAULT: Final = "BATTERY - SIMPLE ASSAULT"
"""The article's simple assault, as Los Angeles' portal calls it."""

ALERTS: Final = "crime alert"

CODED: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("criminal_act", "no"): "coded_no_crime",
        ("subject_area", "theft"): "coded_theft",
        ("subject_area", "suspicious_behavior"): "coded_suspicious",
        ("subject_area", "confusing_event"): "coded_confusing",
        ("subject_area", "lost_person_or_pet"): "coded_lost",
    }
)
"""The article's shares, by question and answer of the program's own codebook."""

Value = float | str | None


@dataclass(frozen=True)
class Beside:
    """A number of the article beside this run's.

    Attributes:
        number: The article's.
        ours: This run's; None where it has none.
        interval: The 95 % interval of ours, where it is an estimate.
    """

    number: Number
    ours: Value
    interval: tuple[float, float] | None = None

    @property
    def difference(self) -> str:
        """How far this run's is from the article's, in words."""
        if self.ours is None:
            return "not in this run"
        if isinstance(self.ours, str):
            return "the same" if self.ours == self.number.value else "another"
        by = self.ours - self.number.amount
        if by == 0:
            return "the same"
        if self.number.unit == "share":
            return self._points(by)
        size = shown(abs(by), self.number.unit)
        return f"{size} {'more' if by > 0 else 'fewer' if self.number.unit == 'count' else 'less'}"

    def _points(self, by: float) -> str:
        """A difference of shares, in points, and whether it is within what chance does."""
        points = f"{abs(100 * by):.1f} points {'more' if by > 0 else 'less'}"
        if self.interval is None:
            return points
        low, high = self.interval
        return f"{points}; {'within' if low <= self.number.amount <= high else 'outside'} our 95 % interval"


def shown(value: Value, unit: str) -> str:
    """A value of a unit, as people read it.

    Example:
        >>> shown(13053, "count"), shown(0.023, "share"), shown("2020-07", "month"), shown(8.7, "number")
        ('13,053', '2.3 %', 'July 2020', '8.7')
    """
    if value is None:
        return ""
    if unit == "month":
        return month(str(value))
    number = float(value)
    return {"count": f"{number:,.0f}", "share": share_of(number)}.get(unit, f"{number:.3g}")


def beside(story: Story) -> Iterator[Beside]:
    """The article's numbers for the data of this run that are the article's own; none for other data."""
    mail = _mail(story)
    for key, value in mail.items():
        yield Beside(published()[key], value)
    yield from _coded(story)
    for key, value in {**_posts(story), **_crimes(story)}.items():
        yield Beside(published()[key], value)


def _mail(story: Story) -> Mapping[str, Value]:
    agency = own_agency(story)
    if agency is None:
        return {}
    kinds = {row["kind"]: row["emails"] for row in story.rows("kinds") if row["agency"] == agency}
    months = months_of(story, agency)
    officers = [row["recipients"] for row in _own(story, "recipients_per_alert", agency)]
    return {
        "emails": sum(kinds.values()),
        "first_month": months[0],
        "last_month": months[-1],
        "crime_alerts": kinds.get(ALERTS, 0),
        "unique_alerts": sum(row["unique_alerts"] for row in _own(story, "alerts_by_month", agency)),
        "fewest_officers": min(officers, default=None),
        "most_officers": max(officers, default=None),
    }


def _coded(story: Story) -> Iterator[Beside]:
    """What people read in the article's own mail, once something of it is decided."""
    agency = own_agency(story)
    if agency is None:
        return
    tallies = [row for row in story.rows("coding_tally") if row["agency"] == agency]
    if any(row["decided"] for row in tallies):
        yield Beside(published()["coded_sample"], max(row["decided"] for row in tallies))
    for row in story.rows("coding_shares"):
        key = CODED.get((row["question"], row["answer"]))
        if key and row["agency"] == agency and row["by"] == "alerts" and row["share"] is not None:
            yield Beside(published()[key], row["share"], (row["ci_low"], row["ci_high"]))


def _own(story: Story, stem: str, agency: str) -> list[dict[str, Any]]:
    """The rows of an agency's crime alerts."""
    return [row for row in story.rows(stem) if (row["agency"], row["kind"]) == (agency, ALERTS)]


def _posts(story: Story) -> Mapping[str, Value]:
    if not has_own_posts(story):
        return {}
    tests = at_tract_level(story, "city_tests")
    found = Counter(row["direction"] for row in tests)
    return {
        "posts": posts_once(story),
        "cities": len(tests),
        "alpha": next((row["alpha"] for row in tests), None),
        **{key: found[key] for key in ("positive", "none", "negative")},
    }


def _crimes(story: Story) -> Mapping[str, Value]:
    city = own_crimes(story)
    if city is None:
        return {}
    rates = {
        row["decile"]: row["crimes_per_1000"]
        for row in story.rows("crime_deciles")
        if (row["city"], row["crime"]) == (city, ASSAULT)
    }
    total = max(
        row["count"] or 0
        for row in story.rows("ledger")
        if (row["part"], row["line"]) == ("crime", "crimes in the files")
    )
    return {
        "crimes": total,
        "assault_poorest": rates[min(rates)] if rates else None,
        "assault_richest": rates[max(rates)] if rates else None,
    }


def oddities() -> Iterator[str]:
    """What does not add up in the article, from its own numbers."""
    known = published()
    parts = [known[key] for key in ("positive", "none", "negative")]
    named, cities = sum(each.amount for each in parts), known["cities"].amount
    terms = " + ".join(each.value for each in parts)
    yield (
        f"The article names {terms} = {named:.0f} of its {cities:.0f} cities and does not say what the other "
        f"{cities - named:.0f} are; they are added to no number here."
    )
    odd = known["odd_share"]
    yield (
        f"The article gives a share of {shown(odd.amount, odd.unit)} and does not say clearly of which whole "
        "it is one; it is compared with nothing here."
    )
