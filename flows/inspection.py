"""What `nwatch inspect` and `nwatch plan` show: mailboxes looked at without server and cluster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.catalog import Investigation
from data.errors import InputError
from data.places import Place
from flows.progress import OnProgress
from tasks.mail.inspect import Inspection
from tasks.mail.inspect import inspect as look_into
from tasks.mail.layout import NotAMailboxError
from tasks.mail.parts import finished, gaps
from tasks.mail.settings import MailSettings
from tasks.mail.sources import Examined, HashMemo, Mailbox, check_readable, examine, group, state_of


@dataclass(frozen=True)
class Planned:
    """What a run would do with one mailbox.

    Attributes:
        mailbox: The mailbox.
        listed: Its messages; None where unknown.
        done: Messages that earlier runs have read.
        partitions: Pieces still to be read.
        problem: Why it cannot be read at all, and what to do; None where it can.
    """

    mailbox: Mailbox
    listed: int | None
    done: int
    partitions: int
    problem: str | None


def inspections(files: Iterable[Path]) -> Iterable[Inspection | InputError]:
    """Look into each file; one that is no mailbox gives its error, and the others are still looked into."""
    for file in files:
        try:
            yield look_into(file)
        except NotAMailboxError as error:
            yield InputError(f"{file}: {error}")
        except OSError as error:
            yield InputError(
                f"{file}: cannot be read ({error.strerror or error}); check its name and permissions"
            )


def plan_run(investigation: Investigation, partition: int | None, on_progress: OnProgress) -> list[Planned]:
    """Say what a run would read.

    Files that no run has hashed yet are hashed, and the hashes kept for the run.

    Args:
        investigation: The investigation.
        partition: Messages a partition; None as a run would by default.
        on_progress: Told how many files are done.

    Returns:
        One a mailbox, in order of agency and hash.

    Raises:
        InputError: A file cannot be opened.
    """
    files = investigation.records()
    check_readable(files)
    memo = HashMemo(investigation.work)
    examined: dict[Place, Examined] = {}
    for done, file in enumerate(files, start=1):
        state = state_of(file.path)
        examined[file.path] = examine(file.path, memo.get(file), names=False)
        memo.put(file, examined[file.path].sha256, state)
        on_progress(done, len(files))
    memo.save()
    size = (MailSettings() if partition is None else MailSettings(partition=partition)).partition
    return [_planned(mailbox, investigation.work, size) for mailbox in group(files, examined)]


def _planned(mailbox: Mailbox, work: Path, size: int) -> Planned:
    listing = mailbox.examined.plan
    if listing is None:
        return Planned(mailbox, None, 0, 0, mailbox.examined.problem)
    total = len(listing.nodes)
    ranges = finished(mailbox.parts(work), total)
    done = sum(stop - start for start, stop in ranges)
    return Planned(mailbox, listing.listed, done, len(gaps(total, ranges, size)), None)
