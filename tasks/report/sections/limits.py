"""What was left out, and what the results cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block, Heading, Points, Section
from tasks.report.results import Story
from tasks.report.sentences.limits import SUBJECTS


def blocks(story: Story) -> Iterator[Block]:
    """The exclusions with their counts, subject by subject, and the limits of the tests."""
    for key, title, said in SUBJECTS:
        if points := tuple(said(story)):
            yield Heading(f"limits-{key}", title)
            yield Points(points)


SECTION = Section("limits", "Limits and exclusions", blocks, "No part of this run left anything out.")
