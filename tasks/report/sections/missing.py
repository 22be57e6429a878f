"""Is anything missing?"""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block, Points, Section, Text
from tasks.report.results import Story


def blocks(story: Story) -> Iterator[Block]:
    """The answer, and what entered with what became of it."""
    if story.headline:
        yield Text((story.headline,))
    if story.perhaps:
        yield Points(story.perhaps)
    yield Points(
        tuple(
            f"{'unknown' if each.count is None else f'{each.count:,}'} {each.name}" for each in story.balances
        )
    )


SECTION = Section("missing", "Is anything missing?", blocks)
