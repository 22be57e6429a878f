"""Which kinds of mail there are."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.figures.kinds import kinds_of_mail
from tasks.report.blocks import Block, Section
from tasks.report.results import Story


def blocks(story: Story) -> Iterator[Block]:
    """The kinds by their number of e-mails."""
    table = story.table("kinds")
    if table is not None and table.num_rows:
        yield kinds_of_mail(table)


SECTION = Section("kinds", "Kinds of mail", blocks, "No mailbox was read.")
