"""The attachments of messages: what each is, without reading what is in it.

An attachment is a subnode of its message, with properties of its own (MS-PST 2.4.6.2). Those are one or two
small blocks. The bytes of the attached file lie elsewhere and are not read; how many they are is stated by
the blocks that lead to them. The properties are those of MS-OXCMSG 2.2.2.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tasks.mail.copy_group import GroupCopier
from tasks.mail.encoding import decoded
from tasks.mail.extract import Copier
from tasks.mail.heap import Heap
from tasks.mail.layout import TYPE_MESSAGE, nid_type
from tasks.mail.mail_forms import form_of, is_undecided
from tasks.mail.properties import whole_text
from tasks.mail.references import INTERNAL, BlockError, Node, tree_size

_SIZE: Final = 0x0E20
_DISPLAY_NAME: Final = 0x3001
_DATA: Final = 0x3701
_EXTENSION: Final = 0x3703
_SHORT_NAME: Final = 0x3704
_METHOD: Final = 0x3705
_LONG_NAME: Final = 0x3707
_PATH: Final = 0x3708
_LONG_PATH: Final = 0x370D
_MIME_TYPE: Final = 0x370E

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
_CONTENTS: Final[Mapping[int, str]] = {
    0: "none", 1: "file", 2: "reference", 3: "reference", 4: "reference", 5: "message", 6: "object",
    7: "reference",
}  # fmt: skip


@dataclass(slots=True)
class Attached:
    """One attachment.

    Attributes:
        path: Node ids from the message of the mailbox down to the attachment, joined by ``/``.
        name: Its file name, long before short before displayed; for a reference, else the path that it names.
        extension: The end of its name from the last dot on, in lower case.
        mime_type: As stored.
        bytes: Bytes of the attached file; where it has none of its own, what the mailbox states.
        method: How it is attached, in the words of ``METHODS``.
        content: ``file``, ``message``, ``reference``, ``object``, ``none`` or ``unknown``.
        mail: The form of the mail in an attached file, as ``.eml``; None where it holds none.
        data: Block of its properties, for those who read its content.
        sub: Block of its subnodes, likewise.
        problem: Reason and detail, where its properties cannot be read.
    """

    path: str
    name: str | None = None
    extension: str | None = None
    mime_type: str | None = None
    bytes: int | None = None
    method: str = "unknown"
    content: str = "unknown"
    mail: str | None = None
    data: int = 0
    sub: int = 0
    problem: tuple[str, str] | None = None


class Listed(NamedTuple):
    """An attachment, and where the message that it embeds begins.

    Attributes:
        attached: The attachment.
        message: Data block and subnode block of the embedded message, or what is wrong with it; None where
            the attachment is no message.
    """

    attached: Attached
    message: tuple[int, int] | BlockError | None


def list_attachments(
    copier: Copier, group_copier: GroupCopier | None, wanted: Sequence[tuple[str, Node]]
) -> list[Listed]:
    """Say what some attachments are.

    Args:
        copier: Reads blocks of the mailbox one by one.
        group_copier: Reads many blocks at once, as long as nothing is wrong with any; None to do without.
        wanted: The attachments, each with its path.

    Returns:
        One for each, in order. One that cannot be read has its problem, and costs nothing else.
    """
    source = _Source(copier, group_copier)
    source.fetch(bid for _, node in wanted for bid in (node.data, node.sub))
    listed = [_listed(path, node, source) for path, node in wanted]
    source.fetch(bid for bid, _ in source.trees)
    for bid, attached in source.trees:
        # The size that the mailbox states stays where the blocks do not say it.
        with contextlib.suppress(BlockError):
            attached.bytes = tree_size(source.listing(bid))
    return listed


class _Source:
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

    def __init__(self, node: Node, source: _Source) -> None:
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
        return cls(node, _Source(copier))

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


def _listed(path: str, node: Node, source: _Source) -> Listed:
    attached = Attached(path, data=node.data, sub=node.sub)
    try:
        read = AttachmentNode(node, source)
        method = read.integer(_METHOD)
        embeds = read.embeds(method)
        attached.name = read.text(_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _LONG_PATH, _PATH)
        attached.mime_type = read.text(_MIME_TYPE)
        attached.extension = _extension(attached.name) or (read.text(_EXTENSION) or "").lower() or None
    except BlockError as error:
        attached.problem = error.reason, error.detail
        return Listed(attached, None)
    attached.method = METHODS.get(-1 if method is None else method) or _unusual(method)
    attached.content = "message" if embeds else _CONTENTS.get(-1 if method is None else method, "unknown")
    if embeds:
        attached.bytes = read.integer(_SIZE)
        try:
            return Listed(attached, read.message())
        except BlockError as error:
            return Listed(attached, error)
    read.measure(attached)
    if attached.content in ("file", "unknown"):
        attached.mail = form_of(attached.extension, attached.mime_type)
        if attached.mail is None and is_undecided(attached.extension):
            attached.mail = form_of(None, None, read.beginning())
    return Listed(attached, None)


def _unusual(method: int | None) -> str:
    return "not stated" if method is None else f"unknown ({method})"


def _extension(name: str | None) -> str | None:
    """The end of a file name from its last dot on, in lower case; None where it has none.

    >>> _extension("Map of Main St..PNG"), _extension("README"), _extension("a. b c"), _extension(".eml")
    ('.png', None, None, '.eml')
    """
    _, dot, ending = (name or "").rpartition(".")
    return f".{ending.lower()}" if dot and ending.isalnum() and len(ending) <= 16 else None


def paths(top: str, nodes: Iterable[Node]) -> list[tuple[str, Node]]:
    """The attachments of a message, each with its path, in order of node id.

    Two with one node id, which only a damaged file has, get different paths.

    >>> paths("2097188", [Node(69, 0, 0, 0), Node(37, 0, 0, 0), Node(37, 4, 0, 0)])[2][0]
    '2097188/69'
    """
    ordered = sorted(nodes)
    seen: dict[int, int] = {}
    found = []
    for node in ordered:
        seen[node.nid] = count = seen.get(node.nid, 0) + 1
        found.append((f"{top}/{node.nid}" if count == 1 else f"{top}/{node.nid}.{count}", node))
    return found
