"""The article's numbers stand beside the article's own data, and beside no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from data.synthetic import figures
from tasks.report.published_numbers import published
from tasks.report.results import Story
from tasks.report.sections.published import SECTION
from tasks.report.sentences.article import beside, oddities
from tests.tasks.report.words_stories import story

METHOD = Path(__file__).resolve().parents[3] / "docs" / "method.md"


def mail(name: str = "Los Angeles Police Department", emails: int = 202_000, last: str = "2022-09") -> Story:
    """Mail of the article's volume and period, of an agency of some name."""
    rows: dict[str, list[dict[str, Any]]] = {
        "kinds": [
            {"agency": "x", "kind": "crime alert", "emails": 191_554, "share": 0.9},
            {"agency": "x", "kind": "unclassified", "emails": emails - 191_554, "share": 0.1},
        ],
        "alerts_by_month": [
            {"agency": "x", "kind": "crime alert", "month": month, "emails": 9, "unique_alerts": 6_000}
            for month in ("2020-07", last, None)
        ],
        "recipients_per_alert": [
            {"agency": "x", "kind": "crime alert", "recipients": people, "alerts": 5} for people in (1, 60)
        ],
    }
    config = {"name": "a", "agencies": {"x": {"name": name, "timezone": "UTC"}}}
    return story(rows, config=config)


def test_the_articles_own_mail_is_compared_number_by_number():
    told = {each.number.key: (each.ours, each.difference) for each in beside(mail())}
    assert told == {
        "emails": (202_000, "552 fewer"),
        "first_month": ("2020-07", "the same"),
        "last_month": ("2022-09", "the same"),
        "crime_alerts": (191_554, "the same"),
        "unique_alerts": (18_000, "4,947 more"),
        "fewest_officers": (1, "the same"),
        "most_officers": (60, "the same"),
    }


def coded(name: str = "Los Angeles Police Department", decided: int = 990) -> Story:
    """What people read in that mail."""
    of = {"agency": "x", "question": "subject_area"}
    shares = {
        "theft": (0.401, 0.37, 0.43),
        "suspicious_behavior": (0.2, 0.18, 0.22),
        "damage": (0.1, 0.08, 0.12),
    }
    own = {stem: mail(name).rows(stem) for stem in ("kinds", "alerts_by_month", "recipients_per_alert")}
    tally = [{**of, "answer": answer, "decided": decided} for answer in shares]
    rows = [
        {**of, "answer": answer, "by": by, "share": share, "ci_low": low, "ci_high": high}
        if decided
        else {**of, "answer": answer, "by": by}
        for answer, (share, low, high) in shares.items()
        for by in ("alerts", "e-mails")
    ]
    config = {"name": "a", "agencies": {"x": {"name": name, "timezone": "UTC"}}}
    return story({**own, "coding_tally": tally, "coding_shares": rows}, config=config)


def test_what_people_read_stands_beside_the_articles_shares_for_its_own_mail_alone():
    told = {
        each.number.key: each.difference for each in beside(coded()) if each.number.key.startswith("coded")
    }
    assert told == {
        "coded_sample": "10 fewer",
        "coded_theft": "2.1 points more; within our 95 % interval",
        "coded_suspicious": "4.0 points more; outside our 95 % interval",
    }
    assert not [each for each in beside(coded(decided=0)) if each.number.key.startswith("coded")]
    assert list(beside(coded("Alderfall Police Department"))) == []


@pytest.mark.parametrize(
    "of",
    [
        mail("Alderfall Police Department"),
        mail("Los Angeles County Sheriff's Department"),
        mail(emails=192_000),
        mail(last="2022-08"),
        story(),
        story({}),
    ],
    ids=["another name", "the sheriff", "another volume", "another period", "other data", "no data"],
)
def test_other_data_are_never_called_the_articles(of: Story):
    assert list(beside(of)) == []
    assert list(SECTION.blocks(of)) == []


def cities(name: str, posts: int) -> Story:
    """Posts of a volume in one city."""
    ledger = [{"part": "posts", "line": "posts in the files", "count": posts}]
    test = {"city": name, "level": "tract", "n": 20, "posts": 5, "alpha": 0.002, "direction": "positive"}
    return story({"ledger": ledger, "city_tests": [test]})


def test_posts_and_crimes_are_decided_each_by_itself():
    own = {
        each.number.key: each.difference for each in beside(cities("Los Angeles city, California", 873_592))
    }
    assert own["posts"] == own["alpha"] == "the same"
    assert own["positive"] == "3 fewer"
    assert list(beside(cities("Alderfall city, California", 873_592))) == []
    assert list(beside(cities("Los Angeles city, California", 10_000))) == []
    crimes: dict[str, list[dict[str, Any]]] = {
        "ledger": [{"part": "crime", "source": "la", "line": "crimes in the files", "count": 2_110_000}],
        "crime_types": [{"city": "Los Angeles city, California", "crime": "BATTERY - SIMPLE ASSAULT"}],
        "crime_deciles": [
            {"city": "Los Angeles city, California", "crime": "BATTERY - SIMPLE ASSAULT", "decile": decile,
             "crimes_per_1000": rate}
            for decile, rate in ((1, 8.5), (10, 2.4))
        ],
    }  # fmt: skip
    told = {each.number.key: each.difference for each in beside(story(crimes))}
    assert told == {"crimes": "10,000 more", "assault_poorest": "0.2 less", "assault_richest": "the same"}


def test_the_oddities_come_from_the_numbers():
    first, second = oddities()
    assert "4 + 13 + 5 = 22 of its 25 cities and does not say what the other 3 are" in first
    assert "2.3 %" in second


def test_the_numbers_are_those_that_the_method_and_the_synthetic_data_have():
    known, text = published(), METHOD.read_text(encoding="utf-8")
    assert float(known["emails"].value) == figures.EMAILS
    assert float(known["unique_alerts"].value) == figures.UNIQUE_CRIME_ALERTS
    for each in known.values():
        shown = f"{each.amount:,.10g}" if each.unit in {"count", "number"} else None
        assert shown is None or each.key == "crimes" or re.search(rf"\b{re.escape(shown)}\b", text), each
        assert f'<a id="{each.rule}"></a>' in text, each
