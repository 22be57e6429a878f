"""A quotation mark that is never closed: Arrow takes all rows after it for one value, without an error.

This can happen in the last column only: in any other the fields would not add up, which is an error. Such a
file has an odd number of marks (a mark inside a value that does not begin with one is just a letter), and its
last value spans several lines and does not end with a mark.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import IO, Final

import pyarrow as pa
import pyarrow.csv as pacsv

from data import file_faults

Opened = AbstractContextManager[pa.NativeFile]

_TAIL: Final = 4096


class Marks:
    """A stream that counts the quotation marks of a CSV as it is read.

    Args:
        stream: The CSV, unpacked.
    """

    def __init__(self, stream: IO[bytes] | pa.NativeFile) -> None:
        self._stream = stream
        self._tail = b""
        self.odd = False

    @property
    def closed(self) -> bool:
        """Whether the stream is closed."""
        return self._stream.closed

    def readable(self) -> bool:
        """Always; Arrow asks."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        # Only the parity is kept and the last bytes: the file itself may be larger than memory.
        data: bytes = self._stream.read(size)
        self.odd ^= data.count(b'"') % 2 == 1
        self._tail = (self._tail + data[-_TAIL:])[-_TAIL:]
        return data

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    @property
    def suspicious(self) -> bool:
        """Whether, after all was read, a mark may have been left open."""
        return self.odd and not self._tail.rstrip().endswith(b'"')


def suspicious(content: bytes) -> bool:
    """Whether a mark may have been left open in the whole text of a CSV."""
    return content.count(b'"') % 2 == 1 and not content[-_TAIL:].rstrip().endswith(b'"')


def check_closed(
    label: str, rows: int, columns: int, again: Callable[[], Opened], separator: str = ","
) -> None:
    """See that a CSV with suspicious marks does not end inside a value.

    Args:
        label: How the file is named in an error.
        rows: How many rows were read, without the header.
        columns: How many columns it has.
        again: Opens the file once more, unpacked.
        separator: What stands between its columns.

    Raises:
        InputError: It ends inside a value; the message names the row.
    """
    name = f"f{columns - 1}"
    read = pacsv.ReadOptions(autogenerate_column_names=True, use_threads=False)
    convert = pacsv.ConvertOptions(include_columns=[name], column_types={name: pa.binary()})
    parse = pacsv.ParseOptions(delimiter=separator, newlines_in_values=True)
    last = b""
    with again() as opened, pacsv.open_csv(opened, read, parse, convert) as reader:
        for block in reader:
            if block.num_rows:
                last = block.column(0)[-1].as_py() or b""
    if b"\n" in last.rstrip():
        raise file_faults.open_quote(label, rows)
