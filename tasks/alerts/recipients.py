"""Who received what: distinct addresses in To and Cc, lower-cased."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


class Addressees(NamedTuple):
    """The recipients of each message, each once per message.

    Attributes:
        message: int64 array: row numbers of the messages, ascending.
        who: int64 array of the same length: the recipient's position in ``names``, ascending within a
            message.
        names: The distinct recipients (text array), sorted.
    """

    message: npt.NDArray[np.int64]
    who: npt.NDArray[np.int64]
    names: pa.Array


def addressees(messages: pa.Table) -> Addressees:
    """Find the distinct recipients of each message.

    Args:
        messages: A table with the list columns ``to`` and ``cc``. Entries are lower-cased and surrounding
            blanks removed; an entry of nothing but blanks is not a recipient.

    Returns:
        The pairs of message and recipient.

    Example:
        >>> table = pa.table({"to": [["A@x.org", "b@x.org"]], "cc": [["a@X.org "]]})
        >>> found = addressees(table)
        >>> found.names.to_pylist(), found.who.tolist()
        (['a@x.org', 'b@x.org'], [0, 1])
    """
    lists = [messages.column(name).combine_chunks() for name in ("to", "cc")]
    message = np.concatenate([np.asarray(pc.list_parent_indices(array), dtype=np.int64) for array in lists])
    entries = pa.concat_arrays(
        [pc.list_flatten(array).cast(pa.string()) for array in lists]
    ).dictionary_encode()
    lowered = [entry.strip().lower() for entry in entries.dictionary.to_pylist()]
    names = sorted({name for name in lowered if name})
    place = {name: n for n, name in enumerate(names)}
    codes = np.array([place.get(name, -1) for name in lowered], dtype=np.int64)
    who = codes[np.asarray(entries.indices, dtype=np.int64)]
    named = who >= 0
    pairs = np.unique(message[named] * max(len(names), 1) + who[named])
    return Addressees(pairs // max(len(names), 1), pairs % max(len(names), 1), pa.array(names, pa.string()))
