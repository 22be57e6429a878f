"""Which kinds of mail there are."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.figures.kinds import kinds_figures
from tasks.report.agencies import with_names
from tasks.report.blocks import Block, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.mail import kinds


def blocks(story: Story) -> Iterator[Block]:
    """The kinds by their number of e-mails, and by agency."""
    if said := tuple(kinds(story)):
        yield Text(said)
    yield from kinds_figures(with_names(story, "kinds"))


SECTION = Section("kinds", "Kinds of mail", blocks, "No mailbox was read.")
