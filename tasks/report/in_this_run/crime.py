"""Section 9: the crimes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from data.settings import Crime
from tasks.report.in_this_run import Said
from tasks.report.in_this_run.posts import recognised
from tasks.report.results import Story
from tasks.report.sentences.crime import PAIR, beside_posts
from tasks.report.sentences.lines import each, labelled, of_lines
from tasks.report.sentences.posts import at_tract_level, plain_findings
from tasks.report.sentences.verdicts import LINES, threshold
from tasks.report.sentences.words import NOT_PUBLISHED, amount, listed, some, verb


def _folders(story: Story) -> list[tuple[str, Crime]]:
    """The sections of the settings of this run's crimes; none where no crime was read."""
    return sorted(story.config.crime.items()) if story.table("crime_types") is not None else []


def counting(story: Story) -> Iterator[str]:
    """Rule 9.1: what counts, and what becomes of rows that share an id."""
    for folder, crime in _folders(story):
        what = "each incident counts once per type" if crime.rows == "incident" else "each row counts"
        rule = "the first row counts" if crime.same_id == "first" else "the run would end"
        yield f"crime/{folder}: {what}; where rows of two files share an id and differ, {rule}."


def dates(story: Story) -> Iterator[str]:
    """Rule 9.3: how dates are read, where the settings say so."""
    for folder, crime in _folders(story):
        told = [f"dates are written as {crime.date_format}"] if crime.date_format else []
        told += [f"days are those of {crime.timezone}"] if crime.timezone else []
        if told:
            yield f"crime/{folder}: {listed(told)}."


def types(story: Story) -> Iterator[str]:
    """Rule 9.4: the types examined, with what was found of each."""
    for row in story.rows("crime_types"):
        found = labelled(
            [
                ("recorded", row["recorded"]),
                ("without a location", row["no_location"]),
                ("outside", row["outside"]),
                ("counted", row["counted"]),
            ],
            NOT_PUBLISHED,
        )
        yield f"{row['crime']} in {row['city']}. {found}"


def family(story: Story) -> Iterator[str]:
    """Rule 9.6: the threshold of the crimes."""
    tests = at_tract_level(story, "crime_tests")
    if tests:
        pairs = {(row["city"], row["crime"]) for row in story.rows("crime_types")}
        yield from threshold(tests, story.config.tests.alpha, len(pairs), PAIR[0])
        yield from plain_findings(tests, "crimes", PAIR)


def levels(story: Story) -> Iterator[str]:
    """Rule 9.7: where tracts and deciles disagree."""
    rows = story.rows("crime_tests")
    found = {(row["city"], row["crime"], row["level"]): row["direction"] for row in rows}
    apart = sorted(
        f"{crime} in {city}"
        for (city, crime, level), direction in found.items()
        if level == "tract" and found.get((city, crime, "decile"), direction) != direction
    )
    if apart:
        yield f"Tracts and deciles disagree on {some(apart, 'pairs')}."
    elif rows:
        yield "Tracts and deciles agree on every type."


def columns(story: Story) -> Iterator[str]:
    """Rule 9.8: columns that the settings name."""
    for folder, crime in _folders(story):
        named = [
            f"{name} from {value}" for name, value in sorted(crime.columns.model_dump().items()) if value
        ]
        if named:
            yield f"crime/{folder}: the settings take {listed(named)}."


def scope(story: Story) -> Iterator[str]:
    """Rule 9.9: city, year and types of each folder, as far as the settings say them."""
    cities = sorted({row["city"] for row in story.rows("crime_types")})
    if cities:
        many = amount(len(cities), "city", "cities")
        yield f"{many} {verb(len(cities), 'has', 'have')} crimes: {some(cities, 'cities')}."
    posts = story.config.posts
    for folder, crime in _folders(story):
        year = crime.year or (posts.year if posts is not None else None)
        where = f" of {crime.city}" if crime.city else ""
        when = f" of {year}" if year else ""
        yield f"crime/{folder}: {amount(len(crime.examined), 'type')}{when}{where} by the settings."


def grids(story: Story) -> Iterator[str]:
    """Rule 9.10: the coordinate systems that the settings name."""
    for folder, crime in _folders(story):
        if crime.crs:
            yield f"crime/{folder}: x and y are in {crime.crs}."


RULES: Final[Mapping[str, Said]] = {
    "9.1": each(of_lines("crime", "crimes in the files = records in the files", "duplicates"), counting),
    "9.2": of_lines("crime", "other years", "other types", "no location", "outside", "counted"),
    "9.3": dates,
    "9.4": types,
    "9.5": of_lines(
        "crime",
        "in tracts with population and income = counted in tracts with people and income",
        "in tracts without = in tracts without",
    ),
    "9.6": each(
        family,
        of_lines("plain findings of crimes", "tests made", "positive", "negative", "none", "not testable"),
        of_lines("crime tests", "tests made", *LINES),
        beside_posts,
    ),
    "9.7": levels,
    "9.8": each(recognised("crime"), columns),
    "9.9": scope,
    "9.10": grids,
}
"""What is said of each rule."""
