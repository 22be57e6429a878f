"""How a step is run: as a plain call with a progress bar, or as a Prefect task where a server records it.

*Watched* is a run that a Prefect server records: ``PREFECT_API_URL`` names one, ``--ui`` has started one, or
a deployment has started the run. Any other run calls the same functions, and loads nothing of Prefect.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from flows.run.progress import OnProgress, reporter
from tasks.step import Step

P = ParamSpec("P")
R = TypeVar("R")

_LOG = logging.getLogger("nwatch")
_LOG.addHandler(logging.NullHandler())  # without one, warnings of an unwatched run would go to stderr


def watched() -> bool:
    """Whether a Prefect server records this run."""
    if os.environ.get("PREFECT_API_URL"):
        return True
    if "prefect" not in sys.modules:
        return False
    from prefect.context import FlowRunContext  # a deployment's server may be named in Prefect's own profile

    return FlowRunContext.get() is not None


def run_log() -> logging.Logger | logging.LoggerAdapter[Any]:
    """The log of this run: the run's page in the UI where it is watched, else a logger without output."""
    if watched():
        from prefect.context import FlowRunContext
        from prefect.logging import get_run_logger

        if FlowRunContext.get() is not None:
            return get_run_logger()
    return _LOG


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
