"""What was asked, and what was found."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block, Section, Text
from tasks.report.results import Story


def blocks(story: Story) -> Iterator[Block]:
    """The findings in sentences."""
    kinds = story.rows("kinds")
    if kinds:
        emails = sum(row["emails"] for row in kinds)
        yield Text((f"The mailboxes hold {emails:,} e-mails.",))


SECTION = Section("found", "What was found", blocks, "No part of this run has a finding.")
