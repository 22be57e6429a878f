"""What is counted by folder for the ledger, and the alerts that could not be parsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.crosswalk import ALERT_KINDS
from data.schema import TABLES
from data.tables import conform
from tasks.alerts.results import FolderCount

QUARANTINE: Final = TABLES["private/quarantine"]
STAGE: Final = "parsing"
"""The stage of ``private/quarantine`` at which an alert stopped that could not be parsed."""


def embedded_in(messages: pa.Table) -> pa.Table:
    """The messages with the column ``embedded_in``, from their source and path."""
    place = pc.binary_join_element_wise(messages.column("source"), messages.column("path"), ":")
    return messages.append_column("embedded_in", place)


def quarantine_rows(messages: pa.Table) -> pa.Table:
    """The alerts that could not be parsed, as ``private/quarantine``; those of a shared source once."""
    stopped = messages.filter(pc.is_valid(messages.column("reason")))
    names = [column.name for column in QUARANTINE.columns]
    rows = stopped.append_column("stage", pa.repeat(pa.scalar(STAGE), stopped.num_rows))
    rows = embedded_in(rows).select(names)
    return conform(rows.group_by(names).aggregate([]), QUARANTINE)


def folder_counts(messages: pa.Table) -> tuple[FolderCount, ...]:
    """Count the messages of each folder by kind, and its alerts by whether they were parsed."""
    by = ["agency", "source", "folder"]
    flagged = messages.select([*by, "kind"]).append_column("parsed", pc.is_valid(messages.column("title")))
    flagged = flagged.append_column("stopped", pc.is_valid(messages.column("reason")))
    grouped = flagged.group_by([*by, "kind"]).aggregate(
        [([], "count_all"), ("parsed", "sum"), ("stopped", "sum")]
    )
    rows = grouped.sort_by([(name, "ascending") for name in (*by, "kind")]).to_pylist()
    places: dict[tuple[str, str, str], list[dict[str, int | str]]] = {}
    for row in rows:
        places.setdefault((row["agency"], row["source"], row["folder"]), []).append(row)
    return tuple(
        FolderCount(
            *place,
            kinds={str(row["kind"]): int(row["count_all"]) for row in mine},
            alert_messages=sum(int(row["count_all"]) for row in mine if row["kind"] in ALERT_KINDS),
            parsed=sum(int(row["parsed_sum"]) for row in mine),
            quarantined=sum(int(row["stopped_sum"]) for row in mine),
        )
        for place, mine in places.items()
    )


def added_up(counts: Iterable[FolderCount]) -> tuple[FolderCount, ...]:
    """Counts of several pieces as one for each folder, in order of agency, source and folder.

    Args:
        counts: The counts of each piece.
    """
    places: dict[tuple[str, str, str], list[FolderCount]] = {}
    for each in counts:
        places.setdefault((each.agency, each.source, each.folder), []).append(each)
    return tuple(
        FolderCount(
            *place,
            kinds=dict(sorted(sum((Counter(each.kinds) for each in mine), Counter()).items())),
            alert_messages=sum(each.alert_messages for each in mine),
            parsed=sum(each.parsed for each in mine),
            quarantined=sum(each.quarantined for each in mine),
        )
        for place, mine in sorted(places.items())
    )
