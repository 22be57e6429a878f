"""Inline images: bytes that look random, cost nothing to make, and are the same for the same seed.

They are what gives a mailbox its size; no program reads them. Each is a slice of one seeded buffer behind a
JPEG's first bytes.
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
    """The buffer of a seed, :data:`BUFFER` bytes."""
    return memoryview(np.random.default_rng(seed).bytes(BUFFER))


def chunks(seed: int, number: int, size: int) -> Iterator[bytes]:
    """The bytes of image `number`, in pieces of at most :data:`BUFFER` bytes.

    Args:
        seed: The investigation's seed.
        number: Which image; images of different number begin elsewhere in the buffer.
        size: Bytes in all, at least :data:`SMALLEST`.

    Yields:
        Pieces that together are `size` bytes long.
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
    """An inline image as a mailbox keeps it: an attachment that the HTML refers to by its content id.

    Args:
        seed: The investigation's seed.
        number: Which image.
        size: Bytes; raised to :data:`SMALLEST` where smaller.
        content_id: What the HTML's ``cid:`` names; None for an attachment that it does not show.

    Returns:
        The attachment; its bytes are made when they are asked for.

    Example:
        >>> picture = image(7, 1, 500)
        >>> sum(len(piece) for piece in picture.chunks())
        500
    """
    size = max(size, SMALLEST)
    return Attachment(
        f"image{number % 1000:03d}.jpg", "image/jpeg", size, partial(chunks, seed, number, size), content_id
    )
