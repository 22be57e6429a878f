"""The door of the requests room: the Prefect task that flows call."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.tables import write_table
from tasks.requests.read import SPEC
from tasks.requests.results import Requests, Summary

__all__ = ["Requests", "Summary", "write_requests"]


@task(name="write the requests", cache_policy=NO_CACHE, persist_result=False)
def write_requests(table: pa.Table, out: Path) -> Path:
    """Write ``public/requests``.

    Args:
        table: Its rows, as :func:`tasks.requests.read.read_requests` gives them.
        out: The folder of the tables.

    Returns:
        ``public/requests.parquet``, which has a CSV beside it.
    """
    return write_table(table, SPEC, out)
