"""What the public tables call the files of a run, whose names are private (method 12.3)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from data.published import Published
from data.schema import TABLES
from data.tables import read_table
from flows.run.part import Job

_QUOTABLE: Final = (
    ("public/tracts_used", "city"),
    ("public/city_selection", "city"),
    ("public/gentrification", "city"),
    ("public/crime_types", "city"),
    ("public/crime_types", "crime"),
    ("public/requests", "agency"),
)
"""Tables and columns whose values may be quoted: they are published anyway."""


def public_names(job: Job) -> dict[str, str]:
    """What to say in the place of the name of a file, or of a folder of the records.

    Args:
        job: The job; its private tables are written. Those of parts that did not run are in ``out/``.
    """
    names = {f"records/{key}": f"agency {key}" for key in job.given.investigation.config.agencies}
    for row in _rows(job, "private/other_files", ("agency", "file")):
        names[row["file"]] = f"a file of {row['agency']}"
        names[f"records/{row['agency']}"] = f"agency {row['agency']}"
    for row in _rows(job, "private/sources", ("agency", "source", "file")):
        names[row["file"]] = f"mailbox {row['source']} of {row['agency']}"
        names[f"records/{row['agency']}"] = f"agency {row['agency']}"
    for row in _rows(job, "public/requests", ("agency", "records")):
        if row["records"]:
            names[f"records/{row['records']}"] = f"the folder of {row['agency']}"
    for table in ("private/post_files", "private/crime_files"):
        for row in _rows(job, table, ("source", "file")):
            folder = row["file"].rpartition("/")[0]
            names[row["file"]] = f"file {row['source']} of {folder}"
    return names


def _rows(job: Job, name: str, columns: Collection[str]) -> list[dict[str, Any]]:
    """Some columns of a table, of this run or else of an earlier one; none where there is none."""
    spec = TABLES[name]
    for out in (job.out, job.given.investigation.out):
        if (out / f"{name}.parquet").is_file():
            return list(read_table(spec, out, list(columns)).to_pylist())
    return []


def quotable(tables: Published) -> frozenset[str]:
    """What a public line may quote: names of cities, types of crime and agencies that are published anyway.

    Args:
        tables: The public tables.
    """
    found: set[str] = set()
    for name, column in _QUOTABLE:
        table = tables.get(name)
        if table is not None:
            found.update(value for value in table.column(column).unique().to_pylist() if value)
    return frozenset(found)
