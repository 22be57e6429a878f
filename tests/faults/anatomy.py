"""What is where in a sound mailbox, so that damage can be aimed and its reach is known.

Walks both B-trees and every node's data and subnode trees of an undamaged file. The layout's numbers come
from the reader; the walk is this module's own.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from data.synthetic.pst.layout import DECODE, ENCODE
from tasks.mail.layout import (
    BBT,
    HEADER_BYTES,
    NBT,
    TYPE_ATTACHMENT,
    TYPE_FOLDER,
    TYPE_MESSAGE,
    Header,
    Layout,
    nid_type,
)

Range = tuple[int, int]
"""First byte and one past the last."""


@dataclass(frozen=True)
class Page:
    """A page of a B-tree: its place, tree and level, how many entries of how many bytes."""

    offset: int
    tree: int
    level: int
    count: int
    width: int


@dataclass
class Block:
    """A block: its id, place and sizes, what it is for, and the messages that consist of it.

    ``role`` is one of "data" (of a message), "part" (of a subnode of a message, as its recipients), "tree"
    (of data), "subnodes", "folder", "attachment", "other".
    """

    bid: int
    offset: int
    size: int
    full: int
    span: int
    role: str = "other"
    owners: set[int] = field(default_factory=set)

    @property
    def range(self) -> Range:
        """All its bytes, padding and trailer included."""
        return self.offset, self.offset + self.span


@dataclass
class Anatomy:
    """A mailbox, taken apart."""

    name: str
    raw: bytes
    header: Header
    pages: list[Page] = field(default_factory=list)
    blocks: dict[int, Block] = field(default_factory=dict)
    nodes: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)
    """Data block, subnode block, parent, and the place of the entry, by node id."""
    _vital: list[Range] = field(default_factory=list)

    @property
    def layout(self) -> Layout:
        """The generation's layout."""
        return self.header.layout

    @property
    def encoded(self) -> bool:
        """Whether blocks are of the "compressible" encoding."""
        return self.header.crypt == 1

    def index(self, tree: int, *, leaf: bool | None = None) -> list[Page]:
        """Pages of one tree; all, the leaves, or the branches."""
        return [page for page in self.pages if page.tree == tree and leaf in (None, page.level == 0)]

    def of_role(self, *roles: str) -> list[Block]:
        """Blocks of these roles."""
        return [block for block in self.blocks.values() if block.role in roles]

    def plain(self, *roles: str) -> list[Block]:
        """Blocks of these roles whose content is stored unchanged."""
        return [block for block in self.of_role(*roles) if block.full == block.size and block.size >= 8]

    def at(self, span: Range) -> set[str | int]:
        """What a range of bytes touches: "header", "index", "root", and the ids of blocks."""
        found: set[str | int] = set()
        if span[0] < HEADER_BYTES:
            found.add("header")
        for page in self.pages:
            if page.offset < span[1] and span[0] < page.offset + self.layout.page:
                found.add("index")
                if page.offset == self.header.nbt[1]:
                    found.add("root")
        found.update(
            block.bid
            for block in self.blocks.values()
            if block.range[0] < span[1] and span[0] < block.range[1]
        )
        return found

    def is_vital(self, offset: int) -> bool:
        """Whether a byte belongs to header, index, a message or a folder: what the reader may read."""
        place = bisect_right(self._vital, (offset, 1 << 64)) - 1
        return place >= 0 and offset < self._vital[place][1]

    def settle(self) -> None:
        """Remember which bytes are vital."""
        ranges = [(0, HEADER_BYTES), *((page.offset, page.offset + self.layout.page) for page in self.pages)]
        ranges += [
            block.range
            for block in self.blocks.values()
            if block.owners or block.role in ("folder", "subnodes")
        ]
        self._vital = sorted(ranges)


def decoded(anatomy: Anatomy, block: Block) -> bytes:
    """The content of a data block that is not deflated."""
    content = anatomy.raw[block.offset : block.offset + block.size]
    return content.translate(DECODE) if anatomy.encoded else content


def encoded(anatomy: Anatomy, content: bytes) -> bytes:
    """Content as it is stored in a data block."""
    return content.translate(ENCODE) if anatomy.encoded else content


def take_apart(path: Path, name: str) -> Anatomy:
    """Read a sound mailbox."""
    raw = path.read_bytes()
    anatomy = Anatomy(name, raw, Header.parse(raw[:HEADER_BYTES]))
    layout = anatomy.layout
    word = layout.word_format[1]
    row = struct.Struct(layout.block_row)
    for _, page in _pages(anatomy, BBT, anatomy.header.bbt[1]):
        for entry in _entries(page):
            bid, offset, size, full = row.unpack_from(raw, entry)
            full = full if layout.compressed else size
            anatomy.blocks[bid & ~1] = Block(bid & ~1, offset, size, full, layout.block_span(size))
    leaf = struct.Struct(f"<{word}{word}{word}I")
    for _, page in _pages(anatomy, NBT, anatomy.header.nbt[1]):
        for entry in _entries(page):
            nid, data, sub, parent = leaf.unpack_from(raw, entry)
            anatomy.nodes[nid & 0xFFFFFFFF] = (data, sub, parent, entry)
    for nid, (data, sub, _, _) in anatomy.nodes.items():
        kind = nid_type(nid)
        role = {TYPE_MESSAGE: "data", TYPE_FOLDER: "folder", 0x03: "folder"}.get(kind, "other")
        _Claim(anatomy, nid if kind == TYPE_MESSAGE else 0).node(data, sub, role)
    anatomy.settle()
    return anatomy


def _pages(anatomy: Anatomy, tree: int, offset: int) -> Iterator[tuple[int, Page]]:
    """The leaves below a page; all pages on the way are noted."""
    layout, raw = anatomy.layout, anatomy.raw
    count, _, width, level = struct.unpack_from(layout.counts_format, raw, offset + layout.counts)
    page = Page(offset, tree, level, count, width)
    anatomy.pages.append(page)
    if level == 0:
        yield offset, page
        return
    for entry in _entries(page):
        below = struct.unpack_from(layout.word_format, raw, entry + 2 * layout.word)[0]
        yield from _pages(anatomy, tree, below)


def _entries(page: Page) -> range:
    return range(page.offset, page.offset + page.count * page.width, page.width)


class _Claim:
    """Marks the blocks of one node."""

    def __init__(self, anatomy: Anatomy, owner: int) -> None:
        self.anatomy = anatomy
        self.owner = owner

    def node(self, data: int, sub: int, role: str) -> None:
        """Data tree and subnode tree of a node."""
        self._data(data, role)
        self._subnodes(sub, "part" if role == "data" else role)

    def _mark(self, bid: int, role: str) -> Block | None:
        block = self.anatomy.blocks.get(bid & ~1)
        if block is not None:
            mine = self.owner and role != "attachment"
            if mine:
                block.owners.add(self.owner)
            if mine or not block.owners:
                block.role = role
        return block

    def _words(self, block: Block, header: int, words: int) -> Iterator[tuple[int, ...]]:
        content = self.anatomy.raw[block.offset : block.offset + block.size]
        if block.full != block.size:
            content = zlib.decompress(content)
        row = struct.Struct(f"<{words}{self.anatomy.layout.word_format[1]}")
        count = int.from_bytes(content[2:4], "little")
        yield from row.iter_unpack(content[header : header + count * row.size])

    def _data(self, bid: int, role: str) -> None:
        if not bid:
            return
        inner = bid & 2
        block = self._mark(bid, "tree" if inner and role != "attachment" else role)
        if inner and block is not None:
            for (below,) in self._words(block, 8, 1):
                self._data(below, role)

    def _subnodes(self, bid: int, role: str) -> None:
        block = self._mark(bid, "subnodes" if role != "attachment" else role) if bid else None
        if block is None:
            return
        header = self.anatomy.layout.sub_header
        content = self.anatomy.raw[block.offset : block.offset + block.size]
        if block.full != block.size:
            content = zlib.decompress(content)
        if content[1]:
            for _, below in self._words(block, header, 2):
                self._subnodes(below, role)
            return
        for nid, data, sub in self._words(block, header, 3):
            below_role = "attachment" if nid_type(nid) == TYPE_ATTACHMENT else role
            self._data(data, below_role)
            self._subnodes(sub, below_role)
