import io
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.synthetic.pst import layout
from data.synthetic.pst.pages import Space, write_tree


class Discard(io.RawIOBase):
    """A file that keeps only the first four kilobytes of each write, and their offset."""

    def __init__(self) -> None:
        self.at = 0
        self.starts: dict[int, bytes] = {}

    def write(self, data: object) -> int:
        kept = bytes(memoryview(data)[:4096])  # type: ignore[arg-type]
        self.starts[self.at] = kept
        self.at += memoryview(data).nbytes  # type: ignore[arg-type]
        return len(kept)

    def seek(self, at: int, whence: int = 0) -> int:
        self.at = at
        return at


def slots(page: bytes) -> str:
    return f"{int.from_bytes(page[:496], 'big'):03968b}"


@pytest.mark.long
@given(st.lists(st.integers(1, 128).map(lambda n: n * 64), min_size=1, max_size=200))
def test_space_neither_overlaps_nor_crosses_a_section(sizes: list[int]) -> None:
    stream = io.BytesIO()
    space = Space(stream)
    taken = []
    for size in sizes:
        at = space.room(size)
        assert at + size <= layout.SECTION
        taken.append((space.base + at, space.base + at + size))
    end, last, free = space.finish()
    raw = stream.getvalue()
    assert len(raw) == end
    assert all(before[1] <= after[0] for before, after in pairwise(taken))
    used = 0
    for section in range((end - 0x4400) // layout.SECTION):
        base = 0x4400 + section * layout.SECTION
        bits = slots(raw[base : base + 512])
        maps = [base + at for _, at in layout.map_pages(section)]
        expected = {slot for at in maps for slot in range(at, at + 512, 64)}
        expected |= {s for a, b in taken if base <= a < base + layout.SECTION for s in range(a, b, 64)}
        assert {base + 64 * i for i, bit in enumerate(bits) if bit == "1"} == expected
        used += len(expected)
    assert last == end - layout.SECTION
    assert free == (end - 0x4400) - used * 64


def test_each_map_page_is_at_its_offset_with_its_type_and_checksum() -> None:
    stream = Discard()
    space = Space(stream)  # type: ignore[arg-type]
    for _ in range(31 * 130):
        space.room(8192)
    space.finish()
    kinds: dict[int, list[int]] = {}
    for section in range(130):
        start = stream.starts[0x4400 + section * layout.SECTION]
        for at in range(0, 2048, 512):
            kind, again, mark, checksum, own = layout.PAGE_TRAILER.unpack_from(start, at + 496)
            if kind:
                assert (again, mark, own) == (kind, 0, 0x4400 + section * layout.SECTION + at)
                assert checksum == layout.crc(start[at : at + 496])
                kinds.setdefault(kind, []).append(section)
    assert kinds == {
        layout.PAGE_AMAP: list(range(130)),
        layout.PAGE_PMAP: list(range(0, 130, 8)),
        layout.PAGE_FMAP: [128],
    }


def test_the_gap_before_a_free_page_map_stays_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "FPMAP_FIRST", 1)
    stream = io.BytesIO()
    space = Space(stream)
    for _ in range(40):
        space.room(8192)
    space.finish()
    base = 0x4400 + layout.SECTION
    assert slots(stream.getvalue()[base : base + 512])[:40] == "1" * 8 + "0" * 16 + "1" * 16


@pytest.mark.parametrize(
    ("count", "levels"), [(0, 0), (1, 0), (15, 0), (16, 1), (15 * 20, 1), (15 * 20 + 1, 2), (6001, 3)]
)
def test_a_tree_has_as_many_levels_as_its_entries_need(count: int, levels: int) -> None:
    stream = io.BytesIO()
    space = Space(stream)
    entries = (layout.NBT_ENTRY.pack(10 * i, i, 0, 0, 0) for i in range(1, count + 1))
    root = write_tree(space, layout.PAGE_NBT, entries, layout.NBT_ENTRY.size)
    space.finish()
    raw = stream.getvalue()

    def below(identifier: int, at: int, level: int) -> list[int]:
        page = raw[at : at + 512]
        held, most, width, own = page[488:492]
        assert (own, page[496], struct.unpack_from("<Q", page, 504)[0]) == (
            level,
            layout.PAGE_NBT,
            identifier,
        )
        assert held <= most == 488 // width
        if level == 0:
            return [struct.unpack_from("<Q", page, i * width)[0] for i in range(held)]
        found = []
        for i in range(held):
            key, child, place = struct.unpack_from("<QQQ", page, i * width)
            found.append(below(child, place, level - 1))
            assert found[-1][0] == key
        return [key for leaf in found for key in leaf]

    assert below(*root, levels) == [10 * i for i in range(1, count + 1)]
