"""Whose the Exchange addresses of an agency are: counted in each piece, then added up (method 4.8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.schema.embedded import ATTACHED
from data.settings import COUNT
from data.streamed import merged, write_sorted
from tasks.alerts.messages import gather
from tasks.alerts.pieces import Piece
from tasks.people.evidence import Evidence, Key, Row

_KEY: Final = ("exchange", "what", "said")
_SEEN: Final = pa.schema(
    [("exchange", pa.string()), ("what", pa.int8()), ("said", pa.string()), ("emails", pa.int64())]
)
_PERSON: Final = pa.schema([("exchange", pa.string()), ("person", pa.string())])
PEOPLE_KEY: Final = ("person", "spelling", "evidence")
"""The order of ``private/people`` inside an agency."""


@dataclass(frozen=True)
class Look:
    """What is to be looked at.

    Attributes:
        piece: A piece of an agency's messages.
        folder: The agency's folder for what is dealt.
        embedded: Whether attached messages count.
    """

    piece: Piece
    folder: Path
    embedded: str


def counted(messages: pa.Table, embedded: str) -> pa.ChunkedArray:
    """Which messages count: attached ones do with the setting ``count`` alone (method 1.14).

    Args:
        messages: Rows with ``embedded_as``.
        embedded: The setting.
    """
    attached = pc.fill_null(pc.equal(messages.column("embedded_as"), ATTACHED), False)
    return pc.or_(pc.invert(attached), embedded == COUNT)


def look(work: Look) -> tuple[Path, ...]:
    """Count what a piece says of Exchange addresses; runs on a worker.

    Returns:
        A file of it; none where it says nothing.
    """
    from tasks.people.merge import evidence_of

    pairs = gather(work.piece.sources, ("exchange",)).column("exchange")
    if not pc.sum(pc.list_value_length(pairs)).as_py():
        return ()  # as in most agencies: then the recipients need not be read
    messages = gather(work.piece.sources, ("to", "cc", "exchange", "embedded_as"))
    messages = messages.filter(counted(messages, work.embedded))
    rows = list(_rows(evidence_of(messages)))
    path = work.folder / f"evidence-{work.piece.number:06}.arrow"
    return write_sorted(pa.Table.from_pylist(rows, schema=_SEEN), path, _KEY)


def _rows(evidence: Evidence) -> Iterator[dict[str, str | int]]:
    for what, counts in enumerate((evidence.addresses, evidence.names)):
        for key, seen in counts.items():
            for said, emails in seen.items():
                yield {"exchange": key.exchange, "what": what, "said": said, "emails": emails}


@dataclass(frozen=True)
class Weigh:
    """The evidence of an agency.

    Attributes:
        agency: The agency.
        files: What its pieces said.
        folder: Its folder for what is dealt.
        kept: Its folder for what is kept.
    """

    agency: str
    files: tuple[Path, ...]
    folder: Path
    kept: Path


@dataclass(frozen=True)
class Weighed:
    """Whose the Exchange addresses of an agency are.

    Attributes:
        people: A file that says it.
        rows: A file of rows of ``private/people``, if there are any.
        contradictions: Exchange addresses that several SMTP addresses claim.
    """

    people: Path
    rows: tuple[Path, ...]
    contradictions: int


def weigh(work: Weigh) -> Weighed:
    """Add up the evidence of all pieces of an agency, and decide; runs on a worker."""
    evidence = Evidence()
    both = (evidence.addresses, evidence.names)
    for table in merged(work.files, _KEY):
        for row in table.to_pylist():
            both[row["what"]][Key(work.agency, row["exchange"])][row["said"]] += row["emails"]
    people = [{"exchange": key.exchange, "person": person} for key, person in evidence.people().items()]
    path = work.folder / "people.arrow"
    write_sorted(pa.Table.from_pylist(people, schema=_PERSON), path, ("exchange",))
    rows = table_of(evidence.rows())
    return Weighed(
        path, write_sorted(rows, work.kept / "pairings.arrow", PEOPLE_KEY), evidence.contradictions
    )


def table_of(rows: Sequence[Row]) -> pa.Table:
    """Rows of ``private/people`` without their agency.

    Args:
        rows: The rows.
    """
    names = ("person", "spelling", "evidence", "emails")
    types = (pa.string(),) * 3 + (pa.int64(),)
    return pa.table([pa.array([getattr(row, name) for row in rows], kind) for name, kind in
                     zip(names, types, strict=True)], names=names)  # fmt: skip


def read_people(path: Path | None, agency: str) -> dict[Key, str]:
    """The person of each Exchange address of an agency.

    Args:
        path: As :func:`weigh` wrote it; None where no message says anything.
        agency: The agency.
    """
    if path is None or not path.exists():
        return {}
    rows = (row for table in merged([path], ("exchange",)) for row in table.to_pylist())
    return {Key(agency, row["exchange"]): row["person"] for row in rows}
