"""The flow `coding`: counts the sheets of the sample that came back, and can wait for the rest of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.catalog import Investigation
from flows.investigate import RunResult, investigate
from flows.run.inputs import Inputs
from flows.run.locks import one_run_at_a_time
from flows.run.preflight import agencies_needed, using
from flows.run.step import step
from flows.run.watched import run_log, watched

if TYPE_CHECKING:
    from tasks.coding.results import Tally

PART: Final = "coding"


def coding(folder: Path, wait: bool = False, patience: float = 0.0) -> RunResult:
    """Count what came back of the sheets that people read, and publish the tables of the sample.

    It is a run of the part `coding` alone. With `wait`, a run with sheets that are not back or ties that
    nobody has decided publishes what is there, and then waits, without holding the folder: its page shows the
    button *Resume*, and a form that asks who decided the ties. Resumed, it counts again, and waits
    again where something is still missing.

    Args:
        folder: The investigation folder, as the machine sees it on which the run works.
        wait: Whether to wait for the sheets and the decisions; otherwise what is there is counted.
        patience: Seconds to wait for another run in the folder to end; with 0, the run ends with an error if
            there is one.

    Returns:
        What was found.

    Raises:
        InputError: No sample is drawn, a file of `coding/` is wrong, or another run is active in the folder.
        LedgerError: An alert or a review is not accounted for; nothing is published.
    """
    if not (wait and watched()):
        return _count(folder, patience)
    from flows.service.sheets_form import ask, last_answer, times_asked

    asked = times_asked()
    # A run that was suspended begins anew: what it was told is on the server.
    answer = last_answer(asked)
    while True:
        result = _count(folder, patience, answer.decided_by if answer else "")
        if (answer and answer.enough) or not (lines := still_open(_tally_of(result))):
            return result
        asked += 1
        answer = ask(asked, lines)


def _count(folder: Path, patience: float, decided_by: str = "") -> RunResult:
    """Count once, from the files as they are now."""
    from tasks.coding import task as tasks
    from tasks.coding.results import FOLDER

    investigation = Investigation.open(folder, agencies_needed([PART]))
    if decided_by:
        with one_run_at_a_time(investigation.work, patience, run_log().info):
            signed = step(tasks.sign)(investigation.folder / FOLDER, decided_by)
        run_log().info("decisions that now say who decided: %d", signed)
    with using(Inputs(investigation)):
        return investigate(folder, only=[PART], patience=patience)


def _tally_of(result: RunResult) -> Tally | None:
    tally: Tally | None = result.found[PART].tally
    return tally


def still_open(tally: Tally | None) -> list[str]:
    """What a run that waits is waiting for: in numbers, as the page of the run shows it to everybody.

    Args:
        tally: The tally; None where there are no alerts, for which no run waits.

    Example:
        >>> from tasks.coding.results import Tally
        >>> still_open(Tally(8, 2, 0, 29, 1, 0))
        ['1 of 30 reviews are not in coding/returned yet', '2 ties to decide in coding/to_decide.csv']
    """
    if tally is None:
        return []
    asked, lines = tally.given + tally.missing + tally.unusable, []
    if tally.missing:
        lines.append(f"{tally.missing:,} of {asked:,} reviews are not in coding/returned yet")
    if tally.to_decide:
        ties = "1 tie" if tally.to_decide == 1 else f"{tally.to_decide:,} ties"
        lines.append(f"{ties} to decide in coding/to_decide.csv")
    return lines
