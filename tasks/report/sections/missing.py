"""Is anything missing?"""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block, Heading, Points, Section, Text
from tasks.report.pictured import missing_flow
from tasks.report.results import Story
from tasks.report.sentences.missing import answer, entered, skipped, warned


def blocks(story: Story) -> Iterator[Block]:
    """The answer with its reasons, what entered with what became of it, and the warnings."""
    yield Text(tuple(answer(story)))
    if story.perhaps:
        yield Points(story.perhaps)
    yield from missing_flow(story)
    if sums := tuple(entered(story)):
        yield Heading("missing-sums", "What entered, and what became of it")
        yield Points(sums)
    if lines := tuple(skipped(story)):
        yield Heading("missing-parts", "What was not part of this run")
        yield Points(lines)
    if story.warnings or story.warned_before:
        yield Heading("missing-warnings", "Warnings")
        yield Text((warned(story),))
    if story.warnings:
        yield Points(story.warnings)
    if story.warned_before:
        yield Heading("missing-warnings-before", "Warnings of the parts that were left out")
        yield Points(story.warned_before)


SECTION = Section("missing", "Is anything missing?", blocks)
