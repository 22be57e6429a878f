"""The crimes: how many count, what became of each type, and whether posts point the same way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tasks.report.results import Story
from tasks.report.sentences.counts import counts, not_there
from tasks.report.sentences.posts import at_tract_level, plain_findings, pooled
from tasks.report.sentences.verdicts import ROBUST, by_verdict, in_words, rich_and_poor, threshold
from tasks.report.sentences.words import NOT_PUBLISHED, amount, plain, some, verb

RATIO: Final = ("ratio_90_10", "ratio_low", "ratio_high")

MOST_TOLD: Final = 6
"""Pairs of city and type that have a sentence each; the table has all."""

PAIR: Final = ("pair of city and type", "pairs of city and type")

WAYS: Final = ("positive", "negative")


def crimes(story: Story) -> Iterator[str]:
    """How many crimes there are, and how many are in the tests."""
    known, types = counts(story), story.rows("crime_types")
    if ("crime", "crimes in the files") not in known:
        if not types:
            yield not_there(story, "crime", "No record of a crime was read")
        return
    total, counted = known["crime", "crimes in the files"], known.get(("crime", "counted"))
    cities = {row["city"] for row in types}
    yield (
        f"The files hold {amount(total, 'record')} of crimes in {amount(len(cities), 'city', 'cities')}; "
        f"{plain(counted, NOT_PUBLISHED)} {verb(counted, 'is', 'are')} of the years and types examined and "
        f"{verb(counted, 'lies', 'lie')} in a tract of the city."
    )


def pair(row: dict[str, Any]) -> str:
    """A type of crime and its city."""
    return f"{row['crime']} in {row['city']}"


def verdicts(story: Story) -> Iterator[str]:
    """What is known of each type of crime and income."""
    rows = story.rows("crime_tests_robust")
    if not rows:
        return
    total = amount(len(rows), *PAIR)
    for verdict, found in by_verdict(rows):
        yield (
            f"In {len(found):,} of {total} {in_words(verdict, 'crimes')}: "
            f"{some([pair(dict(row)) for row in found], 'pairs')}."
        )


def findings(story: Story) -> Iterator[str]:
    """What a finding is, and what it would be without the checks."""
    rows = story.rows("crime_tests_robust")
    if rows and not any(row["verdict"] in ROBUST for row in rows):
        yield f"In none of the {amount(len(rows), *PAIR)} is a finding robust."
    types = len({(row["city"], row["crime"]) for row in story.rows("crime_types")})
    tests = at_tract_level(story, "crime_tests")
    yield from threshold(tests, story.config.tests.alpha, types, PAIR[0])
    yield from plain_findings(tests, "crimes", PAIR)


def sizes(story: Story) -> Iterator[str]:
    """How large the relation of each robust finding is, and over all cities."""
    rows = story.rows("crime_tests_robust")
    sized = [row for row in rows if row["verdict"] in ROBUST and row["ratio_90_10"] is not None]
    for row in sized[:MOST_TOLD]:
        yield (
            f"{pair(row)}: tracts at the 90th percentile of income have "
            f"{rich_and_poor(row, 'crimes', RATIO)} as those at the 10th."
        )
    for row in story.rows("crime_effects"):
        if row["scope"] != "city":
            yield from pooled(row, f"crimes of the type {row['crime']}")


def withheld(story: Story) -> Iterator[str]:
    """Types without a located crime, and without any."""
    rows = story.rows("crime_types")
    hidden = [row for row in rows if row["no_location"] and row["counted"] == 0]
    if hidden:
        told = [f"{pair(row)} ({_records(row['recorded'])})" for row in hidden]
        yield f"Of {some(told, 'types')} no record says where it happened, so that nothing is known of it."
    absent = [pair(row) for row in rows if row["recorded"] == 0]
    if absent:
        yield f"Of {some(absent, 'types')} there is no record of the year."


def _records(count: int | None) -> str:
    return "a number of records that is not published" if count is None else amount(count, "record")


def beside_posts(story: Story) -> Iterator[str]:
    """Whether crimes and posts point the same way, per city and type (method 9.6)."""
    of_posts = {row["city"]: row["direction"] for row in at_tract_level(story, "city_tests")}
    rows = [row for row in at_tract_level(story, "crime_tests") if row["city"] in of_posts]
    if not rows:
        return
    both = [row for row in rows if row["direction"] in WAYS and of_posts[row["city"]] in WAYS]
    same = [row for row in both if row["direction"] == of_posts[row["city"]]]
    opposite = [row for row in both if row["direction"] != of_posts[row["city"]]]
    total = amount(len(rows), *PAIR)
    yield (
        f"By the plain tests, crimes and posts point in the same direction in {plain(len(same))} of {total} "
        f"and in opposite directions in {plain(len(opposite))}; in {plain(len(rows) - len(both))} at least "
        "one of the two has no direction."
    )
    for found, how in ((same, "as the posts do"), (opposite, "and the posts do the opposite")):
        for row in found[:MOST_TOLD]:
            way = "rise" if row["direction"] == "positive" else "fall"
            yield f"{pair(row)}: crimes {way} with income, {how}."
