"""Parquet files of ``work/`` that carry their own checksum, so that a damaged one is known before it is used.

Parquet checks at most the pages of its values; a bit that flips in the footer can change a table without a
word. A sealed file has the SHA-256 of all its other bytes between its last page and its footer. Readers of
Parquet find everything by the footer, which is at the end, so they do not notice it.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import Any, BinaryIO, Final

_MARK: Final = b"nwatch sha256 "
_SEAL: Final = len(_MARK) + hashlib.sha256().digest_size
_END: Final = struct.Struct("<I4s")
"""The last bytes of a Parquet file: the length of its footer, and these letters."""
_PARQUET: Final = b"PAR1"
_PIECE: Final = 1 << 20


def seal(path: Path) -> None:
    """Put a checksum into a Parquet file that nobody reads yet.

    Raises:
        ValueError: It is not a Parquet file.
        OSError: It cannot be read or written.
    """
    with path.open("r+b") as file:
        at = _footer_at(file)
        if at is None:
            raise ValueError(f"{path}: not a Parquet file")
        digest = _digest(file, at)
        footer = file.read()
        digest.update(footer)
        file.seek(at)
        file.write(_MARK + digest.digest() + footer)


def is_intact(path: Path) -> bool:
    """Whether a file is complete and as it was when it was sealed; False if it was never sealed.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        at = _footer_at(file)
        if at is None or at < _SEAL:
            return False
        digest = _digest(file, at - _SEAL)
        stored = file.read(_SEAL)
        digest.update(file.read())
        return bool(stored == _MARK + digest.digest())


def _footer_at(file: BinaryIO) -> int | None:
    """Where the footer begins; None where the end of the file is not that of a Parquet file."""
    size = file.seek(0, 2)
    if size < _END.size:
        return None
    file.seek(size - _END.size)
    length, letters = _END.unpack(file.read(_END.size))
    at = size - _END.size - int(length)
    return at if letters == _PARQUET and at >= 0 else None


def _digest(file: BinaryIO, stop: int) -> Any:
    """The SHA-256 of the bytes before ``stop``, to which the file is then set."""
    digest = hashlib.sha256()
    file.seek(0)
    left = stop
    while left and (piece := file.read(min(left, _PIECE))):
        digest.update(piece)
        left -= len(piece)
    return digest
