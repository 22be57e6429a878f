"""A mailbox on an object store, read in place: no copy of it is made, and its attachments are not fetched.

Each request to a store is a journey of some ten milliseconds, whatever it brings. So the reading says
beforehand what it will read (`tasks.mail.prefetch`), and that is fetched here
in as few ranges as there are stretches of it, all on their way at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from data.storage import Place, Remote, State, changed, read_ranges, state_of
from tasks.mail.ndb import LocalFile

_SEGMENT: Final = 16 << 10
"""Two blocks: what lies beside those of a message may be an attachment, of which no more than this comes
along. With half of it there were a third fewer bytes and half again as many requests."""
_SEGMENTS: Final = 2048
"""Segments kept: 32 MB."""
_PREFETCHED: Final = _SEGMENTS * 3 // 4
"""Segments fetched at once; the rest of those kept are the index's."""
_REQUEST: Final = 256
"""Segments of one request: 4 MB, so that a long stretch comes in several at once."""

_Item = TypeVar("_Item")


class RemoteFile:
    """A mailbox on a store, read at positions; one a thread, closed with `with`.

    Attributes:
        size: bytes of the object.
        requests: requests for ranges so far.
        fetched: bytes that they brought.
    """

    def __init__(self, place: Remote, state: State | None = None) -> None:
        """Ask the store for the object's size and state.

        Args:
            place: the object.
            state: what `state_of` said of it when it was looked at first; None where this is that.

        Raises:
            OSError: there is no such object.
            InputError: the store cannot be reached or refuses, or it is not that object any more.
        """
        self._place = place
        self._state = state_of(place)
        if state is not None and self._state != state:
            raise changed(place)
        self.size = int(self._state[0])
        self.requests = 0
        self.fetched = 0
        self._segments: dict[int, bytes] = {}

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`; fewer at the end of the file, none beyond it.

        Raises:
            InputError: the store cannot be reached or refuses, or the object was exchanged.
        """
        stop = min(offset + size, self.size)
        if offset >= stop:
            return b""
        wanted = _segments(offset, stop)
        if len(wanted) > _REQUEST:
            # A search through the whole file, for pages of a destroyed index: read once, nothing to keep.
            return b"".join(self._ask([(offset, stop)]))
        self._fetch(wanted)
        whole = b"".join(self._segments[number] for number in wanted)
        skip = offset - wanted[0] * _SEGMENT
        return whole[skip : skip + stop - offset]

    def prefetch(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Fetch the segments in which these ranges (offset, size) lie, as many as can be kept."""
        wanted: dict[int, None] = {}
        for offset, size in ranges:
            stop = min(offset + size, self.size)
            if 0 < stop - offset <= _REQUEST * _SEGMENT:
                wanted |= dict.fromkeys(_segments(offset, stop))
            if len(wanted) >= _PREFETCHED:
                break  # the others are fetched when they are read
        self._fetch(list(wanted)[:_PREFETCHED])

    def check_unchanged(self) -> None:
        """See that the object is the one that was opened.

        Raises:
            InputError: it is another one, or gone; the message names it.
        """
        try:
            same = state_of(self._place) == self._state
        except FileNotFoundError as error:
            raise changed(self._place) from error
        if not same:
            raise changed(self._place)

    def _fetch(self, numbers: Iterable[int]) -> None:
        """Have these segments; of those kept the ones that came first go first."""
        # Those that are there are put behind the others: what is wanted now does not go for what comes.
        kept = {number: self._segments.pop(number) for number in numbers if number in self._segments}
        missing = sorted(number for number in numbers if number not in kept)
        over = len(self._segments) + len(kept) + len(missing) - _SEGMENTS
        for number in list(self._segments)[: max(0, over)]:
            del self._segments[number]
        self._segments |= kept
        stretches = list(_stretches(missing))
        ranges = [(first * _SEGMENT, min(last * _SEGMENT, self.size)) for first, last in stretches]
        for (first, _), data in zip(stretches, self._ask(ranges), strict=True):
            for at in range(0, len(data), _SEGMENT):
                self._segments[first + at // _SEGMENT] = data[at : at + _SEGMENT]

    def _ask(self, ranges: list[tuple[int, int]]) -> list[bytes]:
        pieces = read_ranges(self._place, ranges)
        self.requests += len(ranges)
        self.fetched += sum(map(len, pieces))
        return pieces

    def __enter__(self) -> RemoteFile:
        """The file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget what is kept."""
        self._segments.clear()


def open_bytes(place: Place, state: State | None = None) -> LocalFile | RemoteFile:
    """A mailbox to be read at positions, wherever it lies; to be closed with `with`.

    Args:
        place: the mailbox.
        state: of one on a store, what `state_of` said of it when it was looked at first. For one on a disk
            it is not held against it: two hosts may number the files of one disk differently.

    Raises:
        OSError: it cannot be opened.
        InputError: its store cannot be reached or refuses, or it is not that object any more.
    """
    return LocalFile(place) if isinstance(place, Path) else RemoteFile(place, state)


def while_unchanged(items: Iterable[_Item], file: LocalFile | RemoteFile) -> Iterator[_Item]:
    """The items, and an error at their end if the remote file that they come from is not what it was.

    So that nothing is kept of a reading in whose middle another object came under the same name. A local file
    that is open stays the same file; that its content did not change is seen at the end of the run.

    Raises:
        InputError: the object was exchanged while it was read.
    """
    yield from items
    if isinstance(file, RemoteFile):
        file.check_unchanged()


def _segments(offset: int, stop: int) -> list[int]:
    return list(range(offset // _SEGMENT, -(-stop // _SEGMENT)))


def _stretches(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """First and one past the last of each run of consecutive numbers, of at most `_REQUEST`.

    >>> list(_stretches([1, 2, 3, 7, 9, 10]))
    [(1, 4), (7, 8), (9, 11)]
    """
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = number
        elif number != last or number - first >= _REQUEST:
            yield first, last
            first = number
        last = number + 1
    if first is not None and last is not None:
        yield first, last
