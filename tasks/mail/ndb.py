"""The two B-trees of a mailbox file: read in spite of damage, with a note of each page that was lost.

As it opens a file, libpff puts every node into one linked list, which takes time that grows with the square
of the number of messages; and it refuses the whole file if one page of the index is bad. The trees themselves
are small and simple (MS-PST 2.2.2.7.7), so the planner reads them here. A page that fails its checksum is
noted with the range of keys that it would have covered, the file is searched for leaf pages of that range to
which no branch leads any more, and everything else is kept.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from tasks.mail.layout import BBT, HEADER_BYTES, NBT, Header, Layout, checksum

Entries = npt.NDArray[Any]
"""A structured array of ``Layout.node`` or ``Layout.block``, one row per entry, in order of key."""

_SCAN_BYTES: Final = 8 << 20
_SEGMENT: Final = 32 << 10
_SEGMENTS: Final = 64
_TOP: Final = 1 << 64
_LEVELS: Final = 16
"""Deeper than any tree of 2^64 entries: pages that refer to each other in a circle end here."""


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


_PAGES_AT_ONCE: Final = 256
"""Pages of an index that are fetched at once: at most 4 MB, if no two lie in one segment of a remote file."""


def prefetch_ranges(file: Bytes, ranges: Iterable[tuple[int, int]]) -> None:
    """Tell a file on a store what will be read; does nothing for a local one."""
    if isinstance(file, Distant):
        file.prefetch(ranges)


class LocalFile:
    """A read-only local file, read at positions; one per thread, closed with ``with``.

    Small reads are served from the last few segments of 32 kB: the blocks of a message lie next to each
    other, and one system call for each would cost more than verifying it does. A new segment takes over the
    memory of the one that it replaces: the system clears fresh memory first, which costs as much as filling
    it. Its ``index`` of blocks is kept with it.
    """

    def __init__(self, path: Path) -> None:
        """Open ``path``.

        Raises:
            OSError: The file cannot be opened.
        """
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self.size: int = os.fstat(self._file).st_size
        self._segments: dict[int, memoryview] = {}
        self.index: BlockIndex | None = None

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


def read_header(file: Bytes) -> Header:
    """The header of a mailbox.

    Raises:
        NotAMailboxError: See ``Header.parse``.
    """
    return Header.parse(file.read(0, HEADER_BYTES))


@dataclass(frozen=True)
class Damage:
    """A page of an index that could not be read: of which tree, where, for which keys, and why."""

    tree: int
    offset: int
    low: int
    high: int
    """One past the last key; ``1 << 64`` where the page was the last of its level."""
    why: str

    def __str__(self) -> str:
        """One clause for a line of the ledger."""
        return (
            f"page of the {'node' if self.tree == NBT else 'block'} index at byte {self.offset:,}: {self.why}"
        )


class _Page(NamedTuple):
    level: int
    entries: Entries
    bid: int


def _parse_page(data: bytes, layout: Layout, tree: int) -> _Page | str:
    """A page of a B-tree, or what is wrong with it."""
    if len(data) < layout.page:
        return "is beyond the end of the file"
    kind = data[layout.page_checked]
    if kind != tree or data[layout.page_checked + 1] != tree:
        return "is zeroed" if not any(data) else f"is of the type 0x{kind:02x}, not 0x{tree:02x}"
    if (
        checksum(memoryview(data)[: layout.page_checked])
        != struct.unpack_from("<I", data, layout.page_crc)[0]
    ):
        return "its checksum is wrong"
    count, _, width, level = struct.unpack_from(layout.counts_format, data, layout.counts)
    kind_of_entry = layout.branch if level else (layout.node if tree == NBT else layout.block)
    if width != kind_of_entry.itemsize or count * width > layout.entries_bytes:
        return f"holds {count} entries of {width} bytes, which cannot be"
    if level and not count:
        return "is a branch without entries"
    bid = struct.unpack_from(layout.word_format, data, layout.page_bid)[0]
    return _Page(level, np.frombuffer(data, kind_of_entry, count), bid)


@dataclass
class _Walk:
    """What walking through one tree has found."""

    leaves: list[tuple[int, Entries]] = field(default_factory=list)
    """Key of the first entry, entries."""
    damages: list[Damage] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    branch_lost: bool = False


def _walk(file: Bytes, layout: Layout, tree: int, root: tuple[int, int]) -> _Walk:
    """Go down level by level, in order of key; a page is visited once, even if several refer to it."""
    # Each page comes with the range of keys for which its parent refers to it: if the page cannot be read,
    # that is what may be missing.
    walk = _Walk()
    level: int | None = None
    wanted = [(0, _TOP, root)]
    while wanted:
        below: list[tuple[int, int, tuple[int, int]]] = []
        for place, (low, high, (bid, offset)) in enumerate(wanted):
            if place % _PAGES_AT_ONCE == 0:
                soon = wanted[place : place + _PAGES_AT_ONCE]
                prefetch_ranges(file, ((offset, layout.page) for _, _, (_, offset) in soon))
            page: _Page | str = "is referred to twice"
            if offset not in walk.seen:
                page = _expected_page(file, layout, tree, level, (bid, offset))
            walk.seen.add(offset)
            if isinstance(page, str):
                walk.damages.append(Damage(tree, offset, low, high, page))
                walk.branch_lost |= level is None or level > 0
                continue
            if level is None:
                level = page.level
            if page.level == 0:
                walk.leaves.append((low, page.entries))
                continue
            keys = [int(key) for key in page.entries["key"]]
            # The first child covers the range from where its parent's begins: a key below the branch's first
            # key is allowed there.
            starts = [low, *keys[1:]]
            ends = [*keys[1:], high]
            places = zip(page.entries["bid"].tolist(), page.entries["offset"].tolist(), strict=True)
            below.extend(zip(starts, ends, places, strict=True))
        wanted = below
        level = level - 1 if level is not None else None
    return walk


def _expected_page(
    file: Bytes, layout: Layout, tree: int, level: int | None, place: tuple[int, int]
) -> _Page | str:
    """The page of this id at this offset and, unless None, of this level; or what is wrong with it."""
    bid, offset = place
    page = _parse_page(file.read(offset, layout.page), layout, tree)
    if isinstance(page, str):
        return page
    if level is not None and page.level != level:
        return f"is of level {page.level} where level {level} belongs"
    if page.bid != bid:
        return f"is page 0x{page.bid:x} where page 0x{bid:x} belongs"
    return page


def _stray_leaves(file: Bytes, layout: Layout, tree: int, visited: set[int]) -> Iterator[_Page]:
    """Every intact leaf page of ``tree`` in the file that the walk did not visit."""
    step = _SCAN_BYTES // layout.page * layout.page
    # Pages begin at multiples of their size, so it is enough to look at those places. Most are ruled out by
    # two bytes, the type that each page states twice, for all of a piece at once.
    for begin in range(0, file.size, step):
        piece = file.read(begin, step)
        whole = len(piece) // layout.page * layout.page
        rows = np.frombuffer(piece[:whole], np.uint8).reshape(-1, layout.page)
        for row in np.flatnonzero(
            (rows[:, layout.page_checked] == tree) & (rows[:, layout.page_checked + 1] == tree)
        ):
            if begin + int(row) * layout.page in visited:
                continue
            page = _parse_page(rows[row].tobytes(), layout, tree)
            if not isinstance(page, str) and page.level == 0:
                yield page


def read_tree(file: Bytes, header: Header, tree: int) -> tuple[Entries, list[Damage]]:
    """All entries of one tree that can be read, in order of key, each key once.

    If a branch page is lost, the whole file is searched for leaf pages of its range of keys. Old copies of a
    page may be among them, so of two entries with one key the one from the page with the higher id (written
    later) wins. The damage stays on record even so: what was found is kept, but whether it is everything is
    unknown.

    Args:
        file: The mailbox.
        header: Its header.
        tree: ``NBT`` or ``BBT``.

    Returns:
        The entries (``Layout.node`` or ``Layout.block``) and the pages that could not be read.
    """
    layout = header.layout
    walk = _walk(file, layout, tree, header.nbt if tree == NBT else header.bbt)
    key = "nid" if tree == NBT else "bid"
    found = [entries for _, entries in walk.leaves]
    if walk.branch_lost:
        lost = [(damage.low, damage.high) for damage in walk.damages]
        strays = sorted(_stray_leaves(file, layout, tree, walk.seen), key=lambda page: page.bid, reverse=True)
        for page in strays:
            keys = page.entries[key].astype(np.uint64)
            inside = np.zeros(len(keys), bool)
            for low, high in lost:
                inside |= (keys >= low) & (keys <= min(high, _TOP) - 1)
            found.append(page.entries[inside])
    kind = layout.node if tree == NBT else layout.block
    entries = np.concatenate(found) if found else np.empty(0, kind)
    # np.unique keeps the first of equal keys, and the order here is: leaves of the walk, then stray pages
    # from the latest to the earliest.
    _, first = np.unique(entries[key], return_index=True)
    return entries[first], walk.damages


class BlockIndex:
    """Finds the place of a block; reads only those pages of the block B-tree that it needs, and each once.

    The answer depends on nothing but the block's id, and not on what was looked up before, which differs from
    partition to partition: a message must be read the same way whatever the partitions are. So the answer
    comes from the page to which the tree leads for the id. If a page on that way is damaged, or the block is
    not on it, the whole tree is read (``read_tree``), once and only then.
    """

    def __init__(self, file: Bytes, header: Header) -> None:
        """Keep ``file`` and ``header``; nothing is read yet."""
        self._file = file
        self._header = header
        self._row = struct.Struct(header.layout.block_row)
        self._places: dict[int, tuple[int, int, int]] = {}
        self._branches: dict[int, tuple[list[int], list[int]]] = {}
        self._fetched: set[int] = set()
        self._whole: dict[int, tuple[int, int, int]] | None = None

    @staticmethod
    def of(file: Bytes, header: Header) -> BlockIndex:
        """The index of an open file, with all that was looked up in it before."""
        if not isinstance(file, LocalFile):
            return BlockIndex(file, header)
        if file.index is None or file.index._header != header:
            file.index = BlockIndex(file, header)
        return file.index

    def find(self, bid: int) -> tuple[int, int, int] | None:
        """Offset, bytes in the file and inflated size (4k pages alone) of a block; None where unknown.

        The lowest bit of a block id is reserved and ignored in comparisons (MS-PST 2.2.2.2).
        """
        bid &= ~1
        found = self._places.get(bid)
        if found is None:
            self._descend(bid)
            found = self._places.get(bid) or self._rescued().get(bid)
        return found

    def prefetch(self, bids: Iterable[int]) -> None:
        """Fetch the pages that finding these blocks takes, a level of the tree at a time."""
        wanted = [bid & ~1 for bid in bids]
        for _ in range(_LEVELS):
            wanted = [bid for bid in wanted if bid not in self._places]
            pages = {page[0]: page for page in map(self._next, wanted) if page[0] not in self._fetched}
            if not pages:
                return
            self._fetched |= pages.keys()
            prefetch_ranges(self._file, ((offset, self._header.layout.page) for offset in sorted(pages)))
            for offset in sorted(pages):
                self._step(*pages[offset])

    def _next(self, bid: int) -> tuple[int, int, int]:
        """The first page on the way to ``bid`` that has not been read: its offset, and its range of keys.

        The range is from the first key to before the second.
        """
        offset, low, high = self._header.bbt[1], 0, _TOP
        for _ in range(_LEVELS):
            branch = self._branches.get(offset)
            if branch is None:
                break
            keys, offsets = branch
            place = max(0, bisect_right(keys, bid | 1) - 1)  # the first child covers what is below it, too
            offset = offsets[place]
            low = max(low, keys[place]) if place else low
            high = min(high, keys[place + 1]) if place + 1 < len(keys) else high
        return offset, low, high

    def _descend(self, bid: int) -> None:
        """Read the pages on the way to ``bid``, to the leaf that would hold it or to one that is damaged."""
        for _ in range(_LEVELS):
            if not self._step(*self._next(bid)):
                return

    def _step(self, offset: int, low: int, high: int) -> bool:
        """Read the page of a range of keys; returns whether it is a branch, with pages below it to read."""
        data = self._file.read(offset, self._header.layout.page)
        page = _parse_page(data, self._header.layout, BBT)
        if isinstance(page, str):
            return False
        if page.level == 0:
            # Entries outside the range are not this page's to answer for: a damaged tree may lead to one page
            # by two ways, and the answer must not depend on which way came first.
            rows = self._row.iter_unpack(data[: page.entries.nbytes])
            self._places.update(
                {bid & ~1: (offset, size, full) for bid, offset, size, full in rows if low <= bid | 1 < high}
            )
            return False
        keys: list[int] = page.entries["key"].tolist()
        if keys != sorted(keys):
            return False  # without order there is no telling which page has a key
        self._branches[offset] = keys, page.entries["offset"].tolist()
        return True

    def _rescued(self) -> dict[int, tuple[int, int, int]]:
        if self._whole is None:
            rows = read_tree(self._file, self._header, BBT)[0].tolist()
            self._whole = {row[0] & ~1: (row[1], row[2], row[3]) for row in rows}
        return self._whole
