"""What a report tells of: all that its sections may know. Nothing private is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data.published import Published
from data.settings import Config
from tasks.ledger.balances import Balance

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Story:
    """The results of an investigation.

    Attributes:
        config: Its configuration; ``config.records`` is a place, and must not be shown.
        tables: Its public tables.
        provenance: Inputs by hash, versions, and the hashes of the tables (method 12.2).
        headline: The answer to "Is anything missing?" (method 10.6).
        perhaps: Why it is no plain "No", one clause each, without the name of a file.
        balances: What entered, and what became of it.
        warnings: The warnings of the run, without the name of a mailbox.
        warned_before: Likewise those of the runs that made the tables of parts which this one left out.
        skipped: The parts that did not run, each with the reason.
    """

    config: Config
    tables: Published
    provenance: Mapping[str, Any] = field(default_factory=dict)
    headline: str = ""
    perhaps: tuple[str, ...] = ()
    balances: tuple[Balance, ...] = ()
    warnings: tuple[str, ...] = ()
    warned_before: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the investigation."""
        return self.config.name

    def table(self, stem: str) -> pa.Table | None:
        """A public table by its stem, as "kinds"; None where no part wrote it."""
        return self.tables.get(f"public/{stem}")

    def rows(self, stem: str) -> list[dict[str, Any]]:
        """The rows of a public table; none where no part wrote it."""
        found = self.table(stem)
        return [] if found is None else found.to_pylist()
