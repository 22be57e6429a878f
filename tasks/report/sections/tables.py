"""All public tables: what a row is, the first rows, the files, and what each column means (method 13.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from data.schema import TABLES, Column, Table
from data.tables import type_words
from tasks.report.blocks import Block, Group, Rows, Section, Text, Verse
from tasks.report.results import Story

FIRST: Final = 5
"""Rows that the page shows of each table."""


def blocks(story: Story) -> Iterator[Block]:
    """A group for each public table of the run, in the order of the schema."""
    names = tuple(story.tables)
    if not names:
        return
    many = "1 public table" if len(names) == 1 else f"{len(names)} public tables"
    yield Text(
        (
            f"This run has {many}, each as CSV and as Parquet in the folder public/ beside this page.",
            "Here are the first rows of each, and what its columns mean.",
        )
    )
    for name in names:
        table = story.tables.get(name)
        if table is not None:
            yield _group(TABLES[name], table)


def _group(spec: Table, table: pa.Table) -> Group:
    key = f"table-{spec.stem.replace('_', '-')}"
    rows = f"{table.num_rows:,} {'row' if table.num_rows == 1 else 'rows'}"
    first = "All rows" if table.num_rows <= FIRST else f"The first {FIRST} of {rows}"
    files = ", ".join(f"[{file}]({file})" for file in spec.files if not file.endswith(".csv"))
    sentence, *more = spec.meaning.split(". ", 1)
    also = f"{more[0]}\n\n" if more else ""
    return Group(
        key,
        spec.stem,
        (
            Verse(f"{also}Also as {files}."),
            Rows(f"{key}-first", f"{first} of {spec.stem}", table.slice(0, FIRST), f"{spec.name}.csv"),
            Rows(f"{key}-columns", f"The columns of {spec.stem}", _dictionary(spec), download=False),
        ),
        summary=f"{sentence.removesuffix('.').replace('`', '')}. {rows}.",
        folded=True,
    )


def _dictionary(spec: Table) -> pa.Table:
    """The columns of a table: name, type, meaning with its unit."""
    return pa.table(
        {
            "column": [column.name for column in spec.columns],
            "meaning": [column.meaning for column in spec.columns],
            "type": [_type(spec, column) for column in spec.columns],
        }
    )


def _type(spec: Table, column: Column) -> str:
    missing = ", may be missing" if column.nullable else ""
    return f"{type_words(column)}{missing}{', part of the key' if column.name in spec.key else ''}"


SECTION = Section("tables", "All tables", blocks, "This run has no public table.")
