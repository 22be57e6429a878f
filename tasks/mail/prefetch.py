"""Tells a distant mailbox which blocks the next messages consist of, before they are copied one by one.

The blocks of a group of messages are followed in breadth: first where all of their data blocks and subnode
blocks lie, then those blocks, then what the references in them lead to. That is a handful of journeys for a
group, where copying alone would make one for each block. What is fetched is what `tasks.mail.extract` copies,
attachments left out; nothing is verified here, that is the copier's, and a reference that makes no sense is
passed over, because the copier will stumble over it and say so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from tasks.mail.extract import DATA_TREE, INTERNAL, SUBNODE_TREE, Copier, Node
from tasks.mail.layout import TYPE_ATTACHMENT, Layout, nid_type
from tasks.mail.ndb import BlockIndex, Bytes, Distant, fetch_ahead

_DEPTH = 8
"""Levels of references that are followed; deeper ones the copier fetches by itself."""


def nodes_ahead(copier: Copier, nodes: Sequence[Node]) -> None:
    """Fetch what copying these nodes takes, if their mailbox is distant.

    Args:
        copier: of the mailbox; its block index learns where the blocks lie.
        nodes: nodes that are copied next, a group of some ten.
    """
    file, index, layout = copier.file, copier.index, copier.layout
    if not isinstance(file, Distant):
        return
    wanted = {bid for node in nodes for bid in (node.data, node.sub) if bid}
    seen: set[int] = set()
    for _ in range(_DEPTH):
        wanted -= seen
        if not wanted:
            return
        seen |= wanted
        index.ahead(sorted(wanted))
        places = sorted(place[:2] for bid in wanted if (place := index.find(bid)))
        fetch_ahead(file, ((offset, layout.block_span(size)) for offset, size in places))
        wanted = {below for bid in wanted if bid & INTERNAL for below in _below(file, index, layout, bid)}


def _below(file: Bytes, index: BlockIndex, layout: Layout, bid: int) -> Iterator[int]:
    """The blocks that a block of references leads to, those of attachments apart."""
    place = index.find(bid)
    if place is None:
        return
    offset, size, full = place
    if layout.compressed and full != size:
        return  # deflated, which is seldom: left to the copier
    content = file.read(offset, size)
    word = layout.word_format[1]
    if content[:1] == DATA_TREE:
        yield from (below for (below,) in _rows(content, "<" + word, 8))
    elif content[:1] == SUBNODE_TREE and content[1:2] != b"\0":
        yield from (below for _, below in _rows(content, "<" + word * 2, layout.sub_header))
    elif content[:1] == SUBNODE_TREE:
        for nid, data, sub in _rows(content, "<" + word * 3, layout.sub_header):
            if nid_type(nid) != TYPE_ATTACHMENT:
                yield from (below for below in (data, sub) if below)


def _rows(content: bytes, row: str, skip: int) -> Iterator[tuple[int, ...]]:
    """As many rows as the block says, or as it has."""
    size = struct.calcsize(row)
    count = min(int.from_bytes(content[2:4], "little"), max(0, len(content) - skip) // size)
    return struct.iter_unpack(row, content[skip : skip + count * size])
