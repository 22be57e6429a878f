"""Section 6: the posts, the Census, and the tracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tasks.report.in_this_run import Said
from tasks.report.results import Story
from tasks.report.sentences.lines import each, labelled, of_lines
from tasks.report.sentences.words import NOT_PUBLISHED, amount, some, verb


def same_id(story: Story) -> Iterator[str]:
    """Rule 6.1: what becomes of rows that share an id and differ otherwise."""
    if story.config.posts is not None and story.table("city_tests") is not None:
        told = "the first row counts" if story.config.posts.same_id == "first" else "the run would end"
        yield f"Where more than one row in a hundred shares an id and differs, {told}, by the settings."


def accounts(story: Story) -> Iterator[str]:
    """Rule 6.2: how many accounts are excluded; which, the report does not say."""
    if story.config.posts is not None and story.table("city_tests") is not None:
        named = len(story.config.posts.exclude_users)
        yield f"The settings exclude {amount(named, 'account')}."


def year(story: Story) -> Iterator[str]:
    """Rule 6.4: the year analysed, and the time zone that decides on it."""
    posts = story.config.posts
    if posts is not None and story.table("city_tests") is not None:
        yield f"The year analysed is {posts.year}, in the time zone {posts.timezone}."


def ties(story: Story) -> Iterator[str]:
    """Rule 6.8: posts on borders that only the order of GEOIDs decides."""
    rows = [row for row in story.rows("border_posts") if (row["scope"], row["year"]) == ("nation", "all")]
    if rows:
        yield labelled(
            [
                ("posts on borders", rows[0]["posts_on_borders"]),
                ("decided by the first GEOID", rows[0]["ties"]),
            ],
            NOT_PUBLISHED,
        )


def usable(story: Story) -> Iterator[str]:
    """Rule 6.9: how many people a tract must have."""
    if story.table("tracts_used") is not None:
        yield f"A tract must have at least {amount(story.config.tests.least_population, 'person', 'people')}."


def examined(story: Story) -> Iterator[str]:
    """Rule 6.10: the cities."""
    cities = sorted({row["city"] for row in story.rows("tracts_used")})
    if cities:
        chosen = story.config.cities.include
        of = "of the lists" if chosen is None else f"named in the settings ({len(chosen):,} there)"
        yield (
            f"{amount(len(cities), 'city', 'cities')} {of} {verb(len(cities), 'is', 'are')} examined: "
            f"{some(cities, 'cities')}."
        )


def recognised(*parts: str) -> Said:
    """What says how the files of some parts were recognised.

    Args:
        parts: Their names in the provenance.
    """

    def said(story: Story) -> Iterator[str]:
        known = story.provenance.get("recognised", {})
        told = sorted({what for part in parts for what in known.get(part, ())})
        if told:
            yield f"What was recognised: {'; '.join(told)}."

    return said


def inside(story: Story) -> Iterator[str]:
    """Rule 6.15: how much of the listed tracts is in their cities, where that is known."""
    rows = story.rows("tracts_used")
    if rows:
        shares = [row["share_in_city"] for row in rows if row["share_in_city"] is not None]
        yield labelled([("tracts listed", len(rows)), ("with a known share inside the city", len(shares))])


RULES: Final[Mapping[str, Said]] = {
    "6.1": each(of_lines("posts", "posts in the files = rows in the files", "duplicates"), same_id),
    "6.2": each(accounts, of_lines("posts", "excluded accounts = posts of excluded accounts")),
    "6.3": of_lines("posts", "no location = posts without a location"),
    "6.4": year,
    "6.6": of_lines("posts", "tracts in the layer", "polygons repaired"),
    "6.8": each(
        of_lines("posts", "posts in tracts", "in one tract", "on borders", "outside = in no tract"),
        ties,
    ),
    "6.9": each(
        usable,
        of_lines(
            "tracts",
            "tracts listed",
            "tracts used",
            "without polygon",
            "without Census row",
            "without people",
            "without income",
            "with few people",
        ),
        of_lines(
            "posts",
            "in tracts with population and income = posts in tracts with people and income",
            "in tracts without = in tracts without",
            "in tracts without a Census row = of these without a row in the Census",
            "in tracts without people or income = without people or income",
        ),
    ),
    "6.10": examined,
    "6.11": recognised("posts"),
    "6.15": inside,
}
"""What is said of each rule."""
