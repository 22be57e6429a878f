"""RTF as it is stored."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.synthetic.pst.rtf import packed, plain
from tasks.bodies import compressed_rtf as module
from tasks.bodies.compressed_rtf import DamagedRtfError, unpacked

# MS-OXRTFCP 4.1.1 and 4.1.2.
SIMPLE = bytes.fromhex(
    "2d000000 2b000000 4c5a4675 f1c5c7a7 03000a00 72637067 31323542 320af320"
    "68656c09 00206277 05b06c64 7d0a800f a0"
)
CROSSING = bytes.fromhex("1a000000 1c000000 4c5a4675 e2d44b51 41000420 5758595a 0d6e7d01 0eb0")


@pytest.mark.parametrize(
    ("stored", "rtf"),
    [
        (SIMPLE, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"),
        (CROSSING, b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
    ],
)
def test_the_examples_of_the_specification_are_unpacked(stored: bytes, rtf: bytes):
    flaws: list[str] = []
    assert (unpacked(stored, flaws), flaws) == (rtf, [])


@given(st.binary(max_size=100))
def test_what_is_stored_is_unpacked_packed_or_not(rtf: bytes):
    for store in (packed, plain):
        flaws: list[str] = []
        assert (unpacked(store(b"{\\rtf" + rtf), flaws), flaws) == (b"{\\rtf" + rtf, [])


def test_the_checksum_of_rtf_that_is_not_compressed_does_not_count():
    stored = bytearray(plain(b"{\\rtf1 x}"))
    stored[12:16] = b"\1\2\3\4"
    assert unpacked(bytes(stored), []) == b"{\\rtf1 x}"


def test_rtf_without_a_header_is_taken_as_it_is():
    assert unpacked(b"{\\rtf1 x}", []) == b"{\\rtf1 x}"


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        (b"", "0 bytes are too few"),
        (SIMPLE[:15], "15 bytes are too few"),
        (SIMPLE[:8] + b"LZFx" + SIMPLE[12:], "b'LZFx' is no way of storing RTF"),
        (SIMPLE[:-3] + b"\0" + SIMPLE[-2:], "the checksum of the compressed RTF is wrong"),
        (SIMPLE[:-4], "the checksum of the compressed RTF is wrong"),
    ],
)
def test_damage_is_named_as_that(stored: bytes, why: str):
    with pytest.raises(DamagedRtfError, match=why):
        unpacked(stored, [])


def sealed(content: bytes) -> bytes:
    """Compressed content with a right checksum."""
    crc = zlib.crc32(content, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return struct.pack("<II4sI", len(content) + 12, 0, b"LZFu", crc) + content


def test_a_reference_to_what_is_not_there_is_damage():
    with pytest.raises(DamagedRtfError, match="refers to what is not there"):
        unpacked(sealed(b"\x01\x80\x00"), [])


@pytest.mark.parametrize("content", [b"\x02a", b"\x02a\x00"])
def test_rtf_that_stops_within_a_reference_is_read_so_far_with_a_flaw(content: bytes):
    flaws: list[str] = []
    assert unpacked(sealed(content), flaws) == b"a"
    assert flaws == ["rtf: only its first 1 bytes are read"]


def test_rtf_that_is_not_compressed_and_cut_is_read_so_far_with_a_flaw():
    flaws: list[str] = []
    assert unpacked(plain(b"{\\rtf1 whole}")[:-3], flaws) == b"{\\rtf1 who"
    assert flaws == ["rtf: cut: 3 of its 13 bytes are missing"]


def test_no_more_is_unpacked_than_the_limits_allow(monkeypatch: pytest.MonkeyPatch):
    whole = sealed(b"\xfe{" + b"\x00\xff" * 7 + (b"\xff" + b"\x0c\xff" * 8) * 100)
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    flaws: list[str] = []
    assert len(unpacked(whole, flaws)) == 100
    assert flaws == ["rtf: only its first 100 bytes are read"]
    monkeypatch.undo()
    monkeypatch.setattr(module, "MOST_PACKED", 50)
    assert len(unpacked(whole, flaws)) < 17 * 50
    assert len(flaws) == 2
