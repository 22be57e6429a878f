"""Which kinds of mail there are."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.figures.kinds import kinds_figures
from tasks.report.blocks import Block, Section
from tasks.report.results import Story


def blocks(story: Story) -> Iterator[Block]:
    """The kinds by their number of e-mails, and by agency."""
    yield from kinds_figures(story.table("kinds"))


SECTION = Section("kinds", "Kinds of mail", blocks, "No mailbox was read.")
