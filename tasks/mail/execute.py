"""Runs the plan on a Dask client: thin, and careful about workers that die.

The scheduler is told to hold nothing against a partition but its first death (`allowed-failures` 0 of the
cluster's settings). A partition whose worker died is then read apart (`tasks.mail.spans`), which finds the
message at fault, if there is one: a worker that was killed from outside has none, and the partition is
simply read again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from distributed import Client, Future, KilledWorker, as_completed

from tasks.mail.parts import PartSummary, clear_leftovers, finished, gaps, summaries
from tasks.mail.settings import MailSettings
from tasks.mail.sources import Examined, Mailbox, examine
from tasks.mail.spans import Span, read_span, read_span_apart, span_of

OnProgress = Callable[[int, int], None]
_Work = TypeVar("_Work")
_Result = TypeVar("_Result")

_DEATHS_APART = 5
"""How many workers may be lost under one piece of work that already shields its worker, before the run
gives up."""


def run_all(
    client: Client,
    work: Iterable[_Work],
    quick: Callable[[_Work], _Result],
    apart: Callable[[_Work], _Result],
    on_result: Callable[[_Work, _Result], None],
) -> None:
    """Do every piece of work on the workers, the careful way where the quick one killed its worker.

    Args:
        client: where to run.
        work: the pieces, any that pickle.
        quick: done first.
        apart: done for a piece whose worker died; it shields its worker from whatever killed it.
        on_result: called in this process with each piece and its result, in the order in which they end.

    Raises:
        KilledWorker: workers went on dying under `apart`.
        Exception: whatever `quick` or `apart` raised; the work that has not begun is cancelled then.
    """
    run = uuid.uuid4().hex
    deaths: dict[str, int] = {}
    pending: dict[str, _Work] = {}

    def submit(function: Callable[[_Work], _Result], piece: _Work, key: str) -> Future:
        pending[key] = piece
        return client.submit(function, piece, key=key, pure=False, retries=0)

    futures = as_completed(
        [submit(quick, piece, f"{quick.__name__}-{run}-{index}") for index, piece in enumerate(work)]
    )
    try:
        for future in futures:
            piece = pending.pop(future.key)
            if future.status == "error" and isinstance(future.exception(), KilledWorker):
                root = future.key.split("+")[0]
                deaths[root] = deaths.get(root, 0) + 1
                if deaths[root] > _DEATHS_APART:
                    raise future.exception()
                futures.add(submit(apart, piece, f"{root}+{deaths[root]}"))
                continue
            on_result(piece, future.result())
            future.release()
    finally:
        if pending:
            client.cancel([Future(key, client) for key in pending], force=True)


def examine_files(
    client: Client, known: Mapping[Path, str | None], on_progress: OnProgress | None = None
) -> dict[Path, Examined]:
    """Hash and list files on the workers.

    Args:
        client: where to run.
        known: the files, each with its SHA-256 where that is known.
        on_progress: told how many files are done.

    Returns:
        What each is.
    """
    found: dict[Path, Examined] = {}

    def keep(item: tuple[Path, str | None], examined: Examined) -> None:
        found[item[0]] = examined
        if on_progress is not None:
            on_progress(len(found), len(known))

    run_all(client, list(known.items()), _examine, _examine_apart, keep)
    return found


def _examine(item: tuple[Path, str | None]) -> Examined:
    return examine(*item)


def _examine_apart(item: tuple[Path, str | None]) -> Examined:
    """Without libpff, which can only have died over the folders' names."""
    return examine(*item, names=False)


def unread_spans(mailbox: Mailbox, work: Path, settings: MailSettings) -> list[Span]:
    """The ranges of a mailbox that no earlier run has read."""
    plan = mailbox.examined.plan
    if plan is None:
        return []
    parts = mailbox.parts(work)
    total = len(plan.nodes)
    ranges = gaps(total, finished(parts, total), settings.partition)
    return [span_of(plan, mailbox.path, places, parts, settings) for places in ranges]


def read_mailboxes(
    client: Client,
    mailboxes: Sequence[Mailbox],
    work: Path,
    settings: MailSettings,
    on_progress: OnProgress | None = None,
) -> dict[str, list[PartSummary]]:
    """Read what is not yet read of all mailboxes, partitions of all of them side by side.

    Args:
        client: where to run.
        mailboxes: as `tasks.mail.sources.group` gives them.
        work: the investigation's work folder, which workers must see under the same path.
        settings: how to read.
        on_progress: told how many messages are done, those of earlier runs included.

    Returns:
        The parts of each mailbox, by source id.
    """
    # One mailbox under two agencies is read once.
    distinct = {mailbox.source: mailbox for mailbox in mailboxes if mailbox.examined.plan is not None}
    spans = [span for mailbox in distinct.values() for span in unread_spans(mailbox, work, settings)]
    total = sum(len(mailbox.examined.plan.nodes) for mailbox in distinct.values() if mailbox.examined.plan)
    done = total - sum(map(len, spans))
    if on_progress is not None:
        on_progress(done, total)

    def count(span: Span, _: PartSummary) -> None:
        nonlocal done
        done += len(span)
        if on_progress is not None:
            on_progress(done, total)

    run_all(client, spans, read_span, read_span_apart, count)
    for mailbox in distinct.values():
        if mailbox.examined.plan is not None:
            clear_leftovers(mailbox.parts(work), len(mailbox.examined.plan.nodes))
    return {
        source: summaries(mailbox.parts(work), len(mailbox.examined.plan.nodes))
        for source, mailbox in distinct.items()
        if mailbox.examined.plan is not None
    }
