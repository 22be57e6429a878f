"""How many people an alert went to."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.figures.officers import officer_figures
from tasks.report.agencies import with_names
from tasks.report.blocks import Block, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.mail import officers


def blocks(story: Story) -> Iterator[Block]:
    """The spread of recipients, all together and by agency."""
    if said := tuple(officers(story)):
        yield Text(said)
    yield from officer_figures(with_names(story, "recipients_per_alert"))


SECTION = Section("officers", "Officers per alert", blocks, "No alert was read.")
