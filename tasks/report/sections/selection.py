"""How the cities were chosen."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block, Rows, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.choice import atlas, chosen, gentrified
from tasks.report.sentences.words import percent


def blocks(story: Story) -> Iterator[Block]:
    """Where tracts gentrified, whose police has a partnership, and why each city was chosen or not."""
    import pyarrow as pa

    yield Text((*gentrified(story), *atlas(story), *chosen(story)))
    rows = story.rows("city_selection")
    if rows:
        shown = {
            "Rank": [row["rank"] for row in rows],
            "City": [row["city"] for row in rows],
            "Tracts that gentrified": [percent(row["gentrified_share"]) for row in rows],
            "Chosen": ["yes" if row["selected"] else "no" for row in rows],
            "Why": [row["reason"] for row in rows],
        }
        yield Rows(
            "cities-ranked", "One row per city, by the share of its tracts that gentrified", pa.table(shown)
        )


SECTION = Section("selection", "How the cities were chosen", blocks)
