"""Kinds for a whole column of subjects: each distinct subject is looked up once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.crosswalk import Crosswalk, Match


class Matches(NamedTuple):
    """The crosswalk's answer for each row of a column.

    Attributes:
        distinct: One match per distinct subject, in order of first appearance.
        places: int64 array of the column's length: the row's position in ``distinct``.
    """

    distinct: tuple[Match, ...]
    places: npt.NDArray[np.int64]

    def column(self, name: str) -> pa.Array:
        """One field of the match (``kind``, ``template``, ``pattern``, ``rest``) as a text column."""
        values = pa.array([getattr(match, name) for match in self.distinct], pa.string())
        return values.take(pa.array(self.places))


def classify_column(subjects: pa.ChunkedArray, crosswalk: Crosswalk) -> Matches:
    """Classify a column of subjects.

    Args:
        subjects: Text, missing values allowed (they are unclassified).
        crosswalk: The rows that decide.

    Returns:
        The matches, one per row.

    Example:
        >>> from data.crosswalk import read_crosswalk
        >>> column = pa.chunked_array([["RE: x", None, "RE: x"]], pa.string())
        >>> classify_column(column, read_crosswalk()).column("kind").to_pylist()
        ['reply or forward', 'unclassified', 'reply or forward']
    """
    encoded = subjects.combine_chunks().dictionary_encode(null_encoding="encode")
    distinct = tuple(crosswalk.classify(subject) for subject in encoded.dictionary.to_pylist())
    return Matches(distinct, np.asarray(encoded.indices, dtype=np.int64))
