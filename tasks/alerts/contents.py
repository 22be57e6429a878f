"""What the tables of the alerts are made from, by content (method 12.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data.sealed import seal_of
from tasks.alerts.results import Parsed


def contents_of_parsed(parsed: Parsed) -> list[Any]:
    """The content of the parsed messages: but for settings, the tables are made from nothing else.

    Each file of them carries its own SHA-256 (:mod:`data.sealed`), which was verified in this run, or written
    in it. So nobody has to list what a row depends on: what made a file, made its checksum.

    Args:
        parsed: The parsed mailboxes of the run.

    Returns:
        Agency, source and the checksums of the files of each mailbox, in order. A file's place is in its
        checksum too, and in the place is what it was parsed with: crosswalk, time zone, program.

    Raises:
        ValueError: A file has no checksum, though the parsing seals each.
    """
    return [
        [source.agency, source.source, [_checksum(file) for file in source.files]]
        for source in parsed.sources
    ]


def _checksum(file: Path) -> str:
    found = seal_of(file)
    if found is None:
        raise ValueError(f"{file}: has no checksum")
    return found
