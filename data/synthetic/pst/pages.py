"""Space and pages: where the next bytes go, the maps of what is in use, and the two B-trees of pages.

A PST is a header of 0x4400 bytes followed by sections of 253,952 bytes. Each section begins with an
allocation map (AMap): a page with one bit for every 64 bytes of the section ([MS-PST] 2.2.2.7.2). The map
comes before what it describes, so the writer fills one section in memory and writes it once it is full. So
the file is written once, forwards, and memory does not grow with it. Only the header and the density list, at
the front of the file, are written at the end.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import BinaryIO, Final

from data.synthetic.pst import layout

_DLIST_MOST: Final = 119  # the format has room for so many entries of four bytes (2.2.2.7.4)


def sealed_page(body: bytes | bytearray, kind: int, offset: int, identifier: int) -> bytes:
    """Close a page: 496 bytes and the trailer with type, signature, checksum and id ([MS-PST] 2.2.2.7.1).

    Map pages have no signature, and their own offset as id. Of all other pages, the signature is made from
    offset and id. The checksum covers the 496 bytes and not the trailer.
    """
    mark = 0 if kind in layout.MAP_PAGES else layout.signature(offset, identifier)
    return bytes(body) + layout.PAGE_TRAILER.pack(kind, kind, mark, layout.crc(body), identifier)


class Space:
    """Hands out space in the file, one section at a time, and writes each finished section with its maps.

    Args:
        stream: An empty file, open for writing; its first 0x4400 bytes are left for the header.

    Attributes:
        buffer: The section being filled. Callers write into it at the offset that ``room`` returns.
        base: The section's offset in the file.
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
            if at > self._next:  # a free page map keeps its distance even if there is no free map before it
                self._gaps.append((self._next, at))
            self._next = at + layout.PAGE

    def _finish(self) -> None:
        # Space is handed out from front to back, so what is taken is one run of bits, less a few gaps. The
        # first slot is the highest bit of the first byte, hence one large big-endian number. The map pages
        # mark themselves as taken too: ``_next`` starts behind them.
        taken = self._next // layout.SLOT
        bits = (1 << taken) - 1 << layout.MAP_BYTES * 8 - taken
        for start, end in self._gaps:
            slots = (end - start) // layout.SLOT
            bits &= ~((1 << slots) - 1 << layout.MAP_BYTES * 8 - end // layout.SLOT)
        self.free.append(layout.MAP_BYTES * 8 - bits.bit_count())
        for kind, at in layout.map_pages(self._section):
            # All maps but the AMap only serve old programs. They are filled with ones ([MS-PST] 2.2.2.7.3,
            # 2.2.2.7.5, 2.2.2.7.6): nobody looks for free space there, and all trust the AMap.
            body = (
                bits.to_bytes(layout.MAP_BYTES, "big")
                if kind == layout.PAGE_AMAP
                else b"\xff" * layout.MAP_BYTES
            )
            self.buffer[at : at + layout.PAGE] = sealed_page(body, kind, self.base + at, self.base + at)
        self._stream.write(self.buffer)

    @property
    def position(self) -> int:
        """The file's length so far in bytes, without the unfilled end of the current section."""
        return self.base + self._next

    @property
    def next_page_id(self) -> int:
        """The id of the next B-tree page."""
        return self._next_page

    def room(self, size: int) -> int:
        """Take ``size`` bytes (a multiple of 64, at most 8,192); return their offset in ``buffer``.

        Nothing crosses a section's end, because the next section's map is there. What does not fit goes into
        the next section: then ``buffer`` and ``base`` are those of the new section.
        """
        at = self._next
        if at + size > layout.SECTION:
            self._finish()
            self._open()
            at = self._next
        self._next = at + size
        return at

    def page(self, body: bytes, kind: int) -> tuple[int, int]:
        """Write a B-tree page of 496 bytes and return its (id, offset). Pages start at multiples of 512."""
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
        """Write the last section and the density list; return (end of file, last AMap's offset, free bytes).

        The last section is written in full length too: an AMap always covers a whole section.
        """
        self._finish()
        self._stream.seek(layout.DLIST_AT)
        self._stream.write(self._density_list())
        return self.base + layout.SECTION, self.base, sum(self.free) * layout.SLOT

    def _density_list(self) -> bytes:
        # The list tells Outlook where to look for free space ([MS-PST] 2.2.2.7.4): the emptiest sections
        # first, each entry a section's number in the low 20 bits and its free slots above.
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
    """Write a B-tree of pages ([MS-PST] 2.2.2.7.7) and return the root page's (id, offset).

    The tree is written from the leaves up, because an entry of an upper page needs the id and offset of the
    page below it. All entries are known and sorted, so no page is ever split: every page but the last of its
    level is full.

    Args:
        space: Where the pages go.
        kind: ``PAGE_NBT`` or ``PAGE_BBT``.
        entries: The leaf entries in order of their key, which is the first eight bytes of each.
        size: Bytes per leaf entry (32 in the node tree, 24 in the block tree).
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
        if page or not above:  # a tree without entries is one empty page
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
