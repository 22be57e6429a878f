"""Which mailboxes of earlier runs are gone now: what ``nwatch accept`` confirms (method 1.16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from data.records import RecordFile, Records, Scan, Seen
from tasks.mail.accepted import Accepted
from tasks.mail.not_read import Known, known_mailboxes, not_read_before
from tasks.mail.sources import HashMemo, sha256_of


def gone_now(
    place: Records, out: Path, work: Path, accepted: Collection[Accepted]
) -> tuple[list[Known], Scan]:
    """The mailboxes that earlier runs read and that are gone, or were emptied.

    A file that may be one of them under another name is hashed: one of the same size whose hash is not known.

    Args:
        place: The records.
        out: The published tables.
        work: The work folder, in which hashes are remembered.
        accepted: What was confirmed before.

    Returns:
        The mailboxes, in order of agency and name; and what is there. Of an agency that cannot be listed,
        nothing is gone.

    Raises:
        InputError: Nothing can be listed, or a store does not answer.
        OSError: A file that must be hashed cannot be read.
    """
    found, confirmed = place.scan(), {(row.agency, row.sha256) for row in accepted}
    sizes = {one.file: one.size for one in found.seen if one.mailbox}
    there = sizes.keys()
    broken = {(row.agency, row.sha256) for row in not_read_before(out) if row.gone and row.file in there}
    missed = [
        each
        for each in known_mailboxes(out)
        if (each.agency, each.sha256) not in confirmed
        and each.agency not in found.troubles
        and (there.isdisjoint(each.files) or is_emptied(each, sizes) or (each.agency, each.sha256) in broken)
    ]
    hashes = _hashes(place, HashMemo(work), found.seen, missed)
    gone = [each for each in missed if (each.agency, each.sha256) not in hashes]
    return sorted(gone, key=lambda each: (each.agency, each.files)), found


def is_emptied(each: Known, sizes: Mapping[str, int]) -> bool:
    """Whether nothing is left of a mailbox but its names: those that are there hold nothing any more.

    Its content may be there under another name.

    Args:
        each: A mailbox that an earlier run read.
        sizes: The bytes of the mailboxes that are there, by name.

    Example:
        >>> box = Known("lapd", ("a.pst",), "0123456789ab", "", 512, 7)
        >>> is_emptied(box, {"a.pst": 0}), is_emptied(box, {"a.pst": 512}), is_emptied(box, {})
        (True, False, False)
    """
    left = [sizes[file] for file in each.files if file in sizes]
    return each.readable and each.bytes > 0 and bool(left) and not any(left)


def new_files(seen: Collection[Seen], work: Path) -> dict[str, set[str]]:
    """The mailboxes that no run has hashed as they are now, by agency.

    Args:
        seen: What is there.
        work: The work folder, in which hashes are remembered.
    """
    memo, found = HashMemo(work), dict[str, set[str]]()
    for one in seen:
        if one.mailbox and memo.hash_of(one.file, one.state) is None:
            found.setdefault(one.agency, set()).add(one.file)
    return found


def _hashes(
    place: Records, memo: HashMemo, seen: Collection[Seen], missed: Collection[Known]
) -> set[tuple[str, str]]:
    """The hashes of files that may be one of the mailboxes, by agency."""
    sizes = {(each.agency, each.bytes) for each in missed}
    asked = [one for one in seen if one.mailbox and (one.agency, one.size) in sizes]
    files: dict[str, RecordFile] = {}
    for agency in {one.agency for one in asked}:
        files |= {file.file: file for file in place.mailboxes(agency)}
    return {
        (one.agency, memo.hash_of(one.file, one.state) or sha256_of(files[one.file].path))
        for one in asked
        if one.file in files
    }
