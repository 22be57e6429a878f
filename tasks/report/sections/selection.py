"""How the cities were chosen."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block, Points, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.choice import atlas, chosen, gentrified, reasons


def blocks(story: Story) -> Iterator[Block]:
    """Where tracts gentrified, whose police has a partnership, and why each city was chosen or not."""
    yield Text((*gentrified(story), *atlas(story), *chosen(story)))
    if why := tuple(reasons(story)):
        yield Points(why)


SECTION = Section("selection", "How the cities were chosen", blocks)
