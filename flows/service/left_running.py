"""Parts and steps of a run that is no more are ended on the server: a killed process cannot tell their ends.

An automation can mark a run as crashed, and neither the flows in it nor its tasks. So whoever looks at an
investigation anyway, ``nwatch arrivals`` every minute and each run at its beginning, ends what has been left.

A server whose answer was lost may have begun something twice: Prefect's client asks again, and the first one
stays *Pending*. Nothing ever happened in it, so that it is deleted.
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

UNBEGUN: Final = timedelta(hours=1)
"""How long after it was to begin a run by hand that did not is deleted: longer than a server may be away."""

MOST: Final = 200
"""How many are looked at in one go; the server gives no more."""


def end_left_running(folder: Path, grace: timedelta = GRACE, unbegun: timedelta = UNBEGUN) -> int:
    """End the parts and steps of an investigation's runs that have ended without them.

    Args:
        folder: The investigation folder, absolute.
        grace: How long ago a run must have ended.
        unbegun: How long ago a run by hand must have been to begin, that is deleted as it never did.

    Returns:
        How many were ended, or deleted.

    Raises:
        httpx.HTTPError: The server cannot be reached, or refuses.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import StateType

    with get_client(sync_client=True) as client:
        now = datetime.now(UTC)
        deleted, parts = _delete_runs_never_begun(client, tag_of(folder), now - unbegun), 0
        before = now - grace
        for part, run in _parts(client, tag_of(folder), before):
            if part.state_type == StateType.PENDING:
                client.delete_flow_run(part.id)  # its step, if it has one of its own, ends below
            else:
                client.set_flow_run_state(part.id, _state_like(run))
            parts += 1
        # Those of the parts that have just been ended as well: nothing of theirs comes late.
        return deleted + parts + _end_steps(client, tag_of(folder), datetime.now(UTC) if parts else before)


def delete_begun_twice(run: FlowRun, folder: Path) -> int:
    """Delete what the server began twice of a run that is about to end: the run itself, and its parts.

    Args:
        run: The run; its parts have all ended.
        folder: The investigation folder, absolute.

    Returns:
        How many were deleted.

    Raises:
        httpx.HTTPError: The server cannot be reached, or refuses.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterParentFlowRunId
    from prefect.client.schemas.objects import StateType
    from prefect.states import Cancelled

    client = get_client(sync_client=True)
    mine = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run.id]))
    parts = client.read_flow_runs(flow_run_filter=mine, limit=MOST)
    begun = {part.parent_task_run_id for part in parts if part.state_type != StateType.PENDING}
    never = [part for part in parts if part.state_type == StateType.PENDING]
    for part in never:
        if part.parent_task_run_id not in begun:
            # Its task in the run would stay as well. One that a part has which did begin has its state.
            client.set_flow_run_state(part.id, Cancelled(message="begun again, as the server was away"))
        client.delete_flow_run(part.id)
    if run.deployment_id is not None or run.start_time is None:
        return len(never)
    # Another run by hand in this folder would have begun by now, or been refused.
    return len(never) + _delete_runs_never_begun(client, tag_of(folder), run.start_time)


def _delete_runs_never_begun(client: SyncPrefectClient, tag: str, since: datetime) -> int:
    """Delete runs by hand that were to begin before a time and did not; gives their number."""
    from prefect.client.schemas.filters import (
        FlowRunFilterDeploymentId,
        FlowRunFilterExpectedStartTime,
        FlowRunFilterParentTaskRunId,
    )
    from prefect.client.schemas.objects import StateType

    never = _runs(
        tag,
        [StateType.PENDING],
        # A worker takes its time with one of a deployment, which the server begins once.
        deployment_id=FlowRunFilterDeploymentId(is_null_=True),
        parent_task_run_id=FlowRunFilterParentTaskRunId(is_null_=True),
        expected_start_time=FlowRunFilterExpectedStartTime.model_validate({"before_": since}),
    )
    found = client.read_flow_runs(flow_run_filter=never, limit=MOST)
    for run in found:
        client.delete_flow_run(run.id)
    return len(found)


def _parts(client: SyncPrefectClient, tag: str, before: datetime) -> Iterable[tuple[FlowRun, FlowRun]]:
    """The parts that have not ended, with their runs, which have."""
    from prefect.client.schemas.filters import (
        FlowRunFilterParentTaskRunId,
        TaskRunFilter,
        TaskRunFilterId,
    )

    running = _runs(tag, _going(), parent_task_run_id=FlowRunFilterParentTaskRunId(is_null_=False))
    parts = client.read_flow_runs(flow_run_filter=running, limit=MOST)
    of = [part.parent_task_run_id for part in parts if part.parent_task_run_id is not None]
    if not of:
        return
    found = client.read_task_runs(task_run_filter=TaskRunFilter(id=TaskRunFilterId(any_=of)), limit=MOST)
    run_of = {task.id: task.flow_run_id for task in found if task.flow_run_id}
    ended = _ended(client, tag, before, set(run_of.values()))
    for part in parts:
        # A server that was away may have begun a part twice, for one step of its run.
        if part.parent_task_run_id in run_of and run_of[part.parent_task_run_id] in ended:
            yield part, ended[run_of[part.parent_task_run_id]]


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
    from prefect.states import Cancelled, Completed, Crashed

    message = f"its run ended as {run.state_name} and could not say how this ended"
    if run.state_type == StateType.COMPLETED:
        # A run that completed has no part or step that did not; the server was away when that was told.
        return Completed(message=message)
    return (Cancelled if run.state_type == StateType.CANCELLED else Crashed)(message=message)
