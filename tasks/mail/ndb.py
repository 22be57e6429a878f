"""The two B-trees of a mailbox file: read in spite of damage, with a note of each page that was lost.

As it opens a file, libpff puts every node into one linked list, which takes time that grows with the square
of the number of messages; and it refuses the whole file if one page of the index is bad. The trees themselves
are small and simple (MS-PST 2.2.2.7.7), so the planner reads them here. A page that fails its checksum is
noted with the range of keys that it would have covered, the file is searched for leaf pages of that range to
which no branch leads any more, and everything else is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.mail.access import Bytes, Distant, LocalFile, prefetch_ranges
from tasks.mail.layout import BBT, HEADER_BYTES, NBT, Header, Layout, checksum
from tasks.mail.leaves import Branch, Ids, Leaves, Places, pages_below, place_below, range_below, read_leaves

__all__ = [
    "BlockIndex",
    "Bytes",
    "Damage",
    "Distant",
    "Entries",
    "LocalFile",
    "prefetch_ranges",
    "read_header",
    "read_tree",
]

Entries = npt.NDArray[Any]
"""A structured array of ``Layout.node`` or ``Layout.block``, one row per entry, in order of key."""

_SCAN_BYTES: Final = 8 << 20
_TOP: Final = 1 << 64
_LEVELS: Final = 16
"""Deeper than any tree of 2^64 entries: pages that refer to each other in a circle end here."""


_TOGETHER: Final = 2
"""Level of the branches whose leaves are read together: some hundred leaves."""
_FEW: Final = 8
"""Up to so many blocks are looked for one by one: their leaves may be all that is needed."""
_LEAVES: Final = 16
"""For how many such branches the leaves are kept; those of one take a quarter of a megabyte."""
_PAGES_AT_ONCE: Final = 256
"""Pages of an index that are fetched at once: at most 4 MB, if no two lie in one segment of a remote file."""


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
        self._branches: dict[int, Branch] = {}
        self._leaves: dict[int, Leaves | None] = {}
        self._fetched: set[int] = set()
        self._whole: dict[int, tuple[int, int, int]] | None = None

    @staticmethod
    def of(file: Bytes, header: Header) -> BlockIndex:
        """The index of an open file, with all that was looked up in it before."""
        if not isinstance(file, LocalFile):
            return BlockIndex(file, header)
        kept = file.index
        if not isinstance(kept, BlockIndex) or kept._header != header:
            file.index = kept = BlockIndex(file, header)
        return kept

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
            place = place_below(branch, bid)
            offset = branch.offsets[place]
            low, high = range_below(branch, place, low, high)
        return offset, low, high

    def places(self, bids: Ids) -> Places | None:
        """The places of many blocks, as of ``find``, but of a whole branch of the tree at once.

        Args:
            bids: Their ids without the reserved bit, each once.

        Returns:
            A column for each, in order; None if one is unknown.
        """
        if len(bids) <= _FEW:
            alone = [place for bid in bids.tolist() if (place := self.find(bid))]
            return np.array(alone, np.uint64).reshape(-1, 3).T if len(alone) == len(bids) else None
        found = np.empty((3, len(bids)), np.uint64)
        order = bids.argsort()
        ids = bids[order]
        at = 0
        while at < len(ids):
            first = int(ids[at])
            leaves = self._leaves_of(first)
            stop = at + 1
            known = np.zeros(1, np.bool_)
            if leaves is not None:
                stop = len(ids) if leaves.high >= _TOP else int(ids.searchsorted(np.uint64(leaves.high)))
                found[:, order[at:stop]], known = leaves.find(ids[at:stop])
            for missing in np.flatnonzero(~known).tolist():
                one = self.find(int(ids[at + missing]))
                if one is None:
                    return None
                found[:, order[at + missing]] = one
            at = stop
        return found

    def _leaves_of(self, bid: int) -> Leaves | None:
        """The leaves below the lowest branch but one on the way to ``bid``; None unless they are sound."""
        offset, low, high = self._header.bbt[1], 0, _TOP
        branch = self._branch(offset, low, high)
        while branch is not None and branch.level > _TOGETHER:
            place = place_below(branch, bid)
            offset = branch.offsets[place]
            low, high = range_below(branch, place, low, high)
            below = self._branch(offset, low, high)
            # A page that has lost its way could lead round in a circle.
            branch = below if below is not None and below.level < branch.level else None
        if branch is None:
            return None
        if offset not in self._leaves:
            if len(self._leaves) >= _LEAVES:
                del self._leaves[next(iter(self._leaves))]
            self._leaves[offset] = self._read_leaves(branch, low, high)
        return self._leaves[offset]

    def _branch(self, offset: int, low: int, high: int) -> Branch | None:
        """The branch page of a range of keys; None where there is none."""
        if offset not in self._branches and not self._step(offset, low, high):
            return None
        return self._branches[offset]

    def _read_leaves(self, branch: Branch, low: int, high: int) -> Leaves | None:
        pages = pages_below(branch, low, high)
        for level in range(branch.level - 1, 0, -1):
            below = [(self._branch(*page), page) for page in pages]
            # None: a leaf or a damaged page. One of another level has lost its way.
            sound = [(each, page) for each, page in below if each is not None and each.level == level]
            if len(sound) < len(pages):
                return None
            pages = [leaf for each, (_, *span) in sound for leaf in pages_below(each, *span)]
        return read_leaves(self._file.read, self._header.layout, pages, high)

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
        self._branches[offset] = Branch(page.level, keys, page.entries["offset"].tolist())
        return True

    def _rescued(self) -> dict[int, tuple[int, int, int]]:
        if self._whole is None:
            rows = read_tree(self._file, self._header, BBT)[0].tolist()
            self._whole = {row[0] & ~1: (row[1], row[2], row[3]) for row in rows}
        return self._whole
