"""When the alerts came."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.figures.months import alert_figures
from tasks.figures.words import noun
from tasks.report.agencies import with_names
from tasks.report.blocks import Block, Section, Text
from tasks.report.results import Story


def blocks(story: Story) -> Iterator[Block]:
    """Alerts by month, and which agency has which months."""
    rows = [row for row in story.rows("alerts_by_month") if row["unique_alerts"]]
    if rows:
        unique, emails = (sum(row[name] or 0 for row in rows) for name in ("unique_alerts", "emails"))
        sent = noun(emails, "e-mail", "e-mails")
        yield Text((f"{noun(unique, 'unique alert', 'unique alerts')} came in {sent}.",))
    yield from alert_figures(with_names(story, "alerts_by_month"))


SECTION = Section("alerts", "Alerts over time", blocks, "No alert was read.")
