"""The mail room's door for what needs no server: what is in mailboxes, and what a run would read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.catalog import RecordFile
from data.errors import InputError
from data.opening import regular
from data.printable import printable
from data.storage import Location
from tasks.mail.accepted import FILE as ACCEPTED_FILE
from tasks.mail.accepted import Accepted, end_accepted, read_accepted, write_accepted
from tasks.mail.doubts import mail_doubts
from tasks.mail.gone_now import gone_now, new_files
from tasks.mail.inspect import Inspection, inspect
from tasks.mail.layout import NotAMailboxError
from tasks.mail.not_read import (
    KEPT,
    NONE,
    WAITS,
    Known,
    NotRead,
    as_row,
    find_gone,
    known_mailboxes,
    not_read_before,
    not_read_warnings,
    without_reason,
)
from tasks.mail.other_files import OtherFile, find_other_files, forms_found
from tasks.mail.partitions import finished, gaps
from tasks.mail.settings import MailSettings
from tasks.mail.sources import (
    Examined,
    HashMemo,
    Mailbox,
    check_readable,
    examine,
    group,
    state_of,
)

__all__ = [
    "ACCEPTED_FILE",
    "KEPT",
    "NONE",
    "WAITS",
    "Accepted",
    "Inspection",
    "Known",
    "NotRead",
    "OtherFile",
    "Planned",
    "as_row",
    "check_any_readable",
    "check_readable",
    "end_accepted",
    "find_gone",
    "find_other_files",
    "forms_found",
    "gone_now",
    "inspections",
    "known_mailboxes",
    "mail_doubts",
    "new_files",
    "not_read_before",
    "not_read_warnings",
    "plan_reading",
    "read_accepted",
    "without_reason",
    "write_accepted",
]


def inspections(files: Iterable[Path]) -> Iterable[Inspection | InputError]:
    """Inspect each file; one that is not a mailbox gives its error, and the others are still inspected."""
    for file in files:
        name = printable(str(file))
        try:
            if not file.is_dir():
                regular(file, name)
            yield inspect(file)
        except InputError as error:
            yield error
        except NotAMailboxError as error:
            yield InputError(f"{name}: {error}")
        except IsADirectoryError:
            yield InputError(f"{name}: is a folder; name the mailboxes in it, as {name}/*.pst")
        except OSError as error:
            yield InputError(
                f"{name}: cannot be read ({error.strerror or error}); check its name and permissions"
            )


def check_any_readable(mailboxes: Sequence[Mailbox], others: Sequence[OtherFile], place: str) -> None:
    """Check that there is a mailbox among the files that are called one.

    Args:
        mailboxes: All of a run, surveyed.
        others: The files that hold mail in another form.
        place: How the records are named in the message.

    Raises:
        InputError: No file of them is a mailbox; the message says what they are, and which forms there are.
    """
    if not mailboxes or any(mailbox.examined.plan is not None for mailbox in mailboxes):
        return
    first, more = mailboxes[0], len(mailboxes) - 1
    wrong = f"{first.files[0]}: {first.examined.problem}" + (f" (and {more:,} more files)" if more else "")
    forms = forms_found((other.file, other.form, other.fix) for other in others)
    raise InputError(". ".join([f"{place}: no mailbox that can be read; {wrong}", *map(str, forms)]))


@dataclass(frozen=True)
class Planned:
    """What a run would do with one mailbox.

    Attributes:
        mailbox: The mailbox.
        listed: Its messages; None if unknown.
        done: Messages that earlier runs have read.
        partitions: Partitions still to be read.
        problem: Why it cannot be read at all, and what to do; None if it can.
    """

    mailbox: Mailbox
    listed: int | None
    done: int
    partitions: int
    problem: str | None


def plan_reading(
    files: Sequence[RecordFile],
    work: Path,
    partition: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    code_pages: Mapping[str, str] | None = None,
) -> list[Planned]:
    """Say what a run would read.

    Files that no run has hashed yet are hashed, and the hashes kept for the run.

    Args:
        files: The mailboxes as they were handed over.
        work: The investigation's work folder.
        partition: Messages per partition; None for the default of a run.
        on_progress: Called with how many files are done, and of how many.
        code_pages: The codec of the setting ``code_page`` of each agency that has one.

    Returns:
        One per mailbox, in order of agency and hash.

    Raises:
        InputError: A file cannot be opened.
    """
    check_readable(files)
    memo = HashMemo(work)
    examined: dict[Location, Examined] = {}
    for done, file in enumerate(files, start=1):
        state = state_of(file.path)
        examined[file.path] = examine(file.path, memo.get(file), names=False)
        memo.put(file, examined[file.path].sha256, state)
        on_progress(done, len(files))
    memo.save()
    size = MailSettings().partition if partition is None else partition
    return [_planned(mailbox, work, size) for mailbox in group(files, examined, code_pages)]


def _planned(mailbox: Mailbox, work: Path, size: int) -> Planned:
    listing = mailbox.examined.plan
    if listing is None:
        return Planned(mailbox, None, 0, 0, mailbox.examined.problem)
    total = len(listing.nodes)
    ranges = finished(mailbox.mail_folder(work), total, usable=True)
    done = sum(stop - start for start, stop in ranges)
    return Planned(mailbox, listing.listed, done, len(gaps(total, ranges, size)), None)
