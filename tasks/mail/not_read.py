"""What a run could not read: mailboxes that are gone, and agencies that it left out (method 1.16).

A mailbox is known by its hash, so that one which was renamed or moved within its agency's folder is not gone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data.record_names import RECORDS
from data.schema import TABLES
from data.tables import read_table
from tasks.ledger.accounts import Account
from tasks.ledger.identities import Identity
from tasks.mail.sources import Mailbox

KEPT: Final = "kept"
NONE: Final = "none"
"""What the tables of the run have of it: the rows of an earlier run, or none."""

AGENCIES: Final = "agencies"
AGENCIES_READ: Final = "agencies read"
AGENCIES_KEPT: Final = "agencies as an earlier run read them"
AGENCIES_LEFT_OUT: Final = "agencies left out"
GONE: Final = "mailboxes that are gone"
STRAY: Final = "mailboxes of no agency"
"""Lines of the ledger, which are there where anything was not read."""

IDENTITY: Final = Identity(
    "mail", AGENCIES, (AGENCIES_READ, AGENCIES_KEPT, AGENCIES_LEFT_OUT), "agencies whose mail is there"
)

WAITS: Final = "its files are still being copied, or have just changed"
"""Why an agency was left out that a later run reads without a person."""

ACCEPT: Final = "put it back, or confirm that it is gone: nwatch accept DIR"
ACCEPT_SEVERAL: Final = "put them back, or confirm that they are gone: nwatch accept DIR"
"""What to do about a mailbox that is gone, and about several."""

_STAY: Final = {KEPT: "its rows are those of an earlier run", NONE: "it has no rows"}
_LEFT_OUT: Final = re.compile(rf".+: left out, and (?:{'|'.join(_STAY.values())})(?=: )")

_TABLE: Final = TABLES["private/not_read"]
_SOURCES: Final = TABLES["private/sources"]


@dataclass(frozen=True)
class Known:
    """A mailbox that an earlier run read.

    Attributes:
        agency: Its agency.
        files: Its names inside the investigation folder, sorted.
        source: First 12 hexadecimal digits of its SHA-256.
        sha256: All 64.
        bytes: Its size.
        messages_listed: Its messages; None if unknown.
        readable: Whether it was a mailbox, and not only called one.
        published: Whether the published tables have its rows.
    """

    agency: str
    files: tuple[str, ...]
    source: str
    sha256: str
    bytes: int
    messages_listed: int | None
    readable: bool = True
    published: bool = True


@dataclass(frozen=True)
class NotRead:
    """A row of ``private/not_read``.

    Attributes:
        agency: The agency; empty for a mailbox that lies in no agency's folder.
        file: The mailbox, by the first of its names; empty where the agency as a whole was left out.
        why: Why, and what to do.
        rows: :data:`KEPT` or :data:`NONE`.
        source: Of a mailbox that is gone, as in :class:`Known`; likewise the others.
        sha256: Likewise.
        bytes: Likewise.
        messages_listed: Likewise.
    """

    agency: str
    file: str
    why: str
    rows: str
    source: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    messages_listed: int | None = None

    @property
    def gone(self) -> bool:
        """Whether it is a mailbox that is gone."""
        return self.sha256 is not None


def known_mailboxes(out: Path) -> list[Known]:
    """The mailboxes that earlier runs read, and those that were gone then and that nobody has confirmed.

    Args:
        out: The published tables; those of another version tell nothing.
    """
    found: dict[tuple[str, str], Known] = {}
    names: dict[tuple[str, str], list[str]] = {}
    for row in _rows(_SOURCES.name, out):
        key = (row["agency"], row["sha256"])
        names.setdefault(key, []).append(row["file"])
        listed, readable = row["messages_listed"], row["format"] is not None
        found[key] = Known(row["agency"], (), row["source"], row["sha256"], row["bytes"], listed, readable)
    known = {key: Known(**{**vars(one), "files": tuple(sorted(names[key]))}) for key, one in found.items()}
    for each in not_read_before(out):
        if each.source and each.sha256 and (each.agency, each.sha256) not in known:
            known[each.agency, each.sha256] = Known(
                each.agency,
                (each.file,),
                each.source,
                each.sha256,
                each.bytes or 0,
                each.messages_listed,
                published=False,
            )
    return [known[key] for key in sorted(known)]


def not_read_before(out: Path) -> list[NotRead]:
    """The rows of ``private/not_read`` as the last run published them; none where there is no such table."""
    return [NotRead(**row) for row in _rows(_TABLE.name, out)]


def _rows(name: str, out: Path) -> list[dict[str, Any]]:
    try:
        return list(read_table(TABLES[name], out).to_pylist())
    except (FileNotFoundError, ValueError):
        return []


def find_gone(
    known: Iterable[Known],
    mailboxes: Sequence[Mailbox],
    listed: Collection[str],
    accepted: Collection[tuple[str, str]],
) -> Iterator[tuple[Known, str]]:
    """The mailboxes that earlier runs read and that are gone.

    Args:
        known: The mailboxes that earlier runs read, of the agencies that are asked about.
        mailboxes: Those of these agencies that are there, surveyed.
        listed: The names of all that are there, also of those that are still being copied.
        accepted: Agency and SHA-256 of mailboxes of which a person has confirmed that they are gone.

    Yields:
        Each with what became of it: no file has its content any more, and either none has one of its names,
        or what has them is no mailbox.
    """
    there = {(one.agency, one.examined.sha256) for one in mailboxes}
    broken = {file for one in mailboxes if one.examined.plan is None for file in one.files}
    for each in known:
        if (each.agency, each.sha256) in there or (each.agency, each.sha256) in accepted:
            continue
        names = [file for file in each.files if file in listed]
        if not names:
            yield each, "is gone"
        elif each.readable and broken.issuperset(names):
            yield each, f"is no mailbox any more{_reason(names, mailboxes)}"


def _reason(names: Sequence[str], mailboxes: Iterable[Mailbox]) -> str:
    """Why the file that has the first of these names is no mailbox, in brackets; empty if it is not known."""
    found = (one.examined.problem for one in mailboxes if names[0] in one.files)
    problem = next(found, None)
    return f" ({problem})" if problem else ""


def as_row(each: Known, why: str, rows: str) -> NotRead:
    """A mailbox that is gone, as a row.

    Args:
        each: The mailbox.
        why: What became of it.
        rows: What the tables have of it.
    """
    return NotRead(
        each.agency,
        each.files[0],
        why,
        rows,
        each.source,
        each.sha256,
        each.bytes,
        each.messages_listed,
    )


def not_read_table(rows: Iterable[NotRead]) -> pa.Table:
    """Make ``private/not_read``."""
    return pa.Table.from_pylist([asdict(row) for row in rows], schema=_TABLE.arrow)


def not_read_accounts(rows: Sequence[NotRead], agencies: Collection[str]) -> list[Account]:
    """The account of the agencies; none where all was read.

    Args:
        rows: What was not read.
        agencies: The agencies in the tables.
    """
    if not rows:
        return []
    kept = {row.agency for row in rows if row.rows == KEPT}
    left_out = {row.agency for row in rows if not row.file} - kept
    lines: dict[str, int | None] = {
        AGENCIES: len({*agencies, *left_out}),
        AGENCIES_READ: len(set(agencies) - kept),
        AGENCIES_KEPT: len(kept),
        AGENCIES_LEFT_OUT: len(left_out),
        GONE: sum(row.gone for row in rows),
        STRAY: sum(not row.agency for row in rows),
    }
    return [Account("mail", "", f"{RECORDS}/", lines)]


def without_reason(line: str) -> str | None:
    """The beginning of a warning that names an agency, without the reason, which may name a file.

    Args:
        line: A line of :func:`not_read_warnings`; None for any other line.

    Example:
        >>> without_reason("lapd: left out, and it has no rows: records/lapd/Jo Lee.pst: cannot be read")
        'lapd: left out, and it has no rows'
    """
    found = _LEFT_OUT.match(line)
    return found[0] if found else None


def not_read_warnings(rows: Sequence[NotRead]) -> list[str]:
    """What a person must not overlook: one line for each agency, and for each mailbox of none."""
    lines = []
    for row in rows:
        if not row.gone:
            name = f"{row.agency}: left out, and {_STAY[row.rows]}: " if row.agency else ""
            lines.append(f"{name}{row.why}")
    for agency in sorted({row.agency for row in rows if row.gone}):
        own = [row for row in rows if row.gone and row.agency == agency]
        more = f" (and {len(own) - 1:,} more of {agency})" if len(own) > 1 else ""
        count, them = sum(row.messages_listed or 0 for row in own), "them" if more else "it"
        kept = any(row.rows == KEPT for row in own)
        rows_are = f"all rows of {agency} are those of that run" if kept else "their rows are gone, too"
        lines.append(
            f"{own[0].file}: {own[0].why}{more}; an earlier run read {count:,} messages in {them}, and "
            f"{rows_are}: {ACCEPT_SEVERAL if more else ACCEPT}"
        )
    return lines
