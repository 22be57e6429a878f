"""Which rows are duplicates: rows of one id that stand for the same thing (methods 6.1 and 9.1).

- ``id``: the id is the row's. The first row with an id stays. Should many rows of a file have the id of
  another and differ from it, the id is not the row's after all.
- ``content``: rows of one id that are equal are one, wherever they stand.
- ``occurrence``: the id is that of something that several rows describe. Each row of a file stays; a row that
  an earlier file has, too, is a duplicate. Two equal rows of a file are two, and are two in a later file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

DuplicateRule = Literal["id", "content", "occurrence"]


@dataclass(frozen=True)
class Unique:
    """The rows that stay.

    Attributes:
        rows: These rows, in order, in one chunk; the id is large_string.
        duplicates: How many others there are.
        unlike: Duplicates by their id whose content no earlier row of the id has.
        unlike_as: The first of their ids in order of text; "" where there is none.
        differing: Rows that an earlier row of their own file has the id of, with other content.
    """

    rows: pa.Table
    duplicates: int
    unlike: int = 0
    unlike_as: str = ""
    differing: int = 0


def unique_rows(
    tables: Sequence[pa.Table], id_column: str, content: str | None = None, rule: DuplicateRule = "id"
) -> Unique:
    """Take the duplicates out.

    Args:
        tables: The rows of each file, in order of the files, with one schema.
        id_column: The column of the ids (string, none missing).
        content: A column of numbers that are equal where rows stand for the same thing; None where only the
            id counts.
        rule: Which rows are duplicates.

    Example:
        >>> first = pa.table({"id": ["a", "a", "b"], "content": [1, 2, 3]})
        >>> found = unique_rows([first, first], "id", "content")
        >>> len(found.rows), found.duplicates, found.unlike, found.unlike_as, found.differing
        (2, 4, 1, 'a', 2)
        >>> unique_rows([first, first], "id", "content", "occurrence").duplicates
        3
    """
    rows = pa.concat_tables(tables)
    # The ids of a large bucket may be more text than a string array can hold.
    column = rows.schema.get_field_index(id_column)
    rows = rows.set_column(column, id_column, rows[id_column].cast(pa.large_string())).combine_chunks()
    codes = _codes(rows[id_column])
    repeated = np.flatnonzero(np.bincount(codes)[codes] > 1) if len(codes) else codes
    if not len(repeated):
        return Unique(rows, 0)
    file = np.repeat(np.arange(len(tables)), [len(table) for table in tables])[repeated]
    inside = rows[content].to_numpy()[repeated] if content is not None else np.zeros(len(repeated), np.int8)
    those = pd.DataFrame({"file": file, "id": codes[repeated], "content": inside})
    again = _again(those, rule)
    stays = np.ones(len(rows), np.bool_)
    stays[repeated[again]] = False
    unlike = again & ~_duplicated(those, ["id", "content"]) if rule == "id" else ~again & again
    ids = rows[id_column].take(pa.array(repeated[unlike])).to_pylist()
    return Unique(
        rows.filter(pa.array(stays)).combine_chunks(),
        int(again.sum()),
        len(ids),
        min(ids, default=""),
        int(_differing(those).sum()) if rule == "id" else 0,
    )


def _again(those: pd.DataFrame, rule: DuplicateRule) -> npt.NDArray[np.bool_]:
    """Whether each row is a duplicate."""
    if rule == "id":
        return _duplicated(those, ["id"])
    if rule == "content":
        return _duplicated(those, ["id", "content"])
    times = those.groupby(["file", "id", "content"], sort=False).cumcount()
    return _duplicated(those.assign(times=times), ["id", "content", "times"])


def _differing(those: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the id of each row is that of an earlier one of its file, which has other content."""
    return _duplicated(those, ["file", "id"]) & ~_duplicated(those, ["file", "id", "content"])


def _duplicated(those: pd.DataFrame, columns: list[str]) -> npt.NDArray[np.bool_]:
    return np.asarray(those.duplicated(columns), np.bool_)


def _codes(ids: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    """A number for each id."""
    coded = ids.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    return np.asarray(coded.indices, np.int32)
