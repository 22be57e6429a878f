"""The first pass over mailboxes: what they are, and, of those that are new, their mail while they are hashed.

A mailbox that no run has seen is needed twice: all of it for its hash, and the blocks of its messages for its
mail. If one comes after the other, a disk reads a mailbox twice that is larger than the memory, and all
workers but one wait where there is one mailbox. So it is listed first, and then its messages are read beside
the hashing, out of blocks that the system still has at hand. Its mail lies under a name for the time being
(``new-…``) until the hash is known, by which mail is kept.

Whatever fails in reading ahead is left to the reading proper, which fails in the same way and says so.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from data.catalog import RecordFile
from data.sealed import reseal
from data.storage import Location, State, state_of
from data.values import fingerprint
from data.writing import make_folder
from tasks.mail.listing import read_listed, read_listed_apart
from tasks.mail.partitions import PartitionSummary, attachments_folder, finished, gaps
from tasks.mail.remote import naming
from tasks.mail.settings import MailSettings
from tasks.mail.sources import Examined, examine, examine_apart, reader_name, sha256_of
from tasks.mail.spans import Span, span_of
from tasks.scatter import aside, run_all

if TYPE_CHECKING:
    from tasks.scatter import Workers

_NEW: Final = "new-"
_LARGE: Final = 64 << 20
"""Bytes of a file that is hashed beside other work; a smaller one is hashed within a tenth of a second."""


@dataclass(frozen=True)
class Ahead:
    """How a new mailbox is read while it is hashed.

    Attributes:
        folder: Where its mail lies until the hash is known.
        settings: How to read.
        code_page: The codec of the agency's setting ``code_page``; None where it has none.
    """

    folder: Path
    settings: MailSettings
    code_page: str | None = None


@dataclass(frozen=True)
class _Whole:
    """A file to be listed, and hashed where the hash is unknown."""

    path: Location
    sha256: str | None


@dataclass(frozen=True)
class _List:
    """A new mailbox to be listed."""

    path: Location


@dataclass(frozen=True)
class _Hash:
    """A new mailbox to be hashed."""

    path: Location


_Piece: TypeAlias = _Whole | _List | _Hash | Span
_Done: TypeAlias = Examined | str | None


def first_pass(piece: _Piece) -> _Done:
    """Do a piece of the first pass; runs on a worker.

    Args:
        piece: A file to be listed or hashed, or a range of messages.

    Returns:
        What a file is, or its hash; nothing of a range.

    Raises:
        UnreadableError: A file cannot be read; of a range nothing is raised.
    """
    if isinstance(piece, Span):
        _read_ahead(piece, read_listed)
        return None
    with naming(piece.path):
        if isinstance(piece, _Hash):
            # Hashing keeps step with the messages that are read meanwhile: both share the processors.
            with aside() if _size(piece.path) >= _LARGE else nullcontext():
                return sha256_of(piece.path)
        return examine(piece.path, "" if isinstance(piece, _List) else piece.sha256)


def _apart(piece: _Piece) -> _Done:
    """The same where the worker has died: what libpff reads, it reads in child processes."""
    if isinstance(piece, Span):
        _read_ahead(piece, read_listed_apart)
        return None
    if isinstance(piece, _Hash):
        return first_pass(piece)
    with naming(piece.path):
        return examine_apart(piece.path, "" if isinstance(piece, _List) else piece.sha256)


def _read_ahead(span: Span, read: Callable[[Span], PartitionSummary]) -> None:
    try:
        read(span)
    except Exception:  # the reading proper comes to the same messages, and says what is wrong
        return


@dataclass
class _Plan:
    """The pieces, made as workers get to them: one file after the other, so that its blocks are at hand.

    Attributes:
        ahead: The files that are read ahead.
        on_examined: Called with each file and what it is.
    """

    ahead: Mapping[Location, Ahead]
    on_examined: Callable[[Location, Examined], None]
    _queue: list[tuple[int, int, Iterator[_Piece]]] = field(default_factory=list)
    _ranks: dict[Location, int] = field(default_factory=dict)
    _listed: dict[Location, Examined] = field(default_factory=dict)
    _hashes: dict[Location, str] = field(default_factory=dict)

    def begin(self, files: Mapping[Location, str | None]) -> None:
        """Take the files: those that take longest come first."""
        self._ranks = {path: rank for rank, path in enumerate(files)}
        for path, sha256 in files.items():
            first = _List(path) if path in self.ahead else _Whole(path, sha256)
            self._queue.append((self._ranks[path], 1, iter([first])))
        heapify(self._queue)

    def __iter__(self) -> Iterator[_Piece]:
        return self

    def __next__(self) -> _Piece:
        while self._queue:
            piece = next(self._queue[0][2], None)
            if piece is not None:
                return piece
            heappop(self._queue)
        raise StopIteration

    def urgency(self, piece: _Piece) -> int:
        """Hashing a file comes before its messages, whose blocks it brings; and both before the next file."""
        return -2 * self._ranks[piece.path] - isinstance(piece, Span)

    def done(self, piece: _Piece, result: _Done) -> None:
        """Take a result; of a new mailbox that was listed, more pieces are made."""
        path = piece.path
        if isinstance(piece, _Whole) and isinstance(result, Examined):
            self.on_examined(path, result)
            return
        if isinstance(piece, _List) and isinstance(result, Examined):
            self._listed[path] = result
            heappush(self._queue, (self._ranks[path], 0, self._rest(path, result)))
        elif isinstance(piece, _Hash) and isinstance(result, str):
            self._hashes[path] = result
        else:
            return
        if path in self._hashes and path in self._listed:
            self.on_examined(path, replace(self._listed.pop(path), sha256=self._hashes[path]))

    def _rest(self, path: Location, listed: Examined) -> Iterator[_Piece]:
        yield _Hash(path)
        how, plan = self.ahead[path], listed.plan
        if plan is None:
            return
        total = len(plan.nodes)
        for places in gaps(total, finished(how.folder, total), how.settings.partition):
            span = span_of(plan, path, places, how.folder, how.settings, state=listed.state)
            yield replace(span, code_page=how.code_page)


def examine_all(
    client: Workers,
    files: Mapping[Location, str | None],
    ahead: Mapping[Location, Ahead],
    on_examined: Callable[[Location, Examined], None],
) -> None:
    """Hash and list files on the workers, and read those that are new.

    Args:
        client: Where to run, or what opens it.
        files: The files, each with its SHA-256 where that is known.
        ahead: Those that are read while they are hashed, and how.
        on_examined: Called in this process with each file and what it is.

    Raises:
        UnreadableError: A file cannot be read; it is named.
    """
    plan = _Plan(ahead, on_examined)
    plan.begin(dict(sorted(files.items(), key=lambda item: -_size(item[0]))))
    run_all(client, plan, first_pass, _apart, plan.done, urgency=plan.urgency)


def _size(path: Location) -> int:
    try:
        return int(state_of(path)[0])
    except OSError:  # said where it is opened
        return 0


def new_folder(work: Path, path: Path, state: State, code_page: str | None) -> Path:
    """Where the mail of a new mailbox lies until its hash is known: by its name, state and reader.

    Args:
        work: The investigation's work folder.
        path: The mailbox.
        state: What ``state_of`` said of it.
        code_page: As in :class:`Ahead`.
    """
    name = fingerprint(str(path), *map(str, state))[:12]
    page = "" if code_page is None else f"-{code_page}"
    return work / "mail" / f"{_NEW}{name}{page}-{reader_name()}"


def new_mailboxes(
    work: Path,
    files: Mapping[RecordFile, State],
    hashes: Mapping[Location, str | None],
    known: Collection[int],
    settings: MailSettings,
) -> dict[Location, Ahead]:
    """The files that are read while they are hashed: those that have a size that no other mailbox has.

    One of the same size may be the same mailbox under another name, which is read once, if at all.

    Args:
        work: The investigation's work folder.
        files: All files, each with what ``state_of`` said of it.
        hashes: Those of them that are known.
        known: The sizes of the mailboxes that earlier runs have hashed.
        settings: How to read.
    """
    sizes = Counter(int(state[0]) for state in files.values())
    found: dict[Location, Ahead] = {}
    for file, state in files.items():
        size, page = int(state[0]), settings.code_pages.get(file.agency)
        is_new = hashes[file.path] is None and sizes[size] == 1 and size not in known
        if is_new and isinstance(file.path, Path):
            found[file.path] = Ahead(new_folder(work, file.path, state, page), settings, page)
    return found


def take_over(places: tuple[Path, Path]) -> None:
    """Give mail that was read ahead its lasting name; what is not as it was written stays behind.

    Runs on a worker.

    Args:
        places: Where it is, and where it belongs.
    """
    new, lasting = places
    # The lists first: a partition that is there has its list.
    for source, target in ((attachments_folder(new), attachments_folder(lasting)), (new, lasting)):
        for path in sorted(source.glob("*.parquet")):
            if reseal(path, target / path.name):
                make_folder(target)
                path.replace(target / path.name)
        shutil.rmtree(source, ignore_errors=True)


def drop_new(work: Path, kept: Iterable[Path]) -> None:
    """Remove what was read ahead of files that are no more, or are others now.

    Args:
        work: The investigation's work folder.
        kept: The folders that a file has now.
    """
    names = {name for each in kept for name in (each.name, attachments_folder(each).name)}
    for path in (work / "mail").glob(f"{_NEW}*"):
        if path.name not in names:
            shutil.rmtree(path, ignore_errors=True)
