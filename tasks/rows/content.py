"""What a row says besides its id, as one number: equal in rows that say the same (methods 6.1 and 9.1)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rows.letters import letters_of

Words = npt.NDArray[np.uint64]

ROUNDED_TO: Final = 4
"""Decimals of degrees, some ten meters, by which locations of rows that share an id are compared."""

_FACTORS: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9))


def bits_of(numbers: pa.Array, missing: float = 999.0) -> Words:
    """The bits of numbers, so that they can be mixed.

    Args:
        numbers: float64 or int64, may be missing.
        missing: What stands for a missing one; no number of the column is it.
    """
    if pa.types.is_integer(numbers.type):
        return np.asarray(pc.fill_null(numbers, -(1 << 62)).to_numpy()).astype(np.int64).view(np.uint64)
    return np.asarray(pc.fill_null(numbers, missing).to_numpy(), np.float64).view(np.uint64)


def mixed(*parts: Words) -> Words:
    """One number for the numbers of each row.

    Args:
        parts: One at least; their order counts.

    Returns:
        The same on every machine and in every run.

    Example:
        >>> one, two = np.array([1, 2, 1], np.uint64), np.array([3, 3, 3], np.uint64)
        >>> found = mixed(one, two)
        >>> bool(found[0] == found[2]), bool(found[0] == found[1])
        (True, False)
    """
    found = np.zeros(len(parts[0]), np.uint64)
    for part in parts:
        found = (found ^ part) * _FACTORS[0]
        found = (found ^ (found >> np.uint64(29))) * _FACTORS[1]
    return found


def hashes_of(texts: pa.Array) -> Words:
    """A hash of each text, 0 for a missing one: the same on every machine and in every run.

    Args:
        texts: Strings.

    Example:
        >>> one, other, again = hashes_of(pa.array(["ab", "ba", "ab"])).tolist()
        >>> one == again, one == other
        (True, False)
    """
    letters, starts = letters_of(texts)
    lengths = np.diff(starts)
    there = lengths > 0
    found = np.zeros(len(texts), np.uint64)
    if there.any():
        # A polynomial over the letters; a text of zeros alone differs from a shorter one by its length.
        powers = np.multiply.accumulate(np.full(int(lengths.max()), _FACTORS[0]))
        place = np.arange(len(letters)) - np.repeat(starts[:-1], lengths)
        terms = (letters.astype(np.uint64) + np.uint64(1)) * powers[place]
        found[there] = np.add.reduceat(terms, starts[:-1][there])
    if texts.null_count:
        found[np.asarray(pc.is_null(texts))] = 0
    return found
