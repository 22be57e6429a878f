"""A range of messages of one mailbox as it is sent to a worker, and the two ways in which a worker reads it.

The quick way is in the worker's own process. A range that killed its worker is read in child processes
instead, and halved until the one message is found that crashes libpff, or on which libpff hangs. That message
is quarantined and the others are kept.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy.typing as npt

from data.storage import Location, State
from tasks.mail.child import Died, in_child
from tasks.mail.extract import Copier, Extract
from tasks.mail.layout import Header
from tasks.mail.ndb import LocalFile
from tasks.mail.partitions import PartitionSummary, write_partition
from tasks.mail.plan import MailPlan, names_of, to_node, to_nodes
from tasks.mail.read import Failure, Outcome, read_nodes
from tasks.mail.references import BlockError, Node
from tasks.mail.remote import RemoteFile, naming, opened, reading, while_unchanged
from tasks.mail.settings import MailSettings

Then: TypeAlias = Callable[[LocalFile | RemoteFile, PartitionSummary], None]


@dataclass(frozen=True)
class Span:
    """A range of messages.

    Attributes:
        path: The mailbox.
        header: Its header's bytes.
        nodes: Structured array of ``MailPlan.nodes``, the range alone.
        folders: Path of each folder that has some of them, by its node id.
        start: Position of the first message in the mailbox's list.
        mail_folder: Where its file goes.
        settings: How to read.
        state: The mailbox's state at the survey, as for ``tasks.mail.remote.open_bytes``.
        code_page: The codec of the agency's setting ``code_page``; None where it has none.
    """

    path: Location
    header: bytes
    nodes: npt.NDArray[Any]
    folders: dict[int, str]
    start: int
    mail_folder: Path
    settings: MailSettings
    state: State | None = None
    code_page: str | None = None

    def __len__(self) -> int:
        """Messages in the range."""
        return len(self.nodes)

    def slice(self, start: int, stop: int) -> Span:
        """Messages ``start`` to before ``stop`` of this range, as a range of its own."""
        return replace(self, nodes=self.nodes[start:stop], start=self.start + start)

    def folder_names(self) -> dict[int, str]:
        """Folder path of each message, by its node id."""
        return names_of(self.nodes, self.folders)


def span_of(
    plan: MailPlan,
    path: Location,
    places: tuple[int, int],
    mail_folder: Path,
    settings: MailSettings,
    *,
    state: State | None = None,
) -> Span:
    """The messages of a plan from the first of two positions to before the second."""
    start, stop = places
    folders = plan.folder_paths(start, stop)
    return Span(
        path, plan.header.raw, plan.nodes[start:stop].copy(), folders, start, mail_folder, settings, state
    )


def outcomes_of(span: Span) -> list[Outcome]:
    """Read a range in this process.

    Raises:
        InputError: The mailbox cannot be read, or it was replaced meanwhile; or its store cannot be reached.
    """
    with opened(span.path, span.state) as file:
        return list(_outcomes(span, file))


def _outcomes(span: Span, file: LocalFile | RemoteFile) -> Iterator[Outcome]:
    """The same, one at a time. Whoever writes them down has errors of its own, which are no mailbox's."""
    with naming(span.path):
        nodes = to_nodes(span.nodes)
        read = read_nodes(file, Header.parse(span.header), nodes, span.settings, span.code_page)
        yield from while_unchanged(read, file)


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """Switch the garbage collector off.

    Messages hold no reference cycles, and looking for some among thousands of messages takes time for
    nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_span(span: Span, then: Then | None = None) -> PartitionSummary:
    """Read a range in this process and write its partition, in bounded memory.

    Args:
        span: The range.
        then: Called at the end with the mailbox, still open, and what became of the messages.

    Raises:
        OSError: The partition cannot be written.
        InputError: As in ``outcomes_of``.
    """
    with opened(span.path, span.state) as file, _no_collector():
        summary = write_partition(
            span.mail_folder, span.start, span.start + len(span), _outcomes(span, file), span.folder_names()
        )
        if then is not None:
            then(file, summary)
        return summary


def read_span_apart(span: Span) -> PartitionSummary:
    """Read a range in child processes and write its partition: what kills a reader costs one message.

    Raises:
        OSError: The partition cannot be written.
        InputError: As in ``outcomes_of``.
        RuntimeError: A child failed for another reason, which is in the message.
    """
    return write_partition(
        span.mail_folder, span.start, span.start + len(span), _bisect(span), span.folder_names()
    )


def _bisect(span: Span) -> Sequence[Outcome]:
    """Outcomes of a range, even if some of its messages kill their reader."""
    # A range that fails is halved at once. Only a single message is tried several times, because a reader may
    # also be killed by something else, such as a lack of memory, and that is not the fault of a message.
    verdict = ""
    for _ in range(span.settings.deaths if len(span) == 1 else 1):
        answer = _in_child(span)
        if not isinstance(answer, Died):
            return answer
        verdict = answer.how
    if len(span) == 1:
        if span.settings.open_attached and _has_attachments(span):
            # A message that is attached to this one may be at fault: then this one can be kept.
            return _bisect(replace(span, settings=replace(span.settings, open_attached=False, deaths=1)))
        return [
            Failure(
                int(span.nodes["nid"][0]),
                "crashes libpff",
                f"the reader {verdict}, each time it was tried",
            )
        ]
    half = len(span) // 2
    return [*_bisect(span.slice(0, half)), *_bisect(span.slice(half, len(span)))]


def _has_attachments(span: Span) -> bool:
    """Whether a single message has attachments; found out without libpff."""
    header, attached = Header.parse(span.header), list[Node]()
    with reading(span.path, span.state) as file, contextlib.suppress(BlockError):
        Copier(file, header).copy(to_node(span.nodes[0]), Extract(header), attached)
    return bool(attached)


def _in_child(span: Span) -> list[Outcome] | Died:
    """What a child process read, or how it ended."""
    groups = -(-len(span) // span.settings.extract)
    return in_child(outcomes_of, span, span.path, seconds=span.settings.watchdog_seconds, steps=groups)
