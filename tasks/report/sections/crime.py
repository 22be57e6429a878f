"""Crime beside posts."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.figures.effects import crime_beside_posts
from tasks.report.blocks import Block, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.crime import beside_posts


def blocks(story: Story) -> Iterator[Block]:
    """For each city with records of crimes the ratio of posts beside that of each type of crime."""
    figures = tuple(
        crime_beside_posts(
            story.table("crime_effects"),
            story.table("city_effects"),
            story.table("crime_tests_robust"),
            story.table("city_tests_robust"),
        )
    )
    if figures:
        yield Text(
            (
                *beside_posts(story),
                "Where posts and crimes go different ways with income, posts do not just follow crime.",
                "Compare directions and intervals: posts and crimes are counted in different units.",
            )
        )
    elif story.rows("crime_effects"):
        yield Text(("No type of crime has enough tracts and crimes for a rate ratio.",))
    yield from figures


SECTION = Section("crime", "Crime beside posts", blocks, "No crime records were read.")
