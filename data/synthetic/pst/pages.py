"""Space and pages: where the next bytes go, the maps that say what is taken, and the two B-trees of pages.

A PST is a header of 0x4400 bytes and then sections of 253,952 bytes, each beginning with a page that has a
bit for every 64 bytes of the section ([MS-PST] 2.2.2.7.2). The writer fills one section in memory and writes
it whole, so the file is written once, forwards, and memory does not grow with it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import BinaryIO, Final

from data.synthetic.pst import layout

_DLIST_MOST: Final = 119


def sealed_page(body: bytes | bytearray, kind: int, offset: int, identifier: int) -> bytes:
    """Close a page: 496 bytes and the trailer with type, signature, checksum and id ([MS-PST] 2.2.2.7.1).

    Map pages carry no signature and bear their own offset as id; for all others the signature is of offset
    and id.
    """
    mark = 0 if kind in layout.MAP_PAGES else layout.signature(offset, identifier)
    return bytes(body) + layout.PAGE_TRAILER.pack(kind, kind, mark, layout.crc(body), identifier)


class Space:
    """Hands out places in the file, one section at a time, and writes each finished section with its maps.

    Args:
        stream: a file open for writing and empty; the first 0x4400 bytes are left for the header.

    Attributes:
        buffer: the section being filled. Callers write into it at the place that `room` gave.
        base: the section's offset in the file.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        stream.write(bytes(layout.FIRST_AMAP))
        self._section = -1
        self._gaps: list[tuple[int, int]] = []
        self.free = array("H")  # free slots of each finished section
        self._next_page = 1
        self._open()

    def _open(self) -> None:
        self._section += 1
        self.base = layout.FIRST_AMAP + self._section * layout.SECTION
        self.buffer = bytearray(layout.SECTION)
        self._gaps.clear()
        self._next = 0
        for _, at in layout.map_pages(self._section):
            if at > self._next:  # a free page map keeps its distance even where no free map stands before it
                self._gaps.append((self._next, at))
            self._next = at + layout.PAGE

    def _finish(self) -> None:
        taken = self._next // layout.SLOT
        bits = (1 << taken) - 1 << layout.MAP_BYTES * 8 - taken
        for start, end in self._gaps:
            slots = (end - start) // layout.SLOT
            bits &= ~((1 << slots) - 1 << layout.MAP_BYTES * 8 - end // layout.SLOT)
        self.free.append(layout.MAP_BYTES * 8 - bits.bit_count())
        for kind, at in layout.map_pages(self._section):
            # All maps but the AMap are kept for old programs only, and filled with ones ([MS-PST] 2.2.2.7.3,
            # .5, .6).
            body = (
                bits.to_bytes(layout.MAP_BYTES, "big")
                if kind == layout.PAGE_AMAP
                else b"\xff" * layout.MAP_BYTES
            )
            self.buffer[at : at + layout.PAGE] = sealed_page(body, kind, self.base + at, self.base + at)
        self._stream.write(self.buffer)

    @property
    def position(self) -> int:
        """The file's length so far in bytes, the unfilled end of the current section left out."""
        return self.base + self._next

    @property
    def next_page_id(self) -> int:
        """The id that the next B-tree page will get."""
        return self._next_page

    def room(self, size: int) -> int:
        """Take `size` bytes (a multiple of 64, at most 8,192) and return where they begin in `buffer`.

        Nothing crosses a section's end: what does not fit goes to the next one, which then becomes `buffer`,
        and its offset `base`.
        """
        at = self._next
        if at + size > layout.SECTION:
            self._finish()
            self._open()
            at = self._next
        self._next = at + size
        return at

    def page(self, body: bytes, kind: int) -> tuple[int, int]:
        """Write a B-tree page of 496 bytes and return its (id, offset). Pages begin at multiples of 512."""
        skip = -self._next % layout.PAGE
        if skip:
            self._gaps.append((self._next, self._next + skip))
            self._next += skip
        at = self.room(layout.PAGE)
        identifier = self._next_page
        self._next_page += 1
        self.buffer[at : at + layout.PAGE] = sealed_page(body, kind, self.base + at, identifier)
        return identifier, self.base + at

    def finish(self) -> tuple[int, int, int]:
        """Write the last section and the density list; return (file end, last AMap's offset, free bytes)."""
        self._finish()
        self._stream.seek(layout.DLIST_AT)
        self._stream.write(self._density_list())
        return self.base + layout.SECTION, self.base, sum(self.free) * layout.SLOT

    def _density_list(self) -> bytes:
        emptiest = sorted(
            (index for index, slots in enumerate(self.free) if slots), key=lambda i: (-self.free[i], i)
        )
        entries = array("I", (index | self.free[index] << 20 for index in emptiest[:_DLIST_MOST]))
        body = (
            b"\x01"
            + bytes([len(entries)])
            + b"\0\0"
            + self._section.to_bytes(4, "little")
            + entries.tobytes()
        )
        identifier = self._next_page
        self._next_page += 1
        return sealed_page(
            body.ljust(layout.MAP_BYTES, b"\0"), layout.PAGE_DLIST, layout.DLIST_AT, identifier
        )


def write_tree(space: Space, kind: int, entries: Iterable[bytes], size: int) -> tuple[int, int]:
    """Write a B-tree of pages bottom-up and return the root page's (id, offset).

    Args:
        space: where the pages go.
        kind: `PAGE_NBT` or `PAGE_BBT`.
        entries: the leaf entries in order of their key, which is each one's first eight bytes.
        size: bytes of a leaf entry (32 in the node tree, 24 in the block tree).

    Source: [MS-PST] 2.2.2.7.7. Every page but the last of its level is full.
    """
    level = 0
    while True:
        most = layout.TREE_BYTES // size
        above: list[bytes] = []
        page: list[bytes] = []
        for entry in entries:
            page.append(entry)
            if len(page) == most:
                above.append(_tree_page(space, kind, page, size, level))
                page = []
        if page or not above:  # a tree of nothing is one empty page
            above.append(_tree_page(space, kind, page, size, level))
        if len(above) == 1:
            _, identifier, offset = layout.TREE_ENTRY.unpack(above[0])
            return identifier, offset
        entries, size, level = above, layout.TREE_ENTRY.size, level + 1


def _tree_page(space: Space, kind: int, page: list[bytes], size: int, level: int) -> bytes:
    body = b"".join(page).ljust(layout.TREE_BYTES, b"\0") + layout.TREE_FOOT.pack(
        len(page), layout.TREE_BYTES // size, size, level
    )
    key = page[0][:8] if page else bytes(8)
    return key + layout.TREE_ENTRY.pack(0, *space.page(body, kind))[8:]
