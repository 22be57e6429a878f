"""Pieces: an agency's parsed messages, cut so that one worker can hold what it works on (method 4.11).

A piece is a run of files of parsed messages, in order of source and node id. A message is never apart from
those that are attached to it. Where the pieces end changes nothing: a row is known by its number in the
agency, counted in the order of :func:`tasks.alerts.messages.gather`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from data.manifest import Manifest
from tasks.alerts.batches import UNPACKED
from tasks.alerts.results import ParsedSource


@dataclass(frozen=True)
class Limits:
    """How large a piece may be; a single file that is larger is a piece of its own.

    Attributes:
        rows: Messages.
        bytes: Bytes of their columns in memory. No column of a piece comes near 1 GiB.
    """

    rows: int = 25_000
    bytes: int = 64 << 20

    def buckets(self, rows: int) -> int:
        """Into how many buckets an agency's messages are dealt; what is dealt of a message is small.

        Args:
            rows: How many messages it has.
        """
        return 1 + rows // (4 * self.rows)


USUAL: Final = Limits()


@dataclass(frozen=True)
class Piece:
    """Some of an agency's messages.

    Attributes:
        agency: The agency.
        number: Which of its pieces.
        first: Rows of the agency before it.
        rows: Its rows, those of attached messages included.
        sources: Its files, by mailbox.
    """

    agency: str
    number: int
    first: int
    rows: int
    sources: tuple[ParsedSource, ...]


@dataclass(frozen=True)
class _File:
    source: str
    path: Path
    rows: int
    bytes: int
    first: int
    last: int


def cut(
    sources: Sequence[ParsedSource], limits: Limits = USUAL, folder: Path | None = None
) -> dict[str, tuple[Piece, ...]]:
    """Cut the parsed messages into pieces.

    Args:
        sources: The parsed mailboxes. Of their files only the footers are read, and those once.
        limits: How large a piece may be.
        folder: Where an agency's files are listed, in one manifest each; None to ask the footers alone.

    Returns:
        The pieces of each agency, in order of agency; an agency without messages has none.
    """
    ordered = sorted(sources, key=lambda each: (each.agency, each.source))
    return {
        agency: tuple(_pieces(agency, list(mine), limits, folder))
        for agency, mine in groupby(ordered, key=lambda each: each.agency)
    }


@dataclass
class _Held:
    """The files of a piece so far; each is added up once, as there may be thousands of small ones."""

    files: list[_File] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    last: int = -1

    def add(self, file: _File) -> None:
        if self.files and self.files[-1].source != file.source:
            self.last = -1
        self.files.append(file)
        self.rows, self.bytes = self.rows + file.rows, self.bytes + file.bytes
        self.last = max(self.last, file.last)

    def ends(self, file: _File, limits: Limits) -> bool:
        """Whether the piece ends before a file: it is full, and all that it has is before the file."""
        full = self.rows + file.rows > limits.rows or self.bytes + file.bytes > limits.bytes
        same = bool(self.files) and self.files[-1].source == file.source
        return bool(self.files) and full and (not same or file.first > self.last)


def _pieces(agency: str, sources: list[ParsedSource], limits: Limits, folder: Path | None) -> Iterator[Piece]:
    held = _Held()
    number = before = 0
    for file in _listed(agency, sources, folder):
        if held.ends(file, limits):
            yield _piece(agency, number, before, held.files)
            number, before, held = number + 1, before + held.rows, _Held()
        held.add(file)
    if held.files:
        yield _piece(agency, number, before, held.files)


def _piece(agency: str, number: int, before: int, files: list[_File]) -> Piece:
    sources = tuple(
        ParsedSource(agency, source, tuple(file.path for file in mine))
        for source, mine in groupby(files, key=lambda file: file.source)
    )
    return Piece(agency, number, before, sum(file.rows for file in files), sources)


def _listed(agency: str, sources: Sequence[ParsedSource], folder: Path | None) -> list[_File]:
    """The files of an agency that have rows, by mailbox and in order of their messages."""
    manifest = None if folder is None else Manifest.of_agency(folder, agency)
    ask = _facts if manifest is None else partial(manifest.of, read=_facts)
    found = []
    for source in sources:
        mine = [_File(source.source, path, *ask(path)) for path in source.files]
        found += sorted((file for file in mine if file.rows), key=lambda file: (file.first, file.last))
    if manifest is not None:
        manifest.save()
    return found


def _facts(path: Path) -> tuple[int, int, int, int]:
    """Rows, bytes in memory, first and last node id."""
    footer = pq.read_metadata(path)
    place = footer.schema.names.index("node_id")
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    nodes = [group.column(place).statistics for group in groups if group.num_rows]
    # Equal texts are packed once in a file, and are as many as their rows in memory.
    packed = sum(group.total_byte_size for group in groups)
    return (
        footer.num_rows,
        int((footer.metadata or {}).get(UNPACKED, packed)),
        min((each.min for each in nodes), default=0),
        max((each.max for each in nodes), default=0),
    )
