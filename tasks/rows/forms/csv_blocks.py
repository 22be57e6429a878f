"""A large CSV, a block at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from data import file_faults
from tasks.rows.csv_head import start_of_rows
from tasks.rows.form import Form, unpacked
from tasks.rows.forms.degrees import MISSING, degrees_of
from tasks.rows.forms.encoding import UTF8, WINDOWS, mostly_utf8
from tasks.rows.forms.whole_records import EndlessRecordError, WholeRecords, end_of_records

_NOT_ASCII: Final = 128
_ROW: Final = re.compile(r"Row #(\d+): ")
_FIELDS: Final = re.compile(r"Expected (\d+) columns, got (\d+)")


@dataclass
class CsvBlocks:
    """The rows of a CSV in pieces of bounded size, in order.

    Attributes:
        path: The file.
        label: How it is named in an error.
        form: Its form.
        columns: All its columns.
        places: By wanted column, its place among them.
        degrees: The wanted columns that are given as float64.
        size: Bytes of a piece, and of a row at most.
    """

    path: Path
    label: str
    form: Form
    columns: list[str]
    places: Mapping[str, int]
    degrees: tuple[str, ...]
    size: int
    _before: int = field(default=0, init=False)
    _encoding: str = field(default="", init=False)

    def read(self, head: bytes) -> Iterator[pa.RecordBatch]:
        """The wanted columns.

        Args:
            head: The file's beginning in UTF-8, which holds its header.

        Raises:
            InputError: A row has too few or too many fields or is too long, a value is in no known encoding,
                a quotation mark is never closed, or a coordinate is not a number; the message names the row.
        """
        with unpacked(self.path, self.label, self.form) as stream:
            stream.read(start_of_rows(head))
            records = WholeRecords(stream, self.form.separator, self.size)
            try:
                for piece in records:
                    if records.nul >= 0:
                        raise self._holds_nul(bytes(piece))
                    block = self._block(self._in_utf8(piece), records)
                    if block.num_rows:
                        yield block
                    self._before += block.num_rows
            except EndlessRecordError:
                raise file_faults.endless_row(self.label, self._before, self.size >> 20) from None
        if records.swallows:
            raise file_faults.open_quote(self.label, self._before)

    def _in_utf8(self, piece: memoryview) -> memoryview:
        """A piece in UTF-8: the first letter that is not ASCII may stand far behind the file's beginning."""
        if self._encoding == UTF8 or np.frombuffer(piece, np.uint8).max(initial=0) < _NOT_ASCII:
            return piece
        if not self._encoding:
            self._encoding = UTF8 if mostly_utf8(bytes(piece)) else WINDOWS
        return piece if self._encoding == UTF8 else memoryview(str(piece, WINDOWS, "replace").encode())

    def _block(self, piece: memoryview, records: WholeRecords) -> pa.RecordBatch:
        degrees = self.degrees if self.form.decimal == "." else ()
        try:
            block = self._parsed(piece, degrees)
        except pa.ArrowInvalid as error:
            # A number that Arrow does not know may be one with a decimal comma.
            if not degrees or "conversion error to double" not in str(error):
                raise self._fault(error, records) from error
            block, degrees = self._text(piece, records), ()
        if len(degrees) == len(self.degrees):
            return block
        texts = {name: block.column(name) for name in self.degrees}
        numbers = degrees_of(texts, self.label, self._before, commas_separate=self.form.separator == ",")
        return pa.RecordBatch.from_arrays(
            [numbers.get(name, block.column(name)) for name in self.places], names=list(self.places)
        )

    def _text(self, piece: memoryview, records: WholeRecords) -> pa.RecordBatch:
        try:
            return self._parsed(piece, ())
        except pa.ArrowInvalid as error:
            raise self._fault(error, records) from error

    def _parsed(self, piece: memoryview, degrees: tuple[str, ...]) -> pa.RecordBatch:
        """The wanted columns of a piece, those that hold degrees as float64, the others as text."""
        # By their place: names may be there twice.
        names = [str(place) for place in range(len(self.columns))]
        wanted = {name: str(place) for name, place in self.places.items()}
        table = pacsv.read_csv(
            pa.BufferReader(pa.py_buffer(piece)),
            # Threads are the cluster's business: a worker reads one file at a time on the core that it has.
            pacsv.ReadOptions(use_threads=False, block_size=len(piece) + 1, column_names=names),
            pacsv.ParseOptions(delimiter=self.form.separator, newlines_in_values=True),
            pacsv.ConvertOptions(
                column_types={
                    place: pa.float64() if name in degrees else pa.string() for name, place in wanted.items()
                },
                include_columns=list(wanted.values()),
                strings_can_be_null=True,
                null_values=list(MISSING),
            ),
        )
        columns = [
            column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() for column in table.columns
        ]
        return pa.RecordBatch.from_arrays(columns, names=list(wanted))

    def _fault(self, error: Exception, records: WholeRecords) -> Exception:
        """The fault of which Arrow complains, with the row of the file."""
        words = str(error)
        found = _ROW.search(words)
        row = self._before + int(found[1]) if found else None
        if fields := _FIELDS.search(words):
            if records.swallows:
                return file_faults.open_quote(self.label, row or self._before + 1)
            return file_faults.wrong_field_count(self.label, row, fields[2], fields[1], self.form.separator)
        if "UTF8" in words:
            return file_faults.not_utf8(self.label)
        return error

    def _holds_nul(self, piece: bytes) -> Exception:
        whole, _ = end_of_records(piece[: piece.index(b"\0")], ord(self.form.separator))
        above = memoryview(piece)[:whole]
        before = self._parsed(self._in_utf8(above), ()).num_rows
        return file_faults.holds_nul(self.label, self._before + before + 1)
