"""The page that explains the folder of the public tables: ``out/public/README.md``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from data.printable import markdown
from data.schema import TABLES, Table
from data.schema.shown import DIGITS, OF_P, OF_RATES
from data.tables import type_words
from tasks.audit.results import left_out_of
from tasks.package.cells import MOST_LETTERS, MOST_ROWS
from tasks.package.described import meaning_of, title_of
from tasks.package.licence import Licence
from tasks.package.package import sources
from tasks.report.results import Story

_BESIDE: Final = (
    ("public.sqlite", "all tables in one database of SQLite"),
    ("metadata.json", "what Datasette says of it: `datasette public.sqlite -m metadata.json` is a web site"),
    ("datapackage.json", "each file with its size, hash and columns, as a Data Package (datapackage.org)"),
    ("../public.xlsx", "all tables as a workbook; its first sheet explains it"),
)


def readme(story: Story, licence: Licence) -> str:
    """The page, in Markdown.

    Args:
        story: The results.
        licence: Under which the data may be used.
    """
    tables = [TABLES[name] for name in story.tables]
    paragraphs = [
        f"# {markdown(story.name)}: the public tables",
        "These files hold counts and statistics alone. They name no person, no message and no place of a "
        "single post.",
        "## The files",
        "\n".join(_files(tables)),
        "\n".join(f"- `{name}`: {what}." for name, what in _BESIDE),
        "Every table is there as Parquet, with every digit, and as CSV. What each column says is below.",
        "## Licence",
        licence.words,
        "## How to read a CSV",
        "\n".join(f"- {line}" for line in _OF_CSV),
        *_suppression(story),
        "## How to repeat the run",
        "\n".join(_again(story)),
        "## What it was made from",
        "\n".join(f"- {each['title']}: `{each['hash']}`" for each in sources(story.provenance))
        or "Nothing is known of it.",
        "## The columns",
        *("\n".join(_columns(table)) for table in tables),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _files(tables: list[Table]) -> Iterator[str]:
    yield "| table | files | what a row is |"
    yield "| --- | --- | --- |"
    for table in tables:
        files = ", ".join(f"`{Path(file).name}`" for file in sorted(table.files, key=_csv_first))
        yield f"| {title_of(table)} | {files} | {_cell(table.meaning)} |"


def _csv_first(file: str) -> tuple[bool, str]:
    return not file.endswith(".csv"), file


_OF_CSV: Final = (
    "UTF-8, commas, a line of names. An empty field is a missing value; yes and no are `true` and `false`.",
    f"Numbers have {DIGITS} significant digits, rates per 1,000 residents {OF_RATES}, and p values {OF_P}; "
    "digits before the decimal point are all kept. `public.sqlite` has the same. Parquet and the workbook "
    "have every digit: compute with these.",
    "Sums stand over their parts: a total is above what it is the sum of, and the largest kind is first.",
    "A tract has its `GEOID` of 11 digits and its `geo_id`, as `1400000US06037101110`. A spreadsheet that "
    "opens a CSV takes a GEOID for a number, and drops the leading zero of Alabama to Connecticut; it leaves "
    "`geo_id` alone.",
    "A spreadsheet also takes a month such as `2020-07` for a date, and a source such as `12345e678901`, or "
    "a single GEOID in `influential_geoids`, for a number. Open `public.xlsx` there, in which texts are "
    "texts, or import the CSV with all columns as text.",
    "A text that begins with `=`, `+`, `-`, `@`, a tab or a line end has an apostrophe before it, in the CSV "
    "alone: a spreadsheet would run it as a formula. Take one apostrophe away to have the text again.",
    f"A sheet of the workbook has {MOST_ROWS:,} rows at most, and a cell {MOST_LETTERS:,} letters; what is "
    "left out is said on its first sheet.",
)


def _suppression(story: Story) -> list[str]:
    """The rule on small counts, and how many are left out, where the settings have one."""
    words = left_out_of(story.table("left_out")).words
    if not words:
        return []
    return [
        "## Small counts",
        f"{words} Their fields are empty; `left_out.csv` says how many of each column.",
    ]


def _again(story: Story) -> Iterator[str]:
    versions = story.provenance.get("versions", {})
    settings = story.provenance.get("configuration", {}).get("sha256", "")
    program = versions.get("neighborhood-watch", "")
    name = f"Neighborhood Watch {program}".strip()
    yield f"1. Install {name} and its locked packages."
    yield "2. Put the files that are named below into an investigation folder, with its `investigation.toml`."
    yield "3. Run `nwatch run DIR`."
    yield ""
    yield (
        "The same files, settings and versions give the same bytes. `../provenance.json` has the hash of "
        "every file of `out/`, so that each can be compared."
    )
    if settings:
        yield ""
        yield (
            f"The settings have the hash `{settings}`. Versions: "
            + ", ".join(f"`{name} {version}`" for name, version in sorted(versions.items()))
            + "."
        )


def _columns(table: Table) -> Iterator[str]:
    yield f"### {table.stem}"
    yield ""
    yield _cell(table.meaning)
    yield ""
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"
    for column in table.columns:
        name = f"**{column.name}**" if column.name in table.key else column.name
        kind = type_words(column) + (", may be missing" if column.nullable else "")
        yield f"| {name} | {kind} | {_cell(meaning_of(column))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
