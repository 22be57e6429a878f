"""Random numbers for a row by its key: the same whichever rows are drawn, in whatever pieces."""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.synthetic.country import numbered_rng
from data.synthetic.country.grid import Ints

_WEYL: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Dice:
    """Draws that depend only on seed, number, purpose and key.

    So a file of millions of rows need not be planned: a row's values are drawn when it is written.

    Source:
        Steele, Lea, Flood (2014): Fast splittable pseudorandom number generators (OOPSLA); the mixing
        function is that of SplitMix64.

    Example:
        >>> dice = Dice(1, 99)
        >>> keys = np.arange(6)
        >>> whole = dice.below(keys, "day", 365)
        >>> bool((whole[4:] == dice.below(keys[4:], "day", 365)).all())
        True
    """

    def __init__(self, seed: int, number: int) -> None:
        """Dice of a seed; ``number`` is that of :func:`data.synthetic.country.numbered_rng`."""
        self._salt = numbered_rng(seed, number).integers(2**64, dtype=np.uint64)

    def below(self, key: Ints, purpose: str, count: int) -> Ints:
        """A whole number from 0 to ``count`` - 1 for each key, int64."""
        return (self._mixed(key, purpose) % np.uint64(count)).astype(np.int64)

    def share(self, key: Ints, purpose: str) -> NDArray[np.float64]:
        """A number from 0 up to, but not including, 1 for each key."""
        return np.asarray((self._mixed(key, purpose) >> np.uint64(11)) * 2.0**-53, dtype=np.float64)

    def _mixed(self, key: Ints, purpose: str) -> NDArray[np.uint64]:
        salt = np.array(self._salt) ^ np.uint64(zlib.crc32(purpose.encode()) << 16)
        mixed = key.astype(np.uint64) * _WEYL + salt  # wraps around on purpose
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        found: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
        return found
