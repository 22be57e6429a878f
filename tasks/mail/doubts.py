"""What of the mail nobody has read, so that it may be missing (method 10.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc

from data.printable import printable
from data.schema import TABLES
from data.tables import read_table
from tasks.ledger.results import Doubt, Doubts
from tasks.ledger.table import ledger_of
from tasks.mail.ledger import EMBEDDED_QUARANTINED, LISTED, QUARANTINED_READING, REPLACED, WITHOUT_BODY
from tasks.mail.not_read import (
    ACCEPT,
    ACCEPT_SEVERAL,
    AGENCIES,
    AGENCIES_KEPT,
    AGENCIES_LEFT_OUT,
    GONE,
    STRAY,
    not_read_before,
)
from tasks.mail.other_files import forms_found
from tasks.mail.outcomes import OF_ATTACHMENTS

_LINES: Final = {
    QUARANTINED_READING: (
        ("item of the mailboxes could not be read", "items of the mailboxes could not be read"),
        "nwatch quarantine shows which, and why",
    ),
    EMBEDDED_QUARANTINED: (
        ("message attached to another could not be read", "messages attached to others could not be read"),
        "nwatch quarantine shows which, and why",
    ),
    WITHOUT_BODY: (
        ("mail was read without a body", "mails were read without a body"),
        "it is blank, or in a form that cannot be read",
    ),
    REPLACED: (
        ("mail holds replacement characters", "mails hold replacement characters"),
        "letters that could not be decoded are U+FFFD in its texts",
    ),
}
"""By line of the ledger: what is said of one and of several, and what it means."""

_NOT_READ: Final = {
    GONE: (
        ("mailbox that an earlier run read is gone", "mailboxes that earlier runs read are gone"),
        (ACCEPT, ACCEPT_SEVERAL),
    ),
    STRAY: (
        ("mailbox belongs to no agency, and is not read", "mailboxes belong to no agency, and are not read"),
        ("move it into the folder of one", "move each into the folder of one"),
    ),
}
"""Likewise, of what was not read."""


def mail_doubts(out: Path) -> Doubts:
    """What of the mail was not counted or not read, by the tables of a run.

    Args:
        out: The folder of the tables.

    Returns:
        The mailboxes whose number of messages is unknown, and what was counted but not read: lines of the
        ledger that are not zero, and files in other forms.

    Raises:
        ValueError: A table is damaged, or of another version.
    """
    rows = [row for row in ledger_of(out).to_pylist() if row["part"] == "mail"]
    listed = [row["count"] for row in rows if row["line"] == LISTED]
    unknown = listed.count(None)
    boxes = f"{unknown:,} of {len(listed):,} mailboxes" if unknown else ""
    return Doubts(
        unknown=" and ".join(filter(None, (_agencies(rows), boxes))),
        perhaps=(*_of_not_read(rows, out), *_of_ledger(rows), *_of_attachments(out), *_of_files(out)),
    )


def _agencies(rows: Iterable[Mapping[str, Any]]) -> str:
    """The agencies of which the run does not know what they have now, as "1 of 3 agencies"."""
    lines = {row["line"]: row["count"] or 0 for row in rows if not row["source"]}
    unread = lines.get(AGENCIES_KEPT, 0) + lines.get(AGENCIES_LEFT_OUT, 0)
    return f"{unread:,} of {lines[AGENCIES]:,} agencies" if unread else ""


def _of_not_read(rows: Iterable[Mapping[str, Any]], out: Path) -> Iterable[Doubt]:
    """Mailboxes that are gone, and those that lie in no agency's folder."""
    counts = {row["line"]: row["count"] or 0 for row in rows if row["line"] in _NOT_READ}
    if not any(counts.values()):
        return
    found = not_read_before(out)
    for line, (words, fixes) in _NOT_READ.items():
        files = [each.file for each in found if (each.gone if line == GONE else not each.agency)]
        if count := counts.get(line, 0):
            example = printable(files[0]) if files else ""
            yield Doubt(count, words[count > 1], fixes[count > 1], example)


def _of_ledger(rows: Iterable[Mapping[str, Any]]) -> Iterable[Doubt]:
    totals = dict.fromkeys(_LINES, 0)
    for row in rows:
        if row["line"] in totals:
            totals[row["line"]] += row["count"] or 0
    for line, count in totals.items():
        (one, several), fix = _LINES[line]
        if count:
            yield Doubt(count, one if count == 1 else several, fix)


def _of_attachments(out: Path) -> Iterable[Doubt]:
    try:
        stages = read_table(TABLES["private/quarantine"], out, ["stage"]).column("stage")
        forms = read_table(TABLES["private/attachments"], out, ["mail"]).column("mail")
    except FileNotFoundError:  # an earlier version did not look into attachments
        return
    count = pc.sum(pc.equal(stages, OF_ATTACHMENTS)).as_py() or 0
    if count:
        several = "attachments could not be opened, so that mail may be attached"
        one = "attachment could not be opened, so that mail may be attached"
        yield Doubt(count, one if count == 1 else several, "nwatch quarantine shows which, and why")
    count = len(forms) - forms.null_count
    if count:
        several = "attached files hold mail in another form, which is not read"
        one = "attached file holds mail in another form, which is not read"
        fix = "private/attachments, column mail, names each: open it in Outlook, and export it as .pst"
        yield Doubt(count, one if count == 1 else several, fix)


def _of_files(out: Path) -> Iterable[Doubt]:
    try:
        rows = read_table(TABLES["private/other_files"], out).to_pylist()
    except FileNotFoundError:  # an earlier version did not look for such files
        return []
    return forms_found((printable(row["file"]), row["form"], row["fix"]) for row in rows)
