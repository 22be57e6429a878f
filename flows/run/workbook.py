"""The private tables as a workbook, where a run is asked for it (method 13.11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flows.run.part import Job
from flows.run.provenance import hashes_of
from flows.run.step import step

PRIVATE: Final = "private"
"""What a run is asked for."""


def write_private_workbook(job: Job, provenance: Mapping[str, Any]) -> dict[str, str]:
    """Write ``private/private.xlsx`` to the folder of a run's results, from which it is published with them.

    Args:
        job: The job; its tables are all written.
        provenance: What they were made from, with the hashes of all tables that will be in ``out/``.

    Returns:
        The SHA-256 of the file by its name below ``out/``; none where there is no private table.
    """
    from tasks.package import task as tasks

    made = step(tasks.private_workbook)(job.out, job.given.investigation.out, list(provenance["tables"]))
    return hashes_of(made, job.out)
