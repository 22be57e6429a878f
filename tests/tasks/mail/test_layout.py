"""The three generations of the format: widths, the header, and what is said of other files."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.mail.layout import (
    ANSI,
    HEADER_BYTES,
    UNICODE,
    UNICODE_4K,
    Header,
    Layout,
    NotAMailboxError,
    checksum,
    nid_type,
)

GENERATIONS = pytest.mark.parametrize("layout", [ANSI, UNICODE, UNICODE_4K], ids=lambda layout: layout.name)


def header_of(version: int, crypt: int = 1) -> bytearray:
    raw = bytearray(HEADER_BYTES)
    raw[:4] = b"!BDN"
    struct.pack_into("<H", raw, 10, version)
    raw[513] = raw[461] = crypt
    struct.pack_into("<I", raw, 4, checksum(bytes(raw[8 : 8 + 471])))
    return raw


@given(st.binary(max_size=200))
def test_the_checksum_is_the_table_driven_one_of_the_format(data: bytes):
    crc = 0
    for byte in data:
        low = (crc ^ byte) & 0xFF
        for _ in range(8):
            low = (low >> 1) ^ (0xEDB88320 if low & 1 else 0)
        crc = (crc >> 8) ^ low
    assert checksum(data) == crc
    assert checksum(memoryview(data)) == crc


def test_the_checksum_is_not_the_usual_one():
    assert checksum(b"123456789") != zlib.crc32(b"123456789")


def test_the_type_of_a_node_is_in_its_low_five_bits():
    assert [nid_type(nid) for nid in (0x21, 0x122, 0x200024, 0x8025, 0x2223)] == [1, 2, 4, 5, 3]


@GENERATIONS
@given(size=st.integers(1, 65_535))
def test_a_block_takes_its_data_and_its_trailer_up_to_the_next_step(layout: Layout, size: int):
    span = layout.block_span(size)
    assert span % layout.align == 0
    assert size + layout.trailer <= span < size + layout.trailer + layout.align


@pytest.mark.parametrize(
    ("layout", "node", "block", "branch", "full"),
    [(ANSI, 16, 12, 12, 31), (UNICODE, 32, 24, 24, 15), (UNICODE_4K, 32, 24, 24, 126)],
)
def test_entries_are_as_wide_as_the_format_says(
    layout: Layout, node: int, block: int, branch: int, full: int
):
    assert (layout.node.itemsize, layout.block.itemsize, layout.branch.itemsize) == (node, block, branch)
    assert layout.entries_bytes // layout.node.itemsize == full
    assert struct.calcsize(layout.block_row) == block
    assert struct.calcsize(layout.trailer_format) <= layout.trailer


@pytest.mark.parametrize(
    ("version", "layout"), [(14, ANSI), (15, ANSI), (21, UNICODE), (23, UNICODE), (36, UNICODE_4K)]
)
def test_the_version_tells_the_generation(version: int, layout: Layout):
    assert Header.parse(bytes(header_of(version))).layout is layout


@pytest.mark.parametrize("version", [0, 13, 16, 20, 37, 0xFFFF])
def test_an_unknown_version_is_an_error_that_says_what_to_do(version: int):
    with pytest.raises(NotAMailboxError, match=rf"version {version}: export it again"):
        Header.parse(bytes(header_of(version)))


def test_an_empty_file_is_called_empty():
    with pytest.raises(NotAMailboxError, match="empty: copy it again"):
        Header.parse(b"")


@pytest.mark.parametrize("raw", [b"!BD", b"From a@example.org", b"PK\x03\x04" * 200, bytes(HEADER_BYTES)])
def test_a_file_of_another_kind_is_not_a_mailbox(raw: bytes):
    with pytest.raises(NotAMailboxError, match="not a PST or OST"):
        Header.parse(raw)


def test_an_archive_in_place_of_a_mailbox_is_an_error_that_says_to_unpack_it():
    with pytest.raises(NotAMailboxError, match=r"^a zip archive, not a PST or OST: unpack it$"):
        Header.parse(b"PK\x03\x04" * 200)


@pytest.mark.parametrize("size", [4, 12, 300, HEADER_BYTES - 1])
def test_a_cut_inside_the_header_says_after_how_many_bytes(size: int):
    with pytest.raises(NotAMailboxError, match=f"cut off after {size} bytes, inside its header"):
        Header.parse(bytes(header_of(23)[:size]))


def test_a_wrong_header_checksum_is_noted_and_the_header_still_read():
    raw = header_of(23)
    assert Header.parse(bytes(raw)).intact
    raw[100] ^= 1
    header = Header.parse(bytes(raw))
    assert not header.intact
    assert header.layout is UNICODE


@pytest.mark.parametrize(
    ("crypt", "name"), [(0, "none"), (1, "compressible"), (2, "high"), (16, "unknown (16)")]
)
@pytest.mark.parametrize("version", [15, 23])
def test_the_encoding_has_the_name_that_outlook_s_users_know(version: int, crypt: int, name: str):
    assert Header.parse(bytes(header_of(version, crypt))).encoding == name


def test_the_headers_of_real_mailboxes_are_intact_and_promise_their_length(real_pst: Path):
    header = Header.parse(real_pst.read_bytes()[:HEADER_BYTES])
    assert header.intact
    assert header.eof == real_pst.stat().st_size
    assert header.nbt[1] < header.eof
    assert header.bbt[1] < header.eof
