"""The properties of one attachment, and where its content is; the content itself only on request.

An attachment is a subnode of its message with properties of its own (MS-PST 2.4.6.2), which are those of
MS-OXCMSG 2.2.2.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tasks.mail.attached import Attached
from tasks.mail.copy_group import GroupCopier
from tasks.mail.encoding import decoded
from tasks.mail.extract import Copier
from tasks.mail.heap import Heap
from tasks.mail.layout import TYPE_MESSAGE, nid_type
from tasks.mail.prefetch import prefetch_blocks
from tasks.mail.properties import whole_text
from tasks.mail.references import INTERNAL, BlockError, Node

_SIZE: Final = 0x0E20
_DATA: Final = 0x3701
_OBJECT: Final = 0x000D
_TEXT_8: Final = 0x001E
_TEXT_16: Final = 0x001F
_BINARY: Final = 0x0102
_LONGEST: Final = 1024
"""Characters of a name or a type that are kept."""
_BLOCKS: Final = 1021
"""Blocks of an attachment's properties at most: what one block of references lists."""

EMBEDDED: Final = 5
METHODS: Final[Mapping[int, str]] = {
    0: "none",
    1: "by value",
    2: "by reference",
    3: "by reference, resolved",
    4: "by reference only",
    5: "embedded message",
    6: "OLE object",
    7: "by reference on the web",
}
"""PidTagAttachMethod in words (MS-OXCMSG 2.2.2.9)."""


class Source:
    """Blocks, some of which are read beforehand.

    Attributes:
        copier: Reads the others.
        trees: Contents of several blocks, by the block that lists them: their size is still to be found.
    """

    def __init__(self, copier: Copier, group_copier: GroupCopier | None = None) -> None:
        self.copier = copier
        self.trees: list[tuple[int, Attached]] = []
        self._group_copier = group_copier
        self._blocks: dict[int, bytes] = {}

    def fetch(self, bids: Iterable[int]) -> None:
        """Read many blocks at once, if that is possible."""
        wanted = list(dict.fromkeys(bid for bid in bids if bid))
        prefetch_blocks(self.copier, wanted)
        if wanted and self._group_copier is not None:
            self._blocks |= self._group_copier.blocks(wanted) or {}

    def listing(self, bid: int) -> bytes:
        """A block of references."""
        block = self._blocks.get(bid)
        return self.copier.listing(bid) if block is None else block

    def data(self, bid: int) -> bytes:
        """A block of data."""
        return decoded(self.listing(bid), self.copier.crypt, bid)

    def blocks_of(self, bid: int) -> Callable[[int], bytes]:
        """The blocks of a small data tree by their numbers."""
        if not bid & INTERNAL:
            below = [bid] if bid else []
        else:
            listing = self.listing(bid)
            if listing[1:2] != b"\x01":
                raise BlockError(
                    "attachment makes no sense", f"block 0x{bid:x} lists more than {_BLOCKS} blocks"
                )
            below = self.copier.references.data_tree(bid, listing)

        def block(number: int) -> bytes:
            if number >= len(below):
                raise BlockError("attachment makes no sense", f"it has no block {number}")
            return self.data(below[number])

        return block


class AttachmentNode:
    """The properties of one attachment, and its content on request."""

    def __init__(self, node: Node, source: Source) -> None:
        """Read the properties.

        Raises:
            BlockError: They cannot be read.
        """
        self._node = node
        self._source = source
        bits = 14 if source.copier.layout.compressed else 11
        self._heap = Heap(source.blocks_of(node.data), bits)
        self._found = self._heap.properties()

    @classmethod
    def of(cls, node: Node, copier: Copier) -> AttachmentNode:
        """An attachment whose blocks are read one by one.

        Raises:
            BlockError: Its properties cannot be read.
        """
        return cls(node, Source(copier))

    def integer(self, tag: int) -> int | None:
        """A number of up to four bytes."""
        found = self._found.get(tag)
        return None if found is None else found[1]

    def text(self, *tags: int) -> str | None:
        """The first of some texts that is there and not empty.

        Raises:
            BlockError: A reference makes no sense.
        """
        for tag in tags:
            found = self._found.get(tag)
            if found is None or found[0] not in (_TEXT_8, _TEXT_16) or not found[1]:
                continue
            text = _text(found[0], self._short(found[1])).strip("\0 ")
            if text:
                return text
        return None

    def _short(self, reference: int) -> bytes:
        """A short value: an item of the heap, or the first block of a subnode."""
        if not reference & 0x1F:
            return self._heap.item(reference)
        bid = self._subnode(reference)[0]
        return self._source.blocks_of(bid)(0) if bid else b""

    def _subnode(self, wanted: int) -> tuple[int, int]:
        references = self._source.copier.references
        found = references.subnode(self._node.sub, wanted, self._source.listing)
        if found is None:
            raise BlockError("attachment makes no sense", f"it has no subnode 0x{wanted:x}")
        return found

    def content(self) -> bytes | int | None:
        """The bytes of the attached file where they lie among the properties, else the block they begin with.

        Returns:
            Bytes, or the id of a block or tree of data; None where there is no file.

        Raises:
            BlockError: A reference makes no sense.
        """
        found = self._found.get(_DATA)
        if found is None or found[0] != _BINARY:
            return None
        return self._subnode(found[1])[0] if found[1] & 0x1F else self._heap.item(found[1])

    def measure(self, attached: Attached) -> None:
        """Find the bytes of the attached file; where there is none, what the mailbox states."""
        attached.bytes = self.integer(_SIZE)
        # Whoever reads the content will meet an error again, and say so.
        with contextlib.suppress(BlockError):
            held = self.content()
            if isinstance(held, bytes):
                attached.bytes = len(held)
            elif held is not None and held & INTERNAL:
                self._source.trees.append((held, attached))
            elif held is not None:
                attached.bytes = self._source.copier.size(held) if held else 0

    def beginning(self) -> bytes:
        """The first bytes of the attached file; none where they cannot be read."""
        try:
            held = self.content()
            if isinstance(held, int):
                return self._source.data(self._first(held)) if held else b""
        except BlockError:
            return b""
        return held or b""

    def _first(self, bid: int) -> int:
        """The first block of a data tree."""
        references = self._source.copier.references
        for _ in range(2):
            if not bid & INTERNAL:
                break
            below = references.data_tree(bid, self._source.listing(bid))
            bid = below[0] if below else 0
        return bid

    def message(self) -> tuple[int, int]:
        """Data block and subnode block of the message that it embeds.

        Raises:
            BlockError: There is none.
        """
        wanted = self._object()
        if wanted is None:
            raise BlockError("attached message has no content", "its attachment does not say where it is")
        return self._subnode(wanted)

    def embeds(self, method: int | None) -> bool:
        """Whether it embeds a message; by its content where the method is not known."""
        if method in METHODS:
            return method == EMBEDDED
        wanted = self._object()
        return wanted is not None and nid_type(wanted) == TYPE_MESSAGE

    def _object(self) -> int | None:
        """The node id of its content where that is an object (MS-PST 2.3.3.5)."""
        found = self._found.get(_DATA)
        if found is None or found[0] != _OBJECT or found[1] & 0x1F:
            return None
        held = self._heap.item(found[1])
        return int.from_bytes(held[:4], "little") if len(held) >= 4 else None


def _text(kind: int, data: bytes) -> str:
    """A text property; 8-bit text states no code page, and is UTF-8 or Windows-1252."""
    data = data[: 4 * _LONGEST]
    if kind == _TEXT_16:
        return whole_text(data.decode("utf-16-le", "replace"))[:_LONGEST]
    try:
        return data.decode("utf-8")[:_LONGEST]
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")[:_LONGEST]
