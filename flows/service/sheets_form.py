"""The form with which a person lets a run go on that waits for sheets, and how the run waits.

A run of a deployment is suspended: its process ends, so that it may wait for weeks, and a worker may be
restarted meanwhile. Any other run is paused: its process stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from prefect.context import FlowRunContext
from prefect.flow_runs import pause_flow_run, suspend_flow_run
from prefect.input import RunInput
from prefect.utilities.urls import url_for
from pydantic import Field

from flows.run.progress import reporter

MOST_SECONDS: Final = 365 * 24 * 60 * 60
"""How long a run waits at most; then the server ends it."""

LOOK_EVERY: Final = 5
"""Seconds between two looks of a paused run whether it goes on."""


class SheetsAreBack(RunInput):
    """What a person says when the sheets are back."""

    decided_by: str = Field(
        default="",
        title="Who decided the ties?",
        description="Written into the rows of coding/to_decide.csv that have an answer and no name.",
        max_length=200,
        # One line: it becomes a field of a file that people open.
        pattern=r"^[^\x00-\x1f\x7f]*$",
    )
    enough: bool = Field(
        default=False,
        title="Enough",
        description="End with what is there, even if sheets or decisions are missing.",
    )


def times_asked() -> int:
    """How often this run has asked before its process began."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    return len(run.empirical_policy.pause_keys or ()) if run else 0


def last_answer(asked: int) -> SheetsAreBack | None:
    """What this run was told last.

    Args:
        asked: How often it has asked; None is returned where it has not.
    """
    return ask(asked, ()) if asked else None


def waiting_for(lines: Sequence[str], run: object) -> Iterator[str]:
    """What the terminal shows while a run is paused.

    Args:
        lines: What is waited for.
        run: The flow run; None where there is none.
    """
    yield from (f"waiting: {line}" for line in lines)
    link = None if run is None else url_for("flow-run", getattr(run, "id", None))
    where = link or "the page of this run in the Prefect UI"
    yield f"when more is there, press Resume on {where}; Ctrl-C ends the wait, and loses nothing"


def ask(number: int, lines: Sequence[str]) -> SheetsAreBack:
    """Wait until a person lets the run go on.

    Args:
        number: Which time it is, from 1; one that is answered gives its answer at once.
        lines: What is waited for.

    Returns:
        The form as it was filled in.

    Raises:
        prefect.exceptions.Pause: The process ends here, and the run goes on in another one.
    """
    context = FlowRunContext.get()
    form = SheetsAreBack.with_initial_data(description="\n".join(f"- {line}" for line in lines))
    if context is not None and context.flow_run is not None and context.flow_run.deployment_id:
        return suspend_flow_run(form, timeout=MOST_SECONDS, key=f"sheets-{number}")
    for line in waiting_for(lines, None if context is None else context.flow_run):
        reporter().say(line)
    return pause_flow_run(form, timeout=MOST_SECONDS, poll_interval=LOOK_EVERY, key=f"sheets-{number}")
