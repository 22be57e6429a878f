"""What stands between the columns of a CSV, and whether its numbers have a decimal comma."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

CALLED: Final = {",": "", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
"""The separators, and what is said of each; of the comma nothing."""

_ROWS: Final = 50
_LONGEST: Final = 1 << 16
_EXCEL: Final = re.compile(r"sep=([,;|\t])\r?\n?", re.IGNORECASE)
_COMMA: Final = re.compile(r"\s*[-+]?[0-9]{1,3},[0-9]+\s*")
_POINT: Final = re.compile(r"\s*[-+]?[0-9]+\.[0-9]+\s*")


def separator_of(head: str) -> str:
    r"""What stands between the columns of a CSV: the mark that cuts its first rows into equally many fields.

    Args:
        head: Its beginning; the last row may be cut off.

    Example:
        >>> separator_of("id;note\n1;some, words\n"), separator_of("id\tnote\n"), separator_of("id\n")
        (';', '\t', ',')
    """
    told = _EXCEL.match(head)
    if told:
        return told[1]
    if not any(mark in head for mark in CALLED if mark != ","):
        return ","
    rows = {mark: first_records(head, mark) for mark in CALLED}
    widths = {mark: [len(row) for row in found] for mark, found in rows.items() if found}
    even = [mark for mark, each in widths.items() if each[0] > 1 and len(set(each)) == 1]
    # Where no mark cuts evenly, a row is wrong: then the header decides.
    return max(even or widths or ",", key=lambda mark: widths[mark][0] if mark in widths else 0)


def first_records(head: str, separator: str) -> list[list[str]]:
    """The first rows of a CSV, split; without the last of its beginning, which may be cut off."""
    lines = io.StringIO(head[:_LONGEST], newline="")
    try:
        rows = [row for row in islice(csv.reader(lines, delimiter=separator), _ROWS) if row]
    except csv.Error:
        return []
    return rows[:-1] if len(rows) > 1 and len(rows) < _ROWS and len(head) > _LONGEST else rows


def has_decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    """Whether numbers have a decimal comma, where columns are separated by something else.

    Args:
        rows: The first rows.

    Example:
        >>> has_decimal_comma([["id", "lat"], ["1", "39,7315"]]), has_decimal_comma([["1", "39.7"]])
        (True, False)
    """
    fields = [field for row in rows for field in row]
    commas = [field for field in fields if _COMMA.fullmatch(field)]
    # Three digits behind each comma may be thousands: that is no sign.
    decimal = any(len(field.strip().partition(",")[2]) != 3 for field in commas)
    return decimal and not any(_POINT.fullmatch(field) for field in fields)
