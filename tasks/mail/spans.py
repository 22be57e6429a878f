"""A range of messages of one mailbox as it travels to a worker, and the two ways in which a worker reads it.

The quick way is in the worker's own process. A range that killed its worker is read in child processes
instead, and halved until the one message is found that libpff dies of, or hangs on; that one is quarantined
and the rest is kept.
"""

from __future__ import annotations

import contextlib
import gc
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy.typing as npt

from data.errors import InputError
from data.storage import Place, State
from tasks.mail.layout import Header
from tasks.mail.partitions import PartitionSummary, write_partition
from tasks.mail.plan import MailPlan, to_nodes
from tasks.mail.read import Failure, Outcome, read_nodes
from tasks.mail.remote import open_bytes, while_unchanged
from tasks.mail.settings import MailSettings

_STARTUP_SECONDS: Final = 60.0
"""What a child may take to start, on a machine that is busy."""

_REPORTED: Final = 3
"""How a child ends that has something to say to the user, in the last line of its standard error."""


@dataclass(frozen=True)
class Span:
    """A range of messages.

    Attributes:
        path: the mailbox.
        header: its header's bytes.
        nodes: structured array of `MailPlan.nodes`, the range alone.
        folders: folder path by node id.
        start: place of the first message in the mailbox.
        mail_folder: Where its file goes.
        settings: how to read.
        state: the mailbox's when it was looked at, as for `tasks.mail.remote.open_bytes`.
    """

    path: Place
    header: bytes
    nodes: npt.NDArray[Any]
    folders: dict[int, str]
    start: int
    mail_folder: Path
    settings: MailSettings
    state: State | None = None

    def __len__(self) -> int:
        """Messages in the range."""
        return len(self.nodes)

    def piece(self, start: int, stop: int) -> Span:
        """Messages `start` to `stop` of this range as a range of its own."""
        nodes = self.nodes[start:stop]
        folders = {int(nid): self.folders[int(nid)] for nid in nodes["nid"]}
        return replace(self, nodes=nodes, folders=folders, start=self.start + start)


def span_of(
    plan: MailPlan,
    path: Place,
    places: tuple[int, int],
    mail_folder: Path,
    settings: MailSettings,
    *,
    state: State | None = None,
) -> Span:
    """The messages of a plan from the one place to before the other."""
    start, stop = places
    folders = plan.folder_names(start, stop)
    return Span(
        path, plan.header.raw, plan.nodes[start:stop].copy(), folders, start, mail_folder, settings, state
    )


def outcomes_of(span: Span) -> list[Outcome]:
    """Read a range in this process.

    Raises:
        OSError: the mailbox cannot be opened.
        InputError: the store on which it lies cannot be reached or refuses, or it was exchanged meanwhile.
    """
    with open_bytes(span.path, span.state) as file:
        nodes = to_nodes(span.nodes)
        outcomes = read_nodes(file, Header.parse(span.header), nodes, span.settings)
        return list(while_unchanged(outcomes, file))


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """Messages hold no cycles: looking for some among thousands of them takes time for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_span(span: Span) -> PartitionSummary:
    """Read a range in this process and write its part, in bounded memory.

    Raises:
        OSError: the mailbox cannot be opened or the part cannot be written.
        InputError: as `outcomes_of`.
    """
    with open_bytes(span.path, span.state) as file, _no_collector():
        nodes = to_nodes(span.nodes)
        outcomes = while_unchanged(read_nodes(file, Header.parse(span.header), nodes, span.settings), file)
        return write_partition(span.mail_folder, span.start, span.start + len(span), outcomes, span.folders)


def read_span_apart(span: Span) -> PartitionSummary:
    """Read a range in child processes, so that whatever kills a reader costs one message; and write its part.

    Raises:
        OSError: the mailbox cannot be opened or the part cannot be written.
        InputError: as `outcomes_of`.
        RuntimeError: a child failed for a reason of its own, which its standard error tells.
    """
    return write_partition(span.mail_folder, span.start, span.start + len(span), _bisect(span), span.folders)


def _bisect(span: Span) -> Sequence[Outcome]:
    """Outcomes of a range, whatever a part of it does to its reader."""
    verdict = ""
    for _ in range(span.settings.deaths if len(span) == 1 else 1):
        answer = _in_child(span)
        if not isinstance(answer, str):
            return answer
        verdict = answer
    if len(span) == 1:
        return [
            Failure(
                int(span.nodes["nid"][0]),
                "libpff dies of it",
                f"the reader {verdict}, each time it was tried",
            )
        ]
    half = len(span) // 2
    return [*_bisect(span.piece(0, half)), *_bisect(span.piece(half, len(span)))]


def _in_child(span: Span) -> list[Outcome] | str:
    """What a child process read, or how it ended."""
    groups = -(-len(span) // span.settings.extract)
    limit = _STARTUP_SECONDS + groups * span.settings.watchdog_seconds
    try:
        child = subprocess.run(
            [sys.executable, "-m", "tasks.mail.spans"],
            input=pickle.dumps(span),
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"had not ended after {limit:g} s"
    if child.returncode == 0:
        outcomes: list[Outcome] = pickle.loads(child.stdout)
        return outcomes
    if child.returncode == _REPORTED:
        raise InputError(child.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1])
    if child.returncode < 0:
        return f"was ended by {signal.Signals(-child.returncode).name}"
    if child.returncode == 1 and b"Timeout (" in child.stderr:
        return f"hung for {span.settings.watchdog_seconds:g} s"
    raise RuntimeError(
        f"a child reading {span.path} ended with code {child.returncode}: "
        + child.stderr.decode(errors="replace")[-2000:]
    )


if __name__ == "__main__":
    try:
        found = outcomes_of(pickle.load(sys.stdin.buffer))
    except InputError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(_REPORTED)
    sys.stdout.buffer.write(pickle.dumps(found))
