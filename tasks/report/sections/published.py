"""The article's own numbers beside this run's, where the data are the article's own."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from tasks.report.blocks import Block, Points, Rows, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.article import beside, oddities, shown
from tasks.report.sentences.words import amount


def blocks(story: Story) -> Iterator[Block]:
    """A row per number of the article with this run's beside it, and the oddities; nothing for other data."""
    found = list(beside(story))
    if not found:
        return
    same = sum(each.difference == "the same" for each in found)
    yield Text(
        (
            "By name, period and volume, records of this run are the article's own: its published numbers "
            "stand beside this run's.",
            f"Of {amount(len(found), 'number')}, {same:,} {'is' if same == 1 else 'are'} the same.",
        )
    )
    columns = {
        "What": [each.number.what for each in found],
        "The article": [shown(each.number.value, each.number.unit) for each in found],
        "This run": [shown(each.ours, each.number.unit) for each in found],
        "Difference": [each.difference for each in found],
        "Quoted in rule": [each.number.rule for each in found],
        "Note": [each.number.note for each in found],
    }
    yield Rows("published-numbers", "One row per number of the article", pa.table(columns))
    yield Points(tuple(oddities()))


SECTION = Section("published", "The article's own numbers beside ours", blocks)
