"""The posts: how many count, what became of each city, and how large the relation with income is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tasks.report.results import Story
from tasks.report.sentences.counts import counts, line, not_there
from tasks.report.sentences.verdicts import ROBUST, by_verdict, in_words, rich_and_poor, threshold
from tasks.report.sentences.words import amount, interval, plain, ratio, some, verb

TRACTS: Final = "tract"
"""The level of the tests that count (method 7.5)."""

_LEFT_OUT: Final = "a number of posts that is not published"

POOR_TO_RICH: Final = ("ratio_90_10", "ratio_90_10_low", "ratio_90_10_high")


def at_tract_level(story: Story, stem: str) -> list[dict[str, Any]]:
    """The rows of a table of tests that count."""
    return [row for row in story.rows(stem) if row["level"] == TRACTS]


def posts(story: Story) -> Iterator[str]:
    """How many posts there are, and how many are in the tests."""
    tests = at_tract_level(story, "city_tests")
    if ("posts", "posts in the files") in counts(story):
        yield from _placed(story)
    elif not tests:
        yield not_there(story, "posts", "No post was read")
    if tests and story.config.posts is not None:
        shown = [row["posts"] for row in tests if row["posts"] is not None]
        tested, tracts = sum(shown) if shown else None, sum(row["n"] for row in tests)
        counted = _LEFT_OUT if tested is None else amount(tested, "post")
        least = "at least " if shown and len(shown) < len(tests) else ""
        yield (
            f"The tests count {least}{counted} of {story.config.posts.year} in "
            f"{amount(tracts, 'tract')} of {amount(len(tests), 'city', 'cities')}."
        )


def _placed(story: Story) -> Iterator[str]:
    """How many posts there are, and how many can be counted in a tract."""
    known = counts(story)
    total, twice = known["posts", "posts in the files"], known.get(("posts", "duplicates"), 0)
    if total is None or twice is None:
        yield f"The files of posts hold {amount(total, 'post')}."
    else:
        yield (
            f"The files of posts hold {amount(total, 'row')}, of which {plain(twice)} "
            f"{verb(twice, 'is a duplicate', 'are duplicates')}: {amount(total - twice, 'post')}."
        )
    placed = line(story, "posts", "posts in tracts")
    yield (
        f"Of these, {plain(placed)} {verb(placed, 'lies', 'lie')} in a tract; the others have no location, "
        "lie outside the layer, or are of accounts that were left out."
    )


def verdicts(story: Story) -> Iterator[str]:
    """In how many cities richer tracts post more, less, or it cannot be told."""
    rows = story.rows("city_tests_robust")
    if not rows:
        return
    total = len(rows)
    for verdict, found in by_verdict(rows):
        names = some([row["city"] for row in found], "cities")
        yield (
            f"In {len(found):,} of {amount(total, 'city', 'cities')} {in_words(verdict, 'posts')}: {names}."
        )


def findings(story: Story) -> Iterator[str]:
    """What a finding is, and what it would be without the checks."""
    rows = story.rows("city_tests_robust")
    if rows and not any(row["verdict"] in ROBUST for row in rows):
        yield f"In none of the {amount(len(rows), 'city', 'cities')} is a finding robust."
    tests = at_tract_level(story, "city_tests")
    yield from threshold(tests, story.config.tests.alpha, len(tests), "city")
    yield from plain_findings(tests, "posts", ("city", "cities"))


def plain_findings(rows: Sequence[Mapping[str, Any]], things: str, what: tuple[str, str]) -> Iterator[str]:
    """What Pearson's test alone says, which is what the article's numbers are to be compared with.

    Args:
        rows: Of tests at tract level.
        things: "posts", or "crimes".
        what: What was tested, one and several of it.
    """
    if not rows:
        return
    number = {
        word: sum(row["direction"] == word for row in rows) for word in ("positive", "negative", "none")
    }
    rest = len(rows) - sum(number.values())
    yield (
        f"By the plain test of {things} alone, without the checks, {plain(number['positive'])} of "
        f"{amount(len(rows), *what)} would be positive, {plain(number['negative'])} negative and "
        f"{plain(number['none'])} neither; {plain(rest)} cannot be tested."
    )


def effects(story: Story) -> Iterator[str]:
    """How large the relation is: the largest and the smallest ratio, and all cities together."""
    rows = story.rows("city_effects")
    own = [row for row in rows if row["scope"] == "city"]
    known = sorted(
        (row for row in own if row["ratio_90_10"] is not None),
        key=lambda row: (-row["ratio_90_10"], row["city"]),
    )
    if own and not known:
        yield "In no city can the ratio of rich and poor be given."
    if known:
        yield (
            f"The ratio of rich and poor is largest in {known[0]['city']}: tracts at the 90th percentile of "
            f"income have {rich_and_poor(known[0], 'posts', POOR_TO_RICH)} as those at the 10th"
            f"{_chance(known[0])}."
        )
    if len(known) > 1 and known[-1]["ratio_90_10"] < known[0]["ratio_90_10"]:
        least = rich_and_poor(known[-1], "posts", POOR_TO_RICH)
        yield f"It is smallest in {known[-1]['city']}: {least}{_chance(known[-1])}."
    for row in rows:
        if row["scope"] != "city":
            yield from pooled(row, "posts")


def _chance(row: Mapping[str, Any]) -> str:
    """That a ratio may be chance, where its interval includes 1."""
    _, low, high = (row[name] for name in POOR_TO_RICH)
    if low is None or high is None or not low <= 1 <= high:
        return ""
    return "; as the interval allows for no difference, that may be chance"


def pooled(row: Mapping[str, Any], things: str) -> Iterator[str]:
    """The summary over cities (method 7.16).

    Args:
        row: The last row of a table of effects.
        things: "posts", or a type of crime.
    """
    if row["ratio_10000"] is None:
        if row["why"]:
            yield f"The cities cannot be put together for {things}: {row['why']}."
        return
    yield (
        f"Over {amount(row['cities'], 'city', 'cities')} together, 10,000 dollars more of tract income go "
        f"with {ratio(row['ratio_10000'])} times as many {things} per resident "
        f"{interval(row['ratio_10000_low'], row['ratio_10000_high'])}."
    )
    if row["predicted_low"] is not None:
        yield (
            f"One more such city would lie between {ratio(row['predicted_low'])} and "
            f"{ratio(row['predicted_high'])} in 95 of 100 cases."
        )
