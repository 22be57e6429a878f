"""Unique alerts: messages grouped by agency, kind, date, title and description."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

KEY: Final = ("agency", "kind", "alert_date", "title", "description")
"""Messages that agree in these carry the same alert (method 4.1); a missing date equals a missing date."""


class UniqueAlerts(NamedTuple):
    """The unique alerts of a table of messages.

    Attributes:
        of_message: int64 array, one value per message: the row of its alert in ``keys``, -1 if it carries
            none.
        keys: The columns of :data:`KEY` and ``alert_id``, one row per unique alert.
    """

    of_message: npt.NDArray[np.int64]
    keys: pa.Table


def alert_id(agency: str, kind: str, day: date | None, title: str, description: str) -> str:
    """Name a unique alert by its key, the same in every run and on every machine.

    Definition: the first 32 hexadecimal digits of the SHA-256 over the five values in this order, each as
    UTF-8 and preceded by its length in bytes (8 bytes, big endian); the date as ``YYYY-MM-DD``, a missing one
    as empty text. The lengths keep the values apart, so that the same characters divided differently give
    another name.

    Example:
        >>> alert_id("lapd", "crime alert", date(2021, 5, 5), "Bike gone", "")
        '3528fcc9467b581bd02d0d50695964ee'
    """
    digest = hashlib.sha256()
    for value in (agency, kind, "" if day is None else day.isoformat(), title, description):
        data = value.encode("utf-8")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]


def unique_alerts(messages: pa.Table) -> UniqueAlerts:
    """Find the unique alerts among messages.

    Args:
        messages: As :func:`tasks.alerts.messages.gather` gives them. A message carries an alert if it has a
            title.

    Returns:
        The alert of each message, and the keys of the alerts in order of their first message.
    """
    of_message = np.full(messages.num_rows, -1, dtype=np.int64)
    rows = np.flatnonzero(np.asarray(messages.column("title").is_valid()))
    carrying = messages.select(KEY).take(pa.array(rows))
    group, first = _group(carrying)
    of_message[rows] = group
    keys = carrying.take(pa.array(first))
    columns = (keys.column(name).to_pylist() for name in KEY)
    ids = [alert_id(*key) for key in zip(*columns, strict=True)]
    return UniqueAlerts(of_message, keys.append_column("alert_id", pa.array(ids, pa.string())))


def _group(table: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Number equal rows equally, in order of first appearance.

    Returns:
        The number of each row, and for each number the first row that has it (both int64).
    """
    number = np.zeros(table.num_rows, dtype=np.int64)
    for column in table.columns:
        encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
        codes = np.asarray(encoded.indices, dtype=np.int64)
        # Renumbered after each column, so that the product stays below rows squared.
        number = np.unique(number * (len(encoded.dictionary) + 1) + codes, return_inverse=True)[1]
    _, first, number = np.unique(number, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[number], first[order]
