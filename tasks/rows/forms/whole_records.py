"""A CSV cut into pieces that end where a record ends, and never inside a quoted value.

Arrow can do this itself while it reads a stream, but then a thread of its own reads ahead; and where an error
ends the process meanwhile, that thread can take it down (exit code 134). Here the stream is read in the
thread that asks, and Arrow is given whole records in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

_QUOTE: Final = ord('"')
_ENDS: Final = (ord("\n"), ord("\r"))


class Stream(Protocol):
    """What fills a buffer."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Put the next bytes into a buffer, and say how many; 0 at the end."""


class EndlessRecordError(Exception):
    """A record is longer than a piece may be."""


class WholeRecords:
    """The pieces of a CSV.

    Args:
        stream: The CSV in UTF-8, from the beginning of a record.
        separator: What stands between its columns.
        size: Bytes of a piece, and of a record at most.
    """

    def __init__(self, stream: Stream, separator: str, size: int) -> None:
        self._stream, self._separator, self._size = stream, ord(separator), size
        self.nul = -1
        """Where the piece holds a NUL, which no text does; -1 where it holds none."""
        self.swallows = False
        """Whether the last piece ends inside a quoted value that goes over a line end: its mark was never
        closed, and what follows it in the file seems to be part of the value."""

    def __iter__(self) -> Iterator[memoryview]:
        """Pieces of whole records; each is valid until the next is asked for.

        Raises:
            EndlessRecordError: A record is longer than a piece may be.
        """
        # One buffer for all: a new one for each piece would cost as much as reading it.
        held = bytearray(2 * self._size)
        view = memoryview(held)
        filled = 0
        while more := self._stream.readinto(view[filled : filled + self._size]):
            filled += more
            end, _ = end_of_records(held, self._separator, filled)
            if end:
                self.nul = held.find(b"\0", 0, end)
                yield view[:end]
            filled -= end
            view[:filled] = view[end : end + filled]
            if filled > self._size:
                raise EndlessRecordError
        if filled:
            rest = bytes(view[:filled])
            self.swallows, self.nul = ends_inside(rest, self._separator), rest.find(b"\0")
            yield memoryview(rest)


def ends_inside(text: bytes, separator: int) -> bool:
    """Whether a CSV ends inside a quoted value that goes over a line end."""
    _, mark = end_of_records(text, separator)
    return mark >= 0 and b"\n" in text[mark:].rstrip()


def end_of_records(text: bytes | bytearray, separator: int, length: int | None = None) -> tuple[int, int]:
    r"""Where the last record ends that is whole, and which quotation mark is open at the end of a text.

    A mark opens a quoted value where a field begins, and is a letter elsewhere, as an inch is; inside a
    quoted value two marks are one letter (RFC 4180, and what Arrow does).

    Args:
        text: From the beginning of a record.
        separator: What stands between columns, as a byte.
        length: How much of it counts; None for all.

    Returns:
        How many bytes whole records take, 0 where none is whole; and where the open mark is, -1 if none is.

    Example:
        >>> end_of_records(b'1,a\n2,"b\n', ord(",")), end_of_records(b'1,5" pipe\n2', ord(","))
        ((4, 6), (10, -1))
    """
    length = len(text) if length is None else length
    if text.find(b'"', 0, length) < 0:
        return _last_end(text, 0, length, length), -1
    letters = np.frombuffer(text, np.uint8, length)
    marks = np.flatnonzero(letters == _QUOTE)
    before = letters[marks[0::2] - 1]
    if marks[0] == 0:
        before[0] = separator
    if not _opens_after(separator)[before].all():
        # A mark that opens nothing: which marks are open is no longer a matter of odd and even.
        return _end_step_by_step(bytes(text[:length]), separator)
    # From the end backwards, through the stretches between a closing mark and the next opening one.
    at = len(marks) - 1
    open_mark = _opening(marks) if at % 2 == 0 else -1
    right = length
    if open_mark >= 0:
        right, at = int(marks[at]), at - 1
    while True:
        left = int(marks[at]) + 1 if at >= 0 else 0
        if (end := _last_end(text, left, right, length)) or at < 0:
            return end, open_mark
        right, at = int(marks[at - 1]), at - 2


@cache
def _opens_after(separator: int) -> npt.NDArray[np.bool_]:
    """By byte, whether a mark behind it opens a quoted value, or is the second of a pair inside one."""
    found = np.zeros(256, np.bool_)
    found[[separator, *_ENDS, _QUOTE]] = True
    return found


def _opening(marks: npt.NDArray[np.intp]) -> int:
    """The mark that opened a value which is not closed: before it are pairs, of which each is one letter."""
    at = len(marks) - 1
    while at >= 2 and marks[at] - marks[at - 1] == 1:
        at -= 2
    return int(marks[at])


def _last_end(text: bytes | bytearray, left: int, right: int, length: int) -> int:
    """The end of the last line in a stretch without quoted values; 0 where it holds no end."""
    end = text.rfind(b"\n", left, right) + 1
    if end or text.find(b"\n", 0, length) >= 0:
        return end
    # Of a text with carriage returns alone (old Macintosh), these end the lines.
    return text.rfind(b"\r", left, right) + 1


def _end_step_by_step(text: bytes, separator: int) -> tuple[int, int]:
    """The same, from mark to mark."""
    at = closed = end = 0
    while (mark := text.find(b'"', at)) >= 0:
        begins = mark == 0 or (text[mark - 1] in {separator, *_ENDS} and mark >= closed)
        if not begins:
            at = mark + 1
            continue
        end = _last_end(text, closed, mark, len(text)) or end
        close = _closing(text, mark + 1)
        if close < 0:
            return end, mark
        at = closed = close + 1
    return _last_end(text, closed, len(text), len(text)) or end, -1


def _closing(text: bytes, at: int) -> int:
    """The mark that closes a quoted value; -1 where none does."""
    while (mark := text.find(b'"', at)) >= 0:
        if text[mark + 1 : mark + 2] != b'"':
            return mark
        at = mark + 2
    return -1
