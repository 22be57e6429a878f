import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.synthetic.pst import PstWriter, layout
from tests.data.synthetic.pst.verify import verify


@pytest.fixture(scope="module")
def good(letter: Any, attached: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mailbox of two sections; both of its B-trees have two levels. Small, as it is verified very often."""
    path = tmp_path_factory.mktemp("verify") / "good.pst"
    with PstWriter(path) as box:
        inbox = box.add_folder(("Inbox",))
        for i in range(45):
            box.add_message(inbox, letter(subject=f"s{i}", html=b"h" * i * 240))
        box.add_message(inbox, letter(attachments=(attached(bytes(40_000)),)))
    return path


def damaged(path: Path, change: Callable[[bytearray], None]) -> list[str]:
    """What is found in a copy of the file after a change."""
    raw = bytearray(path.read_bytes())
    change(raw)
    other = path.with_name("damaged.pst")
    other.write_bytes(raw)
    return verify(other)


def reseal_page(raw: bytearray, at: int) -> None:
    raw[at + 500 : at + 504] = layout.crc(raw[at : at + 496]).to_bytes(4, "little")


def reseal_header(raw: bytearray) -> None:
    raw[0x20C:0x210] = layout.crc(raw[8:0x20C]).to_bytes(4, "little")
    raw[4:8] = layout.crc(raw[8 : 8 + 471]).to_bytes(4, "little")


def test_a_written_file_has_no_faults(good: Path, nodes: Any) -> None:
    assert verify(good) == []
    raw = good.read_bytes()
    assert len(raw) == 0x4400 + 2 * layout.SECTION
    levels = {(raw[at + 496], level) for at, level in nodes(good).pages.items()}
    assert levels == {(kind, level) for kind in (layout.PAGE_NBT, layout.PAGE_BBT) for level in (0, 1)}


def test_files_that_outlook_wrote_have_no_faults(real: Path) -> None:
    names = ["body-types.pst", "faulty-items.pst", "ingest-file.pst", "outlook2019.pst", "sample.ost"]
    assert {name: verify(real / "pst" / name) for name in names} == {name: [] for name in names}


def test_slots_that_outlook_left_marked_are_reported(real: Path) -> None:
    found = verify(real / "pst" / "enron.pst")
    assert found
    assert all("marked but unused" in problem for problem in found)


@pytest.mark.parametrize("content", [b"", b"!BDN", b"x" * 10_000, b"!BDN" + bytes(1000)])
def test_a_file_that_is_not_a_pst_gives_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pst").write_bytes(content)
    (problem,) = verify(tmp_path / "a.pst")
    assert problem.startswith("not a ")


@pytest.mark.long
def test_a_flipped_bit_is_found_wherever_it_matters(good: Path, nodes: Any) -> None:
    file = nodes(good)
    regions = [(0, 0x210), *((at, 512) for at in file.pages)]
    regions += [(0x4400 + i * layout.SECTION + at, 512) for i in (0, 1) for _, at in layout.map_pages(i)]
    for at, size, _ in file.blocks.values():
        regions += [(at, size), (at + (size + 79 & ~63) - 16, 16)]
    chance = random.Random(3)
    for _ in range(150):
        start, length = chance.choice(regions)
        at, bit = start + chance.randrange(length), 1 << chance.randrange(8)

        def flip(raw: bytearray, at: int = at, bit: int = bit) -> None:
            raw[at] ^= bit

        assert damaged(good, flip), f"bit {bit:#x} of byte {at:#x}"


@pytest.mark.parametrize("keep", [0.01, 0.5, 0.9])
def test_a_file_cut_in_the_middle_is_found(good: Path, keep: float) -> None:
    def cut(raw: bytearray) -> None:
        del raw[int(len(raw) * keep) :]

    assert any("the file ends at" in problem for problem in damaged(good, cut))


def leaf(nodes: Any, path: Path, kind: int) -> int:
    raw = path.read_bytes()
    return int(min(at for at, level in nodes(path).pages.items() if level == 0 and raw[at + 496] == kind))


def test_a_wrong_count_of_references_is_found(good: Path, nodes: Any) -> None:
    def change(raw: bytearray) -> None:
        at = leaf(nodes, good, layout.PAGE_BBT)
        raw[at + 18] += 1
        reseal_page(raw, at)

    assert [p for p in damaged(good, change) if "references" in p]


def test_a_node_that_refers_to_nothing_is_found(good: Path, nodes: Any) -> None:
    def change(raw: bytearray) -> None:
        at = leaf(nodes, good, layout.PAGE_NBT)
        struct.pack_into("<Q", raw, at + 8, 0xFFFFF0)
        reseal_page(raw, at)

    problems = damaged(good, change)
    assert [p for p in problems if "0xfffff0: referred to, but not in the block tree" in p]


def test_a_message_without_a_folder_is_found(good: Path, nodes: Any) -> None:
    def change(raw: bytearray) -> None:
        for at, level in nodes(good).pages.items():
            if level == 0 and raw[at + 496] == layout.PAGE_NBT and raw[at] & 0x1F == layout.T_MESSAGE:
                struct.pack_into("<I", raw, at + 24, 0x77702)
                reseal_page(raw, at)
                return

    (problem,) = damaged(good, change)
    assert problem.endswith("its parent 0x77702 does not exist")


def test_entries_out_of_order_are_found(good: Path, nodes: Any) -> None:
    def change(raw: bytearray) -> None:
        at = leaf(nodes, good, layout.PAGE_NBT)
        raw[at : at + 32], raw[at + 32 : at + 64] = raw[at + 32 : at + 64], raw[at : at + 32]
        reseal_page(raw, at)

    assert [p for p in damaged(good, change) if "not in order" in p]


@pytest.mark.parametrize(("slot", "what"), [(16, "in use but marked free"), (3967, "marked but unused")])
def test_a_wrong_allocation_map_is_found(good: Path, slot: int, what: str) -> None:
    section = 0 if slot == 16 else 1  # the last section is not full

    def change(raw: bytearray) -> None:
        base = 0x4400 + section * layout.SECTION
        raw[base + slot // 8] ^= 0x80 >> slot % 8
        reseal_page(raw, base)

    problems = damaged(good, change)
    assert [p for p in problems if what in p]
    assert [p for p in problems if "are said to be free" in p]


def test_a_next_block_id_that_is_in_use_is_found(good: Path) -> None:
    def change(raw: bytearray) -> None:
        raw[0x204:0x20C] = (8).to_bytes(8, "little")
        reseal_header(raw)

    assert damaged(good, change) == ["header: the next block id 0x8 is in use"]


def test_a_circular_tree_does_not_hang(good: Path, nodes: Any) -> None:
    def change(raw: bytearray) -> None:
        root = int.from_bytes(raw[0xE0:0xE8], "little")
        identifier = int.from_bytes(raw[0xD8:0xE0], "little")
        struct.pack_into("<QQ", raw, root + 8, identifier, root)
        reseal_page(raw, root)

    assert any("more than once" in problem for problem in damaged(good, change))


def test_no_more_than_a_thousand_problems_are_listed(good: Path) -> None:
    def change(raw: bytearray) -> None:
        raw[0x8000:] = bytes(len(raw) - 0x8000)

    assert 0 < len(damaged(good, change)) <= 1001
