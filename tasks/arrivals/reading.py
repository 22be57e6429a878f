"""Which agencies' mailboxes a run has read and published in their present state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.catalog import PROVENANCE
from data.records import Seen
from data.schema import TABLES
from data.tables import read_table
from tasks.mail.sources import HashMemo

_SOURCES: Final = TABLES["private/sources"]


@dataclass(frozen=True)
class Before:
    """What earlier runs did.

    Attributes:
        read: The agencies whose mailboxes are all published with their present hash.
        published: The agencies in the published tables.
    """

    read: frozenset[str] = frozenset()
    published: frozenset[str] = frozenset()


def read_before(seen: Sequence[Seen], work: Path, out: Path) -> Before:
    """The agencies in ``private/sources``, and those of them whose mailboxes have not changed since.

    No mailbox is opened: a hash is used if it is remembered and the file has not changed since. A mailbox
    without a remembered hash counts as not read, which at worst causes an announcement too many. If a run
    ended while it published, so that the tables are from two runs, nothing counts as read.

    Args:
        seen: Every file of every agency.
        work: The investigation's work folder.
        out: Its published tables.
    """
    try:
        rows = read_table(_SOURCES, out).select(["agency", "file", "sha256"]).to_pylist()
    except (FileNotFoundError, ValueError):
        return Before()  # never published, or by another version, whose tables do not count
    published = {(row["agency"], row["file"]): row["sha256"] for row in rows}
    everyone = frozenset(agency for agency, _ in published)
    if not _is_whole(out):
        return Before(published=everyone)
    memo = HashMemo(work)
    boxes = [one for one in seen if one.mailbox]
    unread = {
        one.agency
        for one in boxes
        if (sha256 := memo.hash_of(one.file, one.state)) is None
        or published.get((one.agency, one.file)) != sha256
    }
    # A mailbox that was removed is a change, too.
    there = {(one.agency, one.file) for one in boxes}
    gone = {agency for agency, file in published if (agency, file) not in there}
    return Before(frozenset({one.agency for one in boxes} - unread - gone), everyone)


def _is_whole(out: Path) -> bool:
    """Whether the provenance, which is published last, belongs to the tables that are there."""
    if not (out / PROVENANCE).is_file():
        return False
    try:
        hashes = json.loads((out / PROVENANCE).read_text(encoding="utf-8"))["tables"]
        path = out / f"{_SOURCES.name}.parquet"
        return bool(hashes[f"{_SOURCES.name}.parquet"] == hashlib.sha256(path.read_bytes()).hexdigest())
    except (OSError, ValueError, KeyError, TypeError):
        return False
