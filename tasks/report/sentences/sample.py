"""The coded sample: what was drawn of the alerts, what came of it, and whether it is like all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tasks.figures.style import clean
from tasks.report.results import Story
from tasks.report.sentences.counts import counts
from tasks.report.sentences.words import amount, listed, plain, share, verb

ALL: Final = "all"
CODING: Final = "coding"
TABLES: Final = {
    "coding_tally": "One row per agency, question and answer",
    "coding_shares": "One row per agency, question, answer and what the share is of",
    "coding_agreement": "One row per agency and question: how well readers agree",
    "coding_confusion": "One row per question and pair of answers that two readers gave to one alert",
    "coding_drawn": "One row per agency, kind and month: whether the sample is like all alerts",
}
"""The tables of the sample, and what a row of each is."""


def sample(story: Story) -> Iterator[str]:
    """What was drawn, and what became of it."""
    drawn = [row for row in story.rows("coding_drawn") if row["value"] == ALL]
    if not drawn:
        yield "No sample of the alerts was drawn in this run: no person has read what the alerts are about."
        return
    number, every = drawn[0]["drawn"], drawn[0]["alerts"]
    yield (
        f"{number:,} of {amount(every, 'unique alert')} ({share(number, every)}) "
        f"{verb(number, 'was', 'were')} drawn for people to read."
    )
    yield from outcome(story)
    yield from likeness(story)


def outcome(story: Story) -> Iterator[str]:
    """How many alerts are decided, and how many reviews came back (method 5.1)."""
    known = counts(story)
    if (CODING, "drawn") not in known:
        return
    decided, ties, left = (known[CODING, name] for name in ("decided", "to decide", "not yet reviewed"))
    if ties == left == 0:
        yield "Every alert of the sample is decided."
    else:
        yield (
            f"Of the sample, {amount(decided, 'alert')} {verb(decided, 'is', 'are')} decided on every "
            f"question, {plain(ties)} {verb(ties, 'has', 'have')} a tie that is to be decided, and "
            f"{plain(left)} {verb(left, 'is', 'are')} not yet reviewed."
        )
    asked, given, missing, lost = (
        known[CODING, name] for name in ("reviews asked", "given", "missing", "not usable")
    )
    yield (
        f"Of {amount(asked, 'review')} asked for, {plain(given)} {verb(given, 'was', 'were')} given, "
        f"{plain(missing)} {verb(missing, 'is', 'are')} missing and {plain(lost)} "
        f"{verb(lost, 'is', 'are')} not usable."
    )
    yield from versions(story)
    gone = known.get((CODING, "no longer among the alerts"))
    if gone:
        yield f"{amount(gone, 'alert')} of the list {verb(gone, 'is', 'are')} no longer among the alerts."


def versions(story: Story) -> Iterator[str]:
    """How many reviews are of another codebook than today's (method 5.5)."""
    book = story.provenance.get(CODING, {}).get("codebook", {})
    others = book.get("reviews_of_other_versions", 0)
    if others:
        yield (
            f"{amount(others, 'review')} {verb(others, 'was', 'were')} given with another version of the "
            f"codebook than today's ({clean(str(book['version']))}), and {verb(others, 'counts', 'count')}."
        )


def likeness(story: Story) -> Iterator[str]:
    """Whether the sample is like all alerts (method 5.8)."""
    tests = {row["by"]: row["p"] for row in story.rows("coding_drawn") if row["value"] == ALL}
    known = [f"by {by} p = {p:.3f}" for by, p in tests.items() if p is not None]
    if known:
        yield f"The test whether the sample is like all alerts gives {listed(known)}."
    fixed = [by for by, p in tests.items() if p is None]
    if fixed:
        yield f"By {listed(fixed)} the sample cannot differ from all alerts, so that nothing is tested."


def settings(story: Story) -> Iterator[str]:
    """How many alerts the settings ask for, and how they are drawn (method 5.2 to 5.4)."""
    asked = story.config.coding
    yield (
        f"The settings ask for a sample of {asked.sample:,} with the seed {asked.seed} and "
        f"{amount(asked.reviews, 'review')} per alert."
    )


def strata(story: Story) -> Iterator[str]:
    """What the alerts are divided by (method 5.4)."""
    asked = story.config.coding
    by = f"The strata are by {listed(asked.strata)}" if asked.strata else "The sample is a simple one"
    yield f"{by}; the setting of the allocation is '{asked.allocation}'."
    yield (
        "Intervals allow for the sample being a known part of all alerts."
        if asked.finite
        else "Intervals are those of a sample from an endless number of alerts."
    )
