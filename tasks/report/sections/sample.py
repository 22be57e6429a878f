"""The coded sample, with the agreement of those who coded it."""

from __future__ import annotations

from collections.abc import Iterator

from data.csv_form import in_reading_order
from data.schema import TABLES as SPECS
from tasks.report.blocks import Block, Rows, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.sample import TABLES, sample


def blocks(story: Story) -> Iterator[Block]:
    """What people read in a sample of the alerts, or that nobody has."""
    yield Text(tuple(sample(story)))
    for stem, row in TABLES.items():
        table = story.table(stem)
        if table is not None and table.num_rows:
            shown = in_reading_order(table, SPECS[f"public/{stem}"])
            yield Rows(stem.replace("_", "-"), row, shown, f"public/{stem}.csv")


SECTION = Section("sample", "The coded sample", blocks)
