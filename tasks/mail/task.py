"""The door of the mail room: the Prefect tasks that flows call, and what is kept from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from distributed import Client
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.catalog import RecordFile
from tasks.mail.execute import OnProgress
from tasks.mail.previous_runs import recall, remember, together
from tasks.mail.results import MailSource, Reading, Survey
from tasks.mail.settings import READER_VERSION, MailSettings
from tasks.mail.survey import read_survey, survey_files

__all__ = [
    "READER_VERSION",
    "MailSettings",
    "MailSource",
    "Reading",
    "Survey",
    "read",
    "recall",
    "remember",
    "survey",
    "together",
]


@task(name="survey the mailboxes", cache_policy=NO_CACHE, persist_result=False)
def survey(
    files: Sequence[RecordFile],
    work: Path,
    client: Client,
    settings: MailSettings | None = None,
    on_progress: OnProgress | None = None,
) -> Survey:
    """Hash and list the mailboxes; see :func:`tasks.mail.survey.survey_files`."""
    return survey_files(files, work, client, settings, on_progress)


@task(name="read the mail", cache_policy=NO_CACHE, persist_result=False)
def read(
    survey: Survey,
    work: Path,
    client: Client,
    settings: MailSettings | None = None,
    on_progress: OnProgress | None = None,
) -> Reading:
    """Read the messages; see :func:`tasks.mail.survey.read_survey`."""
    return read_survey(survey, work, client, settings, on_progress)
