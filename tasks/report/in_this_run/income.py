"""Section 7: the tests of income and posts, or crimes; what holds of both is said of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tasks.report.in_this_run import Said
from tasks.report.results import Story
from tasks.report.sentences.lines import each, labelled, of_lines
from tasks.report.sentences.posts import at_tract_level, effects, plain_findings
from tasks.report.sentences.verdicts import LINES, threshold
from tasks.report.sentences.words import amount, listed, plain, ratio, some, verb

ROBUST: Final = (("city_tests_robust", "posts"), ("crime_tests_robust", "crimes"))
ERRORS: Final = (("city_income_error", "posts"), ("crime_income_error", "crimes"))
MODELS: Final = (("city_models", "posts"), ("crime_models", "crimes"))
EFFECTS: Final = (("city_effects", "posts"), ("crime_effects", "crimes"))


def rates(story: Story) -> Iterator[str]:
    """Rule 7.1: used tracts without a post."""
    rows = [row for row in story.rows("tracts_used") if row["status"] == "used"]
    if rows and story.table("city_tests") is not None:
        empty = sum(row["posts"] == 0 for row in rows)
        yield labelled([("used tracts", len(rows)), ("used tracts without a post", empty)])


def deciles(story: Story) -> Iterator[str]:
    """Rule 7.3: how many tracts the deciles hold, and which are empty."""
    rows = story.rows("city_deciles")
    if rows:
        sizes = [row["tracts"] for row in rows]
        cities = len({row["city"] for row in rows})
        yield (
            f"{amount(len(rows), 'decile')} of {amount(cities, 'city', 'cities')} "
            f"{verb(len(rows), 'holds', 'hold')} {min(sizes):,} to {max(sizes):,} tracts each."
        )


def levels(story: Story) -> Iterator[str]:
    """Rule 7.5: over how many tracts the tests are made."""
    for stem, things in (("city_tests", "posts"), ("crime_tests", "crimes")):
        found = [row["n"] for row in at_tract_level(story, stem) if row["n"]]
        if found:
            yield f"The tests of {things} are made over {min(found):,} to {max(found):,} tracts each."


def thresholds(story: Story) -> Iterator[str]:
    """Rule 7.6: the threshold of the posts, and the plain findings."""
    tests = at_tract_level(story, "city_tests")
    if tests:
        yield from threshold(tests, story.config.tests.alpha, len(tests), "city")
        yield from plain_findings(tests, "posts", ("city", "cities"))


def not_testable(story: Story) -> Iterator[str]:
    """Rule 7.7: cities that cannot be tested."""
    rows = at_tract_level(story, "city_tests")
    found = [row["city"] for row in rows if row["direction"] == "not testable"]
    if found:
        yield f"Not testable {verb(len(found), 'is', 'are')} {some(found, 'cities')}."
    elif rows:
        yield "Every city could be tested."


def influence(story: Story) -> Iterator[str]:
    """Rule 7.8: findings that a single tract would change."""
    for stem, things in ROBUST:
        rows = story.rows(stem)
        if rows:
            moved = sum(bool(row["influential_tracts"]) for row in rows)
            yield labelled(
                [(f"verdicts on {things}", len(rows)), ("of which one tract would change the finding", moved)]
            )


def smallest(story: Story) -> Iterator[str]:
    """Rule 7.10: what the cities could have shown."""
    for stem, things in ROBUST:
        found = sorted(row["smallest_ratio"] for row in story.rows(stem) if row["smallest_ratio"] is not None)
        if found:
            yield (
                f"The smallest ratio of {things} that could have been shown is {ratio(found[0])} in the test "
                f"that shows most, and {ratio(found[-1])} in the one that shows least."
            )


def clustering(story: Story) -> Iterator[str]:
    """Rule 7.11: where neighbors are alike."""
    for stem, things in ROBUST:
        rows = [row for row in story.rows(stem) if row["moran_words"]]
        if rows:
            alike = sum(row["moran_words"] == "neighbors are alike" for row in rows)
            yield labelled(
                [(f"tests of {things} with a Moran's I", len(rows)), ("where neighbors are alike", alike)]
            )


def effective(story: Story) -> Iterator[str]:
    """Rule 7.12: how many independent tracts there are."""
    for stem, things in ROBUST:
        found = [(row["effective_n"], row["n"]) for row in story.rows(stem) if row["effective_n"] is not None]
        if found:
            low, high = min(found), max(found)
            yield (
                f"For {things}, {low[1]:,} tracts tell as much as {low[0]:,.0f} independent ones at the "
                f"fewest, and {high[1]:,} as much as {high[0]:,.0f} at the most."
            )


def settings(story: Story) -> Iterator[str]:
    """Rule 7.13: alpha, band and least_count."""
    if any(story.rows(stem) for stem, _ in ROBUST):
        tests = story.config.tests
        yield (
            f"The settings: alpha is {tests.alpha:g}, the band {tests.band:g}, and with fewer than "
            f"{tests.least_count:,} posts or crimes there are too few to tell."
        )


def intervals(story: Story) -> Iterator[str]:
    """Rule 7.14: how many ratios have an interval."""
    for stem, things in EFFECTS:
        rows = [row for row in story.rows(stem) if row["scope"] == "city"]
        if rows:
            known = sum(row["ratio_10000_low"] is not None for row in rows)
            yield labelled([(f"ratios of {things}", len(rows)), ("with an interval", known)])


def adjusted(story: Story) -> Iterator[str]:
    """Rule 7.15: findings by the adjusted p."""
    alpha = story.config.tests.alpha
    for stem, things in (("city_tests", "posts"), ("crime_tests", "crimes")):
        rows = [row for row in at_tract_level(story, stem) if row["holm_p"] is not None]
        if rows:
            told = [
                (f"tests of {things}", len(rows)),
                (f"with Holm's p below {alpha:g}", _below(rows, "holm_p", alpha)),
            ]
            yield labelled([*told, (f"with q below {alpha:g}", _below(rows, "q", alpha))])


def _below(rows: list[dict[str, Any]], column: str, level: float) -> int:
    return sum(row[column] is not None and row[column] < level for row in rows)


def draws(story: Story) -> Iterator[str]:
    """Rule 7.19: how often incomes were drawn, and what stays."""
    for stem, things in ERRORS:
        rows = story.rows(stem)
        if not rows:
            continue
        yield f"For {things}, the settings ask for {amount(story.config.tests.draws, 'draw')} of the incomes."
        same = [row["same_verdict"] for row in rows if row["same_verdict"] is not None]
        yield labelled(
            [
                (f"verdicts on {things} that were drawn again", len(same)),
                ("the same in every draw", sum(share == 1 for share in same)),
            ]
        )


def variants(story: Story) -> Iterator[str]:
    """Rule 7.20: what becomes of verdicts over the tracts that are at least half inside."""
    for stem, of, things in (
        ("city_variants", "city_tests_robust", "posts"),
        ("crime_variants", "crime_tests_robust", "crimes"),
    ):
        rows = [row for row in story.rows(stem) if row["variant"] == "at least half inside"]
        if rows:
            before = {_pair(row): row["verdict"] for row in story.rows(of)}
            other = sum(before.get(_pair(row)) != row["verdict"] for row in rows if row["verdict"])
            yield labelled(
                [
                    (f"verdicts on {things} over such tracts", len(rows)),
                    ("other than the published one", other),
                ]
            )


def _pair(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """The city of a row, and its type of crime where it has one."""
    return row["city"], row.get("crime")


def models(story: Story) -> Iterator[str]:
    """Rule 7.21: which other models could be made."""
    for stem, things in MODELS:
        rows = story.rows(stem)
        names = sorted({row["model"] for row in rows})
        made = [
            (name, [row for row in rows if row["model"] == name and row["estimate"] is not None])
            for name in names
        ]
        if rows:
            told = listed(f"{name} in {plain(len(fitted))}" for name, fitted in made)
            yield f"For {things}, the models could be made: {told}."


RULES: Final[Mapping[str, Said]] = {
    "7.1": rates,
    "7.3": deciles,
    "7.5": levels,
    "7.6": thresholds,
    "7.7": not_testable,
    "7.8": each(
        influence,
        of_lines("plain findings", "cities examined", "positive", "negative", "none", "not testable"),
    ),
    "7.10": smallest,
    "7.11": clustering,
    "7.12": effective,
    "7.13": each(settings, of_lines("cities", "cities examined", *LINES)),
    "7.14": intervals,
    "7.15": adjusted,
    "7.16": effects,
    "7.19": draws,
    "7.20": variants,
    "7.21": models,
}
"""What is said of each rule."""
