"""The downloads of numbers: the Longitudinal Tract Data Base and the American Community Survey.

Both are read as their publishers give them; nothing needs editing by hand. What they do not publish (a blank,
``-``, ``-666666666``, ``-999``) is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError
from tasks.layers.geoids import repeated_geoid, to_geoids
from tasks.rows.csv_head import check_columns
from tasks.rows.forms.degrees import first_wrong_number
from tasks.rows.small_tables import not_negative, read_texts
from tasks.selection.ltdb_sources import (
    ACS_COLUMNS,
    ACS_TRACT,
    LTDB_COLUMNS,
    LTDB_TRACT,
    Download,
    files_with,
)

_MISSING: Final = ["", "-", ".", "N", "NA", "null", "NULL", "(X)", "**", "***", "*****"]
"""What is written where there is no number: LTDB's blank, the signs of data.census.gov, and what tools turn
them into."""


def read_ltdb(file: Download, kind: str) -> pa.Table:
    """Read one of the two LTDB files of the year 2000, whose tracts are those of 2010.

    Args:
        file: The file.
        kind: :data:`~tasks.selection.ltdb_sources.FULL_COUNT` (total_population: ``POP00``) or
            :data:`~tasks.selection.ltdb_sources.SAMPLE` (total_population_25_over: ``AG25UP00``;
            educational_attainment: ``COL00``, people of 25 and over with at least a four-year college degree;
            median_income: ``HINC00``; median_home_value: ``MHMVAL00``; US dollars of 1999 and 2000).

    Returns:
        GEOID (string, unique, sorted), and these measures (float64): estimates for the tracts of 2010, so
        that counts have fractions.

    Raises:
        InputError: The file, a column or a value is wrong; the message names it and the fix.

    Source:
        Logan, Xu and Stults, *Interpolating U.S. Decennial Census Tract Data from as Early as 1970 to 2010: A
        Longitudinal Tract Database*, The Professional Geographer 66 (2014); the columns are those of
        BuzzFeedNews/2020-02-gentrification, notebook 02.
    """
    label = file.label
    spelled = {name.strip().upper(): name for name in file.header}
    wanted = {LTDB_TRACT: "GEOID", **{column: measure for measure, column in LTDB_COLUMNS[kind].items()}}
    for column in wanted:
        if column not in spelled:
            raise file_faults.missing_column(label, column, list(spelled))
    texts = _texts(file, [spelled[column] for column in wanted])
    found = {
        measure: to_numbers(texts[spelled[column]], label, column)
        for column, measure in wanted.items()
        if column != LTDB_TRACT
    }
    table = pa.table({"GEOID": to_geoids(texts[spelled[LTDB_TRACT]], label, LTDB_TRACT), **found})
    if (tract := repeated_geoid(table["GEOID"])) is not None:
        raise _repeated_tract(label, tract, LTDB_TRACT)
    return table.sort_by("GEOID")


def read_acs_tables(files: Sequence[Download]) -> pa.Table:
    """Read the measures of the end year from files of the American Community Survey, 5-year estimates.

    Args:
        files: As data.census.gov gives them (one table per file, ``GEO_ID``, a second header row of labels),
            or plain ones with GEOID; a table may be in several files, one per state.

    Returns:
        GEOID (string, unique, sorted) and the five measures of
        :data:`~tasks.selection.ltdb_sources.ACS_COLUMNS` (float64; people, US dollars of the end year), each
        for the same tracts. Incomes and home values beyond the survey's last step are as in the API
        (``250,000+`` is 250,001).

    Raises:
        InputError: A file, a column or a value is wrong, a tract appears twice in a table, or a table lacks
            tracts that another has.
    """
    measures = {name: _measure(name, files) for name in ACS_COLUMNS}
    first = next(iter(measures))
    joined = measures[first]
    for name, table in measures.items():
        if name == first:
            continue
        for one, other, absent in ((first, name, (joined, table)), (name, first, (table, joined))):
            lacking = _not_in(*absent)
            if len(lacking):
                raise InputError(
                    f"{_files_of(other, files)}: {_columns_of(other, files)} has no row for "
                    f"{len(lacking):,} tracts that {_columns_of(one, files)} has, the first is {lacking[0]}; "
                    "download both tables for the same tracts"
                )
        joined = joined.join(table, "GEOID")
    return joined.select(["GEOID", *ACS_COLUMNS]).sort_by("GEOID").combine_chunks()


def to_numbers(text: pa.ChunkedArray, label: str, column: str) -> pa.ChunkedArray:
    """Numbers as the Census writes them; what is not published is missing.

    Args:
        text: The column (string).
        label: How the file is named in an error.
        column: The column's name.

    Returns:
        The numbers (float64), none negative. A median in the lowest or highest step (``2,500-``,
        ``250,000+``) is a dollar beyond its end, as in the Bureau's API.

    Raises:
        InputError: A value is not a number; the message names it.

    Example:
        >>> to_numbers(pa.chunked_array([["12", "250,000+", "2,500-", "-666666666"]]), "a", "b").to_pylist()
        [12.0, 250001.0, 2499.0, None]
    """
    text = pc.utf8_trim_whitespace(text)
    text = pc.if_else(pc.is_in(text, pa.array(_MISSING)), pa.scalar(None, pa.string()), text)
    above = pc.match_substring_regex(text, r"^[0-9,]+\+$")
    below = pc.match_substring_regex(text, r"^[0-9,]+-$")
    bare = pc.replace_substring_regex(text, r"^([0-9,]+)[+-]$", r"\1")
    grouped = pc.match_substring_regex(bare, r"^-?[0-9]{1,3}(,[0-9]{3})+$")
    bare = pc.if_else(grouped, pc.replace_substring(bare, ",", ""), bare)
    try:
        numbers = bare.cast(pa.float64())
    except pa.ArrowInvalid:
        if (wrong := first_wrong_number(bare)) is None:
            raise
        fix = "download the file again"
        raise file_faults.wrong_value(label, column, *wrong, "a number", fix=fix) from None
    numbers = pc.add(numbers, pc.subtract(above.cast(pa.float64()), below.cast(pa.float64())))
    return not_negative(numbers)


def _measure(name: str, files: Sequence[Download]) -> pa.Table:
    """One measure of the survey, of all its files."""
    columns, having = files_with(name, files)
    tables = [_from_acs(file, name, columns) for file in having]
    table = pa.concat_tables(tables)
    if (tract := repeated_geoid(table["GEOID"])) is not None:
        where = [
            file.label
            for file, own in zip(having, tables, strict=True)
            if pc.any(pc.equal(own["GEOID"], tract), min_count=0).as_py()
        ]
        raise _repeated_tract(", ".join(where), tract, columns[0])
    return table


def _from_acs(file: Download, name: str, columns: Sequence[str]) -> pa.Table:
    label = file.label
    tract = next((spelling for spelling in ACS_TRACT if spelling in file.header), None)
    if tract is None:
        raise file_faults.missing_column(label, " or ".join(ACS_TRACT), file.header[:10])
    texts = _texts(file, [tract, *columns])
    texts = texts.filter(pc.not_equal(texts[tract], "Geography"))  # the second header row: the labels
    ids = pc.replace_substring_regex(texts[tract], r"^14[0-9]*US", "")
    total = to_numbers(texts[columns[0]], label, columns[0])
    for column in columns[1:]:
        total = pc.add(total, to_numbers(texts[column], label, column))
    return pa.table({"GEOID": to_geoids(ids, label, tract), name: total})


def _files_of(name: str, files: Sequence[Download]) -> str:
    """The files of a measure: the first, and how many more."""
    first, *others = files_with(name, files)[1]
    return first.label + (f" and {len(others):,} more" if others else "")


def _columns_of(name: str, files: Sequence[Download]) -> str:
    return files_with(name, files)[0][0]


def _not_in(one: pa.Table, other: pa.Table) -> list[str]:
    """The tracts of one table that another lacks, sorted."""
    lacking = one.filter(pc.invert(pc.is_in(one["GEOID"], other["GEOID"].combine_chunks())))
    return sorted(lacking["GEOID"].to_pylist())


def _repeated_tract(label: str, tract: str, column: str) -> InputError:
    return InputError(f"{label}: tract {tract} appears twice with {column}; keep one row per tract")


def _texts(file: Download, columns: Sequence[str]) -> pa.Table:
    """Some columns of a download as text."""
    check_columns(file.label, list(file.header), columns)
    return read_texts(file.path, file.label, columns)
