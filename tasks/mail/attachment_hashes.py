"""The SHA-256 of attached files, for those who compare them with files that they have from elsewhere.

It takes reading all of a mailbox, so it is done only on request, and once: the hashes of a partition's
attachments are kept beside the list of them. Every block is verified as it is read. A file's bytes pass
through in blocks of some kilobytes, so memory does not grow with the attachments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.sealed import is_intact, seal
from data.storage import Location, State
from data.tables import write_parquet
from data.writing import replacing
from tasks.mail.attachment_node import AttachmentNode
from tasks.mail.extract import Copier
from tasks.mail.inventory import hashes_file
from tasks.mail.layout import Header
from tasks.mail.partitions import attachments_folder
from tasks.mail.prefetch import prefetch_blocks
from tasks.mail.references import BlockError, Node
from tasks.mail.remote import reading
from tasks.mail.results import MailSource, Survey
from tasks.scatter import run_each

if TYPE_CHECKING:
    from tasks.scatter import Workers

_TOGETHER: Final = 512
"""Blocks that are fetched together from a store: 4 MB."""
_SCHEMA: Final = pa.schema([pa.field("sha256", pa.string())])


@dataclass(frozen=True)
class _Piece:
    """One file of attachments, and the mailbox that they are in."""

    mailbox: Location
    state: State
    header: bytes
    attachments: Path


def hash_attachments(
    sources: Sequence[MailSource],
    survey: Survey,
    work: Path,
    client: Workers | None,
    on_progress: Callable[[int, int], None] | None = None,
) -> int:
    """Hash the attached files of all surveyed mailboxes, except those that earlier runs have hashed.

    Args:
        sources: The mailboxes, read.
        survey: The same mailboxes, with where they are.
        work: The investigation's work folder.
        client: Where to run; None for this process.
        on_progress: Called with how many pieces of work are done, and of how many.

    Returns:
        How many pieces were hashed.

    Raises:
        OSError: The work folder cannot be written.
        InputError: A mailbox cannot be read, or was replaced; or a store cannot be reached.
    """
    read = {source.source for source in sources if source.attachments}
    pieces = {
        path: _Piece(mailbox.path, mailbox.examined.state, mailbox.examined.plan.header.raw, path)
        for mailbox in survey.mailboxes
        if mailbox.examined.plan is not None and mailbox.source in read
        for path in sorted(attachments_folder(mailbox.mail_folder(work)).glob("part-*.parquet"))
        if not _is_done(path)
    }
    todo, report = list(pieces.values()), on_progress or (lambda _done, _all: None)
    report(0, len(todo))
    if client is not None and todo:
        run_each(client, hash_piece, todo, lambda done: report(done, len(todo)))
    else:
        for done, piece in enumerate(todo, start=1):
            hash_piece(piece)
            report(done, len(todo))
    return len(todo)


def _is_done(path: Path) -> bool:
    """Whether the hashes of a file of attachments are there, one for each."""
    try:
        done = hashes_file(path)
        return is_intact(done) and pq.read_metadata(done).num_rows == pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowInvalid):
        return False


def hash_piece(piece: _Piece) -> int:
    """Hash the attached files of one partition and write the hashes; runs on a worker.

    Returns:
        How many attachments there are.
    """
    rows = pq.read_table(piece.attachments, columns=["node_id", "content", "data", "sub"]).to_pylist()
    header = Header.parse(piece.header)
    with reading(piece.mailbox, piece.state) as file:
        copier = Copier(file, header)
        hashes = [sha256_of(copier, Node(0, row["data"], row["sub"], row["node_id"])) for row in rows]
    with replacing(hashes_file(piece.attachments)) as beside:
        write_parquet(pa.table({"sha256": hashes}, schema=_SCHEMA), beside)
        seal(beside, hashes_file(piece.attachments))
    return len(rows)


def sha256_of(copier: Copier, node: Node) -> str | None:
    """The SHA-256 of an attached file, in hexadecimal digits.

    Args:
        copier: Reads the mailbox.
        node: The attachment.

    Returns:
        The hash; None where there is no file, or one of its blocks is damaged.
    """
    digest: Any = hashlib.sha256()
    try:
        held = AttachmentNode.of(node, copier).content()
        if held is None:
            return None
        if isinstance(held, bytes):
            digest.update(held)
        else:
            bids: list[int] = []
            copier.references.follow(Node(0, held, 0, 0), bids.append, copier.listing)
            for start in range(0, len(bids), _TOGETHER):
                prefetch_blocks(copier, bids[start : start + _TOGETHER])
                for bid in bids[start : start + _TOGETHER]:
                    digest.update(copier.data(bid))
    except BlockError:
        return None  # a hash of what is left of it would be the hash of another file
    return str(digest.hexdigest())
