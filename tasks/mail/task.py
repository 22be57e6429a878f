"""The steps of the mail: which mailboxes there are, and the reading of them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from distributed import Client

from data.catalog import RecordFile
from data.errors import InputError
from tasks.mail.execute import OnProgress, examine_files, read_mailboxes
from tasks.mail.results import Reading, Survey, quarantine_table, to_sources
from tasks.mail.settings import MailSettings
from tasks.mail.sources import HashMemo, check_readable, check_unchanged, group, state_of
from tasks.step import Step


def survey_mailboxes(
    files: Sequence[RecordFile],
    work: Path,
    client: Client,
    settings: MailSettings | None = None,
    on_progress: OnProgress | None = None,
) -> Survey:
    """Hash every file, list its messages from its own index, and join the names of equal files.

    Args:
        files: the mailboxes as they were handed over.
        work: the investigation's work folder; hashes of unchanged files are remembered there.
        client: where to run.
        settings: not needed for listing.
        on_progress: told how many files are done.

    Returns:
        The mailboxes, those that are none included.

    Raises:
        InputError: a file cannot be opened; it is named, and nothing has been done yet.
    """
    check_readable(files)
    memo = HashMemo(work)
    states = {file.path: state_of(file.path) for file in files}
    examined = examine_files(client, {file.path: memo.get(file) for file in files}, on_progress)
    for file in files:
        memo.put(file, examined[file.path].sha256, states[file.path])
    memo.save()
    return Survey(tuple(group(files, examined)), states)


def read_mail(
    survey: Survey,
    work: Path,
    client: Client,
    settings: MailSettings | None = None,
    on_progress: OnProgress | None = None,
) -> Reading:
    """Read every message that no earlier run has read.

    Args:
        survey: what there is.
        work: the investigation's work folder; mail is kept there by file, reader and libpff version.
        client: where to run.
        settings: how to read; none of it changes a byte of a table.
        on_progress: told how many messages are done, and of how many.

    Returns:
        The mailboxes with what became of their messages, and the quarantine.

    Raises:
        InputError: a file is not the one any more that was hashed.
    """
    _check_unchanged(survey)
    parts = read_mailboxes(client, survey.mailboxes, work, settings or MailSettings(), on_progress)
    _check_unchanged(survey, work)
    return Reading(to_sources(survey.mailboxes, work, parts), quarantine_table(survey.mailboxes, parts))


def _check_unchanged(survey: Survey, forget: Path | None = None) -> None:
    """See that the files are still those that were hashed.

    Args:
        survey: with the state of each file at that time.
        forget: the work folder, after the reading: mail of a changed file lies under a false key there.

    Raises:
        InputError: names the file that is not.
    """
    for mailbox in survey.mailboxes:
        state = survey.states.get(mailbox.path)
        if state is None:
            continue
        try:
            check_unchanged(mailbox.path, state)
        except InputError:
            if forget is not None:
                shutil.rmtree(mailbox.parts(forget), ignore_errors=True)
            raise


survey = Step("survey the mailboxes", survey_mailboxes, "files")
read = Step("read the mail", read_mail, "messages")
