"""How the cities were chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tasks.report.blocks import Block, Rows, Section, Text
from tasks.report.pictured import selection_figure
from tasks.report.results import Story
from tasks.report.sentences.choice import atlas, chosen, gentrified
from tasks.report.sentences.words import percent

YES_NO: Final = {True: "yes", False: "no"}


def blocks(story: Story) -> Iterator[Block]:
    """Where tracts gentrified, whose police has a partnership, and which cities were chosen by both."""
    import pyarrow as pa

    yield Text((*gentrified(story), *atlas(story), *chosen(story)))
    yield from selection_figure(story)
    rows = story.rows("city_selection")
    if rows:
        shown = {
            "Rank": [row["rank"] for row in rows],
            "City": [row["city"] for row in rows],
            "Tracts that gentrified": [percent(row["gentrified_share"]) for row in rows],
            "Police with a partnership": [YES_NO[row["partnership"]] for row in rows],
            "Chosen": [YES_NO[row["selected"]] for row in rows],
        }
        yield Rows(
            "cities-ranked", "One row per city, by the share of its tracts that gentrified", pa.table(shown)
        )


SECTION = Section("selection", "How the cities were chosen", blocks)
