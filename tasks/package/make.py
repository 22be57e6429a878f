"""Make the other forms of the public tables, and of the private ones where they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa

from data.published import read_earlier
from data.schema import TABLES
from data.tables import read_table
from data.writing import make_folder, replacing
from tasks.package.database import datasette_metadata, write_database
from tasks.package.licence import Licence
from tasks.package.package import data_package
from tasks.package.readme import readme
from tasks.package.workbook import Given, write_workbook
from tasks.report.results import Story

README: Final = "public/README.md"
PACKAGE: Final = "public/datapackage.json"
DATABASE: Final = "public/public.sqlite"
METADATA: Final = "public/metadata.json"
WORKBOOK: Final = "public.xlsx"
PRIVATE_WORKBOOK: Final = "private/private.xlsx"

_ABOUT: Final = "The public tables of an investigation: counts and statistics alone."


def write_package(story: Story, out: Path) -> tuple[str, ...]:
    """Write what explains the public tables, and their other forms.

    Args:
        story: The results.
        out: The folder that holds ``public/``.

    Returns:
        The files written, relative to the folder, sorted; none where there is no public table.

    Raises:
        OSError: The folder cannot be written.
    """
    names = list(story.tables)
    if not names:
        return ()
    licence = Licence(story.config.public.license)
    specs = [TABLES[name] for name in names]
    tables = {spec.stem: (spec, _rows(story, spec.name)) for spec in specs}
    write_database(out / DATABASE, tables)
    texts = {
        METADATA: datasette_metadata(story.name, _ABOUT, licence, specs),
        PACKAGE: data_package(story, licence, out / DATABASE),
        README: readme(story, licence),
    }
    for name, text in texts.items():
        with replacing(out / name) as beside:
            beside.write_text(text, encoding="utf-8")
    given = [Given(spec, partial(_rows, story, spec.name)) for spec in specs]
    write_workbook(out / WORKBOOK, f"{story.name}: the public tables", _lines(licence), given)
    return tuple(sorted((*texts, DATABASE, WORKBOOK)))


def write_private_workbook(out: Path, before: Path, tables: Collection[str]) -> tuple[str, ...]:
    """Write the private tables as a workbook, which is as private as they are.

    Args:
        out: The folder of this run's tables.
        before: The folder of the tables of earlier runs.
        tables: The files that are or will be published, as ``private/alerts.parquet``.

    Returns:
        The file written, relative to the folder; none where there is no private table.

    Raises:
        OSError: The folder cannot be written.
        InputError: A table of an earlier run is damaged, or of another version.
    """
    given = list(_private(out, before, tables))
    if not given:
        return ()
    about = ("It holds names, addresses, subjects and texts: nobody else may read it.", *_LIMITS)
    make_folder((out / PRIVATE_WORKBOOK).parent)
    write_workbook(out / PRIVATE_WORKBOOK, "Private tables: not to be published", about, given)
    return (PRIVATE_WORKBOOK,)


_LIMITS: Final = (
    "The order of the rows is that of reading: sums stand over their parts. Times are UTC.",
    "The sheet 'columns' says what each column means. Texts that look like formulas or links are only texts.",
)


def _lines(licence: Licence) -> tuple[str, ...]:
    return (_ABOUT, licence.words, *_LIMITS)


def _rows(story: Story, name: str) -> pa.Table:
    """The rows of a public table that is there."""
    rows = story.tables.get(name)
    if rows is None:
        raise FileNotFoundError(name)
    return rows


def _private(out: Path, before: Path, tables: Collection[str]) -> Iterator[Given]:
    """The private tables, each from where it is."""
    for spec in TABLES.values():
        file = f"{spec.name}.parquet"
        if spec.visibility == "private" and file in tables:
            staged = (out / file).is_file()
            yield Given(
                spec, partial(read_table, spec, out) if staged else partial(read_earlier, spec, before)
            )
