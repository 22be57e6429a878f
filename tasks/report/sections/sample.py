"""The coded sample, with the agreement of those who coded it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from data.csv_form import in_reading_order
from data.schema import TABLES as SPECS
from tasks.figures.coded import agreement_figure, shares_figures
from tasks.report.blocks import Block, Group, Rows, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.coded import agreement, by_reach, findings
from tasks.report.sentences.sample import TABLES, sample


def blocks(story: Story) -> Iterator[Block]:
    """What people read in a sample of the alerts, or that nobody has."""
    yield Text(tuple(sample(story)))
    yield from _said(findings(story), by_reach(story))
    yield from shares_figures(story.table("coding_shares"), story.table("coding_tally"))
    yield from _said(agreement(story))
    agreed = agreement_figure(story.table("coding_agreement"))
    if agreed is not None:
        yield agreed
    tables = tuple(_tables(story))
    if tables:
        yield Group(
            "sample-tables", "The tables of the sample", tables, "All numbers, by agency.", folded=True
        )


def _tables(story: Story) -> Iterator[Block]:
    for stem, row in TABLES.items():
        table = story.table(stem)
        if table is not None and table.num_rows:
            shown = in_reading_order(table, SPECS[f"public/{stem}"])
            yield Rows(stem.replace("_", "-"), row, shown, f"public/{stem}.csv")


def _said(*told: Iterable[str]) -> Iterator[Block]:
    """A paragraph, where there is something to say."""
    sentences = tuple(chain(*told))
    if sentences:
        yield Text(sentences)


SECTION = Section("sample", "The coded sample", blocks)
