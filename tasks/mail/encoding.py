"""Decodes the bytes of data blocks: what Outlook calls compressible and high encryption (MS-PST 5.1 and 5.2).

Neither is a secret: both are fixed tables. Messages are decoded by libpff; this is for the few properties of
attachments that are read here, and for the hashes of their contents. Blocks of references are never encoded.
"""

from __future__ import annotations

from typing import Final

import numpy as np

PERMUTE: Final = 1
"""The header's number for the compressible encoding: each byte is replaced by another, always the same."""
CYCLIC: Final = 2
"""The header's number for the high encoding: as above, but turned by a key that counts up with each byte."""

# The three tables of MS-PST 5.1 (mpbbR, mpbbS, mpbbI). The third undoes the first.
_R: Final = bytes.fromhex(
    "41361362a8216ebbf416cc047f64e85d1ef2cb2a74c55e35d295479e962d9a88"
    "4c7d843fdbac31b6485ff6c4d8398be7233b388ec8c1df25b120a546604e9cfb"
    "aad35651457c550007c92b9d859b09a08fadb30f63ab894bd7a7155a716642bf"
    "264a6b98faea7753b270052cfd593a867ece06eb827857c78d43afb41cd45bcd"
    "e2e9274fc3087280cfb0eff5286dbe304d3492d50e3c2232e5e4f99fc2d10a81"
    "12e1ee918376e397e6618a1779a4b7dc907a5c8c02a6ca69de501a1193b95287"
    "58fced1d37491b6ae0293399bd6cd994f340546ff0c673b8d63e6518441fdd67"
    "10f10c19ecae03a1147ba90bfff8a3c0a201f72ebc2468750dfeba2fb5d0da3d"
)
_S: Final = bytes.fromhex(
    "14530f56b3c87a9ceb65481716159f02cc547c83000d0c0ba262a876dbd9edc7"
    "c5a4dcac8574d6d0a79bae9a967166c36399b8dd73928e847da55ed15d93b157"
    "5150808952944f4e0a6bbc8d7f6e47464140440111cb033ff7f4e1a98f3c3af9"
    "fbf0193082092ec99da08649ee6f4d6dc42d813425871b88aafc06a11238fd4c"
    "4272641337246a757743ffe6b44b365ce4d8353d45b92cecb7312b290768a30e"
    "697b189e2139be281a5b78f523ca2ab0af3efe048ce7e5983295d3f64ae8a6ea"
    "e9f3d52f7020f21f0567ad5510cecde3273bdabad7c226d4911dd21c2233f8fa"
    "f15aefcf90b68bb5bdc0bf08971e6ce261e0c6c159abbb58de5fdf60797eb28a"
)
_I: Final = bytes(_R.index(value) for value in range(256))
_TABLES: Final = tuple(np.frombuffer(table, np.uint8) for table in (_R, _S, _I))


def decoded(data: bytes, crypt: int, bid: int) -> bytes:
    r"""The bytes of a data block as they were before they were encoded.

    Args:
        data: The bytes as they are in the file.
        crypt: How the mailbox encodes its blocks (``Header.crypt``); an unknown number encodes nothing.
        bid: The block's id, from which the key of the high encoding is made.

    Example:
        >>> decoded(bytes([0x41, 0x36]), PERMUTE, 4)
        b'\x00\x01'
    """
    if crypt == PERMUTE:
        return data.translate(_I)
    return _turned(data, bid) if crypt == CYCLIC else data


def encoded(data: bytes, crypt: int) -> bytes | None:
    """Bytes as they are in the blocks of a mailbox; None where that depends on the block.

    Example:
        >>> encoded(b"12", 0), encoded(b"12", CYCLIC)
        (b'12', None)
    """
    if crypt == PERMUTE:
        return data.translate(_R)
    return None if crypt == CYCLIC else data


def _turned(data: bytes, bid: int) -> bytes:
    """MS-PST 5.2, for all bytes at once; encoding and decoding are the same."""
    key = (bid ^ bid >> 16) & 0xFFFF
    keys = (key + np.arange(len(data), dtype=np.uint32)).astype(np.uint16)
    low, high = keys.astype(np.uint8), (keys >> 8).astype(np.uint8)
    first, second, third = _TABLES
    # Bytes are numbers modulo 256 here: sums and differences wrap around.
    turned = second[first[np.frombuffer(data, np.uint8) + low] + high] - high
    return bytes((third[turned] - low).tobytes())
