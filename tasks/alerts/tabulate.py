"""From parsed messages to the tables of docs/tables.md, on the workers (method 4.11)."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from data.schema import TABLES
from data.settings import APART, COUNT
from data.tables import write_table
from data.writing import emptied, make_folder
from tasks.alerts import agencies as at_work
from tasks.alerts.agencies import sum_agencies
from tasks.alerts.counts import kinds_of, summed
from tasks.alerts.elsewhere import Range, compare
from tasks.alerts.pieces import USUAL, Limits, cut
from tasks.alerts.results import AgencyTables, AlertTables, Copies, Parsed, ParsedSource
from tasks.alerts.write import MESSAGES, PLAIN, Copied, Marked, Messages, Plain, write_messages, write_plain
from tasks.mail.results import MailSource
from tasks.scatter import Workers, run_each, run_together

WRITTEN: Final = (
    MESSAGES,
    *PLAIN,
    "public/kinds",
    "public/subjects",
    "public/alerts_by_month",
    "public/recipients_per_alert",
)
"""The tables that are written here."""


def check_same(parsed: Parsed, sources: Sequence[MailSource]) -> None:
    """Check that the parsed mailboxes are those of the run; one that was not parsed would vanish.

    Args:
        parsed: The parsed mailboxes.
        sources: The mailboxes of the run.

    Raises:
        ValueError: ``parsed`` was made from other mailboxes.
    """
    if {(s.agency, s.source) for s in parsed.sources} != {(s.agency, s.source) for s in sources}:
        raise ValueError("the parsed mailboxes are not those of this run")


def tabulate_agencies(
    sources: Sequence[ParsedSource],
    found: Mapping[str, AgencyTables],
    out: Path,
    folder: Path,
    embedded: str = APART,
    *,
    client: Workers | None = None,
    limits: Limits = USUAL,
) -> AlertTables:
    """Write the tables of messages, alerts, recipients and counts, from what was found in each agency.

    Args:
        sources: The parsed mailboxes of the run, and no others.
        found: What was found of each of their agencies, by :func:`tasks.alerts.agencies.sum_agencies`.
        out: The investigation's ``out/`` folder.
        folder: The folder of all agencies, in ``work/``.
        embedded: Whether attached messages count: ``apart`` or ``count`` (method 1.14).
        client: Where to run; None to do all in this process, with the same bytes.
        limits: How large a piece may be; it changes no byte of a table.

    Returns:
        What was written (``private/quarantine`` with the stage ``parsing`` alone: those of the mail are added
        where the ledger is closed), and the counts for the ledger.
    """
    pieces = cut(sources, limits, folder)
    agencies = tuple(found[name] for name in pieces)
    if sum(piece.rows for mine in pieces.values() for piece in mine) <= at_work.HERE:
        client = None
    marked = tuple(Marked(each.agency, pieces[each.agency], each.by_id, each.by_content) for each in agencies)
    elsewhere = emptied(folder / "elsewhere")
    shared = _shared(agencies, elsewhere, client, limits)
    works: list[Messages | Plain] = [
        Messages(marked, shared, out),
        *(Plain(name, agencies, out) for name in PLAIN),
    ]
    copied = _done(works, client)
    shutil.rmtree(elsewhere)
    _write_counts(agencies, out)
    return _result(agencies, copied, out, embedded)


def _shared(
    agencies: Sequence[AgencyTables], folder: Path, client: Workers | None, limits: Limits
) -> tuple[Path, ...]:
    """The messages that several agencies hold."""
    if len(agencies) < 2:
        return ()
    messages = sum(agency.counts["messages"] for agency in agencies)
    ranges = limits.buckets(messages)
    held = tuple(agency.held for agency in agencies)
    works = [Range(number, ranges, held, folder) for number in range(ranges)]
    found = run_together(client, compare, works, lambda _: 1, 1)
    return tuple(path for files in found for path in files)


def _done(works: Sequence[Messages | Plain], client: Workers | None) -> Copied:
    """Write all tables; gives what was counted in that of the messages."""
    done = [write(work) for work in works] if client is None else run_each(client, write, works)
    return next(each for each in done if isinstance(each, Copied))


def write(work: Messages | Plain) -> Copied | int:
    """Write one of the tables; runs on a worker."""
    return write_messages(work) if isinstance(work, Messages) else write_plain(work)


def _write_counts(agencies: Iterable[AgencyTables], out: Path) -> None:
    """Write the public tables, which are counts."""
    every = list(agencies)
    tables = {
        "public/kinds": kinds_of(count for each in every for count in each.folders),
        "public/subjects": summed("public/subjects", [each.subjects for each in every]),
        "public/alerts_by_month": summed("public/alerts_by_month", [each.months for each in every]),
        "public/recipients_per_alert": summed("public/recipients_per_alert", [e.reached for e in every]),
    }
    for name, table in tables.items():
        write_table(table, TABLES[name], out)


def _result(agencies: Sequence[AgencyTables], copied: Copied, out: Path, embedded: str) -> AlertTables:
    def total(name: str) -> int:
        return sum(agency.counts[name] for agency in agencies)

    attached = tuple(count for agency in agencies for count in agency.attached)
    copies = copied.by_id + copied.by_content
    return AlertTables(
        paths={name: out / f"{name}.parquet" for name in WRITTEN},
        folders=tuple(count for agency in agencies for count in agency.folders),
        messages=total("messages"),
        unique_alerts=total("unique"),
        emails_over_unique=total("emails"),
        unclassified=total("unclassified"),
        copies=copies,
        undated=total("undated"),
        implausible=total("implausible"),
        from_header=total("from_header"),
        contradictions=total("contradictions"),
        copied=Copies(
            total("messages"),
            total("messages") - copies,
            copied.by_id,
            copied.by_content,
            copied.elsewhere,
        ),
        attached=attached,
        attached_count=embedded == COUNT,
        unique_otherwise=total("of_own" if embedded == COUNT else "of_all") if attached else None,
    )


def tabulate_sources(
    sources: Sequence[ParsedSource],
    out: Path,
    embedded: str = APART,
    *,
    client: Workers | None = None,
    limits: Limits = USUAL,
) -> AlertTables:
    """Find what is in parsed messages and write its tables, and keep nothing.

    Args:
        sources: The parsed mailboxes.
        out: The investigation's ``out/`` folder.
        embedded: As for :func:`tabulate_agencies`.
        client: Likewise.
        limits: Likewise.

    Returns:
        As there.
    """
    make_folder(out.parent)
    with TemporaryDirectory(dir=out.parent) as folder:
        place = Path(folder)
        found = sum_agencies(sources, place, embedded, client=client, limits=limits)
        return tabulate_agencies(sources, found, out, place, embedded, client=client, limits=limits)


def tabulate_parsed(
    parsed: Parsed, sources: Sequence[MailSource], out: Path, embedded: str = APART
) -> AlertTables:
    """The same for the parsed mailboxes of a run, and for no others.

    Args:
        parsed: The parsed mailboxes.
        sources: The mailboxes of the run.
        out: The investigation's ``out/`` folder.
        embedded: As for :func:`tabulate_agencies`.

    Returns:
        As there.

    Raises:
        ValueError: As :func:`check_same`.
    """
    check_same(parsed, sources)
    return tabulate_sources(parsed.sources, out, embedded)
