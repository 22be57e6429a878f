"""What is kept of a mailbox and is not as it was written: it goes, so that it is made again."""

from __future__ import annotations

import os
from pathlib import Path

from data.sealed import DAMAGED, fault_of, is_intact
from data.writing import is_file
from tasks.mail.partitions import attachments_file, attachments_folder, read_summary


def drop_damaged(folder: Path) -> dict[str, str]:
    """Remove partitions that are not as they were written, so that their messages are read again.

    Args:
        folder: The folder of a mailbox's partitions; may be absent.

    Returns:
        The names of those that were removed, sorted, and what was wrong with each.

    Raises:
        OSError: One cannot be read or removed.
    """
    damaged = {path: fault for path in sorted(folder.glob("part-*.parquet")) if (fault := _fault_of(path))}
    for path in damaged:
        for each in (path, attachments_file(path)):
            if is_file(each):
                each.unlink()
    return {path.name: fault for path, fault in damaged.items()}


def drop_damaged_lists(folder: Path) -> dict[str, str]:
    """Remove what was made of a partition's attachments and is not as it was written; it is made again.

    Args:
        folder: The folder of a mailbox's partitions; may be absent.

    Returns:
        The names of the files that were removed, sorted, and what was wrong with each.
    """
    made = sorted(attachments_folder(folder).glob("[hl]*-*.parquet"))
    damaged = {path: fault for path in made if (fault := fault_of(path))}
    for path in damaged:
        path.unlink(missing_ok=True)
    return {path.name: fault for path, fault in damaged.items()}


def all_intact(folder: Path) -> bool:
    """Whether every file of a mailbox's mail and attachments is as it was written."""
    files = (*folder.glob("part-*.parquet"), *attachments_folder(folder).glob("*.parquet"))
    return all(map(is_intact, files))


def _fault_of(part: Path) -> str:
    if fault := fault_of(part):
        return fault
    attachments = attachments_file(part)
    if os.path.lexists(attachments):
        return fault_of(attachments)
    return DAMAGED if read_summary(part).attachments else ""
