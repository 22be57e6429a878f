"""Runs the reading on a Dask client, even if workers die.

A partition whose worker died is read in child processes (``tasks.mail.spans``), which finds the message at
fault if there is one. If the worker was killed from outside there is none, and the partition is simply read
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.manifest import Manifest
from data.printable import printable
from data.sealed import EARLIER, lines_of_earlier
from data.storage import Location
from tasks.mail.first_pass import Ahead, examine_all
from tasks.mail.intact import drop_damaged, drop_damaged_lists
from tasks.mail.listing import read_listed, read_listed_apart
from tasks.mail.partitions import (
    PartitionSummary,
    attachments_folder,
    clear_leftovers,
    finished,
    gaps,
    summaries,
)
from tasks.mail.plan import MailPlan
from tasks.mail.settings import MailSettings
from tasks.mail.sources import Examined, Mailbox, examine
from tasks.mail.spans import Span, span_of
from tasks.scatter import run_all

if TYPE_CHECKING:
    from tasks.scatter import Workers

OnProgress = Callable[[int, int], None]

_LISTS: Final = {
    "list": "the attachments were listed again",
    "hash": "nwatch run --hash-attachments hashes the attachments again",
}
"""What becomes of a list of attachments, by the begin of the file's name."""


def examine_files(
    client: Workers,
    hashes: Mapping[Location, str | None],
    on_progress: OnProgress | None = None,
    *,
    listed: Callable[[str | None], bool | None] = lambda _: None,
    kept: Callable[[str, bool], MailPlan | None] = lambda _, __: None,
    ahead: Mapping[Location, Ahead] | None = None,
) -> dict[Location, Examined]:
    """Hash and list files on the workers.

    Args:
        client: Where to run, or what opens it.
        hashes: The files, each with its SHA-256 where that is known.
        on_progress: Called with how many files are done, and of how many.
        listed: Whether a file of a hash was listed before with the names of its folders; None if it was not
            listed. One that was cannot crash libpff now: it is listed in this process.
        kept: The plan of a file of a hash that was listed before, with those names or without; None where it
            is to be listed.
        ahead: The files that are read while they are hashed, and how.

    Returns:
        What each is.

    Raises:
        UnreadableError: A file cannot be read; it is named.
    """
    found: dict[Location, Examined] = {}

    def keep(path: Location, examined: Examined) -> None:
        found[path] = examined
        if on_progress is not None:
            on_progress(len(found), len(hashes))

    left = {}
    for path, sha256 in hashes.items():
        names = listed(sha256)
        if names is None:
            left[path] = sha256
        else:
            plan = None if sha256 is None else kept(sha256, names)
            keep(path, examine(path, sha256, names=names, plan=plan))
    examine_all(client, left, ahead or {}, keep)
    return found


def unread_ranges(mailbox: Mailbox, work: Path, settings: MailSettings) -> list[tuple[int, int]]:
    """The ranges of a mailbox that no earlier run has read, as positions in its list of messages."""
    plan = mailbox.examined.plan
    if plan is None:
        return []
    total = len(plan.nodes)
    return gaps(total, finished(mailbox.mail_folder(work), total), settings.partition)


def unread_spans(
    mailbox: Mailbox,
    work: Path,
    settings: MailSettings,
    ranges: Sequence[tuple[int, int]] | None = None,
) -> Iterator[Span]:
    """Ranges of a mailbox as they are sent to workers; each is made as it is asked for.

    Args:
        mailbox: The mailbox.
        work: The investigation's work folder.
        settings: How to read.
        ranges: The ranges; None for those that no earlier run has read.
    """
    plan, state = mailbox.examined.plan, mailbox.examined.state
    if plan is None:
        return
    folder = mailbox.mail_folder(work)
    for places in unread_ranges(mailbox, work, settings) if ranges is None else ranges:
        span = span_of(plan, mailbox.path, places, folder, settings, state=state)
        yield replace(span, code_page=mailbox.code_page)


def drop_damaged_mail(mailboxes: Sequence[Mailbox], work: Path) -> list[str]:
    """Remove partitions of earlier runs that are not as they were written, so that they are read again.

    Args:
        mailboxes: The mailboxes.
        work: The investigation's work folder.

    Returns:
        A line for each, which names the mailbox, sorted; one line for all those of an earlier version.
    """
    lines, earlier = [], 0
    for mailbox in {mailbox.reading: mailbox for mailbox in reversed(mailboxes)}.values():
        folder, file = mailbox.mail_folder(work), printable(mailbox.files[0])
        mail, lists = drop_damaged(folder), drop_damaged_lists(folder)
        earlier += [*mail.values(), *lists.values()].count(EARLIER)
        lines += [
            f"work/mail/{folder.name}/{name}: {fault}; its messages of {file} were read again"
            for name, fault in mail.items()
            if fault != EARLIER
        ]
        lines += [
            f"work/mail/{attachments_folder(folder).name}/{name}: {fault}; {_LISTS[name[:4]]}"
            for name, fault in lists.items()
            if fault != EARLIER
        ]
    return [*lines_of_earlier("work/mail", earlier, "what they hold is read again"), *sorted(lines)]


def read_mailboxes(
    client: Workers,
    mailboxes: Sequence[Mailbox],
    work: Path,
    settings: MailSettings,
    on_progress: OnProgress | None = None,
) -> dict[str, list[PartitionSummary]]:
    """Read what is not yet read of all mailboxes; partitions of all of them run in parallel.

    A partition that is damaged must have been removed before (``drop_damaged_mail``).

    Args:
        client: Where to run, or what opens it.
        mailboxes: As ``tasks.mail.sources.group`` gives them.
        work: The investigation's work folder, which workers must see under the same path.
        settings: How to read.
        on_progress: Called with how many messages are done, those of earlier runs included, and of how many.

    Returns:
        The partitions of each mailbox, by ``Mailbox.reading``.
    """
    # One mailbox under two agencies is read once, unless they say that its code page is another.
    distinct = {mailbox.reading: mailbox for mailbox in mailboxes if mailbox.examined.plan is not None}
    left = {reading: unread_ranges(mailbox, work, settings) for reading, mailbox in distinct.items()}
    spans = (
        span
        for reading, mailbox in distinct.items()
        for span in unread_spans(mailbox, work, settings, left[reading])
    )
    total = sum(len(mailbox.examined.plan.nodes) for mailbox in distinct.values() if mailbox.examined.plan)
    done = total - sum(stop - start for ranges in left.values() for start, stop in ranges)
    if on_progress is not None:
        on_progress(done, total)

    def count(span: Span, _: PartitionSummary) -> None:
        nonlocal done
        done += len(span)
        if on_progress is not None:
            on_progress(done, total)

    run_all(client, spans, read_listed, read_listed_apart, count)
    return _partitions(distinct, work)


def _partitions(distinct: Mapping[str, Mailbox], work: Path) -> dict[str, list[PartitionSummary]]:
    """The partitions of each mailbox; those of an agency are known by one manifest."""
    found: dict[str, list[PartitionSummary]] = {}
    manifests: dict[str, Manifest] = {}
    for reading, mailbox in distinct.items():
        folder, plan = mailbox.mail_folder(work), mailbox.examined.plan
        if plan is None:
            continue
        if mailbox.agency not in manifests:
            manifests[mailbox.agency] = Manifest.of_agency(work / "mail", mailbox.agency)
        clear_leftovers(folder, len(plan.nodes))
        found[reading] = summaries(folder, len(plan.nodes), manifests[mailbox.agency])
    for manifest in manifests.values():
        manifest.save()
    return found
