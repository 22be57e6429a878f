"""How the three generations of PST and OST files lay out header, pages and blocks.

A mailbox file is a node database: a header, two B-trees of pages (one of nodes, one of blocks) and the blocks
themselves. The generations differ in widths and offsets only: a ``Layout`` holds those, and the rest of the
code reads all three in the same way.

Sources: MS-PST, *Outlook Personal Folders (.pst) File Format*, sections 2.2.2.6 (header), 2.2.2.7 (pages) and
2.2.2.8 (blocks) for the ANSI and the Unicode generation; for 4,096-byte pages the format description that
accompanies libpff (*Personal Folder File format*), checked against real files.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from data.lfs import is_lfs_pointer
from tasks.rows.file_kind import kind_of

MAGIC: Final = b"!BDN"
HEADER_BYTES: Final = 564
NBT: Final = 0x81
"""Page type of the node B-tree."""
BBT: Final = 0x80
"""Page type of the block B-tree."""

NID_STORE: Final = 0x21
NID_ROOT_FOLDER: Final = 0x122

TYPE_FOLDER: Final = 0x02
TYPE_SEARCH_FOLDER: Final = 0x03
TYPE_MESSAGE: Final = 0x04
TYPE_ATTACHMENT: Final = 0x05


def nid_type(nid: int) -> int:
    """The type in the low five bits of a node id (MS-PST 2.2.2.1).

    >>> nid_type(0x200024) == TYPE_MESSAGE
    True
    """
    return nid & 0x1F


def checksum(data: bytes | memoryview) -> int:
    """The CRC-32 of MS-PST 5.3: the usual polynomial, started at 0 and not inverted at the end.

    >>> hex(checksum(b"123456789"))
    '0x2dfd2d88'
    """
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


@dataclass(frozen=True)
class Layout:
    """Widths and offsets of one generation.

    Offsets are in bytes from the start of the header, of a page, of a block trailer or of an entry.
    """

    name: str
    word: int
    """Bytes of a block id and of a file offset: 4 or 8."""
    page: int
    """Bytes of a page, its trailer included."""
    counts: int
    """Where in a page the number of entries is."""
    counts_format: str
    """``struct`` format of entries, maximum, entry size, level at ``counts``."""
    page_crc: int
    """Where in a page its checksum is."""
    page_bid: int
    page_checked: int
    """How many of a page's first bytes the checksum covers."""
    trailer: int
    """Bytes of a block's trailer, at the end of the aligned block."""
    align: int
    trailer_format: str
    """``struct`` format of a block's trailer: size, signature, then checksum and id, in the order of
    ``crc_first``."""
    crc_first: bool
    block_crc: int
    """Where in a block's trailer its checksum is."""
    block_row: str
    """``struct`` format of an entry of a leaf of the block B-tree: id, offset, size, inflated size where
    there is one."""
    node: np.dtype[np.void]
    """An entry of a leaf of the node B-tree."""
    block: np.dtype[np.void]
    """An entry of a leaf of the block B-tree; ``size`` is that in the file."""
    branch: np.dtype[np.void]
    """An entry of a branch page of either tree."""
    eof: int
    nbt: int
    bbt: int
    crypt: int
    sub_header: int
    """Bytes before the first entry of a subnode block."""
    compressed: bool = False
    """Whether blocks may be deflated (only with 4k pages)."""

    @property
    def word_format(self) -> str:
        """``struct`` format of a block id or an offset."""
        return "<Q" if self.word == 8 else "<I"

    @property
    def entries_bytes(self) -> int:
        """How many bytes of a page hold entries."""
        return self.counts

    def block_span(self, size: Any) -> Any:
        """Bytes that a block with ``size`` bytes of data takes in the file, trailer and padding included.

        If ``size`` is an array, of many blocks at once.

        >>> UNICODE.block_span(8176)
        8192
        """
        return -(-(size + self.trailer) // self.align) * self.align


def _entries(
    word: str, node_pad: list[tuple[str, str]], block_tail: list[tuple[str, str]]
) -> tuple[np.dtype[np.void], ...]:
    node = np.dtype([("nid", word), ("data", word), ("sub", word), ("parent", "<u4"), *node_pad])
    block = np.dtype([("bid", word), ("offset", word), ("size", "<u2"), *block_tail])
    branch = np.dtype([("key", word), ("bid", word), ("offset", word)])
    return node, block, branch


_WIDE = _entries("<u8", [("pad", "<u4")], [("full", "<u2"), ("pad", "<u4")])
_NARROW = _entries("<u4", [], [("refs", "<u2")])

UNICODE: Final = Layout(
    name="Unicode PST",
    word=8,
    page=512,
    counts=488,
    counts_format="<BBBB",
    page_crc=500,
    page_bid=504,
    page_checked=496,
    trailer=16,
    align=64,
    trailer_format="<HHIQ",
    crc_first=True,
    block_crc=4,
    block_row="<QQHH4x",
    node=_WIDE[0],
    block=_WIDE[1],
    branch=_WIDE[2],
    eof=184,
    nbt=216,
    bbt=232,
    crypt=513,
    sub_header=8,
)
ANSI: Final = Layout(
    name="ANSI PST",
    word=4,
    page=512,
    counts=496,
    counts_format="<BBBB",
    page_crc=508,
    page_bid=504,
    page_checked=500,
    trailer=12,
    align=64,
    trailer_format="<HHII",
    crc_first=False,
    block_crc=8,
    block_row="<IIHH",
    node=_NARROW[0],
    block=_NARROW[1],
    branch=_NARROW[2],
    eof=168,
    nbt=184,
    bbt=192,
    crypt=461,
    sub_header=4,
)
UNICODE_4K: Final = replace(
    UNICODE,
    name="OST with 4k pages",
    page=4096,
    counts=4056,
    counts_format="<HHBB",
    page_crc=4076,
    page_bid=4080,
    page_checked=4072,
    trailer=24,
    align=512,
    compressed=True,
)


class NotAMailboxError(ValueError):
    """The file is not a PST or OST that the program knows; the message says what it is and what to do."""


@dataclass(frozen=True)
class Header:
    """What the header says: where the two trees begin, how blocks are encoded, how long the file is."""

    raw: bytes
    layout: Layout
    eof: int
    nbt: tuple[int, int]
    """Block id and offset of the root page of the node B-tree."""
    bbt: tuple[int, int]
    crypt: int
    intact: bool
    """Whether the header's own checksum holds."""

    @classmethod
    def parse(cls, raw: bytes) -> Header:
        """Read a header from the first ``HEADER_BYTES`` bytes of a file.

        Raises:
            NotAMailboxError: The file is of no known generation, or ends inside its header.
        """
        if not raw:
            raise NotAMailboxError("the file is empty: copy it again from the original disk")
        if raw[:4] != MAGIC:
            kind = kind_of(raw)
            if kind is not None:
                fix = "unpack it" if kind.packed else "take it out of the records, or copy it again"
                fix = kind.fix if is_lfs_pointer(raw) else fix
                raise NotAMailboxError(f"{kind.name}, not a PST or OST: {fix}")
            raise NotAMailboxError(
                "not a PST or OST (it does not begin with !BDN): take it out of the records, or copy it again"
            )
        if len(raw) < HEADER_BYTES:
            raise NotAMailboxError(
                f"cut off after {len(raw)} bytes, inside its header: copy it again from the original disk"
            )
        version = struct.unpack_from("<H", raw, 10)[0]
        if version in (14, 15):
            layout = ANSI
        elif version == 36:
            layout = UNICODE_4K
        elif version == 23 or 20 < version < 36:
            layout = UNICODE
        else:
            raise NotAMailboxError(
                f"a PST of the unknown version {version}: export it again from Outlook as .pst"
            )
        word = layout.word_format[1]
        return cls(
            raw=raw,
            layout=layout,
            eof=struct.unpack_from("<" + word, raw, layout.eof)[0],
            nbt=struct.unpack_from("<" + word * 2, raw, layout.nbt),
            bbt=struct.unpack_from("<" + word * 2, raw, layout.bbt),
            crypt=raw[layout.crypt],
            intact=checksum(raw[8 : 8 + 471]) == struct.unpack_from("<I", raw, 4)[0],
        )

    @property
    def encoding(self) -> str:
        """The name of the encoding of the blocks, as Outlook's users know it."""
        return {0: "none", 1: "compressible", 2: "high"}.get(self.crypt, f"unknown ({self.crypt})")
