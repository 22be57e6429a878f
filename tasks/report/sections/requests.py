"""Who was asked for records."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block, Rows, Section, Text
from tasks.report.pictured import requests_figure
from tasks.report.results import Story
from tasks.report.sentences.asked import asked


def blocks(story: Story) -> Iterator[Block]:
    """Who was asked and what came, and each request as a row."""
    yield Text(tuple(asked(story)))
    yield from requests_figure(story)
    table = story.table("requests")
    if table is not None and table.num_rows:
        names = ["Agency", "Asked on", "Status", "Answered on", "Mailboxes"]
        shown = table.select(["agency", "sent", "status", "received", "mailboxes"]).rename_columns(names)
        yield Rows("requests-made", "One row per records request", shown)


SECTION = Section("requests", "Who was asked for records", blocks)
