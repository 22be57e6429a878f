"""A copy of a mailbox to be damaged: changes bytes, notes which, and corrects checksums."""

from __future__ import annotations

import random
import struct

from tasks.mail.layout import HEADER_BYTES, checksum
from tests.faults.anatomy import Anatomy, Block, Page, Range, decoded, encoded

HOSTILE = (
    0,
    1,
    2,
    3,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    (1 << 63) - 1,
    1 << 63,
)
"""Numbers with which arithmetic goes wrong."""


class Patient:
    """The bytes of one mutant while it is made."""

    def __init__(self, anatomy: Anatomy, rng: random.Random) -> None:
        self.anatomy = anatomy
        self.rng = rng
        self.data = bytearray(anatomy.raw)
        self.touched: list[Range] = []
        self.note: list[str] = []

    def put(self, offset: int, piece: bytes) -> None:
        """Overwrite bytes."""
        self.data[offset : offset + len(piece)] = piece
        self.touched.append((offset, offset + len(piece)))
        self.note.append(f"{len(piece)} bytes at {offset}")

    def flip(self, low: int, high: int) -> None:
        """Flip one bit of the bytes from ``low`` to before ``high``."""
        offset, bit = self.rng.randrange(low, high), self.rng.randrange(8)
        self.data[offset] ^= 1 << bit
        self.touched.append((offset, offset + 1))
        self.note.append(f"bit {bit} of byte {offset}")

    def number(self, offset: int, width: int, value: int) -> None:
        """Write a little-endian number of ``width`` bytes, cut to them."""
        self.put(offset, (value % (1 << 8 * width)).to_bytes(width, "little"))
        self.note.append(f"= {value:#x}")

    def hostile(self, offset: int, width: int, *likely: int) -> None:
        """Write a harmful number: half of the time one of ``likely``, else one at some limit."""
        old = int.from_bytes(self.data[offset : offset + width], "little")
        edges = (*HOSTILE, old + 1, old - 1, old * 2, old ^ (1 << self.rng.randrange(8 * width)))
        pool = likely if likely and self.rng.random() < 0.5 else edges
        self.number(offset, width, self.rng.choice(pool))

    def seal_page(self, page: Page) -> None:
        """Correct the checksum of an index page."""
        layout = self.anatomy.layout
        whole = memoryview(self.data)[page.offset : page.offset + layout.page_checked]
        struct.pack_into("<I", self.data, page.offset + layout.page_crc, checksum(whole))

    def seal_block(self, block: Block) -> None:
        """Correct the checksum of a block; id and size in its trailer stay."""
        layout = self.anatomy.layout
        whole = memoryview(self.data)[block.offset : block.offset + block.size]
        at = block.offset + block.span - layout.trailer + layout.block_crc
        struct.pack_into("<I", self.data, at, checksum(whole))

    def seal_header(self) -> None:
        """Correct the checksums of the header."""
        view = memoryview(self.data)
        struct.pack_into("<I", self.data, 4, checksum(view[8 : 8 + 471]))
        if self.anatomy.layout.word == 8:
            struct.pack_into("<I", self.data, 524, checksum(view[8 : 8 + 516]))

    def rewrite(self, block: Block, at: int, piece: bytes) -> None:
        """Overwrite some of a data block as a reader sees it, and correct its checksum."""
        piece = piece[: block.size - at]
        self.put(block.offset + at, encoded(self.anatomy, piece))
        self.seal_block(block)

    def entry(self, page: Page, number: int | None = None) -> int:
        """Offset of an entry of a page, by number or at random."""
        chosen = self.rng.randrange(page.count) if number is None else number
        return page.offset + chosen * page.width

    def content(self, block: Block) -> bytes:
        """A data block of the sound mailbox as a reader sees it."""
        return decoded(self.anatomy, block)

    @property
    def reach(self) -> set[str | int]:
        """What was touched: see ``Anatomy.at``; "anywhere" if bytes moved or are gone."""
        found: set[str | int] = set()
        # Damage in hundreds of places reaches nearly everything.
        for span in self.touched[:400]:
            found |= self.anatomy.at(span)
        if len(self.touched) > 400 or len(self.data) < len(self.anatomy.raw):
            found.add("anywhere")
        return found

    @property
    def header_range(self) -> Range:
        """Where the header is."""
        return 0, HEADER_BYTES
