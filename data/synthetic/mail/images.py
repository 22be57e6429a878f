"""Inline images: random-looking bytes that cost almost nothing to make and depend only on the seed.

They give a mailbox its size; no program reads them. Each is a slice of one seeded buffer between the first
and the last bytes of a JPEG.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Final

import numpy as np

from data.synthetic.pst import Attachment

BUFFER: Final = 1 << 22
_HEAD: Final = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
_TAIL: Final = bytes.fromhex("ffd9")
SMALLEST: Final = len(_HEAD) + len(_TAIL)


@cache
def _noise(seed: int) -> memoryview:
    """The buffer of a seed, :data:`BUFFER` bytes; made once per seed."""
    return memoryview(np.random.default_rng(seed).bytes(BUFFER))


def chunks(seed: int, number: int, size: int) -> Iterator[bytes]:
    """The bytes of image ``number``, in pieces of at most :data:`BUFFER` bytes.

    Args:
        seed: The investigation's seed.
        number: Which image; it decides where in the buffer the image begins.
        size: Total bytes, at least :data:`SMALLEST`.

    Yields:
        Pieces that are ``size`` bytes together.
    """
    noise = _noise(seed)
    yield _HEAD
    left = size - SMALLEST
    start = number * 40_503 % BUFFER
    while left > 0:
        piece = bytes(noise[start : start + left])
        yield piece
        left -= len(piece)
        start = 0
    yield _TAIL


def image(seed: int, number: int, size: int, content_id: str | None = None) -> Attachment:
    """An inline image as a mailbox stores it: an attachment that the HTML refers to by its content id.

    Args:
        seed: The investigation's seed.
        number: Which image.
        size: Bytes; raised to :data:`SMALLEST` if smaller.
        content_id: The name in the HTML's ``cid:``; None for an attachment that the HTML does not show.

    Returns:
        The attachment. Its bytes are made when they are needed.

    Example:
        >>> picture = image(7, 1, 500)
        >>> sum(len(piece) for piece in picture.chunks())
        500
    """
    size = max(size, SMALLEST)
    return Attachment(
        f"image{number % 1000:03d}.jpg", "image/jpeg", size, partial(chunks, seed, number, size), content_id
    )
