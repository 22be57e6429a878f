"""What is in one mailbox, for ``nwatch inspect``: takes seconds, without Dask or Prefect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tasks.mail.plan import ORPHANED, Folder, MailPlan, open_plan


@dataclass(frozen=True)
class Inspection:
    """What the index of a mailbox says; no message is read.

    Attributes:
        path: The file.
        bytes: Its size.
        format: As ``Unicode PST``.
        encoding: Of its blocks: none, compressible or high.
        listed: Its messages; None if unknown.
        folders: Those that hold messages or say so, and ``(orphaned)`` where messages have no folder.
        warnings: What a person should know, one clause each.
    """

    path: Path
    bytes: int
    format: str
    encoding: str
    listed: int | None
    folders: tuple[Folder, ...]
    warnings: tuple[str, ...]


def inspect(path: Path) -> Inspection:
    """Say what the index of a mailbox holds.

    Args:
        path: A PST or OST.

    Returns:
        What its index says.

    Raises:
        NotAMailboxError: It is not a mailbox; the message says what it is and what to do.
        OSError: It cannot be read.
    """
    plan = open_plan(path)
    return Inspection(
        path=path,
        bytes=plan.size,
        format=plan.header.layout.name,
        encoding=plan.header.encoding,
        listed=plan.listed,
        folders=_with_orphans(plan),
        warnings=tuple(plan.warnings),
    )


def _with_orphans(plan: MailPlan) -> tuple[Folder, ...]:
    folders = tuple(folder for folder in plan.folders if folder.messages or folder.stated)
    orphans = len(plan.nodes) - sum(folder.messages for folder in folders)
    return (*folders, Folder(0, ORPHANED, orphans, None)) if orphans else folders
