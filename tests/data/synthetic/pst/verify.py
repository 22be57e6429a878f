"""Checks a PST against the rules of its format ([MS-PST] 2.2, 2.6, 5.3, 5.5).

It shares nothing with the writer but the numbers in ``layout``, and also checks files of other writers
(Unicode, version 23).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from data.synthetic.pst import layout

_MOST = 1000
_OST_CLIENT = 0x4F53  # "SO": a mailbox kept offline, otherwise the same format
_LEVELS = 8  # no tree that fits a file is higher

Ids = NDArray[np.uint64]


class _EnoughError(Exception):
    """There are more problems than anybody would read."""


@dataclass(frozen=True, slots=True)
class _Header:
    end: int
    last_map: int
    free: int
    nodes: tuple[int, int]
    blocks: tuple[int, int]
    next_page: int
    next_block: int


def verify(path: Path) -> list[str]:
    """Check a file and return its violations of the format, one line each.

    Checked are: the header's checksums and fields; type, checksum, signature and id of every page; order,
    levels and fill of both B-trees; size, id, signature and checksum of every block; that the allocation maps
    mark what is in use and nothing else; that every block a node or a block refers to exists, and is referred
    to as often as it says; lengths and order within data and subnode trees; that every folder and message has
    a parent. Not checked are the contents of tables and properties: a reader would notice faults there.

    Args:
        path: A Unicode PST, version 23. Any other file gives one line that says so.

    Returns:
        At most 1,000 lines, and "and more" if there are others; an empty list if there is no violation.

    Raises:
        OSError: The file cannot be read.

    Example:
        >>> import tempfile
        >>> from data.synthetic.pst import PstWriter
        >>> path = Path(tempfile.mkdtemp()) / "box.pst"
        >>> with PstWriter(path):
        ...     pass
        >>> verify(path)
        []
    """
    with path.open("rb") as stream:
        check = _Check(stream, path.stat().st_size)
        try:
            check.run()
        except _EnoughError:
            check.problems.append("and more")
    return check.problems


class _Check:
    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size
        self.problems: list[str] = []
        self._used: dict[int, int] = {}  # section: bits of the slots that are in use
        self._internal: dict[int, bytes] = {}

    def _say(self, problem: str) -> None:
        if len(self.problems) == _MOST:
            raise _EnoughError
        self.problems.append(problem)

    def _at(self, offset: int, count: int) -> bytes:
        self._stream.seek(offset)
        return self._stream.read(count)

    def run(self) -> None:
        """Check everything, in such an order that each step can rely on those before it."""
        header = self._header()
        if header is None:
            return
        nodes = np.frombuffer(
            b"".join(self._tree(header.nodes, layout.PAGE_NBT, layout.NBT_ENTRY.size)), dtype="<u8"
        ).reshape(-1, 4)
        entries = np.frombuffer(
            b"".join(self._tree(header.blocks, layout.PAGE_BBT, layout.BBT_ENTRY.size)),
            dtype=[("bid", "<u8"), ("ib", "<u8"), ("cb", "<u2"), ("refs", "<u2"), ("pad", "<u4")],
        )
        ids: Ids = entries["bid"] & ~np.uint64(1)
        if len(ids) and int(ids[-1]) >= header.next_block:
            self._say(f"header: the next block id {header.next_block:#x} is in use")
        self._blocks(ids, entries["ib"], entries["cb"])
        self._maps(header)
        self._references(nodes, ids, entries["cb"], entries["refs"])
        self._parents(nodes)

    # --- header and maps ------------------------------------------------------------------------------------

    def _header(self) -> _Header | None:
        raw = self._at(0, layout.HEADER_BYTES)
        if len(raw) < layout.HEADER_BYTES or layout.HEADER_HEAD.unpack_from(raw)[0] != layout.MAGIC:
            self._say("not a PST: the file does not begin with the letters !BDN")
            return None
        _, partial, client, version, *_ = layout.HEADER_HEAD.unpack_from(raw)
        if client not in (layout.MAGIC_CLIENT, _OST_CLIENT) or version != layout.VERSION:
            self._say(f"not a Unicode PST of version {layout.VERSION}: client {client:#x}, version {version}")
            return None
        if partial != layout.crc(raw[8 : 8 + 471]):
            self._say("header: partial checksum")
        if int.from_bytes(raw[0x20C:0x210], "little") != layout.crc(raw[8:0x20C]):
            self._say("header: full checksum")
        _, next_page, *_ = layout.HEADER_IDS.unpack_from(raw, 0x18)
        _, _, end, last_map, free, _, n_id, n_at, b_id, b_at, valid, *_ = layout.HEADER_ROOT.unpack_from(
            raw, 0xAC
        )
        _, _, _, sentinel, crypt, _, next_block = layout.HEADER_TAIL.unpack_from(raw, 0xFC)
        if sentinel != 0x80 or crypt not in (0, 1, 2):
            self._say(f"header: sentinel {sentinel:#x}, encoding {crypt}")
        if valid not in (1, layout.AMAP_VALID):
            self._say(f"header: the allocation maps are marked as not valid ({valid})")
        if end != self._size:
            self._say(f"header: the file ends at {self._size}, not at {end}")
        return _Header(end, last_map, free, (n_id, n_at), (b_id, b_at), next_page, next_block)

    def _page(self, offset: int, kind: int, identifier: int) -> bytes | None:
        """Read a page and check its trailer; None if there is no such page."""
        raw = self._at(offset, layout.PAGE)
        if len(raw) < layout.PAGE or offset % layout.PAGE:
            self._say(f"page {offset:#x}: not inside the file, or not at a multiple of {layout.PAGE}")
            return None
        found, again, mark, checksum, own = layout.PAGE_TRAILER.unpack_from(raw, layout.MAP_BYTES)
        if found != kind or again != kind:
            self._say(f"page {offset:#x}: type {found:#x}/{again:#x} instead of {kind:#x}")
        if checksum != layout.crc(raw[: layout.MAP_BYTES]):
            self._say(f"page {offset:#x}: checksum")
        if own != identifier:
            self._say(f"page {offset:#x}: id {own:#x} instead of {identifier:#x}")
        if mark != (0 if kind in layout.MAP_PAGES else layout.signature(offset, identifier)):
            self._say(f"page {offset:#x}: signature {mark:#x}")
        return raw

    def _use(self, offset: int, size: int, what: str) -> None:
        """Mark slots as in use, and report those that already are."""
        section, within = divmod(offset - layout.FIRST_AMAP, layout.SECTION)
        if section < 0 or within + size > layout.SECTION or offset + size > self._size:
            self._say(f"{what}: {size} bytes at {offset:#x} are not inside one section of the file")
            return
        slots = (size + layout.SLOT - 1) // layout.SLOT
        bits = (1 << slots) - 1 << layout.MAP_BYTES * 8 - within // layout.SLOT - slots
        before = self._used.get(section, 0)
        if before & bits:
            self._say(f"{what}: {size} bytes at {offset:#x} overlap something else")
        self._used[section] = before | bits

    def _maps(self, header: _Header) -> None:
        free = 0
        sections = (self._size - layout.FIRST_AMAP) // layout.SECTION
        for section in range(sections):
            base = layout.FIRST_AMAP + section * layout.SECTION
            for kind, shift in layout.map_pages(section):
                self._use(base + shift, layout.PAGE, f"map page {base + shift:#x}")
                page = self._page(base + shift, kind, base + shift)
                if page is None or kind != layout.PAGE_AMAP:
                    continue
                bits = int.from_bytes(page[: layout.MAP_BYTES], "big")
                free += layout.MAP_BYTES * 8 - bits.bit_count()
                # The other maps of this section are marked as used after this page was read.
                expected = self._used[section] | sum(self._bits(at) for _, at in layout.map_pages(section))
                for wrong, what in (
                    (expected & ~bits, "in use but marked free"),
                    (bits & ~expected, "marked but unused"),
                ):
                    if wrong:
                        first = base + (layout.MAP_BYTES * 8 - wrong.bit_length()) * layout.SLOT
                        self._say(
                            f"map {base:#x}: {wrong.bit_count()} slots are {what}, the first at {first:#x}"
                        )
        if header.last_map != layout.FIRST_AMAP + (sections - 1) * layout.SECTION:
            self._say(f"header: the last allocation map is not at {header.last_map:#x}")
        if header.free != free * layout.SLOT:
            self._say(f"header: {header.free} bytes are said to be free, the maps show {free * layout.SLOT}")

    def _compare(self, base: int, wrong: int, what: str) -> None:
        if wrong:
            first = base + (layout.MAP_BYTES * 8 - wrong.bit_length()) * layout.SLOT
            self._say(f"map {base:#x}: {wrong.bit_count()} slots are {what}, the first at {first:#x}")

    @staticmethod
    def _bits(within: int) -> int:
        slots = layout.PAGE // layout.SLOT
        return (1 << slots) - 1 << layout.MAP_BYTES * 8 - within // layout.SLOT - slots

    # --- B-trees --------------------------------------------------------------------------------------------

    def _tree(self, root: tuple[int, int], kind: int, size: int) -> Iterator[bytes]:
        """The entries of a tree's leaves, page by page; each page is checked against its parent."""
        stack: list[tuple[tuple[int, int], int, int, int]] = [(root, 0, 1 << 64, -1)]
        seen: set[int] = set()
        last = -1
        while stack:
            (identifier, offset), low, high, level = stack.pop()
            if offset in seen:
                self._say(f"page {offset:#x}: more than once in its tree")
                continue
            seen.add(offset)
            page = self._page(offset, kind, identifier)
            if page is None:
                continue
            self._use(offset, layout.PAGE, f"page {offset:#x}")
            count, most, width, own = layout.TREE_FOOT.unpack_from(page, layout.TREE_BYTES)
            if (level >= 0 and own != level) or own > _LEVELS:
                self._say(f"page {offset:#x}: level {own} where {level} is due")
                continue
            due = size if own == 0 else layout.TREE_ENTRY.size
            if level == -1 and own == count == 0:
                continue  # a tree without entries
            if width != due or most != layout.TREE_BYTES // due or not 0 < count <= most:
                self._say(f"page {offset:#x}: {count} of {most} entries of {width} bytes")
                continue
            keys = [struct.unpack_from("<Q", page, at)[0] for at in range(0, count * width, width)]
            if (
                keys != sorted(set(keys))
                or keys[0] < low
                or keys[-1] >= high
                or (own == 0 and keys[0] <= last)
            ):
                self._say(f"page {offset:#x}: its keys are not in order")
            if own == 0:
                last = keys[-1]
                yield page[: count * width]
                continue
            bounds = [*keys[1:], high]
            for i in reversed(range(count)):
                _, child, at = layout.TREE_ENTRY.unpack_from(page, i * width)
                stack.append(((child, at), keys[i], bounds[i], own - 1))

    # --- blocks ---------------------------------------------------------------------------------------------

    def _blocks(self, ids: Ids, offsets: NDArray[np.uint64], sizes: NDArray[np.uint16]) -> None:
        for i in np.argsort(offsets, kind="stable").tolist():
            identifier, offset, count = int(ids[i]), int(offsets[i]), int(sizes[i])
            name = f"block {identifier:#x}"
            if not 0 < count <= layout.BLOCK_DATA or offset % layout.SLOT:
                self._say(f"{name}: {count} bytes at {offset:#x}")
                continue
            whole = (count + layout.BLOCK_TRAILER.size + layout.SLOT - 1) // layout.SLOT * layout.SLOT
            self._use(offset, whole, name)
            raw = self._at(offset, whole)
            if len(raw) < whole:
                continue  # ``_use`` has said that it is not inside the file
            own_count, mark, checksum, own = layout.BLOCK_TRAILER.unpack_from(
                raw, whole - layout.BLOCK_TRAILER.size
            )
            if own_count != count or own & ~1 != identifier:
                self._say(
                    f"{name}: its trailer says {own_count} bytes and id {own:#x}, its entry {count} bytes"
                )
            if mark != layout.signature(offset, own):
                self._say(f"{name}: signature {mark:#x}")
            if checksum != layout.crc(memoryview(raw)[:count]):
                self._say(f"{name}: checksum")
            if identifier & layout.INTERNAL:
                self._internal[identifier] = raw[:count]

    def _references(
        self, nodes: NDArray[np.uint64], ids: Ids, sizes: NDArray[np.uint16], counts: NDArray[np.uint16]
    ) -> None:
        named = [nodes[:, 1], nodes[:, 2]]
        named += [np.array(self._named(block, raw), dtype=np.uint64) for block, raw in self._internal.items()]
        wanted = np.concatenate(named) & ~np.uint64(1)
        wanted, times = np.unique(wanted[wanted != 0], return_counts=True)
        for lost in np.setdiff1d(wanted, ids).tolist():
            self._say(f"block {lost:#x}: referred to, but not in the block tree")
        times, wanted = times[np.isin(wanted, ids)], wanted[np.isin(wanted, ids)]
        found = np.zeros(len(ids), dtype=np.int64)
        found[np.searchsorted(ids, wanted)] = times
        for i in np.flatnonzero(found + 1 != counts).tolist():
            self._say(f"block {int(ids[i]):#x}: says {int(counts[i])} references, has {int(found[i]) + 1}")
        for block, raw in self._internal.items():
            if raw[0] == layout.XBLOCK:
                self._data_tree(block, raw, ids, sizes)

    def _named(self, block: int, raw: bytes) -> list[int]:
        """The block ids in an internal block, whose form is checked."""
        if len(raw) < layout.TREE_HEAD.size:
            self._say(f"block {block:#x}: {len(raw)} bytes")
            return []
        kind, level, count, _ = layout.TREE_HEAD.unpack_from(raw)
        width = {(1, 1): 8, (1, 2): 8, (2, 0): layout.SL_ENTRY.size, (2, 1): layout.SI_ENTRY.size}.get(
            (kind, level)
        )
        if width is None or not count or len(raw) != layout.TREE_HEAD.size + count * width:
            self._say(f"block {block:#x}: type {kind}, level {level}, {count} entries in {len(raw)} bytes")
            return []
        values = np.frombuffer(raw, dtype="<u8", offset=layout.TREE_HEAD.size).reshape(count, -1)
        if kind == layout.XBLOCK:
            return [int(value) for value in values[:, 0]]
        # Only the lower half of the key is the node id; Outlook leaves garbage in the upper half.
        if np.any(np.diff(values[:, 0].astype(np.uint32).astype(np.int64)) <= 0):
            self._say(f"block {block:#x}: its subnodes are not in order")
        return [int(value) for value in values[:, 1:].ravel()]

    def _data_tree(self, block: int, raw: bytes, ids: Ids, sizes: NDArray[np.uint16]) -> None:
        """Check that the blocks of a data tree add up, and that all but the last are full."""
        _, level, _, total = layout.TREE_HEAD.unpack_from(raw)
        named = np.frombuffer(raw[layout.TREE_HEAD.size : len(raw) & ~7], dtype="<u8") & ~np.uint64(1)
        if level == 1:
            places = np.searchsorted(ids, named)
            if np.any(places >= len(ids)):
                return  # already reported: not in the block tree
            parts = [int(part) for part in sizes[places]]
            full = layout.BLOCK_DATA
        else:
            parts = [int.from_bytes(self._internal.get(int(part), b"")[4:8], "little") for part in named]
            full = layout.BLOCK_DATA * layout.XBLOCK_MOST
        if sum(parts) != total:
            self._say(f"block {block:#x}: announces {total} bytes, its parts have {sum(parts)}")
        if any(part != full for part in parts[:-1]):
            self._say(f"block {block:#x}: a part before the last is not full")

    def _parents(self, nodes: NDArray[np.uint64]) -> None:
        own = nodes[:, 0] & np.uint64(0xFFFFFFFF)
        parents = nodes[:, 3] & np.uint64(0xFFFFFFFF)
        hang = np.isin(
            own & np.uint64(0x1F),
            np.array(
                [layout.T_FOLDER, layout.T_SEARCH_FOLDER, layout.T_MESSAGE, layout.T_ASSOCIATED], np.uint64
            ),
        )
        for i in np.flatnonzero(hang & ~np.isin(parents, own)).tolist():
            self._say(f"node {int(own[i]):#x}: its parent {int(parents[i]):#x} does not exist")
