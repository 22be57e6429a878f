"""The two steps of the mail: survey the mailboxes, then read them. No file may change in between."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from data.catalog import RecordFile
from data.errors import InputError
from data.storage import Location, State
from tasks.mail.execute import OnProgress, drop_damaged_mail, examine_files, read_mailboxes
from tasks.mail.first_pass import Ahead, drop_new, new_mailboxes, take_over
from tasks.mail.kept_plans import KeptPlans
from tasks.mail.listing import list_files
from tasks.mail.partitions import attachments_folder
from tasks.mail.remote import naming
from tasks.mail.results import Reading, Survey, quarantine_table, to_sources
from tasks.mail.settings import MailSettings
from tasks.mail.sources import (
    HashMemo,
    Mailbox,
    SurveyMemo,
    check_readable,
    check_unchanged,
    group,
    state_of,
)
from tasks.scatter import run_each

if TYPE_CHECKING:
    from tasks.scatter import Workers


def survey_files(
    files: Sequence[RecordFile],
    work: Path,
    client: Workers,
    settings: MailSettings | None = None,
    on_progress: OnProgress | None = None,
) -> Survey:
    """Hash every file, list its messages from its own index, and join the names of equal files.

    The messages of a new mailbox are read at the same time (:mod:`tasks.mail.first_pass`).

    Args:
        files: The mailboxes as they were handed over.
        work: The investigation's work folder; hashes of unchanged files are remembered there.
        client: Where to run, or what opens it.
        settings: How to read: a mailbox that is new is read while it is hashed.
        on_progress: Called with how many files are done, and of how many.

    Returns:
        The mailboxes, and the files that are not mailboxes.

    Raises:
        InputError: A file cannot be opened; it is named, and nothing has been done yet.
    """
    check_readable(files)
    settings = settings or MailSettings()
    memo = HashMemo(work)
    states = {}
    for file in files:
        with naming(file.path):
            states[file.path] = state_of(file.path)
    listed, hashes = SurveyMemo(work), {file.path: memo.get(file) for file in files}
    plans, of = KeptPlans(work), {file: states[file.path] for file in files}
    ahead = new_mailboxes(work, of, hashes, memo.sizes(), settings)
    drop_new(work, (each.folder for each in ahead.values()))
    examined = examine_files(client, hashes, on_progress, listed=listed.get, kept=plans.get, ahead=ahead)
    listed.save(examined.values())
    plans.save(examined.values())
    for file in files:
        memo.put(file, examined[file.path].sha256, states[file.path])
    memo.save()
    mailboxes = tuple(group(files, examined, settings.code_pages))
    _take_over(mailboxes, ahead, states, work, client)
    return Survey(mailboxes, states, (*memo.rebuilt, *listed.rebuilt, *plans.rebuilt))


def _take_over(
    mailboxes: Sequence[Mailbox],
    ahead: Mapping[Location, Ahead],
    states: Mapping[Location, State],
    work: Path,
    client: Workers,
) -> None:
    """Keep the mail that was read ahead under its hash, except of files that have changed meanwhile."""
    lasting = {mailbox.path: mailbox.mail_folder(work) for mailbox in mailboxes}
    places = [
        (each.folder, lasting[path])
        for path, each in ahead.items()
        if each.folder.is_dir() and path in lasting and _is_as_before(path, states[path])
    ]
    if places:
        run_each(client, take_over, places)
    drop_new(work, ())


def _is_as_before(path: Location, state: State) -> bool:
    try:
        check_unchanged(path, state)
    except InputError:  # said before the reading
        return False
    return True


def read_survey(
    survey: Survey,
    work: Path,
    client: Workers,
    settings: MailSettings | None = None,
    on_progress: OnProgress | None = None,
) -> Reading:
    """Read every message that no earlier run has read.

    Args:
        survey: What there is.
        work: The investigation's work folder; mail is kept there by file, reader and libpff version.
        client: Where to run, or what opens it.
        settings: How to read.
        on_progress: Called with how many messages are done, and of how many.

    Returns:
        The mailboxes with what happened to their messages, and the quarantine.

    Raises:
        InputError: A file has changed since it was hashed.
    """
    _check_unchanged(survey)
    rebuilt = drop_damaged_mail(survey.mailboxes, work)
    partitions = read_mailboxes(client, survey.mailboxes, work, settings or MailSettings(), on_progress)
    partitions = list_files(client, survey.mailboxes, work, partitions)
    _check_unchanged(survey, work)
    return Reading(
        to_sources(survey.mailboxes, work, partitions),
        quarantine_table(survey.mailboxes, partitions),
        rebuilt=(*survey.rebuilt, *rebuilt),
    )


def _check_unchanged(survey: Survey, forget: Path | None = None) -> None:
    """See that the files are still those that were hashed.

    Args:
        survey: With the state of each file at that time.
        forget: The work folder, after the reading: the mail of a changed file is deleted from it, because
            it lies there under the hash of another content.

    Raises:
        InputError: One is not; it is named.
    """
    for mailbox in survey.mailboxes:
        state = survey.states.get(mailbox.path)
        if state is None:
            continue
        try:
            check_unchanged(mailbox.path, state)
        except InputError:
            if forget is not None:
                folder = mailbox.mail_folder(forget)
                for place in (folder, attachments_folder(folder)):
                    shutil.rmtree(place, ignore_errors=True)
            raise
