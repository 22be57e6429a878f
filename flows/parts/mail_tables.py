"""The tables of the mail, kept by content: taken where nothing has changed, else made (method 12.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.kept import Keeper, code_of
from data.schema import TABLES
from data.settings import Agency, Config, Mail
from flows.run.part import Job
from flows.run.step import step

if TYPE_CHECKING:
    from tasks.alerts.results import AgencyTables, AlertTables, Parsed, ParsedSource
    from tasks.mail.results import Inventory, Reading

TABULATE: Final = "tabulate the alerts"
KEPT: Final = "mail: no message and no setting has changed since the last run; its tables are kept"
FIND: Final = "find the unique alerts of"
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
            lambda: step(mailboxes.inventory)(sources, out, hashed=hashed, client=self.job.workers),
            lambda _: _files(out, ["private/attachments"]),
            copies=out,
        ).value

    def alerts(self, parsed: Parsed) -> AlertTables:
        """Write the tables of the alerts, or put back those of an earlier run.

        Args:
            parsed: The same mailboxes, parsed.
        """
        from tasks.alerts import task as alerts

        out = self.job.out
        # Where the tables are is no result: another run has them in another place.
        found = self.keeper.stage(
            TABULATE,
            (alerts.contents_of_parsed(parsed), self._settings),
            lambda: replace(self._tabulated(parsed), paths={}),
            lambda _: _files(out, alerts.WRITTEN),
            copies=out,
        ).value
        return replace(found, paths={name: out / f"{name}.parquet" for name in alerts.WRITTEN})

    def _tabulated(self, parsed: Parsed) -> AlertTables:
        from tasks.alerts import task as alerts

        alerts.check_same(parsed, self.reading.sources)
        folder, embedded = self.keeper.folder("agencies"), self._settings[0].embedded
        found = self._agencies(parsed, folder)
        return step(alerts.tabulate)(
            parsed.sources, found, self.job.out, folder, embedded, client=self.job.workers
        )

    def _agencies(self, parsed: Parsed, folder: Path) -> dict[str, AgencyTables]:
        """What is in the messages of each agency: as it was kept, where nothing of the agency has changed."""
        from tasks.alerts import task as alerts

        config, embedded = self.job.given.investigation.config, self._settings[0].embedded
        sources: dict[str, tuple[ParsedSource, ...]] = {}
        for source in parsed.sources:
            sources[source.agency] = (*sources.get(source.agency, ()), source)
        made: dict[str, AgencyTables] = {}

        def find(*agencies: str) -> None:
            mine = [source for agency in agencies for source in sources[agency]]
            made.update(step(alerts.find)(mine, folder, embedded, client=self.job.workers))

        def made_now(agency: str) -> AgencyTables:
            if agency not in made:
                find(agency)  # it was kept, and is damaged
            return made[agency]

        stages = {
            agency: self.keeper.stage(
                f"{FIND} {agency}",
                (alerts.contents_of_parsed(replace(parsed, sources=mine)), settings_of(config, [agency])),
                partial(made_now, agency),
                lambda found: found.files,
            )
            for agency, mine in sources.items()
        }
        # Those that are not kept are made together, so that all workers have something to do.
        if unknown := [agency for agency, stage in stages.items() if not stage.is_known]:
            find(*unknown)
        return {agency: stage.whole for agency, stage in stages.items()}

    def notes(self) -> list[str]:
        """A line that says so where all of them are those of the last run."""
        return [] if self.keeper.made else [KEPT]

    @property
    def _settings(self) -> tuple[Mail, Mapping[str, Agency | None]]:
        agencies = (source.agency for source in self.reading.sources)
        return settings_of(self.job.given.investigation.config, agencies)


def _files(out: Path, names: Iterable[str]) -> list[Path]:
    return [out / file for name in names for file in TABLES[name].files]
