"""Which agencies' mailboxes a run has read and published as they now are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.records import Seen
from data.schema import TABLES
from data.tables import read_table
from tasks.mail.sources import HashMemo


def read_before(seen: Sequence[Seen], work: Path, out: Path) -> set[str]:
    """The agencies all of whose mailboxes stand in `private/sources` with the hash that they have.

    No file is opened: the hash is the remembered one of a file that has not changed since it was taken. One
    that is not remembered counts as not read, which costs an announcement.

    Args:
        seen: Every file of every agency.
        work: The investigation's work folder.
        out: Its published tables.
    """
    try:
        rows = read_table(TABLES["private/sources"], out).select(["agency", "file", "sha256"]).to_pylist()
    except (FileNotFoundError, ValueError):
        return set()  # never published, or by another version, which reads anew
    published = {(row["agency"], row["file"]): row["sha256"] for row in rows}
    memo = HashMemo(work)
    boxes = [one for one in seen if one.mailbox]
    unread = {
        one.agency
        for one in boxes
        if (known := memo.hash_of(one.file, one.state)) is None
        or published.get((one.agency, one.file)) != known
    }
    # A mailbox that was taken away again is a change too.
    there = {(one.agency, one.file) for one in boxes}
    return (
        {one.agency for one in boxes}
        - unread
        - {agency for agency, file in published if (agency, file) not in there}
    )
