"""Where the bytes of a mailbox come from: a local file, or an object on a store (``tasks.mail.remote``)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, runtime_checkable

_SEGMENT: Final = 32 << 10
_SEGMENTS: Final = 64


class Bytes(Protocol):
    """Where the bytes of a mailbox come from: a local file, or an object on a store."""

    size: int

    def read(self, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes from ``offset``; fewer at the end of the file."""
        ...


@runtime_checkable
class Distant(Bytes, Protocol):
    """A mailbox on a store, where every read is a request: it should know beforehand what will be read."""

    def prefetch(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Fetch what these ranges (offset, size) lie in, all at once; a hint, whose failure does no harm."""
        ...


def prefetch_ranges(file: Bytes, ranges: Iterable[tuple[int, int]]) -> None:
    """Tell a file on a store what will be read; does nothing for a local one."""
    if isinstance(file, Distant):
        file.prefetch(ranges)


class LocalFile:
    """A read-only local file, read at positions; one per thread, closed with ``with``.

    Small reads are served from the last few segments of 32 kB: the blocks of a message lie next to each
    other, and one system call for each would cost more than verifying it does. A new segment takes over the
    memory of the one that it replaces: the system clears fresh memory first, which costs as much as filling
    it. Who looks up its blocks keeps what was read of their index in ``index`` (:mod:`tasks.mail.ndb`).
    """

    def __init__(self, path: Path) -> None:
        """Open ``path``.

        Raises:
            OSError: The file cannot be opened.
        """
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self.size: int = os.fstat(self._file).st_size
        self._segments: dict[int, memoryview] = {}
        self.index: object = None

    def read(self, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes from ``offset``; fewer at the end of the file, none beyond it."""
        if offset >= self.size:  # a damaged reference may even exceed what the system call takes
            return b""
        first, skip = divmod(offset, _SEGMENT)
        if skip + size <= _SEGMENT:
            segment = self._segments.get(first)  # most are here, and a call would cost as much as the copy
            return bytes((self._segment(first) if segment is None else segment)[skip : skip + size])
        if size <= _SEGMENT:
            begin = bytes(self._segment(first)[skip:])  # a copy: the next segment may take this one's memory
            return begin + self._segment(first + 1)[: skip + size - _SEGMENT]
        return os.pread(self._file, size, offset)

    def read_into(self, memory: memoryview, offset: int) -> int:
        """Fill memory from ``offset``; returns how many bytes were read, fewer at the end of the file."""
        return os.preadv(self._file, [memory], offset)

    def _segment(self, number: int) -> memoryview:
        """A segment of the file; when all places are taken it replaces the oldest."""
        segment = self._segments.get(number)
        if segment is None:
            full = len(self._segments) >= _SEGMENTS
            memory = self._segments.pop(next(iter(self._segments))).obj if full else bytearray(_SEGMENT)
            there = os.preadv(self._file, [memory], number * _SEGMENT)
            segment = self._segments[number] = memoryview(memory)[:there]
        return segment

    def __enter__(self) -> LocalFile:
        """The file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        os.close(self._file)
