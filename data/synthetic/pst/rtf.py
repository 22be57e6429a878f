"""RTF as a mailbox stores it ([MS-OXRTFCP])."""

from __future__ import annotations

import struct
import zlib

_HEADER = struct.Struct("<II4sI")
_BEGINNING = 207  # bytes that a reader knows beforehand; what is packed here refers to none of them
_RING = 4096
_LITERALS = 8


def plain(rtf: bytes) -> bytes:
    r"""RTF that is stored as it is.

    Example:
        >>> plain(b"RTF")[8:]
        b'MELA\x00\x00\x00\x00RTF'
    """
    return _HEADER.pack(len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


def packed(rtf: bytes) -> bytes:
    r"""RTF in the compressed form, though nothing in it is made shorter: each byte stands for itself.

    Example:
        >>> len(packed(b"{\\rtf1}"))
        26
    """
    content = bytearray()
    for start in range(0, len(rtf), _LITERALS):
        content += b"\0" + rtf[start : start + _LITERALS]
    end = (_BEGINNING + len(rtf)) % _RING << 4  # a reference to the place that would be written next
    rest = len(rtf) % _LITERALS
    if rest:
        content[-rest - 1] = 1 << rest
        content += struct.pack(">H", end)
    else:
        content += b"\x01" + struct.pack(">H", end)
    crc = zlib.crc32(content, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return _HEADER.pack(len(content) + 12, len(rtf), b"LZFu", crc) + content
