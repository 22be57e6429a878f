"""How the blocks of a mailbox refer to each other: one grammar for all who follow references.

A node names two blocks, and each may be the top of a tree:

- **Data.** A block without the bit ``INTERNAL`` in its id holds bytes. One with it is a block of a *data
  tree*: a list of blocks, which are blocks of the tree in turn or hold the bytes (XBLOCK and XXBLOCK, MS-PST
  2.2.2.8.3.2).
- **Subnodes.** A block of a *subnode tree* is a branch, which lists blocks of the same tree (SIBLOCK), or a
  leaf (SLBLOCK), which has a row for each subnode: its node id, its data and its own subnodes (MS-PST
  2.2.2.8.3.3).

Attachments are subnodes of a message. They are counted and never followed: their bytes are most of a
mailbox. Their own nodes are given to whoever asks for them (``tasks.mail.attachments``).

There are two ways to follow the references. ``References.follow`` takes one node, depth first, and says which
block is wrong. ``Breadth`` takes many nodes level by level, so that the blocks of a level can be read
together. Both read a block with the same two functions, and a test compares the two ways.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from tasks.mail.layout import TYPE_ATTACHMENT, Layout, nid_type

INTERNAL: Final = 0x02
"""Bit of a block id: the block holds references to blocks (MS-PST 2.2.2.2)."""
_DATA_TREE: Final = b"\x01"
"""First byte of a block of a data tree."""
_SUBNODE_TREE: Final = b"\x02"
"""First byte of a block of a subnode tree. The second is its level: 0 in a leaf."""
_SUBNODE_LEAF: Final = b"\x02\x00"
_DATA_HEADER: Final = 8
"""Bytes before the first row of a block of a data tree, in every generation."""
_SUBNODE_LEVELS: Final = 16
"""Far deeper than any message nests its properties; only a damaged or malicious file goes deeper."""
_SUBNODE_BLOCKS: Final = 64
"""Blocks in which one subnode is looked for: an attachment has two or three subnodes, and one block."""
_NOBODY: Final = 0
"""Owner of subnodes whose attachments are nobody's: no node has this id."""


class BlockError(Exception):
    """A block that a message consists of is missing, damaged or makes no sense.

    Attributes:
        reason: A few words, the same for every such fault, so that faults can be counted.
        detail: Which block, and where it is.
    """

    def __init__(self, reason: str, detail: str) -> None:
        """Keep both."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Node(NamedTuple):
    """A node: its id, its data block and subnode block (0: none), its parent."""

    nid: int
    data: int
    sub: int
    parent: int


_Row = tuple[int, int, int]
"""A row of a leaf of a subnode tree: node id, data block, subnode block."""


class Subnodes(NamedTuple):
    """What a block of a subnode tree leads to: further blocks of the tree, or subnodes.

    Attributes:
        branches: Blocks of the same tree, one level down.
        nodes: Data block and subnode block (0: none) of each subnode that is no attachment.
        attachments: How many subnodes are attachments.
    """

    branches: list[int]
    nodes: list[tuple[int, int]]
    attachments: int


class References:
    """Reads blocks of references of one generation of the format."""

    def __init__(self, layout: Layout) -> None:
        """Prepare the rows of this generation: one, two or three words wide."""
        word = layout.word_format[1]
        self._block = struct.Struct("<" + word)
        self._branch = struct.Struct("<" + word * 2)
        self._subnode = struct.Struct("<" + word * 3)
        self._subnode_header = layout.sub_header

    def data_tree(self, bid: int, content: bytes) -> list[int]:
        """The blocks that a block of a data tree lists.

        Args:
            bid: The block's id, for the error.
            content: What it holds.

        Raises:
            BlockError: It is no such block, or it ends before its last row.
        """
        if content[:1] != _DATA_TREE:
            raise BlockError("block of references is of an unknown type", f"block 0x{bid:x}")
        return [below for (below,) in _rows(bid, content, self._block, _DATA_HEADER) if below]

    def subnode_tree(self, bid: int, content: bytes) -> Subnodes:
        """What a block of a subnode tree leads to.

        Args:
            bid: The block's id, for the error.
            content: What it holds.

        Raises:
            BlockError: It is no such block, or it ends before its last row.
        """
        branches, nodes, attached = self.subnodes(bid, content)
        return Subnodes(branches, nodes, len(attached))

    def subnodes(self, bid: int, content: bytes) -> tuple[list[int], list[tuple[int, int]], list[_Row]]:
        """The same, with the rows of the attachments instead of their number.

        Raises:
            BlockError: As ``subnode_tree``.
        """
        if len(content) < 4 or content[:1] != _SUBNODE_TREE:
            raise BlockError("block of subnodes is of an unknown type", f"block 0x{bid:x}")
        if content[1]:
            rows = _rows(bid, content, self._branch, self._subnode_header)
            return [below for _, below in rows], [], []
        nodes: list[tuple[int, int]] = []
        attached: list[_Row] = []
        for nid, data, sub in _rows(bid, content, self._subnode, self._subnode_header):
            if nid_type(nid) == TYPE_ATTACHMENT:
                attached.append((nid, data, sub))
            else:
                nodes.append((data, sub))
        return [], nodes, attached

    def subnode(self, bid: int, wanted: int, content: Callable[[int], bytes]) -> tuple[int, int] | None:
        """The data block and subnode block of one subnode; None where there is no such subnode.

        Args:
            bid: The top of the subnode tree; 0 for none.
            wanted: The subnode's id.
            content: Called with each block of the tree; returns what it holds.

        Raises:
            BlockError: A block makes no sense, or the tree has no end; or ``content`` raised it.
        """
        todo, met = [bid] if bid else [], set[int]()
        while todo:
            at = todo.pop()
            if at & ~1 in met:
                raise BlockError("block appears twice in one tree", f"block 0x{at:x}")
            if len(met) >= _SUBNODE_BLOCKS:
                raise BlockError("tree of subnodes is too large", f"more than {_SUBNODE_BLOCKS} blocks")
            met.add(at & ~1)
            held = content(at)
            if held[:2] != _SUBNODE_LEAF:
                todo += self.subnode_tree(at, held).branches
                continue
            for nid, data, sub in _rows(at, held, self._subnode, self._subnode_header):
                if nid & 0xFFFFFFFF == wanted:
                    return data, sub
        return None

    def follow(
        self,
        node: Node,
        take: Callable[[int], object],
        content: Callable[[int], bytes],
        attached: list[Node] | None = None,
    ) -> int:
        """Follow the references of one node, depth first.

        Args:
            node: Where to begin.
            take: Called with each block that holds no references.
            content: Called with each block that does; returns what it holds.
            attached: Gets the node's attachments.

        Returns:
            How many attachments the node has.

        Raises:
            BlockError: A block makes no sense, or a tree has no end; or ``take`` or ``content`` raised it.
        """
        walk = _DepthFirst(self, take, content)
        walk.data(node.data)
        count = walk.subnodes(node.sub, 0, node.nid)
        if attached is not None:
            attached += walk.attached
        return count


def _rows(bid: int, content: bytes, row: struct.Struct, header: int) -> Iterable[tuple[int, ...]]:
    """The rows of a block of references; their number is in bytes 2 and 3, in every kind of block."""
    count = int.from_bytes(content[2:4], "little")
    stop = header + count * row.size
    # The number is checked before anything is followed: what follows the last whole row is padding or the
    # block's trailer, and would be taken for block ids.
    if stop > len(content):
        raise BlockError("block of references is cut", f"block 0x{bid:x}: {count} in {len(content)} bytes")
    return row.iter_unpack(content[header:stop])


def to_attachments(rows: Iterable[_Row], owner: int) -> list[Node]:
    """Rows of a leaf of a subnode tree as attachments of a message, which becomes the parent of each."""
    # Of a node id only four bytes count; Outlook leaves anything in the others (MS-PST 2.2.2.8.3.3.1).
    return [Node(nid & 0xFFFFFFFF, data, sub, owner) for nid, data, sub in rows]


def tree_size(content: bytes) -> int:
    """How many bytes a data tree has, as the block at its top states it (MS-PST 2.2.2.8.3.2)."""
    return int.from_bytes(content[4:8], "little")


class _DepthFirst:
    """Follows the references of one node."""

    def __init__(
        self, references: References, take: Callable[[int], object], content: Callable[[int], bytes]
    ) -> None:
        self._references = references
        self._take = take
        self._content = content
        self._met: set[int] = set()
        self.attached: list[Node] = []

    def data(self, bid: int) -> None:
        """Follow a data tree.

        No block is listed twice in one tree. If it were allowed, two small blocks could claim a body of
        gigabytes, or one could list itself. There is no limit of levels: as each block counts once, the tree
        ends with the file, and a stack of our own does not overflow as Python's would.
        """
        if not bid & INTERNAL:
            if bid:
                self._take(bid)
            return
        met: set[int] = set()
        todo = [bid]
        while todo:
            at = todo.pop()
            if at & ~1 in met:
                raise BlockError("block appears twice in one tree", f"block 0x{at:x}")
            met.add(at & ~1)
            if at & INTERNAL:
                # Reversed, as the last of the list comes next: blocks are copied in the order of the content.
                todo += reversed(self._references.data_tree(at, self._content(at)))
            else:
                self._take(at)

    def subnodes(self, bid: int, depth: int, owner: int = _NOBODY) -> int:
        """Follow a subnode tree; returns how many attachments it lists itself, and keeps those of an owner.

        Unlike a data tree it may meet a block again, because equal subnodes may share one. It adds nothing
        then, and a circle ends.
        """
        if not bid or bid in self._met:
            return 0
        if depth > _SUBNODE_LEVELS:
            raise BlockError("tree of subnodes is too deep", f"block 0x{bid:x}")
        self._met.add(bid)
        content = self._content(bid)
        branches, nodes, attached = self._references.subnodes(bid, content)
        if attached and owner != _NOBODY:
            self.attached += to_attachments(attached, owner)
        for data, sub in nodes:
            # Most data is a single block, and this saves the call.
            if data & INTERNAL:
                self.data(data)
            elif data:
                self._take(data)
            # What hangs on a subnode belongs to it and not to the message: its attachments are not counted.
            if sub:
                self.subnodes(sub, depth + 1)
        return len(attached) + sum(self.subnodes(below, depth + 1, owner) for below in branches)


class Breadth:
    """Follows the references of many nodes at once, a level of references at a time.

    A level's blocks can then be read together: from a local file in a few long stretches, from a store in a
    few requests. The caller reads ``blocks``, passes the contents of those in ``referring`` to ``advance``,
    and continues until there are no blocks left, or as deep as it needs.

    Attributes:
        attachments: How many attachments each node has, as far as it has been followed, by its id.
        attached: Those attachments, by the id of the node, for nodes that have some.
        blocks: The blocks of this level.
    """

    def __init__(self, references: References, nodes: Sequence[Node], *, strict: bool) -> None:
        """Begin with the blocks that the nodes name themselves.

        Args:
            references: How to read blocks of references.
            nodes: Any nodes of the mailbox.
            strict: Whether a block that makes no sense, or is met twice, is an error. Else it is passed over,
                with everything that it leads to.

        Raises:
            BlockError: A block is met twice (strict).
        """
        self._references = references
        self._strict = strict
        self._met: set[int] = set()
        self.attachments = {node.nid: 0 for node in nodes}
        self.attached: dict[int, list[Node]] = {}
        self._data: list[int] = []
        self._subnodes: list[tuple[int, int]] = []
        for node in nodes:
            self._add(node.data, node.sub, node.nid)

    @property
    def blocks(self) -> list[int]:
        """The blocks of this level, each once."""
        return [*self._data, *(bid for bid, _ in self._subnodes)]

    @property
    def referring(self) -> set[int]:
        """Those of them that hold references."""
        return {bid for bid in self._data if bid & INTERNAL} | {bid for bid, _ in self._subnodes}

    def advance(self, contents: Mapping[int, bytes]) -> None:
        """Go one level down.

        Args:
            contents: What the blocks in ``referring`` hold; one that is left out makes no sense.

        Raises:
            BlockError: A block makes no sense, or one is met twice (strict).
        """
        data, subnodes = self._data, self._subnodes
        self._data, self._subnodes = [], []
        for bid in data:
            if bid & INTERNAL:
                try:
                    self._down_data(bid, contents.get(bid, b""))
                except BlockError:
                    if self._strict:
                        raise
        for bid, owner in subnodes:
            try:
                self._down_subnodes(bid, contents.get(bid, b""), owner)
            except BlockError:
                if self._strict:
                    raise

    def _down_data(self, bid: int, content: bytes) -> None:
        for below in self._references.data_tree(bid, content):
            self._add(below, 0, _NOBODY)

    def _down_subnodes(self, bid: int, content: bytes, owner: int) -> None:
        branches, nodes, attached = self._references.subnodes(bid, content)
        if attached and owner != _NOBODY:
            self.attachments[owner] += len(attached)
            self.attached.setdefault(owner, []).extend(to_attachments(attached, owner))
        for below in branches:
            self._add(0, below, owner)
        for data, sub in nodes:
            self._add(data, sub, _NOBODY)

    def _add(self, data: int, sub: int, owner: int) -> None:
        """Add to the next level a data block and a subnode block (0: none), each unless it was met before."""
        # Written out twice: this runs for every block of a mailbox, and a call for each would be felt.
        met = self._met
        if data:
            if data & ~1 not in met:
                met.add(data & ~1)
                self._data.append(data)
            elif self._strict:
                raise BlockError("block appears twice in one tree", f"block 0x{data:x}")
        if sub:
            if sub & ~1 not in met:
                met.add(sub & ~1)
                self._subnodes.append((sub, owner))
            elif self._strict:
                raise BlockError("block appears twice in one tree", f"block 0x{sub:x}")
