"""What a watched run shows in the Prefect UI beside its log: progress, tables of counts, a link."""

from __future__ import annotations

import time
from datetime import date
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from data.printable import markdown, printable_lines
from flows.run.progress import OnProgress
from flows.run.watched import watched

EVERY: Final = 2.0
"""Seconds between two updates of a progress artifact: each is a request to the server."""

MOST_ROWS: Final = 1000
"""Rows that a table artifact shows at most; the whole table is in `out/`."""


def with_artifact(key: str, description: str, on_progress: OnProgress) -> OnProgress:
    """Let a stage's progress appear in the UI too.

    Args:
        key: The artifact's key: lower case, digits, dashes.
        description: What the bar shows.
        on_progress: The callback that is called as well.

    Returns:
        A callback that passes everything on, and updates the artifact every two seconds and at the end.
    """
    from prefect.artifacts import create_progress_artifact, update_progress_artifact

    artifact: UUID = create_progress_artifact(progress=0.0, key=key, description=description)  # type: ignore[assignment]
    last = time.perf_counter()

    def both(done: int, total: int) -> None:
        nonlocal last
        on_progress(done, total)
        now = time.perf_counter()
        if now - last >= EVERY or done == total:
            last = now
            update_progress_artifact(artifact, progress=100.0 * done / total if total else 100.0)

    return both


def show_table(key: str, table: pa.Table, description: str) -> None:
    """Show a public table. It must hold counts only: names and addresses do not belong in the UI."""
    if not watched():
        return
    from prefect.artifacts import create_table_artifact

    rows = [
        {name: _cell(value) for name, value in row.items()} for row in table.slice(0, MOST_ROWS).to_pylist()
    ]
    if table.num_rows > MOST_ROWS:
        description = f"{description} (the first {MOST_ROWS:,} of {table.num_rows:,} rows)"
    create_table_artifact(rows, key=key, description=printable_lines(description))


def _cell(value: Any) -> Any:
    """A value for the UI, which reads a text in a cell as Markdown (prefect-ui-library #2190)."""
    if isinstance(value, str):
        return markdown(value)
    return value.isoformat() if isinstance(value, date) else value


def show_link(key: str, link: str, text: str, description: str) -> None:
    """Show a link."""
    if not watched():
        return
    from prefect.artifacts import create_link_artifact

    create_link_artifact(link, key=key, link_text=text, description=description)
