"""A mailbox on an object store, read in place: it is not downloaded, and its attachments are not fetched.

Each request to a store takes some ten milliseconds, however little it fetches. So the reading says beforehand
what it will read (``tasks.mail.prefetch``), and here that is fetched in as few ranges as possible, all at the
same time.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from data.errors import UnreadableError
from data.printable import printable
from data.storage import Location, Remote, State, changed, read_ranges, state_of, vanished
from tasks.mail.ndb import LocalFile

_SEGMENT: Final = 16 << 10
"""Bytes that are fetched together: two blocks. What lies next to a message's blocks may be an attachment, and
no more of it than this is fetched with them. Half the size gave a third fewer bytes and half as many requests
again."""
_SEGMENTS: Final = 2048
"""Segments kept: 32 MB."""
_PREFETCHED: Final = _SEGMENTS * 3 // 4
"""Segments fetched at once; the others of those kept are for the index."""
_REQUEST: Final = 256
"""Segments of one request: 4 MB, so that a long stretch is fetched in several requests at the same time."""
_OF_THIS_PROCESS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Errors in opening a file that are not the file's."""

_Item = TypeVar("_Item")


class RemoteFile:
    """A mailbox on a store, read at positions; one per thread, closed with ``with``.

    Attributes:
        size: Bytes of the object.
        requests: Requests for ranges so far.
        fetched: Bytes that they returned.
    """

    def __init__(self, place: Remote, state: State | None = None) -> None:
        """Ask the store for the object's size and state.

        Args:
            place: The object.
            state: What ``state_of`` said at the survey; None during the survey itself.

        Raises:
            OSError: There is no such object.
            InputError: The store cannot be reached or refuses, or the object was replaced.
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
        """Up to ``size`` bytes from ``offset``; fewer at the end of the file, none beyond it.

        Raises:
            InputError: The store cannot be reached or refuses, or the object was replaced.
        """
        stop = min(offset + size, self.size)
        if offset >= stop:
            return b""
        wanted = _segments(offset, stop)
        if len(wanted) > _REQUEST:
            # A search of the whole file for pages of a destroyed index: each piece is read once and not kept.
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
                break  # the rest is fetched when it is read
        self._fetch(list(wanted)[:_PREFETCHED])

    def check_unchanged(self) -> None:
        """Check that the object is the one that was opened.

        Raises:
            InputError: It was replaced or deleted; the message names it.
        """
        try:
            same = state_of(self._place) == self._state
        except FileNotFoundError as error:
            raise vanished(self._place) from error
        if not same:
            raise changed(self._place)

    def _fetch(self, numbers: Iterable[int]) -> None:
        """Fetch the segments of these that are missing, and drop the oldest of the others."""
        # Those that are here already are moved to the end, so that what is wanted now is not dropped for what
        # is fetched now.
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
        """Drop what is kept."""
        self._segments.clear()


def open_bytes(place: Location, state: State | None = None) -> LocalFile | RemoteFile:
    """Open a mailbox to be read at positions, wherever it is; closed with ``with``.

    Args:
        place: The mailbox.
        state: For a mailbox on a store, what ``state_of`` said at the survey. For a local one it is not
            compared, because two hosts may number the files of one disk differently.

    Raises:
        OSError: It cannot be opened.
        InputError: Its store cannot be reached or refuses, or it was replaced.
    """
    return LocalFile(place) if isinstance(place, Path) else RemoteFile(place, state)


@contextmanager
def naming(place: Location) -> Iterator[None]:
    """Name the mailbox of which a disk gives no more: an error of reading does not.

    Nothing may be written in it: a full disk is no fault of a mailbox.

    Raises:
        UnreadableError: It cannot be opened or read.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise vanished(place) from error
    except OSError as error:
        if error.errno in _OF_THIS_PROCESS:
            raise
        raise UnreadableError(
            f"{printable(str(place))}: cannot be read ({error.strerror or error}); is its disk whole?",
            str(place),
        ) from error


@contextmanager
def opened(place: Location, state: State | None = None) -> Iterator[LocalFile | RemoteFile]:
    """The same as :func:`open_bytes`, with an error that names the mailbox, as :func:`naming`.

    Args:
        place: As there.
        state: As there.
    """
    with naming(place):
        file = open_bytes(place, state)
    with file:
        yield file


@contextmanager
def reading(place: Location, state: State | None = None) -> Iterator[LocalFile | RemoteFile]:
    """The same as :func:`open_bytes`, with errors that name the mailbox, as :func:`naming`.

    Args:
        place: As there.
        state: As there.
    """
    with naming(place), open_bytes(place, state) as file:
        yield file


def while_unchanged(items: Iterable[_Item], file: LocalFile | RemoteFile) -> Iterator[_Item]:
    """The items, and an error at their end if the file on the store has been replaced meanwhile.

    So nothing is kept of a reading during which another object was put under the same name. A local file that
    is open stays the same file; whether its content has changed is checked at the end of the run.

    Raises:
        InputError: The object was replaced while it was read.
    """
    yield from items
    if isinstance(file, RemoteFile):
        file.check_unchanged()


def _segments(offset: int, stop: int) -> list[int]:
    return list(range(offset // _SEGMENT, -(-stop // _SEGMENT)))


def _stretches(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """First and one past the last of each run of consecutive numbers, of at most ``_REQUEST``.

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
