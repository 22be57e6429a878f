"""Parts and steps of a run that is no more are ended on the server: a killed process cannot tell their ends.

An automation can mark a run as crashed, and neither the flows in it nor its tasks. So whoever looks at an
investigation anyway, ``nwatch arrivals`` every minute and each run at its beginning, ends what has been left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from flows.run.on_server import tag_of

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.client.schemas.objects import FlowRun, StateType

GRACE: Final = timedelta(minutes=2)
"""How long after the end of a run what belongs to it may be told late: the ends of tasks come as events."""

MOST: Final = 200
"""How many are looked at in one go; the server gives no more."""


def end_left_running(folder: Path, grace: timedelta = GRACE) -> int:
    """End the parts and steps of an investigation's runs that have ended without them.

    Args:
        folder: The investigation folder, absolute.
        grace: How long ago a run must have ended.

    Returns:
        How many were ended.

    Raises:
        httpx.HTTPError: The server cannot be reached, or refuses.
    """
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        parts, before = 0, datetime.now(UTC) - grace
        for part, run in _parts(client, tag_of(folder), before):
            client.set_flow_run_state(part.id, _state_like(run))
            parts += 1
        # Those of the parts that have just been ended as well: nothing of theirs comes late.
        return parts + _end_steps(client, tag_of(folder), datetime.now(UTC) if parts else before)


def _parts(client: SyncPrefectClient, tag: str, before: datetime) -> Iterable[tuple[FlowRun, FlowRun]]:
    """The parts that have not ended, with their runs, which have."""
    from prefect.client.schemas.filters import (
        FlowRunFilterParentTaskRunId,
        TaskRunFilter,
        TaskRunFilterId,
    )

    running = _runs(tag, _going(), parent_task_run_id=FlowRunFilterParentTaskRunId(is_null_=False))
    parts = {
        part.parent_task_run_id: part
        for part in client.read_flow_runs(flow_run_filter=running, limit=MOST)
        if part.parent_task_run_id is not None
    }
    if not parts:
        return
    tasks = client.read_task_runs(
        task_run_filter=TaskRunFilter(id=TaskRunFilterId(any_=list(parts))), limit=MOST
    )
    ended = _ended(client, tag, before, {task.flow_run_id for task in tasks if task.flow_run_id})
    for task in tasks:
        if task.flow_run_id in ended:
            yield parts[task.id], ended[task.flow_run_id]


def _ended(client: SyncPrefectClient, tag: str, before: datetime, runs: set[UUID]) -> dict[UUID, FlowRun]:
    """Those among some runs that have ended, by id."""
    from prefect.client.schemas.filters import FlowRunFilterEndTime, FlowRunFilterId

    ids = FlowRunFilterId(any_=list(runs))
    end = FlowRunFilterEndTime.model_validate({"before_": before})
    found = client.read_flow_runs(flow_run_filter=_runs(tag, _over(), id=ids, end_time=end), limit=MOST)
    return {run.id: run for run in found}


def _end_steps(client: SyncPrefectClient, tag: str, before: datetime) -> int:
    """End the steps that have not ended, of runs and parts that have; gives their number."""
    from prefect.client.schemas.filters import TaskRunFilter, TaskRunFilterState, TaskRunFilterStateType

    going = TaskRunFilter(state=TaskRunFilterState(type=TaskRunFilterStateType(any_=_going())))
    steps = client.read_task_runs(flow_run_filter=_runs(tag, _over()), task_run_filter=going, limit=MOST)
    ended = _ended(client, tag, before, {step.flow_run_id for step in steps if step.flow_run_id})
    mine = [step for step in steps if step.flow_run_id in ended]
    for step in mine:
        assert step.flow_run_id is not None
        client.set_task_run_state(step.id, _state_like(ended[step.flow_run_id]), force=True)
    return len(mine)


def _runs(tag: str, states: list[StateType], **given: Any) -> FlowRunFilter:
    """The investigation's runs and parts in some states."""
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
        FlowRunFilterTags,
    )

    of_type = FlowRunFilterState(type=FlowRunFilterStateType(any_=states))
    return FlowRunFilter(tags=FlowRunFilterTags(all_=[tag]), state=of_type, **given)


def _going() -> list[StateType]:
    from prefect.client.schemas.objects import StateType

    return [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def _over() -> list[StateType]:
    from prefect.client.schemas.objects import StateType

    return [StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED]


def _state_like(run: FlowRun) -> Any:
    """The state in which what was left of a run ends."""
    from prefect.client.schemas.objects import StateType
    from prefect.states import Cancelled, Crashed

    message = f"its run ended as {run.state_name} and could not say how this ended"
    return (Cancelled if run.state_type == StateType.CANCELLED else Crashed)(message=message)
