"""Who received what: the distinct people in To and Cc, whatever the spelling of their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.people.evidence import Key
from tasks.people.merge import merge_people


class Addressees(NamedTuple):
    """The recipients of each message, each once per message.

    Attributes:
        message: int64 array: row numbers of the messages, ascending.
        who: int64 array of the same length: the recipient's position in ``names``, ascending within a
            message.
        names: The distinct recipients (text array), sorted.
        merges: Every spelling that was counted as another's, with its evidence (``private/people``).
        contradictions: Exchange addresses that several SMTP addresses claim, so that they are merged with
            none.
    """

    message: npt.NDArray[np.int64]
    who: npt.NDArray[np.int64]
    names: pa.Array
    merges: pa.Table
    contradictions: int


def addressees(messages: pa.Table, people: Mapping[Key, str] | None = None) -> Addressees:
    """Find the distinct recipients of each message.

    Args:
        messages: A table with ``agency`` and the lists ``to``, ``cc`` and ``exchange``. An entry of nothing
            but blanks, quotes or brackets is not a recipient.
        people: As for :func:`tasks.people.merge.merge_people`.

    Returns:
        The pairs of message and recipient.

    Example:
        >>> columns = {"agency": ["lapd"], "to": [["A@x.org", "b@x.org"]], "cc": [["'a@X.org' "]]}
        >>> found = addressees(pa.table({**columns, "exchange": pa.array([[]], pa.list_(pa.string()))}))
        >>> found.names.to_pylist(), found.who.tolist()
        (['a@x.org', 'b@x.org'], [0, 1])
    """
    return Addressees(*merge_people(messages, people))
