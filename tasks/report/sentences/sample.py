"""The coded sample: what people read in the alerts, and how far they agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tasks.report.results import Story
from tasks.report.sentences.words import amount

TABLES: Final = ("coding_tally", "coding_agreement")
"""The tables of the sample, of a version that has it (method 5)."""


def sample(story: Story) -> Iterator[str]:
    """Whether a sample was coded; a version that codes samples writes these tables."""
    rows = {stem: len(story.rows(stem)) for stem in TABLES if story.table(stem) is not None}
    if not rows:
        yield "No sample of the alerts was coded in this run: no person has read what the alerts are about."
        return
    told = [f"{amount(count, 'row')} of {stem}" for stem, count in rows.items()]
    yield f"A sample of the alerts was read by people: {' and '.join(told)}."
