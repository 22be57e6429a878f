"""The tables of the mail, kept by content: taken where nothing has changed, else made (method 12.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.kept import Keeper, code_of
from data.schema import TABLES
from data.settings import Agency, Config, Mail
from flows.run.part import Job
from flows.run.step import step

if TYPE_CHECKING:
    from tasks.alerts.results import AlertTables, Parsed
    from tasks.mail.results import Inventory, Reading

TABULATE: Final = "tabulate the alerts"
KEPT: Final = "mail: no message and no setting has changed since the last run; its tables are kept"
LIST: Final = "list the attachments"


def settings_of(config: Config, agencies: Iterable[str]) -> tuple[Mail, Mapping[str, Agency | None]]:
    """All settings of the mail and of agencies, whether or not a row depends on them today.

    Args:
        config: The configuration.
        agencies: Those whose rows are in the tables. Of one that a run does not read itself, the settings may
            be unknown (None): what its rows depend on is then known from its files alone.
    """
    return config.mail, {agency: config.agencies.get(agency) for agency in sorted(set(agencies))}


@dataclass
class MailTables:
    """The tables of one run.

    Attributes:
        job: The job.
        reading: The mailboxes of the run, those of earlier runs included.
        keeper: The stages.
    """

    job: Job
    reading: Reading
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        from tasks.alerts import task as alerts

        self.keeper = Keeper(self.job.work, "mail", code_of(*alerts.CODE))

    def attachments(self, *, hashed: bool) -> Inventory:
        """Write ``private/attachments``, or put back that of an earlier run.

        Args:
            hashed: Whether the hashes of attached files are in it.
        """
        from tasks.mail import task as mailboxes

        sources, out = self.reading.sources, self.job.out
        return self.keeper.stage(
            LIST,
            (mailboxes.contents_of_attachments(sources, hashed=hashed), self._settings),
            lambda: step(mailboxes.inventory)(sources, out, hashed=hashed),
            lambda _: _files(out, ["private/attachments"]),
            copies=out,
        ).value

    def alerts(self, parsed: Parsed) -> AlertTables:
        """Write the tables of the alerts, or put back those of an earlier run.

        Args:
            parsed: The same mailboxes, parsed.
        """
        from tasks.alerts import task as alerts

        out, embedded = self.job.out, self._settings[0].embedded
        # Where the tables are is no result: another run has them in another place.
        found = self.keeper.stage(
            TABULATE,
            (alerts.contents_of_parsed(parsed), self._settings),
            lambda: replace(step(alerts.tabulate)(parsed, self.reading.sources, out, embedded), paths={}),
            lambda _: _files(out, alerts.WRITTEN),
            copies=out,
        ).value
        return replace(found, paths={name: out / f"{name}.parquet" for name in alerts.WRITTEN})

    def notes(self) -> list[str]:
        """A line that says so where all of them are those of the last run."""
        return [] if self.keeper.made else [KEPT]

    @property
    def _settings(self) -> tuple[Mail, Mapping[str, Agency | None]]:
        agencies = (source.agency for source in self.reading.sources)
        return settings_of(self.job.given.investigation.config, agencies)


def _files(out: Path, names: Iterable[str]) -> list[Path]:
    return [out / file for name in names for file in TABLES[name].files]
