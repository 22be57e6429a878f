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
from data.records import RecordFile, Records
from data.schema import TABLES
from data.storage import state_of
from data.tables import conform, write_table
from data.text import nearest
from tasks.requests.ledger import STATUSES
from tasks.requests.results import Requests
from tasks.rows.results import InputFile
from tasks.rows.small_tables import read_columns
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
        file: How the file is named in an error, as ``requests.csv``, and where to open it: CSV, UTF-8, with
            the columns agency (text), sent and received (days, as ``2021-03-01``), status (one of
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
    found = read_columns(path, label, dict.fromkeys(COLUMNS, "text"))
    rows = [
        (number, {name: (value or "").strip() for name, value in row.items()})
        for number, row in enumerate(found.to_pylist(), 1)
    ]
    requests = [_request(row, label, number, place) for number, row in rows if any(row.values())]
    _check_asked_once(requests, label)
    given = []
    for request in requests:
        boxes = place.mailboxes(request.records) if request.records else ()
        row = {name: getattr(request, name) for name in COLUMNS}
        given.append(row | {"mailboxes": len(boxes), "bytes": sum(_size(box, label) for box in boxes)})
    table = conform(pa.Table.from_pylist(given, schema=SPEC.arrow), SPEC)
    return Requests(
        table,
        count_rows(path, COLUMNS, NOTHING),
        (InputFile.of(*file),),
        tuple(_warnings(table, label, folders)),
    )


def _request(row: dict[str, str], label: str, number: int, records: Records) -> _Request:
    """One row, whose values agree with each other."""
    place = f"{label}: row {number}"
    if not row["agency"]:
        raise file_faults.empty_value(label, "agency", number, "write which agency was asked")
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


def _status(written: str, label: str, number: int) -> str:
    status = " ".join(written.lower().split())
    if status in STATUSES:
        return status
    known = ", ".join(STATUSES)
    if not status:
        raise file_faults.empty_value(label, "status", number, f"write one of: {known}")
    near = nearest(written, STATUSES)
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
        raise InputError(f"{label}: column records, row {number}: no folder records/{folder}; {fix}")
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
            f"{label}: the mailbox {mailbox.path.name!r} of a request cannot be read ({error.strerror}); "
            "check its permissions, or move it out of records/"
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
