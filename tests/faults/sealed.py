"""Hostile content with correct checksums: it may say anything, but must neither stop the reader nor affect
a message that does not consist of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.mail.layout import BBT, NBT, TYPE_FOLDER, TYPE_MESSAGE, nid_type
from tests.faults.anatomy import Block
from tests.faults.kinds import kind, pick_block, pick_page
from tests.faults.patient import Patient


def _pound(patient: Patient, block: Block) -> None:
    """Hostile numbers in a heap: its head, its map of items, its B-tree, its records, anywhere."""
    content, rng = patient.content(block), patient.rng
    heap_map = int.from_bytes(content[:2], "little")
    spots = [(0, 12), (12, min(64, block.size)), (0, block.size)]
    if heap_map + 4 < block.size:
        spots += [(heap_map, block.size)] * 2
    for _ in range(rng.choice((1, 1, 2, 6))):
        low, high = rng.choice(spots)
        width = rng.choice((1, 2, 4))
        at = rng.randrange(low, max(low + 1, high - width + 1))
        if rng.random() < 0.5:
            at -= at % 2
        old = int.from_bytes(content[at : at + width], "little")
        value = rng.choice(
            (
                0,
                1,
                0x20,
                0x40,
                0xFF,
                0x7FFF,
                0xFFFF,
                0x7FFFFFFF,
                0xFFFFFFFF,
                old + 1,
                old - 1,
                old ^ (1 << rng.randrange(8 * width)),
                block.size,
                rng.getrandbits(32),
            )
        )
        patient.rewrite(block, at, (value % (1 << 8 * width)).to_bytes(width, "little"))


@kind("sealed: bits of a message's block", sealed=True)
def _(patient: Patient) -> bool | None:
    block = pick_block(patient, "data", "part")
    if block is None or not block.size:
        return False
    for _ in range(patient.rng.choice((1, 1, 4, 40))):
        patient.flip(block.offset, block.offset + block.size)
    patient.seal_block(block)
    return None


def _first_blocks(patient: Patient) -> list[Block]:
    """The blocks in which the properties of messages begin."""
    found = []
    for nid, (data, _, _, _) in patient.anatomy.nodes.items():
        block = patient.anatomy.blocks.get(data & ~1)
        if (
            nid_type(nid) == TYPE_MESSAGE
            and block is not None
            and block.role == "data"
            and block.full == block.size >= 16
        ):
            found.append(block)
    return found


@kind("sealed: properties of a message", sealed=True)
def _(patient: Patient) -> bool | None:
    blocks = _first_blocks(patient)
    if not blocks:
        return False
    _pound(patient, patient.rng.choice(blocks))
    return None


@kind("sealed: types and places of properties", sealed=True)
def _(patient: Patient) -> bool | None:
    """The records of a property context: another type, another reference, another tag."""
    blocks = _first_blocks(patient)
    if not blocks:
        return False
    block = patient.rng.choice(blocks)
    content = patient.content(block)
    tags = (
        0x001A,
        0x0037,
        0x0039,
        0x007D,
        0x0C1F,
        0x0E06,
        0x1000,
        0x1009,
        0x1013,
        0x1035,
        0x3FDE,
        0x3FFD,
        0x5D01,
    )
    types = (
        0x0000,
        0x0002,
        0x0003,
        0x000B,
        0x000D,
        0x0014,
        0x001E,
        0x001F,
        0x0040,
        0x0048,
        0x0102,
        0x101F,
        0x1102,
        0xFFFF,
    )
    places = [
        at for tag in tags if (at := content.find(tag.to_bytes(2, "little"), 20)) > 0 and at + 8 <= block.size
    ]
    if not places:
        return False
    for at in patient.rng.sample(places, min(len(places), patient.rng.choice((1, 1, 3)))):
        part = patient.rng.choice(("type", "reference", "tag", "code page"))
        if part == "type":
            patient.rewrite(block, at + 2, patient.rng.choice(types).to_bytes(2, "little"))
        elif part == "reference":
            other = patient.rng.choice(places)
            fresh = (
                content[other + 4 : other + 8],
                bytes(4),
                b"\xff" * 4,
                patient.rng.randbytes(4),
                b"\x20\x00\x00\x00",
            )
            patient.rewrite(block, at + 4, patient.rng.choice(fresh))
        elif part == "tag":
            patient.rewrite(block, at, patient.rng.choice(tags).to_bytes(2, "little"))
        else:
            page = patient.rng.choice((0, 7, 1200, 1201, 50220, 52936, 54936, 65000, 0x7FFFFFFF, 0xFFFFFFFF))
            for code_page in (0x3FDE, 0x3FFD):
                found = content.find(code_page.to_bytes(2, "little"), 20)
                if 0 < found <= block.size - 8:
                    patient.rewrite(block, found + 4, page.to_bytes(4, "little"))
    return None


@kind("sealed: a table or a long value of a message", sealed=True)
def _(patient: Patient) -> bool | None:
    block = pick_block(patient, "part", plain=True)
    if block is None or block.size < 16:
        return False
    _pound(patient, block)
    return None


@kind("sealed: a folder's properties", sealed=True)
def _(patient: Patient) -> bool | None:
    block = pick_block(patient, "folder", plain=True)
    if block is None or block.size < 16:
        return False
    _pound(patient, block)
    return None


@kind("sealed: a folder lies about its messages", sealed=True)
def _(patient: Patient) -> bool | None:
    record = (0x3602).to_bytes(2, "little") + (3).to_bytes(2, "little")
    anatomy = patient.anatomy
    # A search folder counts messages that are elsewhere: its number is not compared with the index.
    folders = [data for nid, (data, _, _, _) in anatomy.nodes.items() if nid_type(nid) == TYPE_FOLDER]
    blocks = [
        block for data in folders if (block := anatomy.blocks.get(data & ~1)) and block.full == block.size
    ]
    places = [(block, at) for block in blocks if (at := patient.content(block).find(record)) > 0]
    if not places:
        return False
    block, at = patient.rng.choice(places)
    old = int.from_bytes(patient.content(block)[at + 4 : at + 8], "little")
    patient.rewrite(
        block, at + 4, ((old + patient.rng.choice((1, 7, 0x7FFFFFFF))) % (1 << 32)).to_bytes(4, "little")
    )
    return None


@kind("sealed: subnodes", sealed=True)
def _(patient: Patient) -> bool | None:
    """Entries of a subnode block: cycles, other blocks, other ids, another count or level."""
    block = pick_block(patient, "subnodes", plain=True)
    if block is None:
        return False
    layout, rng = patient.anatomy.layout, patient.rng
    bids = list(patient.anatomy.blocks)
    if rng.random() < 0.3:
        at, width = rng.choice(((0, 1), (1, 1), (2, 2)))
        patient.hostile(block.offset + at, width, 0, 1, 2)
    else:
        count = (block.size - layout.sub_header) // (3 * layout.word) or 1
        entry = block.offset + layout.sub_header + rng.randrange(count) * 3 * layout.word
        column = rng.randrange(3)
        likely = (
            (0x671, 0x692, 0x8025, 0x805F)
            if column == 0
            else (block.bid, block.bid, rng.choice(bids), rng.choice(bids))
        )
        patient.hostile(entry + column * layout.word, layout.word, *likely)
    patient.seal_block(block)
    return None


@kind("sealed: a subnode block names itself", sealed=True)
def _(patient: Patient) -> bool | None:
    block = pick_block(patient, "subnodes", plain=True)
    if block is None:
        return False
    layout = patient.anatomy.layout
    entry = block.offset + layout.sub_header
    if patient.rng.random() < 0.5:
        patient.number(block.offset + 1, 1, 1)  # a block of the level above, of one entry: itself
        patient.number(block.offset + 2, 2, 1)
        patient.number(entry + layout.word, layout.word, block.bid)
    else:
        patient.number(entry + 2 * layout.word, layout.word, block.bid)
    patient.seal_block(block)
    return None


@kind("sealed: a data tree", sealed=True)
def _(patient: Patient) -> bool | None:
    block = pick_block(patient, "tree", plain=True)
    if block is None:
        return False
    layout, rng = patient.anatomy.layout, patient.rng
    if rng.random() < 0.4:
        at, width = rng.choice(((0, 1), (1, 1), (2, 2), (4, 4)))
        patient.hostile(block.offset + at, width, 0, 1, 2)
    else:
        entry = block.offset + 8 + rng.randrange(max(1, (block.size - 8) // layout.word)) * layout.word
        tree = rng.choice(patient.anatomy.of_role("tree")).bid
        patient.hostile(entry, layout.word, block.bid, tree, rng.choice(list(patient.anatomy.blocks)))
    patient.seal_block(block)
    return None


@kind("sealed: a data tree names itself", sealed=True)
def _(patient: Patient) -> bool | None:
    block = pick_block(patient, "tree", plain=True)
    if block is None:
        return False
    layout, rng = patient.anatomy.layout, patient.rng
    if rng.random() < 0.5:
        patient.number(block.offset + 1, 1, 2)
    for at in range(8, block.size - layout.word + 1, layout.word):
        if rng.random() < 0.5:
            patient.number(block.offset + at, layout.word, block.bid)
    patient.seal_block(block)
    return None


def _entries_of(patient: Patient, tree: int, *, leaf: bool) -> bool | None:
    """Hostile entries of a page: fields, copies of other entries, counts, levels."""
    page = pick_page(patient, tree, leaf=leaf)
    if page is None:
        return False
    layout, rng, raw = patient.anatomy.layout, patient.rng, patient.anatomy.raw
    manner = rng.choice(("field", "field", "copy", "counts", "order"))
    if manner == "field":
        entry, column = patient.entry(page), rng.randrange(3)
        other = patient.entry(page) + column * layout.word
        likely = [int.from_bytes(raw[other : other + layout.word], "little")]
        likely += [candidate.offset for candidate in patient.anatomy.pages] if not leaf else []
        patient.hostile(entry + column * layout.word, layout.word, *likely)
        if leaf and tree == BBT and rng.random() < 0.5:
            patient.hostile(entry + 2 * layout.word, 2)
    elif manner == "copy":
        source = patient.entry(page)
        patient.put(patient.entry(page), raw[source : source + page.width])
    elif manner == "counts":
        size = 2 if layout.page == 4096 else 1
        at = rng.choice((0, size, 2 * size, 2 * size + 1))
        patient.hostile(page.offset + layout.counts + at, size if at < 2 * size else 1, 0, 1, 2, 3)
    else:
        entries = [raw[patient.entry(page, number) :][: page.width] for number in range(page.count)]
        rng.shuffle(entries)
        patient.put(page.offset, b"".join(entries))
    patient.seal_page(page)
    return None


@kind("sealed: entries of nodes", sealed=True)
def _(patient: Patient) -> bool | None:
    return _entries_of(patient, NBT, leaf=True)


@kind("sealed: entries of blocks", sealed=True)
def _(patient: Patient) -> bool | None:
    return _entries_of(patient, BBT, leaf=True)


@kind("sealed: branches of the node index", sealed=True)
def _(patient: Patient) -> bool | None:
    return _entries_of(patient, NBT, leaf=False)


@kind("sealed: branches of the block index", sealed=True)
def _(patient: Patient) -> bool | None:
    return _entries_of(patient, BBT, leaf=False)


@kind("sealed: a cycle in an index", sealed=True)
def _(patient: Patient) -> bool | None:
    """A branch that refers to itself, to one above, or twice to the same page; for all or one of its keys."""
    tree = patient.rng.choice((NBT, BBT))
    page = pick_page(patient, tree, leaf=False)
    if page is None:
        return False
    layout, rng = patient.anatomy.layout, patient.rng
    branches = patient.anatomy.index(tree, leaf=False)
    target = rng.choice((page, rng.choice(branches), rng.choice(patient.anatomy.index(tree)))).offset
    for number in range(page.count) if rng.random() < 0.3 else (rng.randrange(page.count),):
        patient.number(patient.entry(page, number) + 2 * layout.word, layout.word, target)
    if rng.random() < 0.3:  # a level that allows for it
        patient.hostile(page.offset + layout.counts + (5 if layout.page == 4096 else 3), 1, page.level + 1)
    patient.seal_page(page)
    return None


@kind("sealed: folders in a cycle", sealed=True)
def _(patient: Patient) -> bool | None:
    anatomy, layout, rng = patient.anatomy, patient.anatomy.layout, patient.rng
    folders = [nid for nid in anatomy.nodes if nid_type(nid) == TYPE_FOLDER]
    for nid in rng.sample(folders, min(len(folders), rng.choice((1, 2, 5)))):
        entry = anatomy.nodes[nid][3]
        patient.number(
            entry + 3 * layout.word, 4, rng.choice((nid, rng.choice(folders), rng.choice(folders), 0))
        )
        page = next(page for page in anatomy.pages if page.offset <= entry < page.offset + layout.page)
        patient.seal_page(page)
    return None


@kind("sealed: blocks exchanged under each other's ids", sealed=True)
def _(patient: Patient) -> bool | None:
    one = pick_block(patient, "data", "part", "tree", "subnodes")
    if one is None:
        return False
    same = [block for block in patient.anatomy.blocks.values() if block.size == one.size and block is not one]
    if not same:
        return False
    other, raw = patient.rng.choice(same), patient.anatomy.raw
    for here, there in ((one, other), (other, one)):
        patient.put(here.offset, raw[there.offset : there.offset + here.size])
        patient.seal_block(here)
    return None


@kind("sealed: the header", sealed=True)
def _(patient: Patient) -> None:
    layout, rng = patient.anatomy.layout, patient.rng
    offsets: Sequence[int] = [page.offset for page in patient.anatomy.pages]
    spots = (
        (layout.nbt + layout.word, layout.word),
        (layout.bbt + layout.word, layout.word),
        (layout.eof, layout.word),
        (layout.crypt, 1),
        (10, 2),
    )
    at, width = rng.choice(spots)
    patient.hostile(at, width, *(offsets if width == layout.word else (14, 15, 21, 23, 36, 37)))
    patient.seal_header()
