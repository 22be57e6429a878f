"""What the public tables call the files of a run, whose names are private (method 12.3)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from data.catalog import Investigation
from data.errors import InputError
from data.published import Published
from data.schema import TABLES
from data.settings import AGENCY_FILE, FILE, Agency
from data.tables import read_table
from flows.run.inputs import Inputs
from flows.run.part import Job
from tasks.mail.look import without_reason
from tasks.report.look import in_public

_QUOTABLE: Final = (
    ("public/tracts_used", "city"),
    ("public/city_selection", "city"),
    ("public/gentrification", "city"),
    ("public/crime_types", "city"),
    ("public/crime_types", "crime"),
    ("public/requests", "agency"),
)
"""Tables and columns whose values may be quoted: they are published anyway."""


def public_names(job: Job) -> dict[str, str]:
    """What to say in the place of the name of a file, or of a folder of the records.

    Args:
        job: The job; its private tables are written. Those of parts that did not run are in ``out/``.
    """
    names = dict(item for key in job.given.investigation.config.agencies for item in _of_agency(key))
    for row in _rows(job, "private/other_files", ("agency", "file")):
        names[row["file"]] = f"a file of {row['agency']}"
        names[f"records/{row['agency']}"] = f"agency {row['agency']}"
    for row in _rows(job, "private/sources", ("agency", "source", "file")):
        names[row["file"]] = f"mailbox {row['source']} of {row['agency']}"
        names[f"records/{row['agency']}"] = f"agency {row['agency']}"
    for row in _rows(job, "private/not_read", ("agency", "source", "file")):
        of, what = row["agency"] or "no agency", f" {row['source']}" if row["source"] else ""
        names |= dict(_of_agency(row["agency"])) if row["agency"] else {}
        names |= {row["file"]: f"mailbox{what} of {of}"} if row["file"] else {}
    for row in _rows(job, "public/requests", ("agency", "records")):
        if row["records"]:
            names[f"records/{row['records']}"] = f"the folder of {row['agency']}"
    for table in ("private/post_files", "private/crime_files"):
        for row in _rows(job, table, ("source", "file")):
            folder = row["file"].rpartition("/")[0]
            names[row["file"]] = f"file {row['source']} of {folder}"
    return names


def _of_agency(agency: str) -> list[tuple[str, str]]:
    """What to say of an agency's folder, and of its settings."""
    folder = f"records/{agency}"
    return [(folder, f"agency {agency}"), (f"{folder}/{AGENCY_FILE}", f"the settings of {agency}")]


def reason_in_public(
    line: str, folder: Path, agencies: Collection[str] = (), log: str = "the log of this run"
) -> str:
    """Why a run failed, or left out an agency, as more people may read it than have the records.

    Args:
        line: Why, as a person at the keyboard reads it; of several lines the first counts.
        folder: The investigation folder.
        agencies: Agencies that it is about, beside those of the configuration and of the published tables.
        log: What has the whole line, where it cannot be said here.

    Returns:
        One line; what a file of settings says stays in it, and names of files do not.

    Example:
        >>> reason_in_public("records/lapd/Jo Lee.pst: cannot be read", Path("/nowhere"))
        'the reason names a file of the records; the log of this run has it'
    """
    line = line.partition("\n")[0].removesuffix(":")
    names = {**dict(item for agency in agencies for item in _of_agency(agency)), **_names_in(folder)}
    words = {*agencies, *Agency.model_fields, *(said.removeprefix("agency ") for said in names.values())}
    words |= _words_of_settings(line)
    [said] = left_out_in_public([line], names, words, log, "reason")
    hidden = said.startswith("1 reason names")
    return f"the reason names a file of the records; {log} has it" if hidden else said


def left_out_in_public(
    lines: Iterable[str],
    names: Mapping[str, str],
    words: Collection[str] = frozenset(),
    log: str = "the log of the run",
    thing: str = "warning",
) -> tuple[str, ...]:
    """Lines in public, of which each that says that an agency was left out names it at least.

    Args:
        lines: The lines.
        names: What to say in the place of a name.
        words: What may be quoted.
        log: What has the reason, where it cannot be said here.
        thing: What a line is.

    Returns:
        As :func:`tasks.report.look.in_public`.

    Example:
        >>> left_out_in_public(["lapd: left out, and it has no rows: records/lapd/Jo.pst: is empty"], {})
        ('lapd: left out, and it has no rows; the log of the run has the reason',)
    """
    said = []
    for line in lines:
        head = without_reason(line)
        hidden = head is not None and in_public([line], names, words)[0].startswith("1 warning names")
        said.append(f"{head}; {log} has the reason" if hidden else line)
    return in_public(said, names, words, thing)


_QUOTED: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_OF_SETTINGS: Final = re.compile(rf"(?:^|: ){re.escape(FILE)}: |/{re.escape(AGENCY_FILE)}: ")


def _words_of_settings(line: str) -> set[str]:
    """What a line quotes, where it is about a file of settings: the newsroom wrote that itself."""
    found = _QUOTED.findall(line) if _OF_SETTINGS.search(line) else ()
    return {text for pair in found for text in pair}


def words_of_faults(job: Job) -> set[str]:
    """What a public line may quote of the settings of agencies that were left out.

    Args:
        job: The job; its private tables are written.
    """
    rows = _rows(job, "private/not_read", ("why",))
    return {word for row in rows for word in _words_of_settings(row["why"])}


def _names_in(folder: Path) -> dict[str, str]:
    """What the published tables call the files of an investigation; nothing where there are none."""
    try:
        investigation = Investigation.unchecked(folder)
        return public_names(Job(Inputs(investigation), investigation.out))
    except (InputError, ValueError, OSError):
        return {}


def _rows(job: Job, name: str, columns: Collection[str]) -> list[dict[str, Any]]:
    """Some columns of a table, of this run or else of an earlier one; none where there is none."""
    spec = TABLES[name]
    for out in (job.out, job.given.investigation.out):
        if (out / f"{name}.parquet").is_file():
            return list(read_table(spec, out, list(columns)).to_pylist())
    return []


def quotable(tables: Published) -> frozenset[str]:
    """What a public line may quote: names of cities, types of crime and agencies that are published anyway.

    Args:
        tables: The public tables.
    """
    found: set[str] = set()
    for name, column in _QUOTABLE:
        table = tables.get(name)
        if table is not None:
            found.update(value for value in table.column(column).unique().to_pylist() if value)
    return frozenset(found)
