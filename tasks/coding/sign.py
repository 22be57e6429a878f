"""Who decided the ties: the name for rows of ``coding/to_decide.csv`` that do not say it (method 5.6)."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.writing import replacing
from tasks.coding.to_decide import FILE, LABEL, guarded

_ANSWER: Final = "answer"
_NAME: Final = "decided_by"


def sign(folder: Path, name: str) -> int:
    """Write who decided into the rows that do not say it; nothing else of the file changes.

    Args:
        folder: The folder ``coding/`` of the investigation.
        name: Who decided; nothing is written where it is empty.

    Returns:
        How many rows were signed. A file that is not there or cannot be read has none: the tally says what is
        wrong with it.
    """
    from tasks.rows.small_tables import read_texts

    path, name = folder / FILE, " ".join(name.split())
    if not name or not path.is_file():
        return 0
    try:
        table = read_texts(path, LABEL)
    except InputError:
        return 0
    titles = [*table.column_names]
    if titles.count(_ANSWER) != 1 or titles.count(_NAME) > 1:
        return 0
    rows = [[text or "" for text in row] for row in zip(*(c.to_pylist() for c in table.columns), strict=True)]
    if _NAME not in titles:
        titles.append(_NAME)
        rows = [[*row, ""] for row in rows]
    answer, who = titles.index(_ANSWER), titles.index(_NAME)
    unsigned = [row for row in rows if row[answer].strip() and not row[who].strip()]
    for row in unsigned:
        row[who] = guarded(name)
    if unsigned:
        _write(path, [titles, *rows])
    return len(unsigned)


def _write(path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    with replacing(path) as beside:
        # With the mark of UTF-8, by which spreadsheets know it.
        beside.write_bytes(text.getvalue().encode("utf-8-sig"))
