"""How a step is run: as a plain call with a progress bar, or as a Prefect task where a server records it.

Which runs are watched, :mod:`flows.run.watched` says; any other run calls the same functions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from flows.run.progress import OnProgress, reporter
from flows.run.watched import watched
from tasks.step import Step

P = ParamSpec("P")
R = TypeVar("R")


def step(of: Step[P, R]) -> Callable[P, R]:
    """Prepare a step to be called: with its progress shown and its seconds counted.

    Args:
        of: The step. If it counts something, its function is given ``on_progress``.

    Returns:
        A function with the arguments of the step's own.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with reporter().stage(of.name, of.unit) as on_progress:
            function, given = of.function, cast(dict[str, Any], kwargs)
            if of.unit:
                given["on_progress"] = _shown(of, on_progress)
            if watched():
                function = _as_task(of)
            return function(*args, **given)

    return call


def subflow(name: str, folder: Path, out: Path, function: Callable[[], R]) -> R:
    """Run a part: as a Prefect flow of its own inside the run's where it is watched, else as it is.

    Args:
        name: The part's name.
        folder: The investigation folder, which names the flow run.
        out: Where the part's tables go.
        function: What is run.
    """
    if not watched():
        return function()
    from prefect import flow

    def run(folder: Path, out: Path) -> R:
        return function()

    return flow(name=name, flow_run_name=f"{name} {{folder.name}}", validate_parameters=False)(run)(
        folder, out
    )


def _shown(of: Step[..., Any], on_progress: OnProgress) -> OnProgress:
    """Where a step reports how far it is: the progress bar, and an artifact where the run is watched."""
    if not watched():
        return on_progress
    from flows.service.artifacts import with_artifact

    return with_artifact(of.name.replace(" ", "-"), f"{of.name}: {of.unit}", on_progress)


@cache
def _as_task(of: Step[Any, Any]) -> Callable[..., Any]:
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    # Arguments are paths, clients and tables: nothing that a cache key could be made of.
    return task(name=of.name, cache_policy=NO_CACHE, persist_result=False)(of.function)
