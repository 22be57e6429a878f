"""The coded sample, with the agreement of those who coded it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from data.csv_form import in_reading_order
from data.question_words import QuestionWords
from data.schema import TABLES as SPECS
from tasks.figures.coded import agreement_figure, shares_figures
from tasks.report.blocks import Block, Group, Points, Rows, Section, Text
from tasks.report.results import Story
from tasks.report.sentences.coded import agreement, by_reach, findings, unfinished, words_of
from tasks.report.sentences.sample import TABLES, sample

if TYPE_CHECKING:
    import pyarrow as pa


def blocks(story: Story) -> Iterator[Block]:
    """What people read in a sample of the alerts, or that nobody has."""
    yield Text(tuple(sample(story)))
    yield from _listed(findings(story))
    yield from _listed(by_reach(story))
    yield from _said(unfinished(story))
    words = words_of(story)
    yield from shares_figures(story.table("coding_shares"), story.table("coding_tally"), words)
    yield from _listed(agreement(story))
    agreed = agreement_figure(story.table("coding_agreement"), words)
    if agreed is not None:
        yield agreed
    tables = tuple(_tables(story))
    if tables:
        yield Group(
            "sample-tables", "The tables of the sample", tables, "All numbers, by agency.", folded=True
        )


def _tables(story: Story) -> Iterator[Block]:
    words = words_of(story)
    for stem, row in TABLES.items():
        table = story.table(stem)
        if table is not None and table.num_rows and _tells(stem, table):
            shown = _in_words(in_reading_order(table, SPECS[f"public/{stem}"]), words)
            yield Rows(stem.replace("_", "-"), row, shown, f"public/{stem}.csv")


def _in_words(table: pa.Table, words: QuestionWords) -> pa.Table:
    """A table with the words of its questions and answers; the keys, which join it to others, come last."""
    import pyarrow as pa

    if "question" not in table.column_names:
        return table
    questions = table.column("question").to_pylist()
    columns: dict[str, Any] = {name: table.column(name) for name in table.column_names}
    columns["question"] = pa.array(map(words.question, questions), pa.string())
    for name in {"answer", "other"} & columns.keys():
        columns[name] = pa.array(map(words.answer, questions, table.column(name).to_pylist()), pa.string())
    for name in ("question", "answer", "other"):
        if name in columns:
            columns[f"key of {name}"] = table.column(name)
    return pa.table(columns)


def _tells(stem: str, table: pa.Table) -> bool:
    """Whether a table has a number: before something is decided, its rows have none."""
    column = {"coding_tally": "share", "coding_shares": "share", "coding_agreement": "unanimous"}.get(stem)
    return column is None or table.column(column).null_count < table.num_rows


def _said(told: Iterable[str]) -> Iterator[Block]:
    """A paragraph, where there is something to say."""
    sentences = tuple(told)
    if sentences:
        yield Text(sentences)


def _listed(told: Iterable[str]) -> Iterator[Block]:
    """Points, where there are several."""
    sentences = tuple(told)
    yield from [Points(sentences)] if len(sentences) > 1 else _said(sentences)


SECTION = Section("sample", "The coded sample", blocks)
