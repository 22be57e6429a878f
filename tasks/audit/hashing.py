"""The SHA-256 of files, with progress in bytes: records may be 33 GB."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from data.storage import Location, Remote, stream

_PIECE: Final = 4 << 20


def sha256_of(location: Location, on_bytes: Callable[[int], None]) -> str:
    """The SHA-256 of a file, which is read whole.

    Args:
        location: On a disk, or on an object store, from which it is streamed.
        on_bytes: Called with the size of each piece that was read.

    Returns:
        64 hexadecimal digits.

    Raises:
        OSError: It cannot be read.
        InputError: Its store cannot be reached or refuses.
    """
    digest = hashlib.sha256()
    if isinstance(location, Remote):
        for piece in stream(location):
            digest.update(piece)
            on_bytes(len(piece))
        return digest.hexdigest()
    with location.open("rb", buffering=0) as file:
        buffer = memoryview(bytearray(_PIECE))
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
            on_bytes(count)
    return digest.hexdigest()


def hashes_below(
    folder: Path, files: Sequence[str], on_progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, str]:
    """The SHA-256 of files in a folder, by their names.

    Args:
        folder: The folder.
        files: Their names in it.
        on_progress: Called with how many bytes are done, and of how many.
    """
    total, done = sum((folder / file).stat().st_size for file in files), 0

    def on_bytes(count: int) -> None:
        nonlocal done
        done += count
        on_progress(done, total)

    return {file: sha256_of(folder / file, on_bytes) for file in files}
