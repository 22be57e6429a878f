"""Which rows are duplicates: rows of one id that stand for the same thing (methods 6.1 and 9.1).

- ``id``: the id is the row's. The first row with an id stays. Should many rows of a file have the id of
  another and differ from it, the id is not the row's after all.
- ``content``: rows of one id that are equal are one, wherever they stand.
- ``occurrence``: the id is that of something that several rows describe. Each row of a file stays; a row that
  an earlier file has, too, is a duplicate. Two equal rows of a file are two, and are two in a later file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from data.printable import printable

DuplicateRule = Literal["id", "content", "occurrence"]


@dataclass(frozen=True, order=True)
class Unlike:
    """Two rows that share an id and differ otherwise. Such pairs are ordered by where the later row is.

    Attributes:
        file: The position of the later row's file.
        row: The later row, counted from 1 in its file.
        id: Their id.
        first_file: The position of the file of the first row with that id.
        first_row: That row.
    """

    file: int
    row: int
    id: str
    first_file: int
    first_row: int

    def where(self, labels: Sequence[str]) -> str:
        """Both rows in words.

        Args:
            labels: How the files are named.

        Example:
            >>> Unlike(0, 1700, "7", 0, 3).where(["a.csv"]), Unlike(1, 1700, "7", 0, 3).where(["a.csv", "b.csv"])
            ('a.csv, rows 3 and 1,700', 'a.csv, row 3, and b.csv, row 1,700')
        """  # noqa: E501
        first, later = printable(labels[self.first_file]), printable(labels[self.file])
        if self.file == self.first_file:
            return f"{later}, rows {self.first_row:,} and {self.row:,}"
        return f"{first}, row {self.first_row:,}, and {later}, row {self.row:,}"


@dataclass(frozen=True)
class Unique:
    """The rows that stay.

    Attributes:
        rows: These rows, in order, in one chunk; the id is large_string.
        duplicates: How many others there are.
        unlike: Duplicates by their id whose content no earlier row of the id has.
        unlike_as: The first of them; None where there is none.
        differing: Rows that an earlier row of their own file has the id of, with other content.
    """

    rows: pa.Table
    duplicates: int
    unlike: int = 0
    unlike_as: Unlike | None = None
    differing: int = 0


def unique_rows(
    tables: Sequence[pa.Table],
    id_column: str,
    content: str | None = None,
    rule: DuplicateRule = "id",
    near: Mapping[str, float] | None = None,
) -> Unique:
    """Take the duplicates out.

    Args:
        tables: The rows of each file, in order of the files, with one schema; a column ``row`` says where in
            its file each is, from 1.
        id_column: The column of the ids (string, none missing).
        content: A column of numbers that are equal where rows stand for the same thing; None where only the
            id counts.
        rule: Which rows are duplicates.
        near: By column of numbers, how far apart the rows of two files may be and still be alike: another
            file may write times and places otherwise.

    Example:
        >>> first = pa.table({"id": ["a", "a", "b"], "content": [1, 2, 3], "row": [1, 2, 3]})
        >>> found = unique_rows([first, first], "id", "content")
        >>> len(found.rows), found.duplicates, found.unlike, found.unlike_as.id, found.differing
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
    those = pd.DataFrame({"file": file, "id": codes[repeated], "content": inside, "at": repeated})
    again = _again(those, rule)
    stays = np.ones(len(rows), np.bool_)
    stays[repeated[again]] = False
    unlike = those.iloc[:0]
    if rule == "id":
        unlike = _unlike(those[again & ~_duplicated(those, ["id", "content"])], those, rows, near or {})
    return Unique(
        rows.filter(pa.array(stays)).combine_chunks(),
        int(again.sum()),
        len(unlike),
        _first_of(unlike, rows, id_column),
        int(_differing(those).sum()) if rule == "id" else 0,
    )


def _unlike(
    later: pd.DataFrame, those: pd.DataFrame, rows: pa.Table, near: Mapping[str, float]
) -> pd.DataFrame:
    """The rows that differ from the first row of their id, which is put beside each."""
    firsts = those.drop_duplicates("id").set_index("id")[["file", "at"]]
    beside = later.join(firsts.add_prefix("first_"), on="id")
    if not near or beside.empty:
        return beside
    alike = (beside["file"] != beside["first_file"]).to_numpy()
    for name, most in near.items():
        values = rows[name].to_numpy(zero_copy_only=False)
        apart = np.abs(values[beside["at"]] - values[beside["first_at"]].astype(np.float64))
        alike = alike & ~(apart > most)  # a missing value is not apart from any
    return beside[~alike]


def _first_of(unlike: pd.DataFrame, rows: pa.Table, id_column: str) -> Unlike | None:
    if unlike.empty:
        return None
    numbers = rows["row"].to_numpy() if "row" in rows.column_names else np.arange(1, len(rows) + 1)
    found = unlike.assign(row=numbers[unlike["at"]]).sort_values(["file", "row"]).iloc[0]
    at, first = int(found["at"]), int(found["first_at"])
    return Unlike(
        int(found["file"]),
        int(found["row"]),
        rows[id_column][at].as_py(),
        int(found["first_file"]),
        int(numbers[first]),
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
