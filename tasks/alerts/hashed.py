"""Hashes by which messages, people and alerts meet: 128 bits, the same on every machine.

By a hash, what belongs together comes into one *bucket*, whichever pieces it was in, and each bucket can be
looked at by itself. That two different keys share a hash is as unlikely as that two files share a source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_SIZE = 16


class Hashes(NamedTuple):
    """Hashes of 128 bits.

    Attributes:
        high: The upper half of each, uint64.
        low: The lower half, uint64.
    """

    high: npt.NDArray[np.uint64]
    low: npt.NDArray[np.uint64]

    def take(self, rows: npt.NDArray[np.int64]) -> Hashes:
        """Some of them.

        Args:
            rows: Which.
        """
        return Hashes(self.high[rows], self.low[rows])

    def columns(self, name: str = "") -> dict[str, pa.Array]:
        """The halves as two columns, as ``high`` and ``low``.

        Args:
            name: What is put before these names.
        """
        return {f"{name}high": pa.array(self.high), f"{name}low": pa.array(self.low)}


def hashes_of(values: Iterable[bytes]) -> Hashes:
    """Hash values, each by itself.

    Example:
        >>> one, other = hashes_of([b"a", b"b"]).high.tolist()
        >>> one == other
        False
    """
    return from_digests(hashlib.blake2b(value, digest_size=_SIZE).digest() for value in values)


def from_digests(digests: Iterable[bytes]) -> Hashes:
    r"""Hashes of which the 16 bytes are known, in their order as bytes.

    Example:
        >>> from_digests([bytes(15) + b"\x07"]).low.tolist()
        [7]
    """
    halves = np.frombuffer(b"".join(digests), ">u8").astype(np.uint64).reshape(-1, 2)
    return Hashes(halves[:, 0], halves[:, 1])


def buckets_of(high: npt.NDArray[np.uint64], buckets: int) -> npt.NDArray[np.int64]:
    """The bucket of each hash: the buckets follow each other in the order of the hashes.

    Args:
        high: The upper halves.
        buckets: How many there are, fewer than 2 ** 32.

    Example:
        >>> buckets_of(np.array([0, 2**63, 2**64 - 1], dtype=np.uint64), 4).tolist()
        [0, 2, 3]
    """
    return (((high >> np.uint64(32)) * np.uint64(buckets)) >> np.uint64(32)).astype(np.int64)
