"""What the mail room found for each agency, kept for a run that reads only another agency.

Such a run does not open the mailboxes of the other agencies, but their rows are in the same tables. What the
reading found in their mailboxes is taken from here, their mail from the partitions in ``work/mail``. Only
complete mail is taken: mail of which some was deleted, or which another reader or libpff read, counts as
never read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from data.sealed import read_json, write_json
from tasks.mail.intact import all_intact
from tasks.mail.other_files import OtherFile
from tasks.mail.partitions import read_summary
from tasks.mail.results import MailSource, Reading
from tasks.mail.sources import reader_name

_FILE: Final = "agencies.json"
_VERSION: Final = "agencies 2"
_READER: Final = reader_name()
_QUARANTINE: Final = TABLES["private/quarantine"].arrow


@dataclass(frozen=True)
class PreviousRuns:
    """What earlier runs found for some agencies.

    Attributes:
        sources: Their mailboxes, in order of agency and hash.
        quarantine: Rows of ``private/quarantine`` of the stages opening, listing and reading.
        others: Files beside their mailboxes that hold mail in another form.
        timezones: IANA time zone by agency, as it was at that time.
    """

    sources: tuple[MailSource, ...]
    quarantine: pa.Table
    timezones: Mapping[str, str]
    others: tuple[OtherFile, ...] = ()

    @property
    def code_pages(self) -> dict[str, str]:
        """The codec of the setting ``code_page`` of each agency that had one at that time."""
        return {source.agency: source.code_page for source in self.sources if source.code_page is not None}

    @property
    def agencies(self) -> frozenset[str]:
        """The agencies for which something is known."""
        return frozenset(self.timezones)


def remember(
    work: Path,
    reading: Reading,
    timezones: Mapping[str, str],
    agencies: Collection[str] | None = None,
    stay: Collection[str] | None = None,
) -> None:
    """Keep what a run found, for the next one.

    Args:
        work: The investigation's work folder.
        reading: The mailboxes of the run, and its quarantine.
        timezones: IANA time zone by agency.
        agencies: Those that the run read itself; what is kept for others stays. None if it read all agencies:
            what is kept for any other agency is then dropped.
        stay: Those of the others for which what is kept stays; None for all.
    """
    kept = {} if agencies is None else _load(work)
    kept = {agency: entry for agency, entry in kept.items() if stay is None or agency in stay}
    for agency in {source.agency for source in reading.sources} if agencies is None else agencies:
        own = [source for source in reading.sources if source.agency == agency]
        if not own:
            kept.pop(agency, None)  # its folder has no mailbox, or no longer has one
            continue
        names = pa.array([source.source for source in own], pa.string())
        rows = reading.quarantine.filter(pc.is_in(reading.quarantine.column("source"), names))
        kept[agency] = {
            "reader": _READER,
            "timezone": timezones[agency],
            "sources": [_as_json(source) for source in own],
            "quarantine": rows.to_pylist(),
            "others": [asdict(other) for other in reading.others if other.agency == agency],
        }
    write_json(work / "mail" / _FILE, kept, _VERSION)


def recall(work: Path, but: Collection[str], only: Collection[str] | None = None) -> PreviousRuns:
    """What earlier runs found for all agencies except some.

    Args:
        work: The investigation's work folder.
        but: Agencies that are read again.
        only: The agencies that are asked about; None for all.

    Returns:
        What is known, without agencies whose mail is incomplete or damaged, or was read by another reader;
        nothing where the file that holds it is damaged.

    Raises:
        OSError: The file that holds it cannot be read.
    """
    kept = {
        agency: entry
        for agency, entry in sorted(_load(work).items())
        if agency not in but and (only is None or agency in only)
    }
    sources: list[MailSource] = []
    rows: list[dict[str, Any]] = []
    others: list[OtherFile] = []
    timezones: dict[str, str] = {}
    for agency, entry in kept.items():
        own = [_from_json(fields, work) for fields in entry["sources"]]
        if entry["reader"] == _READER and all(_is_whole(source) for source in own):
            sources += own
            rows += entry["quarantine"]
            others += [OtherFile(**fields) for fields in entry["others"]]
            timezones[agency] = entry["timezone"]
    quarantine = pa.Table.from_pylist(rows, schema=_QUARANTINE)
    return PreviousRuns(tuple(sources), quarantine, timezones, tuple(others))


def together(reading: Reading, previous: PreviousRuns) -> Reading:
    """The mailboxes of a run and those of earlier ones, as if one run had read them all.

    Args:
        reading: What this run read.
        previous: What earlier runs found, for other agencies.
    """
    sources = sorted((*reading.sources, *previous.sources), key=lambda source: (source.agency, source.source))
    tables = [table.cast(_QUARANTINE) for table in (reading.quarantine, previous.quarantine)]
    others = sorted((*reading.others, *previous.others), key=lambda other: (other.agency, other.file))
    return Reading(tuple(sources), _each_once(pa.concat_tables(tables)), tuple(others), reading.rebuilt)


def _each_once(rows: pa.Table) -> pa.Table:
    """Each row once: a mailbox that two agencies handed over is quarantined once."""
    return rows.group_by(rows.column_names).aggregate([]).select(rows.column_names)


def faults(work: Path) -> list[str]:
    """A line where what earlier runs kept cannot be used; a run of all agencies writes it anew."""
    fault = read_json(work / "mail" / _FILE, _VERSION).fault
    return [f"work/mail/{_FILE}: {fault}; it was written anew"] if fault else []


def _load(work: Path) -> dict[str, Any]:
    """What is kept, by agency; nothing where it cannot be trusted."""
    found = read_json(work / "mail" / _FILE, _VERSION).value
    return dict(found) if isinstance(found, dict) else {}


def _as_json(source: MailSource) -> dict[str, Any]:
    """The fields, with the folder of the mail by its name alone: the work folder may be moved."""
    return {**asdict(source), "mail": source.mail.name if source.mail else None}


def _from_json(fields: Mapping[str, Any], work: Path) -> MailSource:
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    place = work / "mail" / fields["mail"] if fields["mail"] else None
    return replace(MailSource(**{**fields, **lists}), mail=place)


def _is_whole(source: MailSource) -> bool:
    """Whether all of the mailbox's mail is on disk."""
    if source.mail is None:
        return True
    files = sorted(source.mail.glob("part-*.parquet"))
    return all_intact(source.mail) and sum(read_summary(path).read for path in files) == source.read
