from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.synthetic.pst import layout


def bitwise_crc(data: bytes) -> int:
    """The checksum computed bit by bit: a second implementation."""
    register = 0
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xEDB88320 if register & 1 else 0)
    return register


@given(st.binary(max_size=200))
def test_the_checksum_agrees_with_one_computed_bit_by_bit(data: bytes) -> None:
    assert layout.crc(data) == bitwise_crc(data)


def test_the_encoding_is_a_permutation_and_can_be_decoded() -> None:
    every = bytes(range(256))
    assert sorted(layout.ENCODE) == list(every)
    assert every.translate(layout.ENCODE).translate(layout.DECODE) == every


@given(st.datetimes(datetime(1601, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_a_filetime_counts_tenths_of_a_microsecond(moment: datetime) -> None:
    ticks = int.from_bytes(layout.filetime(moment), "little", signed=True)
    assert datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10) == moment
    assert ticks % 10 == 0


def test_the_structures_have_the_specifications_sizes() -> None:
    header = (layout.HEADER_HEAD, layout.HEADER_IDS, layout.HEADER_ROOT, layout.HEADER_TAIL)
    assert sum(part.size for part in header) == 0x20C
    assert (layout.PAGE_TRAILER.size, layout.BLOCK_TRAILER.size) == (16, 16)
    assert (layout.NBT_ENTRY.size, layout.BBT_ENTRY.size, layout.TREE_ENTRY.size) == (32, 24, 24)
    assert (layout.XBLOCK_MOST, layout.SL_MOST, layout.SI_MOST) == (1021, 340, 510)


def test_map_pages_are_at_the_specifications_intervals() -> None:
    sections: dict[int, list[int]] = {}
    for section in range(50_000):
        for kind, _ in layout.map_pages(section):
            sections.setdefault(kind, []).append(section)
    assert sections == {
        layout.PAGE_AMAP: list(range(50_000)),
        layout.PAGE_PMAP: list(range(0, 50_000, 8)),
        layout.PAGE_FMAP: list(range(128, 50_000, 496)),
        layout.PAGE_FPMAP: [8192, 8192 + 31_744],
    }
    for section in (0, 1, 128, 8192):
        offsets = [at for _, at in layout.map_pages(section)]
        assert offsets == sorted(set(offsets))
        assert all(at % layout.PAGE == 0 for at in offsets)
