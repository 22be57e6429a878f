"""The coded sample, with the agreement of those who coded it."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block, Rows, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.sample import TABLES, sample


def blocks(story: Story) -> Iterator[Block]:
    """What people read in a sample of the alerts, or that nobody has."""
    yield Text(tuple(sample(story)))
    for stem in TABLES:
        table = story.table(stem)
        if table is not None:
            yield Rows(stem.replace("_", "-"), f"One row per answer of the coded sample ({stem})", table)


SECTION = Section("sample", "The coded sample", blocks)
