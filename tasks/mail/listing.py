"""Finds out what the attached files are of which the reading has noted the place alone.

In reading mail nothing is needed of an attached file. So the reading notes where each is, and recognises
those that are messages; what the others are is found out here, for all of a partition at once, and kept
beside the reading's own list. libpff has no part in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.schema import TABLES
from data.sealed import is_intact, seal
from data.storage import Location, State
from data.writing import replacing
from tasks.mail.attached import Attached
from tasks.mail.attachments import list_attachments
from tasks.mail.copy_group import GroupCopier
from tasks.mail.extract import Copier
from tasks.mail.layout import Header
from tasks.mail.ndb import Bytes
from tasks.mail.outcomes import OF_ATTACHMENTS
from tasks.mail.partitions import PartitionSummary, Quarantined, attachments_file, partition_file
from tasks.mail.references import Node
from tasks.mail.remote import naming, opened
from tasks.mail.settings import MailSettings
from tasks.mail.sources import Mailbox
from tasks.mail.spans import Span, read_span, read_span_apart
from tasks.scatter import run_each

if TYPE_CHECKING:
    from tasks.scatter import Workers

_META: Final = b"nwatch.problems"
_TABLE: Final = TABLES["work/attachments"]
_TOGETHER: Final = 500
"""Attachments whose properties are read at once."""
_FACTS: Final = ("name", "extension", "mime_type", "bytes", "method", "content", "mail")


@dataclass(frozen=True)
class Piece:
    """The attachments of one partition, and the mailbox that they are in."""

    mailbox: Location
    state: State | None
    header: bytes
    attachments: Path


def listed_file(attachments: Path) -> Path:
    """Where the complete list is, beside the list that the reading has written."""
    return attachments.with_name(attachments.name.replace("part-", "listed-", 1))


def list_files(
    client: Workers,
    mailboxes: Sequence[Mailbox],
    work: Path,
    partitions: Mapping[str, Sequence[PartitionSummary]],
) -> dict[str, list[PartitionSummary]]:
    """Complete the lists of attachments of all mailboxes, except those that earlier runs have completed.

    Args:
        client: Where to run, or what opens it.
        mailboxes: The mailboxes.
        work: The investigation's work folder.
        partitions: What was read of each, by ``Mailbox.reading``.

    Returns:
        The partitions, with the attachments that could not be opened in their quarantine.

    Raises:
        OSError: The work folder cannot be written.
        InputError: A mailbox cannot be read, or was replaced; or a store cannot be reached.
    """
    todo: dict[Path, Piece] = {}
    for mailbox in mailboxes:
        plan = mailbox.examined.plan
        for part in _with_files(partitions.get(mailbox.reading, ())) if plan is not None else ():
            path = _attachments(mailbox, work, part)
            if plan is not None and not _is_done(path, part):
                todo[path] = Piece(mailbox.path, mailbox.examined.state, plan.header.raw, path)
    if todo:
        run_each(client, list_piece, list(todo.values()))
    found = {mailbox.reading: mailbox for mailbox in mailboxes}
    return {
        reading: [_with_problems(found[reading], work, part) for part in parts]
        for reading, parts in partitions.items()
    }


def _with_files(partitions: Iterable[PartitionSummary]) -> list[PartitionSummary]:
    """The partitions whose lists are to be completed."""
    return [part for part in partitions if part.unlisted]


def _attachments(mailbox: Mailbox, work: Path, part: PartitionSummary) -> Path:
    return attachments_file(mailbox.mail_folder(work) / partition_file(part.start, part.stop))


def _is_done(path: Path, part: PartitionSummary) -> bool:
    try:
        if not is_intact(listed_file(path)):
            return False
        metadata = pq.read_metadata(listed_file(path))
    except (OSError, pa.ArrowInvalid):
        return False
    return bool(metadata.num_rows == part.attachments and _META in (metadata.metadata or {}))


def _with_problems(mailbox: Mailbox, work: Path, part: PartitionSummary) -> PartitionSummary:
    """A partition with what was found out in completing its list."""
    if not part.unlisted:
        return part
    metadata = pq.read_metadata(listed_file(_attachments(mailbox, work, part))).metadata or {}
    problems = json.loads(metadata[_META])
    if not problems:
        return part
    folders = mailbox.examined.plan.folder_names(part.start, part.stop) if mailbox.examined.plan else {}
    rows = [Quarantined(**{**row, "folder": folders.get(row["node_id"], "")}) for row in problems]
    return replace(part, quarantine=(*part.quarantine, *rows))


def read_listed(span: Span) -> PartitionSummary:
    """Read a range, and complete the list of its attachments while their blocks are at hand.

    Args:
        span: The range.

    Raises:
        OSError: As :func:`list_files`.
        InputError: Likewise.
    """

    def then(file: Bytes, summary: PartitionSummary) -> None:
        if summary.unlisted:
            _list_piece(_piece(span), file)

    return read_span(span, then)


def read_listed_apart(span: Span) -> PartitionSummary:
    """The same, with the reading in child processes (:func:`tasks.mail.spans.read_span_apart`)."""
    summary = read_span_apart(span)
    if summary.unlisted:
        list_piece(_piece(span))
    return summary


def _piece(span: Span) -> Piece:
    part = span.mail_folder / partition_file(span.start, span.start + len(span))
    return Piece(span.path, span.state, span.header, attachments_file(part))


def list_piece(piece: Piece) -> int:
    """Complete the list of one partition's attachments, and write it; runs on a worker.

    Returns:
        How many attachments there are.
    """
    with opened(piece.mailbox, piece.state) as file:
        return _list_piece(piece, file)


def _list_piece(piece: Piece, file: Bytes) -> int:
    table = pq.read_table(piece.attachments)
    rows = table.to_pylist()
    unlisted = [number for number, row in enumerate(rows) if not row["content"]]
    problems: list[Quarantined] = []
    with naming(piece.mailbox):
        copier = Copier(file, Header.parse(piece.header))
        group_copier = GroupCopier(copier, MailSettings().extract_bytes)
        for start in range(0, len(unlisted), _TOGETHER):
            some = [rows[number] for number in unlisted[start : start + _TOGETHER]]
            wanted = [(row["path"], Node(0, row["data"], row["sub"], row["node_id"])) for row in some]
            for row, (attached, message) in zip(
                some, list_attachments(copier, group_copier, wanted), strict=True
            ):
                row.update({name: getattr(attached, name) for name in _FACTS})
                problems += _problems(row, attached, hidden=message is not None)
    _write(listed_file(piece.attachments), rows, problems)
    return len(rows)


def _problems(row: Mapping[str, Any], attached: Attached, *, hidden: bool) -> list[Quarantined]:
    """What is wrong with an attachment that the reading took for a file."""
    node_id, path = row["node_id"], row["path"]
    if attached.problem is not None:
        return [Quarantined(node_id, "", *attached.problem, path, OF_ATTACHMENTS)]
    if hidden:
        why = "its attachment says both that it is a file and that it is a message"
        return [Quarantined(node_id, "", "attached message was not opened", why, path)]
    return []


def _write(path: Path, rows: Sequence[Mapping[str, Any]], problems: Sequence[Quarantined]) -> None:
    metadata = {_META: json.dumps([asdict(problem) for problem in problems])}
    table = pa.Table.from_pylist(list(rows), schema=_TABLE.arrow)
    with replacing(path) as beside:
        pq.write_table(
            table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata}),
            beside,
            compression="lz4",
        )
        seal(beside, path)
