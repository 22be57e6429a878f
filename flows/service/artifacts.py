"""What a watched run shows in the Prefect UI beside its log: progress, pages, tables, pictures, links.

Nothing here waits for the server (:mod:`flows.service.outbox`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any, Final, cast
from uuid import UUID

import pyarrow as pa

from data.printable import markdown, printable, printable_lines
from flows.run.progress import OnProgress
from flows.run.watched import watched
from flows.service.markdown import rounded
from flows.service.outbox import post

EVERY: Final = 2.0
"""Seconds between two updates of a progress artifact: each is a request to the server."""

MOST_ROWS: Final = 1000
"""Rows that a table artifact shows at most; the whole table is in `out/`."""

_DONE: Final = 100.0


@contextmanager
def with_artifact(key: str, description: str, on_progress: OnProgress) -> Iterator[OnProgress]:
    """Let a stage's progress appear in the UI too: a bar, which is full when the stage ends.

    Args:
        key: The artifact's key: lower case, digits, dashes. A second stage of this key in the same flow run
            has a bar of its own, `key-2`.
        description: What the bar shows.
        on_progress: The callback that is called as well.

    Yields:
        A callback that passes everything on, and updates the artifact every two seconds.
    """
    bar = _Bar(_own(key), description)
    last, shown = time.perf_counter(), 0.0

    def both(done: int, total: int) -> None:
        nonlocal last, shown
        on_progress(done, total)
        now, reached = time.perf_counter(), _DONE * done / total if total else _DONE
        if now - last >= EVERY or (reached == _DONE and shown != _DONE):
            last, shown = now, reached
            bar.show(reached)

    yield both
    if shown != _DONE:
        # What needed no work counted nothing.
        bar.show(_DONE)


class _Bar:
    """A progress artifact. Where the server is away, it is shown later, as far as the stage is by then.

    Args:
        key: The artifact's key.
        description: What it shows.
    """

    def __init__(self, key: str, description: str) -> None:
        from prefect.artifacts import create_progress_artifact

        self._artifact: UUID | None = None
        self._reached, self._posted = 0.0, False

        def create(again: bool) -> None:
            self._artifact = _there(key) if again else None
            made = self._artifact or create_progress_artifact(progress=0.0, key=key, description=description)
            self._artifact = cast(UUID, made)

        post(create)

    def show(self, reached: float) -> None:
        """Show how far the stage is.

        Args:
            reached: Percent.
        """
        self._reached = reached
        if not self._posted:
            self._posted = True
            post(self._update)

    def _update(self, again: bool) -> None:
        from prefect.artifacts import update_progress_artifact

        self._posted = False  # first: what is reached from now on is posted anew
        if self._artifact is not None:  # else the server refused to make it
            update_progress_artifact(self._artifact, progress=self._reached)


def _there(key: str) -> UUID | None:
    """The artifact of this key in this flow run, if the server has it: its answer may have been lost."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return None
    wanted = ArtifactFilter(
        key=ArtifactFilterKey(any_=[key]), flow_run_id=ArtifactFilterFlowRunId(any_=[context.flow_run.id])
    )
    found = get_client(sync_client=True).read_artifacts(artifact_filter=wanted)
    return found[0].id if found else None


def _show(key: str, create: Callable[[], object]) -> None:
    """Have an artifact made, once, without waiting for it."""

    def send(again: bool) -> None:
        if not (again and _there(key)):
            create()

    post(send)


def _own(key: str) -> str:
    """The key of a stage's bar: the same in every run, as the stages of a flow come in the same order."""
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    used = _used(None if context is None or context.flow_run is None else context.flow_run.id)
    used[key] += 1
    return key if used[key] == 1 else f"{key}-{used[key]}"


@lru_cache(maxsize=32)
def _used(flow_run: UUID | None) -> Counter[str]:
    """How often each key was used in a flow run."""
    return Counter()


def show_table(key: str, table: pa.Table, description: str) -> None:
    """Show a public table. It must hold counts only: names and addresses do not belong in the UI.

    Args:
        key: The artifact's key.
        table: The table; of its numbers three digits are shown.
        description: What it shows.
    """
    if watched():
        rows = [
            {name: _cell(value) for name, value in row.items()}
            for row in table.slice(0, MOST_ROWS).to_pylist()
        ]
        _show_rows(key, rows, table.num_rows, description)


def show_rows(key: str, rows: Sequence[dict[str, str]], description: str) -> None:
    """Show rows of Markdown as a table.

    Args:
        key: The artifact's key.
        rows: The rows, with the same names; what comes from a file is escaped already.
        description: What they show.
    """
    if watched():
        _show_rows(key, rows[:MOST_ROWS], len(rows), description)


def _show_rows(key: str, rows: Sequence[dict[str, Any]], every: int, description: str) -> None:
    from prefect.artifacts import create_table_artifact

    if every > len(rows):
        description = f"{description} (the first {len(rows):,} of {every:,} rows; all are in out/public)"
    shown, about = list(rows), markdown_lines(description)
    _show(key, lambda: create_table_artifact(shown, key=key, description=about))


def markdown_lines(text: str) -> str:
    """A description, which the UI reads as Markdown, as it is."""
    return "\n".join(map(markdown, printable_lines(text).split("\n")))


def _cell(value: Any) -> Any:
    """A value for the UI, which reads a text in a cell as Markdown (prefect-ui-library #2190)."""
    if isinstance(value, str):
        return markdown(value)
    if isinstance(value, float):
        return rounded(value)
    return value.isoformat() if isinstance(value, date) else value


def show_markdown(key: str, page: str, description: str) -> None:
    """Show a page.

    Args:
        key: The artifact's key.
        page: The page in Markdown; what comes from a file is escaped already.
        description: What it says, in one line.
    """
    if not watched():
        return
    from prefect.artifacts import create_markdown_artifact

    shown, about = printable_lines(page), markdown_lines(description)
    _show(key, lambda: create_markdown_artifact(shown, key=key, description=about))


def show_image(key: str, address: str, description: str) -> None:
    """Show a picture.

    Args:
        key: The artifact's key.
        address: Where it is; or the picture itself, as an address ``data:``.
        description: What it shows.
    """
    if not watched():
        return
    from prefect.artifacts import create_image_artifact

    about = markdown_lines(description)
    _show(key, lambda: create_image_artifact(address, key=key, description=about))


def show_link(key: str, link: str, text: str, description: str) -> None:
    """Show a link."""
    if not watched():
        return
    from prefect.artifacts import create_link_artifact

    shown, about = printable(text), markdown_lines(description)
    _show(key, lambda: create_link_artifact(link, key=key, link_text=shown, description=about))
