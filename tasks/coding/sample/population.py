"""All unique alerts of today, from which the sample is drawn, and for which it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from data.codebook import Codebook
from tasks.coding.results import Item, Listed, Sample, Sampled
from tasks.coding.sample.draw import Alert, Stratum, stratum_of

Cell = tuple[Stratum, int]
"""A stratum, and the drawing at which an alert was first there: all alerts of a cell had the same chance."""


@dataclass(frozen=True)
class Population:
    """The alerts.

    Attributes:
        table: Rows of ``private/alerts``.
        places: The row of each alert.
        kinds: The kind of each row.
        dates: The date of each row; None where it has none.
    """

    table: pa.Table
    places: Mapping[Alert, int] = field(repr=False)
    kinds: Sequence[str] = field(repr=False)
    dates: Sequence[date | None] = field(repr=False)

    @classmethod
    def of(cls, table: pa.Table) -> Population:
        """The alerts of a table.

        Args:
            table: Rows of ``private/alerts``.
        """
        agencies, ids = (table.column(name).to_pylist() for name in ("agency", "alert_id"))
        places = {alert: row for row, alert in enumerate(zip(agencies, ids, strict=True))}
        return cls(table, places, table.column("kind").to_pylist(), table.column("alert_date").to_pylist())

    def strata(self, by: Collection[str]) -> dict[Alert, Stratum]:
        """The stratum of each alert.

        Args:
            by: ``[coding] strata``.
        """
        rows = zip(self.places, self.kinds, self.dates, strict=True)
        return {alert: stratum_of(by, alert[0], kind, day) for alert, kind, day in rows}

    def item(self, number: int, alert: Alert) -> tuple[Item, int, int]:
        """An alert as a reader sees it, and how many e-mails and people there are of it.

        Args:
            number: Its number in the sample.
            alert: What names it; it is there.
        """
        at = self.places[alert]
        title, description, emails, recipients = (
            self.table.column(name)[at].as_py() for name in ("title", "description", "emails", "recipients")
        )
        shown = Item(number, alert, self.kinds[at], self.dates[at], title, description)
        return shown, emails, recipients


def cells(
    population: Population, by: Collection[str], drawn_from: Mapping[Alert, int] | None, now: int = 0
) -> dict[Alert, Cell]:
    """The cell of each alert.

    Args:
        population: The alerts.
        by: ``[coding] strata``.
        drawn_from: The drawing at which each was first there; None where nobody knows: then all are as one.
        now: The drawing of alerts that were at none; 0 for none.
    """
    strata = population.strata(by)
    if drawn_from is None:
        return {alert: (stratum, 1) for alert, stratum in strata.items()}
    return {alert: (stratum, drawn_from.get(alert, now)) for alert, stratum in strata.items()}


def sample_of(
    rows: Sequence[Listed],
    population: Population,
    by: Collection[str],
    drawn_from: Mapping[Alert, int] | None,
    codebook: Codebook,
) -> Sample:
    """The sample, with what each of its alerts stands for.

    Args:
        rows: ``coding/sample.csv``.
        population: The alerts of today.
        by: ``[coding] strata``.
        drawn_from: The drawing at which each alert was first there; None where nobody knows.
        codebook: What is asked.

    Returns:
        The sample. An alert stands for those of its stratum that were first there at the same drawing, shared
        among those drawn of these: a later drawing finds new alerts, which had no chance before.
    """
    of = cells(population, by, drawn_from)
    here = [row for row in rows if row.drawn.alert in of]
    sizes, drawn = Counter(of.values()), Counter(of[row.drawn.alert] for row in here)
    alerts = []
    for row in here:
        alert = row.drawn.alert
        cell = of[alert]
        item, emails, recipients = population.item(row.drawn.number, alert)
        weight = sizes[cell] / drawn[cell]
        alerts.append(Sampled(item, cell[0], weight, emails, recipients, row.readers, row.draw))
    unseen = sum(size for cell, size in sizes.items() if cell not in drawn)
    covered = None if drawn_from is None else sum(alert in drawn_from for alert in of)
    lost = [row.drawn for row in rows if row.drawn.alert not in of]
    gone = tuple(Item(one.number, one.alert, "", None, "", "", gone=True) for one in lost)
    agencies = Counter(alert[0] for alert, cell in of.items() if cell in drawn)
    return Sample(tuple(alerts), codebook, len(of), len(rows), covered, unseen, gone, agencies)
