"""What a part of a run is: one interface for all parts, including those that come with the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.catalog import Investigation
from data.schema import Table
from flows.run.inputs import Inputs
from tasks.ledger.identities import Ledger
from tasks.ledger.results import Doubts
from tasks.rows.results import InputFile, Recognised


def files_by_hash(files: Iterable[InputFile]) -> list[dict[str, Any]]:
    """Input files as ``provenance.json`` names them: by hash, in order of their names, which it omits."""
    ordered = sorted(files, key=lambda file: (file.file, file.sha256))
    return [{"source": file.source, "sha256": file.sha256, "bytes": file.bytes} for file in ordered]


@dataclass(frozen=True)
class Staying:
    """The agencies that a run of all does not read: their rows stay as a run left them (method 1.16).

    Attributes:
        agencies: All of them.
        faults: What is wrong with those that are left out for a fault of their own.
        gone: Those of them that have no mailbox any more.
    """

    agencies: frozenset[str] = frozenset()
    faults: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    @property
    def waiting(self) -> frozenset[str]:
        """Those of them that are still being copied."""
        return self.agencies - self.faults.keys()


@dataclass(frozen=True)
class Job:
    """What a part is given when it runs.

    Attributes:
        given: The input that was looked at before the run.
        out: The folder for its tables; the run publishes them.
        workers: Gives the ``distributed.Client`` of the run, and opens it when it is first called; None where
            no part of the run needs workers.
        partition: Messages per partition; None for the default. It changes no byte of a table.
        buckets: Into how many pieces posts and crimes are sorted; None for the default. Likewise.
        agencies: The agencies whose mailboxes are read; None for all.
        settled: Whether mailboxes that may still be being copied are left out.
        hash_attachments: Whether the SHA-256 of every attached file is computed.
        staying: The agencies that a run of all leaves as they were; None for all others than ``agencies``.
    """

    given: Inputs
    out: Path
    workers: Callable[[], Any] | None = None
    partition: int | None = None
    buckets: int | None = None
    agencies: tuple[str, ...] | None = None
    settled: bool = False
    hash_attachments: bool = False
    staying: Staying | None = None

    @property
    def client(self) -> Any:
        """The client, which is opened now; ask for it where there is work to do."""
        return None if self.workers is None else self.workers()

    @property
    def work(self) -> Path:
        """The investigation's work folder."""
        return self.given.investigation.work


@dataclass(frozen=True)
class Found:
    """What a part found; each part adds its own results.

    Attributes:
        untold: Agencies that could not be read as they are, of which the last run did not say so: each with
            the reason, for an event.
        urgent: Those of the warnings that come before the warnings of all parts.
        warnings: What a person must not overlook, one line each.
        notes: What a person should know, one line each.
    """

    untold: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    urgent: tuple[str, ...] = field(default=(), kw_only=True)
    warnings: tuple[str, ...] = field(default=(), kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class Listing:
    """A printed table.

    Attributes:
        titles: The columns' names.
        rows: Their values; None is an unknown number.
        below: Lines that follow it.
    """

    titles: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What the summary of a run says of a part.

    Attributes:
        listings: Its tables.
        facts: Its numbers, by name; None is an unknown one.
        unknown: What cannot be known, as "2 of 11 mailboxes"; "" where all is known, or where the part's
            ``doubts`` say so.
        see: Commands that show what the warnings are about, as ``nwatch quarantine``.
    """

    listings: tuple[Listing, ...] = ()
    facts: Mapping[str, int | None] = field(default_factory=dict)
    unknown: str = ""
    see: Mapping[str, str] = field(default_factory=dict)


def _nothing(given: Inputs) -> None:
    """Look at nothing: the part looks at its input when it runs."""


def _not_said(given: Inputs) -> Sequence[Recognised]:
    """Nothing is said of its files."""
    return ()


def _no_doubts(out: Path) -> Doubts:
    """All that entered was counted and read."""
    return Doubts()


def _no_notes(investigation: Investigation) -> list[str]:
    return []


def _only_so_named(investigation: Investigation, pattern: str) -> bool:
    """Files are known by their names."""
    return False


def _none_unknown(investigation: Investigation) -> Sequence[str]:
    """Every file is known by its name."""
    return ()


@dataclass(frozen=True)
class Part:
    """One part of a run. Everything that is true of it alone is here or in its area of ``tasks``.

    A page of ``flows/parts`` is loaded whenever a run is planned. What it needs to run (geopandas, a mailbox
    reader) is therefore imported inside its functions.

    Attributes:
        name: Its name: of the page, on the command line, in the provenance.
        patterns: The files that it needs, as glob patterns below the investigation folder; without one of
            each, the part is skipped.
        found_otherwise: Whether what a pattern stands for is there under another name.
        unknown: Files beside them that are not what the part needs, one line each with the reason.
        recognised_shared: What the files that it shares with other parts were recognised as.
        tables: What it publishes beside the ledger.
        ledger: What it writes into the ledger, and what must add up.
        run: Does the work, and writes the tables and the ledger rows to ``job.out``.
        origin: What it started from, for ``provenance.json``: entries by key, file names in none of them.
        tell: What the summary says of it.
        look: Looks at its input before any work is done; what it returns is kept in the
            ``Inputs``. Raises an InputError where something is missing or wrong.
        recognised: What its files were recognised as, by the input that was looked at; files that parts
            share may be named by each, and are shown once.
        notes: What a person should know of its input before the run, one line each.
        doubts: Why nobody can say that nothing is missing, by the tables in a folder.
        remember: Called when all parts have run, before their tables are published.
        ledger_listing: A table that ``nwatch ledger`` shows below the accounts, and how.
        worker_modules: Modules that the workers load for it; none where it needs no workers. On this machine
            one process loads them, and the workers are forked from it: they must not start threads.
        kept: Files of the work folder that are there when an earlier run has done its work: where one is
            missing, workers are started before anything else.
        keys: Its keys in the provenance; by default its name.
        shown: The public tables that the Prefect UI shows as they are, by name, with what each shows.
        hint: How a person comes by its files, where it is skipped without them.
    """

    name: str
    patterns: tuple[str, ...]
    tables: tuple[Table, ...]
    ledger: Ledger
    run: Callable[[Job], Any]
    origin: Callable[[Any], Mapping[str, Any]]
    tell: Callable[[Any], Told]
    look: Callable[[Inputs], Any] = _nothing
    recognised: Callable[[Inputs], Sequence[Recognised]] = _not_said
    notes: Callable[[Investigation], list[str]] = _no_notes
    found_otherwise: Callable[[Investigation, str], bool] = _only_so_named
    unknown: Callable[[Investigation], Sequence[str]] = _none_unknown
    recognised_shared: Callable[[Inputs], Sequence[Recognised]] = _not_said
    doubts: Callable[[Path], Doubts] = _no_doubts
    remember: Callable[[Job, Any], None] | None = None
    ledger_listing: tuple[Table, Callable[[Any], Listing]] | None = None
    worker_modules: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""

    @property
    def provenance_keys(self) -> tuple[str, ...]:
        """Where in the provenance its input is named."""
        return self.keys or (self.name,)

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names of its tables, as ``public/kinds``."""
        return tuple(table.name for table in self.tables)
