"""Fetches the blocks of the next messages of a mailbox on a store, before they are copied one by one.

Every request to a store takes some ten milliseconds. Copying alone would make one request for each block, and
would wait for it. So the blocks of a group of messages are followed level by level: first the blocks that the
messages name, then what the references in those lead to. That is a handful of requests for a group. What is
fetched is what ``tasks.mail.extract`` copies, and the properties of attachments without their contents.
Nothing is verified here: that is the copier's work, and a reference that makes no sense is passed over,
because the copier will meet it and say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tasks.mail.extract import Copier
from tasks.mail.ndb import Distant, prefetch_ranges
from tasks.mail.references import Breadth, Node

_LEVELS: Final = 8
"""Levels of references that are followed; the copier fetches what lies deeper by itself."""


def prefetch_nodes(copier: Copier, nodes: Sequence[Node]) -> None:
    """Fetch what copying these nodes takes, if their mailbox is on a store.

    Args:
        copier: The mailbox's; its block index learns where the blocks are.
        nodes: The nodes that are copied next, some dozens.
    """
    if not isinstance(copier.file, Distant):
        return
    walk = Breadth(copier.references, nodes, strict=False)
    for _ in range(_LEVELS):
        blocks = walk.blocks
        if not blocks:
            break
        _fetch(copier, blocks)
        walk.advance(dict(_contents(copier, walk.referring)))
    attached = [bid for nodes in walk.attached.values() for node in nodes for bid in node[1:3] if bid]
    if attached:
        _fetch(copier, attached)


def prefetch_blocks(copier: Copier, bids: Sequence[int]) -> None:
    """Fetch some blocks that are read next, if their mailbox is on a store."""
    if isinstance(copier.file, Distant):
        _fetch(copier, bids)


def _fetch(copier: Copier, bids: Sequence[int]) -> None:
    """Fetch some blocks: first the pages of the index, else each ``find`` would be a request."""
    file, index, layout = copier.file, copier.index, copier.layout
    index.prefetch(sorted(bids))
    places = sorted(place[:2] for bid in bids if (place := index.find(bid)))
    prefetch_ranges(file, ((offset, layout.block_span(size)) for offset, size in places))


def _contents(copier: Copier, bids: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """What blocks of references hold, unverified; deflated ones are rare, and left to the copier."""
    for bid in bids:
        place = copier.index.find(bid)
        if place is not None:
            offset, size, full = place
            if not copier.layout.compressed or full == size:
                yield bid, copier.file.read(offset, size)
