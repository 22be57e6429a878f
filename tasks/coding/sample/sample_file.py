"""``coding/sample.csv``: what was drawn and is being read; and what it was drawn from (method 5.2).

The list is frozen: a later drawing adds rows and changes none. Beside it, ``coding/drawn_from.parquet`` names
all alerts that there were at each drawing, so that a run can say of which of today's alerts the sample tells.
"""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.csv_form import inert
from data.errors import InputError
from data.opening import regular
from data.printable import escaped, shortened
from data.reference_table import read_rows
from data.tables import write_parquet
from data.writing import replacing
from tasks.coding.results import DRAWN_FROM, SAMPLE, Listed
from tasks.coding.sample.draw import BY, Alert, Drawn, Stratum
from tasks.coding.sample.readers import is_name

COLUMNS: Final = ("sample_no", "agency", "alert_id", "draw", "seed", "strata", "stratum", "readers")
BETWEEN: Final = "; "
"""What separates several values in a field."""

_PUT_BACK: Final = "put back the file as nwatch sample wrote it"
_LARGEST: Final = 1 << 63
_MOST: Final = 1 << 31
"""Of a number in the sample, or of a drawing."""
_DIGITS: Final = 20


def read_sample(folder: Path) -> list[Listed]:
    """Read the sample.

    Args:
        folder: The folder ``coding/`` of the investigation.

    Returns:
        The rows, in the order of their numbers; none where no sample is drawn yet.

    Raises:
        InputError: The file cannot be read, or a row is not what was written.
    """
    path = folder / SAMPLE
    label = f"coding/{SAMPLE}"
    if not path.exists() and not path.is_symlink():
        return []
    numbered = [
        (at, _row(fields, label, at)) for at, fields in read_rows(path, COLUMNS, label, handed_in=True)
    ]
    _check_readers(numbered, label)
    rows = [row for _, row in numbered]
    for name, values in (
        ("sample_no", [row.drawn.number for row in rows]),
        ("alert_id", [row.drawn.alert for row in rows]),
    ):
        if len(set(values)) < len(values):
            raise InputError(f"{label}: two rows have the same {name}; {_PUT_BACK}")
    return sorted(rows, key=lambda row: row.drawn.number)


def _check_readers(rows: Iterable[tuple[int, Listed]], label: str) -> None:
    """Check the names, of which files are made: a person may have changed them."""
    found: dict[str, str] = {}
    for at, row in rows:
        for name in row.readers:
            other = found.setdefault(name.casefold(), name)
            if not is_name(name):
                raise _wrong(label, at, "readers", name, "cannot be a reader's name")
            if other != name:
                raise _wrong(label, at, "readers", name, f"is {other!r} but for capitals")
            if row.readers.count(name) > 1:
                raise _wrong(label, at, "readers", name, "is there twice")


def _row(fields: Sequence[str], label: str, at: int) -> Listed:
    named = dict(zip(COLUMNS, map(_as_written, fields), strict=True))
    for name, least, most in (("sample_no", 1, _MOST), ("draw", 1, _MOST), ("seed", 0, _LARGEST)):
        if not (named[name].isascii() and named[name].isdecimal() and len(named[name]) < _DIGITS):
            raise _wrong(label, at, name, named[name], "is no whole number")
        if not least <= int(named[name]) < most:
            raise _wrong(label, at, name, named[name], f"is not from {least:,} to {most - 1:,}")
    alert_id = named["alert_id"]
    if len(alert_id) != 32 or set(alert_id) - set("0123456789abcdef"):
        raise _wrong(label, at, "alert_id", alert_id, "is no id of an alert (32 hexadecimal digits)")
    strata = tuple(filter(None, named["strata"].split(BETWEEN)))
    if set(strata) - set(BY):
        raise _wrong(label, at, "strata", named["strata"], f"is not among {', '.join(BY)}")
    return Listed(
        Drawn(
            int(named["sample_no"]),
            (named["agency"], alert_id),
            tuple(filter(None, named["stratum"].split(BETWEEN))),
        ),
        draw=int(named["draw"]),
        seed=int(named["seed"]),
        strata=strata,
        readers=tuple(filter(None, unicodedata.normalize("NFC", named["readers"]).split(BETWEEN))),
    )


def _wrong(label: str, at: int, column: str, value: str, why: str) -> InputError:
    return InputError(f"{label}: row {at:,}: {column}: {escaped(shortened(value))!r} {why}; {_PUT_BACK}")


def _as_written(field: str) -> str:
    """A field without the apostrophe that keeps a spreadsheet from running it."""
    return field[1:] if field.startswith("'") and inert(field[1:]) == field else field


def write_sample(rows: Iterable[Listed], folder: Path) -> Path:
    """Write the sample.

    Args:
        rows: The rows.
        folder: The folder ``coding/`` of the investigation; it exists.

    Returns:
        The file.
    """
    text = io.StringIO()
    to = csv.writer(text, lineterminator="\n")
    to.writerow(COLUMNS)
    for row in rows:
        agency, alert_id = row.drawn.alert
        numbers = (row.draw, row.seed)
        texts = [BETWEEN.join(values) for values in (row.strata, row.drawn.stratum, row.readers)]
        to.writerow((row.drawn.number, inert(agency), alert_id, *numbers, *map(inert, texts)))
    path = folder / SAMPLE
    with replacing(path) as beside:
        beside.write_text(text.getvalue(), encoding="utf-8")
    return path


def read_drawn_from(folder: Path) -> dict[Alert, int] | None:
    """The alerts that there were when the sample was drawn.

    Args:
        folder: The folder ``coding/`` of the investigation.

    Returns:
        By alert, the drawing at which it was first there; None where the file is gone.

    Raises:
        InputError: It was damaged.
    """
    path = folder / DRAWN_FROM
    if not os.path.lexists(path):
        return None
    regular(path, f"coding/{DRAWN_FROM}")
    try:
        table = pq.read_table(path, columns=["agency", "alert_id", "draw"])
        agencies, ids, draws = (column.to_pylist() for column in table.columns)
        return {(agency, name): int(draw) for agency, name, draw in zip(agencies, ids, draws, strict=True)}
    except (OSError, pa.ArrowException, ValueError, TypeError):
        raise InputError(
            f"coding/{DRAWN_FROM}: was damaged; put it back from a copy, or remove it: nobody knows then of "
            "which alerts the sample was drawn"
        ) from None


def write_drawn_from(drawn_from: Mapping[Alert, int], folder: Path) -> Path:
    """Write what the sample was drawn from.

    Args:
        drawn_from: As :func:`read_drawn_from` gives it.
        folder: The folder ``coding/`` of the investigation; it exists.

    Returns:
        The file.
    """
    ordered = sorted(drawn_from.items())
    table = pa.table(
        {
            "agency": pa.array([alert[0] for alert, _ in ordered], pa.string()),
            "alert_id": pa.array([alert[1] for alert, _ in ordered], pa.string()),
            "draw": pa.array([draw for _, draw in ordered], pa.int64()),
        }
    )
    path = folder / DRAWN_FROM
    with replacing(path) as beside:
        write_parquet(table, beside)
    return path


def words_of(stratum: Stratum) -> str:
    """A stratum in words, as ``lapd, 2021-05``; empty for a simple sample."""
    return ", ".join(stratum)
