"""Tells a distant mailbox which blocks the next messages consist of, before they are copied one by one.

The blocks of a group of messages are followed in breadth: first where all of their data blocks and subnode
blocks lie, then those blocks, then what the references in them lead to. That is a handful of journeys for a
group, where copying alone would make one for each block. What is fetched is what `tasks.mail.extract` copies,
attachments left out; nothing is verified here, that is the copier's, and a reference that makes no sense is
passed over, because the copier will stumble over it and say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tasks.mail.extract import Copier
from tasks.mail.ndb import Distant, prefetch_ranges
from tasks.mail.references import Breadth, Node

_LEVELS: Final = 8
"""Levels of references that are followed; deeper ones the copier fetches by itself."""


def prefetch_nodes(copier: Copier, nodes: Sequence[Node]) -> None:
    """Fetch what copying these nodes takes, if their mailbox is distant.

    Args:
        copier: of the mailbox; its block index learns where the blocks lie.
        nodes: nodes that are copied next, a group of some ten.
    """
    file, index, layout = copier.file, copier.index, copier.layout
    if not isinstance(file, Distant):
        return
    walk = Breadth(copier.references, nodes, strict=False)
    for _ in range(_LEVELS):
        blocks = walk.blocks
        if not blocks:
            return
        index.prefetch(sorted(blocks))
        places = sorted(place[:2] for bid in blocks if (place := index.find(bid)))
        prefetch_ranges(file, ((offset, layout.block_span(size)) for offset, size in places))
        walk.advance(dict(_contents(copier, walk.referring)))


def _contents(copier: Copier, bids: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """What blocks of references hold, unverified; without those that are deflated, which are seldom."""
    for bid in bids:
        place = copier.index.find(bid)
        if place is not None:
            offset, size, full = place
            if not copier.layout.compressed or full == size:
                yield bid, copier.file.read(offset, size)
