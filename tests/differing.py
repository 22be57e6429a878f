"""Says in a few lines which of two folders' files differ, and how: their bytes would fill the screen."""

from __future__ import annotations

import difflib
from typing import Any, TypeGuard

import pyarrow as pa
import pyarrow.parquet as pq

LINES = 40
"""Lines that are shown of one file."""


def said(left: Any, right: Any) -> list[str] | None:
    """What differs between the contents of two folders, as `assert found == expected` shows it.

    Args:
        left: What was found: any object.
        right: What was expected.

    Returns:
        Lines, the first of which is a summary; None where these are not two folders' contents by name.

    Examples:
        >>> said({"a": b"1", "b": b"2"}, {"a": b"1", "c": b"2"})
        ['other files: 1 lacking, 1 too many, 0 of 1 differ', 'lacking: c', 'too many: b']
        >>> said({"a": 1}, {"a": b"1"})
    """
    if not (_are_files(left) and _are_files(right)):
        return None
    lacking, more = (
        [str(name) for name in one if name not in two] for one, two in ((right, left), (left, right))
    )
    both = [name for name in left if name in right]
    changed = [name for name in both if left[name] != right[name]]
    counts = f"{len(lacking)} lacking, {len(more)} too many, {len(changed)} of {len(both)} differ"
    lines = [f"other files: {counts}"]
    lines += [
        f"{word}: {', '.join(names)}" for word, names in (("lacking", lacking), ("too many", more)) if names
    ]
    for name in changed:
        lines += [f"{name}: found {len(left[name])} bytes instead of {len(right[name])}"]
        lines += _differences(left[name], right[name])
    return lines


def _are_files(given: Any) -> TypeGuard[dict[Any, bytes]]:
    return bool(given) and isinstance(given, dict) and all(isinstance(each, bytes) for each in given.values())


def _differences(left: bytes, right: bytes) -> list[str]:
    """The lines that differ, '-' before those found and '+' before those expected."""
    found = list(difflib.unified_diff(_lines(left), _lines(right), lineterm="", n=0))[2:]
    if not found:
        return ["    the same rows in other bytes"]
    return [f"    {line[:500]}" for line in found[:LINES]] + ["    ..."] * (len(found) > LINES)


def _lines(content: bytes) -> list[str]:
    """The rows of a table, or the lines of a text."""
    if content[:4] == b"PAR1":
        table = pq.read_table(pa.BufferReader(content))
        return [repr(table.schema), *(repr(row) for row in table.to_pylist())]
    return content.decode("utf-8", "backslashreplace").splitlines()
