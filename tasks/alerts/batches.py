"""Batches of messages to parse: which there are, which earlier runs have parsed, and their parsing.

A :class:`Batch` is one row group of a mail file and the file for its result. Batches are of similar size, so
that workers are busy whatever the sizes of the mailboxes, and the result is the same in one process as on a
cluster. Results are in ``work/alerts/<source>-<key>/``. The key is a hash of everything that a result depends
on besides the mail itself, so a changed crosswalk, program, library or rule of the time zone leads to another
folder, and the old one is no longer used. A result is written under another name and then renamed. It bears a
mark of the rows that it was made from, so an interrupted run leaves batches that the next run can use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree

from data.crosswalk import Crosswalk
from data.errors import InputError
from data.kept import code_of
from data.manifest import Manifest
from data.sealed import EARLIER, fault_of, is_intact, lines_of_earlier, seal
from data.tables import write_parquet
from data.time_zones import rules_of
from data.values import fingerprint
from data.writing import make_folder, replacing
from tasks.alerts.look import check_templates
from tasks.alerts.parse import parse_messages
from tasks.alerts.results import Parsed, ParsedSource
from tasks.mail.results import MailSource
from tasks.scatter import run_each

_MARK: Final = b"made_from"
UNPACKED: Final = b"unpacked"
"""Key of the number of bytes that the rows take in memory, in the footer of a result."""
CODE: Final = (
    "tasks",
    *(f"tasks/{area}" for area in ("alerts", "bodies", "ledger", "mail", "people", "rows")),
)
"""The folders of the code that parses and tabulates, besides those of data (:func:`data.kept.code_of`)."""


@dataclass(frozen=True)
class Batch:
    """One row group of a mail file.

    Attributes:
        mail: The mail file.
        row_group: Which of its row groups.
        mark: What identifies the rows: their number, the first and last node id, their size. A result is used
            only if it bears the same mark, because the mail may have been partitioned differently since.
        result: Where the parsed rows go.
    """

    mail: Path
    row_group: int
    mark: str
    result: Path


def code_version() -> str:
    """Fingerprint of the code that parses and of its libraries: nobody has to remember to raise a number."""
    return fingerprint(code_of(*CODE), etree.LXML_VERSION, etree.LIBXML_VERSION)


def plan(
    sources: Sequence[MailSource], timezones: Mapping[str, str], crosswalk: Crosswalk, work: Path
) -> tuple[tuple[ParsedSource, ...], tuple[tuple[Batch, str], ...]]:
    """List the batches: only the footers of the mail files are read, and those once.

    Args:
        sources: The mailboxes; of each agency one per source.
        timezones: IANA time zone by agency.
        crosswalk: Decides kinds and templates.
        work: The investigation's ``work/`` folder.

    Returns:
        The mailboxes with the files that will hold their rows, and the batches with the time zone of each. A
        mailbox that two agencies of one time zone hand over is parsed once.

    Raises:
        InputError: An agency has no time zone or one that does not exist, or a template has no scraper.
        ValueError: One agency has a source twice.
    """
    check_templates(crosswalk)
    if len({(source.agency, source.source) for source in sources}) != len(sources):
        raise ValueError("an agency has a source twice; the files of one source belong to one MailSource")
    version = code_version()
    laid: list[ParsedSource] = []
    batches: dict[Path, tuple[Batch, str]] = {}
    manifests: dict[str, Manifest] = {}
    for source in sorted(sources, key=lambda s: (s.agency, s.source)):
        zone = _zone(source.agency, timezones)
        if source.agency not in manifests:
            manifests[source.agency] = Manifest.of_agency(work / "alerts", source.agency)
        manifest = manifests[source.agency]
        mine: list[Batch] = []
        if source.mail is not None:
            key = fingerprint(source.mail.name, crosswalk.fingerprint, version, zone, rules_of(zone))
            folder = work / "alerts" / f"{source.source}-{key[:16]}"
            mine = [
                Batch(file, number, mark, folder / f"{file.stem}-{number:05}.parquet")
                for file in sorted(source.mail.glob("part-*.parquet"))
                for number, mark in manifest.of(file, _groups)
            ]
        batches.update({batch.result: (batch, zone) for batch in mine})
        laid.append(ParsedSource(source.agency, source.source, tuple(batch.result for batch in mine)))
    for manifest in manifests.values():
        manifest.save()
    return tuple(laid), tuple(batches.values())


def _zone(agency: str, timezones: Mapping[str, str]) -> str:
    name = timezones.get(agency)
    if name is None:
        raise InputError(
            f'agency {agency}: no timezone; write timezone = "America/Los_Angeles" under [agencies.{agency}]'
        )
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            f"agency {agency}: timezone '{name}' does not exist; write one as America/Los_Angeles"
        ) from None
    return name


def _groups(file: Path) -> list[tuple[int, str]]:
    """The row groups of one mail file that have rows, each with its mark."""
    meta = pq.read_metadata(file)
    place = meta.schema.names.index("node_id")
    found = []
    for number in range(meta.num_row_groups):
        group = meta.row_group(number)
        if group.num_rows == 0:
            continue
        span = group.column(place).statistics
        ends = (span.min, span.max) if span is not None and span.has_min_max else ()
        found.append((number, repr((file.name, number, group.num_rows, *ends, group.total_byte_size))))
    return found


def is_done(batch: Batch) -> bool:
    """Whether the batch's result is on disk, intact and made from the same rows."""
    if not batch.result.exists() or not is_intact(batch.result):
        return False
    metadata = pq.read_schema(batch.result).metadata or {}
    return bool(metadata.get(_MARK) == batch.mark.encode("utf-8"))


def parse_batch(batch: Batch, timezone: str, crosswalk: Crosswalk) -> int:
    """Parse one batch and write its result; runs on a worker.

    Returns:
        The number of rows.

    Raises:
        InputError: The mail was damaged after the reading; the next run finds that and reads it again.
    """
    try:
        mail = pq.ParquetFile(batch.mail).read_row_group(batch.row_group)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{batch.mail}: was damaged during the run; run again: it is read anew") from error
    rows = parse_messages(mail, crosswalk, timezone)
    rows = rows.replace_schema_metadata(
        {_MARK: batch.mark.encode("utf-8"), UNPACKED: str(rows.nbytes).encode("ascii")}
    )
    make_folder(batch.result.parent)
    with replacing(batch.result) as beside:
        write_parquet(rows, beside)
        seal(beside, batch.result)
    return int(rows.num_rows)


def parse_sources(
    sources: Sequence[MailSource],
    timezones: Mapping[str, str],
    crosswalk: Crosswalk,
    work: Path,
    *,
    client: Any = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Parsed:
    """Classify all messages and scrape the alerts, except what earlier runs have done.

    Args:
        sources: The mailboxes of the mail room.
        timezones: IANA time zone by agency.
        crosswalk: Decides kinds and templates.
        work: The investigation's ``work/`` folder.
        client: A ``distributed.Client``; None to parse in this process, with the same result.
        on_progress: Called with (batches done, batches in all) at the start and after each batch.

    Returns:
        Where the parsed rows are, and how many batches were new.

    Raises:
        InputError: As :func:`plan`.
        KilledWorker: Workers kept dying; a single one that is lost costs only time.
    """
    laid, batches = plan(sources, timezones, crosswalk, work)
    todo = [(batch, zone) for batch, zone in batches if not is_done(batch)]
    faults = {batch.result: fault_of(batch.result) for batch, _ in todo if batch.result.exists()}
    earlier = list(faults.values()).count(EARLIER)
    rebuilt = (
        *lines_of_earlier("work/alerts", earlier, "parsed again"),
        *(
            f"work/alerts/{path.parent.name}/{path.name}: {fault}; parsed again"
            for path, fault in sorted(faults.items())
            if fault and fault != EARLIER
        ),
    )
    kept = len(batches) - len(todo)
    report = on_progress or (lambda _done, _all: None)
    report(kept, len(batches))
    parse = ParseBatch(crosswalk)
    if client is None:
        for done, piece in enumerate(todo, start=kept + 1):
            parse(piece)
            report(done, len(batches))
    elif todo:
        run_each(client, parse, todo, lambda done: report(kept + done, len(batches)))
    return Parsed(laid, fresh=len(todo), kept=kept, rebuilt=rebuilt)


@dataclass(frozen=True)
class ParseBatch:
    """The parsing of a batch in its time zone, as an object that is sent to workers.

    Attributes:
        crosswalk: Decides kinds and templates.
    """

    crosswalk: Crosswalk

    @property
    def __name__(self) -> str:
        """The name of the work on the dashboard."""
        return "parse_batch"

    def __call__(self, piece: tuple[Batch, str]) -> int:
        """Parse a batch; what it writes is complete or absent, so it may be started twice."""
        return parse_batch(*piece, self.crosswalk)
