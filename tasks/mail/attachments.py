"""The attachments of messages: what each is, without reading what is in it.

An attachment is a subnode of its message, with properties of its own (MS-PST 2.4.6.2). Those are one or two
small blocks. The bytes of the attached file lie elsewhere and are not read; how many they are is stated by
the blocks that lead to them. The properties are those of MS-OXCMSG 2.2.2.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from tasks.mail.attached import Attached
from tasks.mail.attachment_node import EMBEDDED, METHODS, AttachmentNode, Source
from tasks.mail.copy_group import GroupCopier
from tasks.mail.encoding import encoded
from tasks.mail.extract import Copier
from tasks.mail.mail_forms import form_of, is_undecided
from tasks.mail.references import INTERNAL, BlockError, Node, tree_size

_SIZE: Final = 0x0E20
_DISPLAY_NAME: Final = 0x3001
_EXTENSION: Final = 0x3703
_SHORT_NAME: Final = 0x3704
_METHOD: Final = 0x3705
_LONG_NAME: Final = 0x3707
_PATH: Final = 0x3708
_LONG_PATH: Final = 0x370D
_MIME_TYPE: Final = 0x370E

_INTEGER: Final = 0x0003

_CONTENTS: Final[Mapping[int, str]] = {
    0: "none", 1: "file", 2: "reference", 3: "reference", 4: "reference", 5: "message", 6: "object",
    7: "reference",
}  # fmt: skip


class Listed(NamedTuple):
    """An attachment, and where the message that it embeds begins.

    Attributes:
        attached: The attachment.
        message: Data block and subnode block of the embedded message, or what is wrong with it; None where
            the attachment is no message.
    """

    attached: Attached
    message: tuple[int, int] | BlockError | None


class Plain:
    """Recognises attached files by two patterns, without parsing their properties.

    Nearly all attachments are files, most of them pictures, and in reading mail nothing is needed of those:
    what they are is found out later, all at once (``tasks.mail.listing``). The record of the method, with its
    value, is eight bytes of the block of properties, which the encoding of the mailbox may turn into eight
    others, always the same.
    """

    def __init__(self, crypt: int) -> None:
        """Prepare the patterns; with the high encoding there are none."""
        by_value, embedded = (struct.pack("<HHI", _METHOD, _INTEGER, method) for method in (1, EMBEDDED))
        self._by_value = encoded(by_value, crypt)
        self._embedded = encoded(embedded, crypt)

    def is_file(self, block: bytes | None) -> bool:
        """Whether a block of properties says that this is a file, and nowhere that it is a message."""
        return (
            block is not None
            and self._by_value is not None
            and self._embedded is not None
            and self._by_value in block
            and self._embedded not in block
        )


def recognise(
    copier: Copier, group_copier: GroupCopier, plain: Plain, wanted: Sequence[tuple[str, Node]]
) -> list[Listed]:
    """Say of some attachments whether they are messages, and of those that are no plain files what they are.

    Args:
        copier: Reads blocks of the mailbox one by one.
        group_copier: Reads many blocks at once, as long as nothing is wrong with any.
        plain: Recognises files.
        wanted: The attachments, each with its path.

    Returns:
        One for each, in order; of a plain file only its place is known.
    """
    blocks = _blocks(
        copier,
        group_copier,
        list({node.data for _, node in wanted if node.data and not node.data & INTERNAL}),
    )
    files = [not node.data & INTERNAL and plain.is_file(blocks.get(node.data)) for _, node in wanted]
    others = [one for one, is_file in zip(wanted, files, strict=True) if not is_file]
    listed = iter(list_attachments(copier, group_copier, others) if others else ())
    return [
        Listed(Attached(path, content="", data=node.data, sub=node.sub), None) if is_file else next(listed)
        for (path, node), is_file in zip(wanted, files, strict=True)
    ]


def _blocks(copier: Copier, group_copier: GroupCopier, bids: Sequence[int]) -> Mapping[int, bytes]:
    """Some blocks as they are in the file; those that are damaged are left out."""
    found = group_copier.blocks(bids)
    if found is not None:
        return found
    one_by_one: dict[int, bytes] = {}
    for bid in bids:
        with contextlib.suppress(BlockError):
            one_by_one[bid] = copier.listing(bid)
    return one_by_one


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
    source = Source(copier, group_copier)
    source.fetch(bid for _, node in wanted for bid in (node.data, node.sub))
    listed = [_listed(path, node, source) for path, node in wanted]
    source.fetch(bid for bid, _ in source.trees)
    for bid, attached in source.trees:
        # The size that the mailbox states stays where the blocks do not say it.
        with contextlib.suppress(BlockError):
            attached.bytes = tree_size(source.listing(bid))
    return listed


def _listed(path: str, node: Node, source: Source) -> Listed:
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
    if len(ordered) == 1:
        return [(f"{top}/{ordered[0].nid}", ordered[0])]
    seen: dict[int, int] = {}
    found = []
    for node in ordered:
        seen[node.nid] = count = seen.get(node.nid, 0) + 1
        found.append((f"{top}/{node.nid}" if count == 1 else f"{top}/{node.nid}.{count}", node))
    return found
