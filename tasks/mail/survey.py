"""The two steps of the mail: survey the mailboxes, then read them. No file may change in between."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from data.catalog import RecordFile
from data.errors import InputError
from tasks.mail.execute import OnProgress, drop_damaged_mail, examine_files, read_mailboxes
from tasks.mail.kept_plans import KeptPlans
from tasks.mail.listing import list_files
from tasks.mail.partitions import attachments_folder
from tasks.mail.remote import naming
from tasks.mail.results import Reading, Survey, quarantine_table, to_sources
from tasks.mail.settings import MailSettings
from tasks.mail.sources import HashMemo, SurveyMemo, check_readable, check_unchanged, group, state_of

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

    Args:
        files: The mailboxes as they were handed over.
        work: The investigation's work folder; hashes of unchanged files are remembered there.
        client: Where to run, or what opens it.
        settings: The code pages of agencies; every step of the mail takes them.
        on_progress: Called with how many files are done, and of how many.

    Returns:
        The mailboxes, and the files that are not mailboxes.

    Raises:
        InputError: A file cannot be opened; it is named, and nothing has been done yet.
    """
    check_readable(files)
    memo = HashMemo(work)
    states = {}
    for file in files:
        with naming(file.path):
            states[file.path] = state_of(file.path)
    listed, hashes = SurveyMemo(work), {file.path: memo.get(file) for file in files}
    plans = KeptPlans(work)
    examined = examine_files(client, hashes, on_progress, listed=listed.get, kept=plans.get)
    listed.save(examined.values())
    plans.save(examined.values())
    for file in files:
        memo.put(file, examined[file.path].sha256, states[file.path])
    memo.save()
    pages = None if settings is None else settings.code_pages
    return Survey(
        tuple(group(files, examined, pages)), states, (*memo.rebuilt, *listed.rebuilt, *plans.rebuilt)
    )


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
