"""The files of ``records/`` that are no mailboxes by name but hold mail, in another form (method 1.11)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from data.records import Records
from data.schema import TABLES
from tasks.ledger.results import Doubt
from tasks.rows.mail_forms import Form, form_of_file

MOST_REMOTE: Final = 1000
"""Objects of a store that are looked into: each costs a request or two."""
NOT_LOOKED_INTO: Final = Form(
    "a file on the store that was not looked into",
    f"the first {MOST_REMOTE:,} files without the suffix of a mailbox are; keep mailboxes alone there",
)  # fmt: skip


@dataclass(frozen=True)
class OtherFile:
    """A file that holds mail, or may hold some, in a form that is not read.

    Attributes:
        agency: Its agency's folder; empty for a file beside these folders.
        file: Its path inside the investigation folder.
        form: What it is, as :attr:`tasks.rows.mail_forms.Form.name`.
        fix: What to do with it.
    """

    agency: str
    file: str
    form: str
    fix: str


def find_other_files(place: Records, agencies: Collection[str] | None = None) -> tuple[OtherFile, ...]:
    """Look into every file of the records that is not a mailbox by its name.

    Args:
        place: The records.
        agencies: The agencies whose folders are looked into; None for all, and for files beside them.

    Returns:
        Those that hold mail or may hold some, in order of agency and file.

    Raises:
        InputError: A folder cannot be listed, or a store does not answer.
    """
    found, remote = [], 0
    for record in place.other_files(agencies):
        remote += not isinstance(record.path, Path)
        form = NOT_LOOKED_INTO if remote > MOST_REMOTE else form_of_file(record.path)
        if form is not None and form.mail:
            found.append(OtherFile(record.agency, record.file, form.name, form.fix))
    return tuple(sorted(found, key=lambda other: (other.agency, other.file)))


def other_files_table(others: Iterable[OtherFile]) -> pa.Table:
    """Make ``private/other_files``."""
    rows = [{name: getattr(other, name) for name in ("agency", "file", "form", "fix")} for other in others]
    return pa.Table.from_pylist(rows, schema=TABLES["private/other_files"].arrow)


def forms_found(others: Iterable[tuple[str, str, str]]) -> list[Doubt]:
    """The forms of some files, each with how many there are and what to do, the most frequent first.

    Args:
        others: File, form and fix of each.

    Returns:
        One for each form.

    Example:
        >>> letter = ("records/lapd/a.msg", "an Outlook message (.msg)", "open it")
        >>> [str(found) for found in forms_found([letter])]
        ['1 file in records/ is an Outlook message (.msg): open it']
        >>> [str(found) for found in forms_found([letter, letter])]
        ['2 files in records/ are each an Outlook message (.msg): open it']
    """
    grouped: dict[tuple[str, str], list[str]] = {}
    for file, form, fix in others:
        grouped.setdefault((form, fix), []).append(file)
    return [
        Doubt(
            len(files),
            f"{'file in records/ is' if len(files) == 1 else 'files in records/ are each'} {form}",
            fix,
            files[0],
        )
        for (form, fix), files in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
