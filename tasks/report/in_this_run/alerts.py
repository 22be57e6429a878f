"""Sections 2 to 5: kinds, alerts, unique alerts, and the sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from tasks.report.in_this_run import Said
from tasks.report.results import Story
from tasks.report.sentences import coded, sample
from tasks.report.sentences.counts import agency_name
from tasks.report.sentences.lines import each, labelled, of_lines
from tasks.report.sentences.mail import IMPLAUSIBLE
from tasks.report.sentences.words import amount, some, verb


def kinds(story: Story) -> Iterator[str]:
    """Rule 2.1: how many e-mails are of each kind."""
    found: Counter[str] = Counter()
    for row in story.rows("kinds"):
        found[row["kind"]] += row["emails"]
    if found:
        yield labelled((kind, found[kind]) for kind in sorted(found, key=lambda kind: (-found[kind], kind)))


def forms(story: Story) -> Iterator[str]:
    """Rule 2.2: how many forms of subject were found."""
    patterns = {row["pattern"] for row in story.rows("subjects") if row["pattern"]}
    if patterns:
        yield f"{amount(len(patterns), 'row')} of the crosswalk {verb(len(patterns), 'was', 'were')} met."


def unclassified(story: Story) -> Iterator[str]:
    """Rule 2.4: messages that no row of the crosswalk knows."""
    if story.rows("kinds"):
        count = sum(row["emails"] for row in story.rows("kinds") if row["kind"] == "unclassified")
        yield labelled([("unclassified messages", count)])


def unique(story: Story) -> Iterator[str]:
    """Rule 4.1: how many different alerts there are."""
    rows = story.rows("alerts_by_month")
    if rows:
        yield labelled([("unique alerts", sum(row["unique_alerts"] for row in rows))])


def zones(story: Story) -> Iterator[str]:
    """Rule 4.3: the time zones, and alerts that have no date at all."""
    rows = story.rows("alerts_by_month")
    if not rows:
        return
    known = [
        f"{agency_name(story, key)}: {agency.timezone}"
        for key, agency in sorted(story.config.agencies.items())
    ]
    if known:
        yield f"The time zones that the settings name are {some(known, 'agencies')}."
    undated = sum(row["unique_alerts"] for row in rows if row["month"] is None)
    yield labelled([("unique alerts without a date", undated)])


def implausible(story: Story) -> Iterator[str]:
    """Rule 4.10: alerts with a date that cannot be."""
    rows = story.rows("alerts_by_month")
    if rows:
        count = sum(row["unique_alerts"] for row in rows if row["month"] == IMPLAUSIBLE)
        yield labelled([("unique alerts with such a date", count)])


def officers(story: Story) -> Iterator[str]:
    """Rule 4.5: how many people got a unique alert."""
    found = [row["recipients"] for row in story.rows("recipients_per_alert") if row["alerts"]]
    if found:
        yield f"A unique alert went to at least {min(found):,} and at most {max(found):,} officers."


RULES: Final[Mapping[str, Said]] = {
    "2.1": each(kinds, of_lines("alerts", "messages read", "alert messages = alerts among them")),
    "2.2": forms,
    "2.4": unclassified,
    "3.6": of_lines(
        "alerts", "quarantined while parsing = alerts in quarantine, as they could not be parsed"
    ),
    "4.1": each(
        unique,
        of_lines(
            "alerts",
            "alerts parsed = alerts that carry them",
            "emails over unique alerts = counted again over them",
        ),
    ),
    "4.3": zones,
    "4.5": officers,
    "4.6": of_lines(
        "copies",
        "messages in the tables = messages",
        "each once",
        "copies by Message-ID",
        "copies by content",
    ),
    "4.10": implausible,
    "5.1": each(
        sample.outcome,
        of_lines(
            "coding",
            "alerts of the list",
            "drawn",
            "no longer among the alerts",
            "decided",
            "to decide",
            "not yet reviewed",
            "reviews asked",
            "given",
            "missing",
            "not usable",
        ),
    ),
    "5.2": sample.settings,
    "5.4": sample.strata,
    "5.7": coded.findings,
    "5.8": sample.likeness,
    "5.9": coded.agreement,
}
"""What is said of each rule."""
