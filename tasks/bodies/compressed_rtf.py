"""Unpacks RTF as mailboxes store it: compressed (``LZFu``) or as it is (``MELA``); MS-OXRTFCP.

A packed text is a row of bytes and of references to what came before, eight to a byte of flags. References
count from the start of a ring of 4,096 bytes, which is filled beforehand with what RTF often begins with.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

MOST_BYTES: Final = 8 << 20
"""Bytes of RTF that are unpacked of one body, which takes about a second; pictures alone make it as long."""
MOST_PACKED: Final = 4 << 20
"""Compressed bytes that are unpacked: a second at the worst, where each reference is to two bytes."""

_HEADER: Final = struct.Struct("<II4sI")
_BEGINNING: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""MS-OXRTFCP 2.1.2.1."""
_RING: Final = 4096
_BITS: Final = (1, 2, 4, 8, 16, 32, 64, 128)


class DamagedRtfError(ValueError):
    """The stored RTF cannot be unpacked; the message says why, in a clause."""


def unpacked(data: bytes, flaws: list[str]) -> bytes:
    r"""Unpack the value of PidTagRtfCompressed.

    Args:
        data: As stored: a header of 16 bytes, and the RTF.
        flaws: Gets a line where only part of it can be had.

    Returns:
        The RTF, at most ``MOST_BYTES`` of it.

    Raises:
        DamagedRtfError: It is damaged, or is no RTF.

    Example:
        >>> unpacked(bytes.fromhex("12000000 06000000") + b"MELA" + bytes(4) + b"{\\rtf}", [])
        b'{\\rtf}'
    """
    if data.startswith(b"{\\rtf"):  # without the header, as some programs write it
        return data[:MOST_BYTES]
    if len(data) < _HEADER.size:
        raise DamagedRtfError(f"damaged: {len(data)} bytes are too few for its header")
    stored, size, kind, crc = _HEADER.unpack_from(data)
    packed = data[_HEADER.size : max(stored + 4, _HEADER.size)]
    if kind == b"MELA":
        if len(packed) < size:
            flaws.append(f"rtf: cut: {size - len(packed):,} of its {size:,} bytes are missing")
        return packed[:size][:MOST_BYTES]
    if kind != b"LZFu":
        raise DamagedRtfError(f"damaged: {kind!r} is no way of storing RTF")
    if zlib.crc32(packed, 0xFFFFFFFF) ^ 0xFFFFFFFF != crc:
        raise DamagedRtfError("damaged: the checksum of the compressed RTF is wrong")
    rtf, whole = _inflated(packed)
    if not whole:
        flaws.append(f"rtf: only its first {len(rtf):,} bytes are read")
    return rtf


def _inflated(packed: bytes) -> tuple[bytes, bool]:
    """The text, and whether that is all of it."""
    out = bytearray(_BEGINNING)
    start = len(_BEGINNING)
    most, end = start + MOST_BYTES, min(len(packed), MOST_PACKED)
    at = 0
    while at < end and len(out) < most:
        flags = packed[at]
        at += 1
        if not flags:  # eight bytes as they are, the most frequent case
            out += packed[at : at + 8]
            at += 8
            continue
        for bit in _BITS:
            if not flags & bit:
                out += packed[at : at + 1]
                at += 1
                continue
            if at + 2 > len(packed):
                return bytes(out[start:]), False
            low, size = packed[at + 1], len(out)
            back = (size - (packed[at] << 4 | low >> 4)) % _RING
            at += 2
            length = (low & 15) + 2
            if length <= back <= size:
                out += out[size - back : size - back + length]
            elif not back:  # a reference to the place that is written next marks the end (2.1.3.1.4)
                return bytes(out[start:]), True
            elif back > size:
                raise DamagedRtfError("damaged: the compressed RTF refers to what is not there")
            else:  # what is referred to reaches into what is being written
                out += (out[size - back :] * (length // back + 1))[:length]
    return bytes(out[start:most]), at >= len(packed) and len(out) <= most
