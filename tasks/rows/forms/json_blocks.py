"""A large JSON file, a block at a time: lines, an array, GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data import file_faults
from tasks.rows.csv_head import MOST_COLUMNS
from tasks.rows.form import Form, unpacked
from tasks.rows.forms import json_records
from tasks.rows.forms.degrees import MISSING, degrees_of
from tasks.rows.forms.features import check_member, row_of
from tasks.rows.reader import Wanted

_ROWS: Final = 65_536
"""Rows of a block at most."""


class JsonBlocks:
    """The rows of a JSON file in pieces of bounded size, in order.

    A row need not have every column, and the first row that has one may stand far down. Columns are those of
    all rows together.

    Args:
        path: The file.
        label: How it is named in an error.
        form: Its form.
        wanted: The columns.
        size: Letters of a block's values, about.
    """

    def __init__(self, path: Path, label: str, form: Form, wanted: Wanted, size: int) -> None:
        self._path, self._label, self._form, self._wanted, self._size = path, label, form, wanted, size
        self._seen: dict[str, None] = {}
        self._names: dict[str, str] = {}

    def read(self) -> Iterator[pa.RecordBatch]:
        """The wanted columns.

        Raises:
            InputError: The file is not JSON, ends too early, a column is missing, or a coordinate is not a
                number; the message names the row.
        """
        rows: list[list[str | None]] = []
        before = letters = 0
        for row in self._rows():
            values = [json_records.text_of(row.get(self._names.get(name, ""))) for name in self._wanted.names]
            rows.append(values)
            letters += sum(map(len, filter(None, values)))
            if len(rows) == _ROWS or letters >= self._size:
                self._complete(first=not before)
                yield self._block(rows, before)
                before += len(rows)
                rows, letters = [], 0
        if rows:
            self._complete(first=not before)
            yield self._block(rows, before)

    def columns(self, rows: int) -> list[str]:
        """The columns of its first rows."""
        return list(dict.fromkeys(name for row in islice(self._flat(), rows) for name in row))

    def _flat(self) -> Iterator[Mapping[str, Any]]:
        kind = self._form.json
        if kind is None:
            raise ValueError(f"{self._form.kind} is no JSON")

        def check(name: str, value: Any) -> None:
            check_member(name, value, self._label)

        names: list[str] | None = None
        with unpacked(self._path, self._label, self._form) as stream:
            found = json_records.records(stream, self._label, kind, on_member=check)
            for number, row in enumerate(found):
                if isinstance(row, dict):
                    yield row_of(row, self._label, number + 1)
                elif names is None:
                    names = [str(name) for name in row]
                else:
                    yield dict(zip(names, row, strict=False))

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        for row in self._flat():
            if not row.keys() <= self._seen.keys():
                self._learn(row)
            yield row

    def _learn(self, row: Mapping[str, Any]) -> None:
        """Take in columns that no row had before."""
        self._seen |= dict.fromkeys(row)
        if len(self._seen) > MOST_COLUMNS:
            raise file_faults.too_wide(self._label, len(self._seen), MOST_COLUMNS)
        found = self._wanted.found_in(self._label, list(self._seen), partly=True)
        for name, spelled in found.items():
            if self._names.setdefault(name, spelled) != spelled:
                raise file_faults.two_columns(self._label, name, self._names[name], spelled)

    def _complete(self, *, first: bool) -> None:
        """See that each column is in the file, before the first block is given."""
        if not first or len(self._names) == len(self._wanted.names):
            return
        others = JsonBlocks(self._path, self._label, self._form, self._wanted, self._size)
        for _ in others._rows():
            if len(others._names) == len(self._wanted.names):
                return
        self._wanted.found_in(self._label, list(others._seen))

    def _block(self, rows: list[list[str | None]], before: int) -> pa.RecordBatch:
        columns = dict(zip(self._wanted.names, map(_array, zip(*rows, strict=True)), strict=True))
        if self._wanted.degrees:
            texts = {name: columns[name] for name in self._wanted.degrees}
            columns |= degrees_of(texts, self._label, before, commas_separate=False)
        return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _array(values: tuple[str | None, ...]) -> pa.Array:
    return pa.array([None if value in MISSING else value for value in values], pa.string())
