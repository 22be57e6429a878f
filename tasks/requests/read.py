"""``requests.csv``: whom we asked for records, what they answered, and in which folder it is.

A person keeps this file by hand. What contradicts itself or the folder ``records/`` is an error that names
the row and what to write; what may well be true, but should be checked, is a warning.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

import pyarrow as pa

from data import file_faults
from data.errors import InputError
from data.printable import escaped, is_shown, shortened
from data.records import RecordFile, Records
from data.schema import TABLES
from data.setting_values import LONGEST
from data.storage import state_of
from data.tables import conform, write_table
from data.text import nearest
from tasks.requests.ledger import STATUSES
from tasks.requests.results import Requests
from tasks.rows.columns import match
from tasks.rows.form import Form, form_of
from tasks.rows.results import InputFile, Recognised
from tasks.rows.small_tables import read_texts
from tasks.rows.text_rows import count_rows

COLUMNS: Final = ("agency", "sent", "status", "received", "records")
"""The columns of the file; others, as for notes, are not read."""

NOTHING: Final = frozenset({"", "NA"})
"""Texts that are no value."""

SPEC: Final = TABLES["public/requests"]

_WITH_RECORDS: Final = ("fulfilled", "partly fulfilled")
_UNANSWERED: Final = ("pending",)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class _Request:
    """One row of the file, checked by itself; ``row`` is its number, without the header, from 1."""

    row: int
    agency: str
    sent: dt.date
    status: str
    received: dt.date | None
    records: str | None


def read_requests(
    file: tuple[str, Path],
    place: Records,
    folders: Collection[str] = (),
) -> Requests:
    """Read the records requests, and what came for each.

    Args:
        file: How the file is named in an error, as ``requests.csv``, and where to open it: a CSV in any
            encoding and with any separator of :mod:`tasks.rows.form`, with the columns agency (text), sent
            and received (days, as ``2021-03-01``), status (one of
            :data:`tasks.requests.ledger.STATUSES`, in any case) and records (a folder below ``records/``).
        place: Where the mailboxes are, on a disk or on a store.
        folders: The folders of ``records/``; one that no request names is a warning.

    Returns:
        The requests; a row without any of the five values does not count.

    Raises:
        InputError: The file, a column or a value is wrong, an answer is older than its request, a fulfilled
            request has no day of receipt or a pending one has one, a folder does not exist or is outside
            ``records/``, or an agency was asked twice on one day. The message names the file, the row and the
            fix.
    """
    label, path = file
    form, names, rows = _rows(label, path)
    requests = [_request(row, label, number, place) for number, row in rows if any(row.values())]
    _check_asked_once(requests, label)
    given = []
    for request in requests:
        boxes = place.mailboxes(request.records) if request.records else ()
        row = {name: getattr(request, name) for name in COLUMNS}
        given.append(row | {"mailboxes": len(boxes), "bytes": sum(_size(box, label) for box in boxes)})
    table = conform(pa.Table.from_pylist(given, schema=SPEC.arrow), SPEC)
    try:
        counted = count_rows(path, names, NOTHING, form.encoding, form.separator)
    except ValueError as error:
        raise file_faults.not_csv(label, error) from error
    said = (Recognised(label, f"{form.words}, {counted:,} requests"),) if form.words else ()
    return Requests(
        table,
        counted,
        (InputFile.of(*file),),
        tuple(_warnings(table, label, folders)),
        said,
    )


def _rows(label: str, path: Path) -> tuple[Form, list[str], list[tuple[int, dict[str, str]]]]:
    """The form of the file, what it calls the columns, and its rows with their numbers."""
    form = form_of(path, label)
    if form.kind != "csv" or form.packing:
        raise file_faults.wrong_kind(label, form.words, "save it as CSV")
    found = read_texts(path, label, form=form)
    names = match(label, found.column_names, {name: (name,) for name in COLUMNS})
    values = [found.column(names[name]).to_pylist() for name in COLUMNS]
    rows = [
        (number, dict(zip(COLUMNS, map(_value, row), strict=True)))
        for number, row in enumerate(zip(*values, strict=True), 1)
    ]
    return form, list(names.values()), rows


def _value(written: str | None) -> str:
    """A value without the blanks around it; a word that stands for none is empty."""
    stripped = (written or "").strip()
    return "" if stripped in NOTHING else stripped


def _request(row: dict[str, str], label: str, number: int, records: Records) -> _Request:
    """One row, whose values agree with each other."""
    place = f"{label}: row {number}"
    if not row["agency"]:
        raise file_faults.empty_value(label, "agency", number, "write which agency was asked")
    for column in ("agency", "records"):
        _check_shown(row[column], label, number, column)
    status = _status(row["status"], label, number)
    sent = _day(row["sent"], label, number, "sent")
    if sent is None:
        raise file_faults.empty_value(label, "sent", number, "write the day of the request, as 2021-03-01")
    received = _day(row["received"], label, number, "received")
    if received is not None and received < sent:
        raise InputError(f"{place}: received ({received}) is before sent ({sent}); correct the wrong day")
    if received is None and status in _WITH_RECORDS:
        raise InputError(
            f"{place}: a request that is {status!r} has no day in column received; "
            "write the day on which the records came, as 2021-03-01"
        )
    if received is not None and status in _UNANSWERED:
        raise InputError(
            f"{place}: a request that is {status!r} has a day in column received; "
            "write the answer into column status, or remove the day"
        )
    folder = _folder(row["records"], label, number, records)
    return _Request(number, " ".join(row["agency"].split()), sent, status, received, folder)


def _check_shown(written: str, label: str, number: int, column: str) -> None:
    """See that a text can be shown, as it goes into a table, warnings and the Prefect UI."""
    if not all(map(is_shown, written.replace("\n", " "))) or len(written) > LONGEST:
        fix = f"write up to {LONGEST:,} characters, none of them a control character"
        raise file_faults.wrong_value(label, column, number, written, "a name", fix=fix)


def _status(written: str, label: str, number: int) -> str:
    status = " ".join(written.lower().split())
    if status in STATUSES:
        return status
    known = ", ".join(STATUSES)
    if not status:
        raise file_faults.empty_value(label, "status", number, f"write one of: {known}")
    near = nearest(shortened(written), STATUSES)
    hint = f"did you mean {near!r}? " if near else ""
    fix = f"{hint}Write one of: {known}" if near else f"write one of: {known}"
    raise file_faults.wrong_value(label, "status", number, written, "a status", fix=fix)


def _day(written: str, label: str, number: int, column: str) -> dt.date | None:
    if not written:
        return None
    try:
        if _DAY.fullmatch(written):  # weeks, 2021-W09-1, and numbers, 20210301, are ISO 8601 too
            return dt.date.fromisoformat(written)
    except ValueError:
        pass
    fix = "write year, month and day, as 2021-03-01"
    raise file_faults.wrong_value(label, column, number, written, "a day", fix=fix)


def _folder(written: str, label: str, number: int, records: Records) -> str | None:
    """The folder in ``records/`` in one spelling, as ``lapd/2019``; it may be written with ``records/``."""
    if not written:
        return None
    given = PureWindowsPath(written)  # knows both kinds of slashes, and drives
    folder = PurePosixPath(given.as_posix())
    if folder.parts[:1] == ("records",):
        folder = folder.relative_to("records")
    if given.drive or folder.is_absolute() or ".." in folder.parts or not folder.parts:
        fix = "write its name there, as lapd, and move what came into it"
        raise file_faults.wrong_value(label, "records", number, written, "a folder in records/", fix=fix)
    if not records.is_folder(folder.as_posix()):
        near = nearest(folder.as_posix(), records.agencies())
        fix = f"did you mean {near!r}?" if near else "put what came there, or leave the column empty"
        raise InputError(
            f"{label}: column records, row {number}: no folder records/{file_faults.shown(folder)}; {fix}"
        )
    return folder.as_posix()


def _check_asked_once(requests: Sequence[_Request], label: str) -> None:
    """See that no two requests share agency and day: these are the key of the table."""
    seen: dict[tuple[str, dt.date], int] = {}
    for request in requests:
        before = seen.setdefault((request.agency, request.sent), request.row)
        if before != request.row:
            raise InputError(
                f"{label}: rows {before} and {request.row} are both a request to {request.agency!r} "
                f"of {request.sent}; keep one, or merge them"
            )


def _size(mailbox: RecordFile, label: str) -> int:
    try:
        return int(state_of(mailbox.path)[0])
    except OSError as error:
        raise InputError(
            f"{label}: the mailbox '{escaped(mailbox.path.name)}' of a request cannot be read "
            f"({error.strerror}); check its permissions, or move it out of records/"
        ) from error


def _warnings(table: pa.Table, label: str, folders: Collection[str]) -> Iterator[str]:
    """What may be true, and should be checked."""
    rows = table.to_pylist()
    if not rows:
        yield f"{label}: no request in it"
    shared = Counter(row["records"] for row in rows if row["records"])
    for row in rows:
        which = f"{label}: the request to {row['agency']!r} of {row['sent']} is {row['status']!r}"
        if row["status"] in _WITH_RECORDS and not row["mailboxes"]:
            where = f"records/{row['records']} holds no mailbox" if row["records"] else "names no folder"
            yield f"{which}, and {where}"
        elif row["mailboxes"] and row["status"] not in _WITH_RECORDS and shared[row["records"]] == 1:
            yield f"{which}, but there are mailboxes in records/{row['records']}"
    named = {folder.split("/", 1)[0] for folder in shared}
    for folder in sorted(set(folders) - named):
        yield f"records/{folder}: no request of {label} names it"


def write_requests(table: pa.Table, out: Path) -> Path:
    """Write ``public/requests``.

    Args:
        table: Its rows, as :func:`read_requests` gives them.
        out: The folder of the tables.

    Returns:
        ``public/requests.parquet``, which has a CSV beside it.
    """
    return write_table(table, SPEC, out)
