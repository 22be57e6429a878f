"""The agencies of a folder as they are now: what is wrong with one hides nothing of the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from data.catalog import Investigation
from data.errors import InputError
from data.record_names import RECORDS
from data.records import RecordFile
from data.settings import AGENCY_FILE


@dataclass(frozen=True)
class Mailboxes:
    """The mailboxes that are there now.

    Attributes:
        files: Those that can be listed, in order of agency and file.
        unlisted: What is wrong with other names in ``records/``, one line each.
    """

    files: tuple[RecordFile, ...]
    unlisted: Mapping[str, str]


def mailboxes_now(investigation: Investigation) -> Mailboxes:
    """List the mailboxes of all agencies.

    Args:
        investigation: The investigation; its agencies need not have settings.

    Raises:
        InputError: Nothing can be listed at all.
    """
    unlisted = dict[str, str]()
    files: list[RecordFile] = []
    for agency in investigation.place.agencies(unlisted):
        try:
            files += investigation.place.mailboxes(agency)
        except InputError as error:
            unlisted[agency] = str(error)
    ordered = sorted(files, key=lambda record: (record.agency, record.file))
    return Mailboxes(tuple(ordered), dict(sorted(unlisted.items())))


def faults_now(investigation: Investigation, there: Mailboxes, known: Collection[str]) -> dict[str, str]:
    """What is wrong with the settings of agencies, one line each.

    Args:
        investigation: The investigation, of which the sections were read alone (``Investigation.unchecked``).
        there: Its mailboxes.
        known: The agencies that the provenance names. What is wrong with one that it does not name, and that
            has no mailbox, is of no run.
    """
    named = {*investigation.place.agencies({}), *investigation.config.agencies, *investigation.faults}
    asked = {file.agency for file in there.files} | (named & set(known))
    found = dict[str, str]()
    for agency in sorted(asked - there.unlisted.keys()):
        try:
            investigation.settings_of(agency)
        except InputError as error:
            line, _, more = str(error).partition("\n")
            said = line.partition("; write its settings into")[0]
            found[agency] = (
                f"{said}; write its settings into {RECORDS}/{agency}/{AGENCY_FILE}" if more else line
            )
    return found
