"""The published counts: kinds, subjects' patterns, months, recipients per alert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.crosswalk import UNCLASSIFIED
from data.schema import TABLES
from tasks.alerts.results import FolderCount

_NUMBERS: Final = frozenset({"emails", "unique_alerts", "alerts"})
"""Columns that are counts."""
IMPLAUSIBLE: Final = "implausible"
PLAUSIBLE: Final = (date(1990, 1, 1), date(2100, 12, 31))
"""The first and the last day that a date of an alert may have to be shown by its month."""


def kinds_of(folders: Iterable[FolderCount]) -> pa.Table:
    """Make ``public/kinds``: messages by agency and kind, and their share of the agency's messages.

    A kind that does not occur in an agency has no row: the crosswalk may have any number of kinds, and a row
    of zero would say something about the crosswalk and not about the mail. The shares of an agency sum to 1.

    Args:
        folders: The messages that count, by folder.
    """
    counted: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for folder in folders:
        for kind, emails in folder.kinds.items():
            counted[folder.agency, kind] += emails
            totals[folder.agency] += emails
    return pa.table(
        {
            "agency": pa.array([agency for agency, _ in counted], pa.string()),
            "kind": pa.array([kind for _, kind in counted], pa.string()),
            "emails": pa.array(counted.values(), pa.int64()),
            "share": pa.array(
                [emails / totals[agency] for (agency, _), emails in counted.items()], pa.float64()
            ),
        }
    )


def subjects_table(messages: pa.Table) -> pa.Table:
    """Make ``public/subjects``: messages by row of the crosswalk; if unclassified, with no pattern."""
    return _count(messages, ["agency", "pattern", "kind", "template"])


def subjects_to_review_table(messages: pa.Table) -> pa.Table:
    """Make ``private/subjects_to_review``: unclassified subjects, a missing one as empty text."""
    unknown = messages.filter(pc.equal(messages.column("kind"), UNCLASSIFIED)).select(["agency", "subject"])
    subjects = pc.fill_null(unknown.column("subject"), "")
    return _count(unknown.set_column(1, "subject", subjects), ["agency", "subject"])


def alerts_by_month_table(alerts: pa.Table) -> pa.Table:
    """Make ``public/alerts_by_month`` from ``private/alerts``.

    Undated alerts have no month; a date that no alert can have is shown as :data:`IMPLAUSIBLE` (method 4.10).
    """
    days = alerts.column("alert_date")
    months = pc.if_else(_is_implausible(days), IMPLAUSIBLE, pc.strftime(days, "%Y-%m"))
    dated = alerts.append_column("month", months)
    grouped = dated.group_by(["agency", "kind", "month"]).aggregate([("emails", "sum"), ([], "count_all")])
    return grouped.rename_columns({"emails_sum": "emails", "count_all": "unique_alerts"})


def implausible(alerts: pa.Table) -> int:
    """How many unique alerts have a date that no alert can have."""
    return pc.sum(_is_implausible(alerts.column("alert_date"))).as_py() or 0


def _is_implausible(days: pa.ChunkedArray) -> pa.ChunkedArray:
    first, last = (pa.scalar(day, pa.date32()) for day in PLAUSIBLE)
    return pc.or_(pc.less(days, first), pc.greater(days, last))


def recipients_per_alert_table(alerts: pa.Table) -> pa.Table:
    """Make ``public/recipients_per_alert`` from ``private/alerts``: how many reached how many."""
    grouped = alerts.group_by(["agency", "kind", "recipients"]).aggregate([([], "count_all")])
    return grouped.rename_columns({"count_all": "alerts"})


def summed(name: str, tables: Sequence[pa.Table]) -> pa.Table:
    """Counts of several pieces, or of several agencies, as one table.

    Args:
        name: The table's name in the schema: one of those above.
        tables: Rows of it; the numbers of those that agree in all other columns are added up.
    """
    schema = TABLES[name].arrow.remove_metadata()
    plain = [table.select(schema.names).replace_schema_metadata(None).cast(schema) for table in tables]
    rows = pa.concat_tables([schema.empty_table(), *plain])
    numbers = [each for each in schema.names if each in _NUMBERS]
    by = [each for each in schema.names if each not in _NUMBERS]
    grouped = rows.group_by(by).aggregate([(each, "sum") for each in numbers])
    return grouped.rename_columns({f"{each}_sum": each for each in numbers})


def _count(table: pa.Table, by: list[str]) -> pa.Table:
    """Number of rows by the named columns, as ``emails``."""
    return table.group_by(by).aggregate([([], "count_all")]).rename_columns({"count_all": "emails"})
