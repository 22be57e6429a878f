"""Damage by disks and copies: checksums become wrong, and nothing may change silently."""

from __future__ import annotations

from tasks.mail.layout import BBT, HEADER_BYTES, NBT
from tests.faults.kinds import kind, pick_block, pick_page
from tests.faults.patient import Patient


@kind("one bit anywhere")
def _(patient: Patient) -> None:
    patient.flip(0, len(patient.data))


@kind("many bits anywhere")
def _(patient: Patient) -> None:
    for _ in range(patient.rng.choice((10, 100, 1000))):
        patient.flip(HEADER_BYTES, len(patient.data))


@kind("bits of the node index")
def _(patient: Patient) -> bool | None:
    page = pick_page(patient, NBT)
    if page is None:
        return False
    for _ in range(patient.rng.choice((1, 1, 2, 5))):
        patient.flip(page.offset, page.offset + patient.anatomy.layout.page)
    return None


@kind("bits of the block index")
def _(patient: Patient) -> bool | None:
    page = pick_page(patient, BBT)
    if page is None:
        return False
    for _ in range(patient.rng.choice((1, 1, 2, 5))):
        patient.flip(page.offset, page.offset + patient.anatomy.layout.page)
    return None


@kind("bits of a message's block")
def _(patient: Patient) -> bool | None:
    block = pick_block(patient, "data", "part")
    if block is None:
        return False
    for _ in range(patient.rng.choice((1, 1, 1, 3))):
        patient.flip(*block.range)
    return None


@kind("bits of a block of references")
def _(patient: Patient) -> bool | None:
    block = pick_block(patient, "tree", "subnodes")
    if block is None:
        return False
    patient.flip(*block.range)
    return None


@kind("bits of a folder's block")
def _(patient: Patient) -> bool | None:
    block = pick_block(patient, "folder")
    if block is None:
        return False
    patient.flip(*block.range)
    return None


@kind("bits of the header")
def _(patient: Patient) -> None:
    layout = patient.anatomy.layout
    # Half of them where it matters: the version, the roots of the trees, the encoding.
    spots = (
        (10, 12),
        (layout.nbt, layout.bbt + 2 * layout.word),
        (layout.crypt, layout.crypt + 1),
        (layout.eof, layout.eof + layout.word),
    )
    for _ in range(patient.rng.choice((1, 1, 3))):
        patient.flip(*(patient.rng.choice(spots) if patient.rng.random() < 0.5 else (0, HEADER_BYTES)))


@kind("the header names another root")
def _(patient: Patient) -> bool | None:
    """Like a header from another time: an existing page of the same tree."""
    layout, header = patient.anatomy.layout, patient.anatomy.header
    tree, at = patient.rng.choice(((NBT, layout.nbt), (BBT, layout.bbt)))
    others = [
        page
        for page in patient.anatomy.index(tree)
        if page.offset != (header.nbt if tree == NBT else header.bbt)[1]
    ]
    if not others:
        return False
    patient.number(at + layout.word, layout.word, patient.rng.choice(others).offset)
    return None


@kind("cut")
def _(patient: Patient) -> None:
    size = len(patient.data)
    # Half of them in the last twentieth: a copy that lacks its end, where a mailbox often has its index.
    stop = (
        patient.rng.randrange(size - size // 20, size)
        if patient.rng.random() < 0.5
        else patient.rng.randrange(size)
    )
    del patient.data[stop:]
    patient.touched.append((stop, size))
    patient.note.append(f"cut after {stop} of {size} bytes")


@kind("zeroed page")
def _(patient: Patient) -> bool | None:
    page = pick_page(patient, patient.rng.choice((NBT, BBT)))
    if page is None:
        return False
    if patient.rng.random() < 0.3:
        start = patient.rng.randrange(0, len(patient.data), 4096)
        patient.put(start, bytes(min(4096, len(patient.data) - start)))
    else:
        patient.put(page.offset, bytes(patient.anatomy.layout.page))
    return None


@kind("a stretch of other bytes")
def _(patient: Patient) -> None:
    size = min(patient.rng.choice((64, 512, 4096, 65536)), len(patient.data) // 2)
    start = patient.rng.randrange(0, len(patient.data) - size, 512)
    fill = patient.rng.choice((bytes(size), b"\xff" * size, patient.rng.randbytes(size), patient.data[:size]))
    patient.put(start, bytes(fill))


@kind("bytes lost or added in the middle")
def _(patient: Patient) -> None:
    at, count = patient.rng.randrange(len(patient.data)), patient.rng.choice((1, 2, 64, 512, 5000))
    size = len(patient.data)
    if patient.rng.random() < 0.5:
        patient.data[at:at] = patient.rng.randbytes(count)
    else:
        del patient.data[at : at + count]
    patient.touched.append((at, size))
    patient.note.append(f"{len(patient.data) - size:+d} bytes at {at}")


@kind("swapped blocks")
def _(patient: Patient) -> bool | None:
    one = pick_block(patient, "data", "part", "tree", "subnodes")
    if one is None:
        return False
    others = [
        block for block in patient.anatomy.blocks.values() if block.span == one.span and block is not one
    ]
    if not others:
        return False
    other = patient.rng.choice(others)
    raw = patient.anatomy.raw
    patient.put(one.offset, raw[slice(*other.range)])
    if patient.rng.random() < 0.7:
        patient.put(other.offset, raw[slice(*one.range)])
    return None


@kind("swapped pages")
def _(patient: Patient) -> bool | None:
    """A page in the place of another, as after a misplaced write."""
    tree = patient.rng.choice((NBT, BBT))
    pages = patient.anatomy.index(tree)
    if len(pages) < 2:
        return False
    one, other = patient.rng.sample(pages, 2)
    raw, width = patient.anatomy.raw, patient.anatomy.layout.page
    patient.put(one.offset, raw[other.offset : other.offset + width])
    if patient.rng.random() < 0.5:
        patient.put(other.offset, raw[one.offset : one.offset + width])
    return None


@kind("outside of every message")
def _(patient: Patient) -> None:
    """Attachments' contents, maps of free space, contents tables, free space itself: nothing may change."""
    anatomy, rng = patient.anatomy, patient.rng
    spans = [block.range for block in anatomy.of_role("attachment", "other")]
    wanted, done = rng.choice((1, 20, 500)), 0
    for _ in range(wanted * 4):
        low, high = rng.choice(spans) if spans and rng.random() < 0.5 else (HEADER_BYTES, len(patient.data))
        offset = rng.randrange(low, high)
        if not anatomy.is_vital(offset):
            patient.flip(offset, offset + 1)
            done += 1
        if done == wanted:
            return


@kind("bytes after the end")
def _(patient: Patient) -> None:
    patient.data += patient.rng.randbytes(patient.rng.choice((1, 511, 4096, 100_000)))
    patient.note.append("bytes after the end")
