"""How a step is run: as a plain call with a progress bar, or as a Prefect task where a server records it.

Which runs are watched, :mod:`flows.run.watched` says; any other run calls the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from inspect import getdoc
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

from data.memory import give_back
from data.printable import printable
from flows.run.on_server import tag_of
from flows.run.progress import OnProgress, reporter
from flows.run.told import told
from flows.run.watched import watched
from tasks.step import Step

_SECTIONS: Final = re.compile(r"^(?:Args|Attributes|Returns|Yields|Raises|Example):$", re.MULTILINE)
"""Where the prose of a docstring ends."""

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
        with reporter().stage(of.name, of.unit) as on_progress, _shown(of, on_progress) as shown:
            function, given = of.function, cast(dict[str, Any], kwargs)
            if of.unit:
                given["on_progress"] = shown
            if watched():
                function = _as_task(of)
            with _untagged():
                found = function(*args, **given)
        give_back()
        return found

    return call


def subflow(name: str, folder: Path, out: Path, function: Callable[[], R], about: str = "") -> R:
    """Run a part: as a Prefect flow of its own inside the run's where it is watched, else as it is.

    Args:
        name: The part's name.
        folder: The investigation folder, which names the flow run.
        out: Where the part's tables go.
        function: What is run.
        about: What the part does, in a sentence.
    """
    if not watched():
        return function()
    from prefect import flow, tags

    from flows.service.away import once_begun

    run_name = f"{name} {printable(folder.name)}"
    # A run is tried again as a whole, if at all (flows.service.again).
    made = flow(
        name=name,
        flow_run_name=lambda: run_name,
        description=about,
        validate_parameters=False,
        retries=0,
        retry_delay_seconds=0,
    )

    def begin(work: Callable[[], R]) -> R:
        def run(folder: Path, out: Path) -> R:
            return work()

        return made(run)(folder, out)

    # By its tag, what a killed run leaves is found (flows.service.left_running).
    with tags(tag_of(folder.absolute())):
        return once_begun(begin, function)


@contextmanager
def _shown(of: Step[..., Any], on_progress: OnProgress) -> Iterator[OnProgress]:
    """Where a step reports how far it is: the progress bar, and log and artifact where the run is watched."""
    if not watched():
        yield on_progress
        return
    from flows.service.artifacts import with_artifact

    with told(of.name, of.unit, on_progress) as both:
        if not of.unit:
            yield both
            return
        with with_artifact(of.name.replace(" ", "-"), f"{of.name}: {of.unit}", both) as every:
            yield every


@contextmanager
def _untagged() -> Iterator[None]:
    """Give no tags to a step that is a Prefect task.

    For each tag of a task, Prefect asks the server for a slot before the task begins, and the run would fail
    where it is away just then.
    """
    if not watched():
        yield
        return
    from prefect.context import TagsContext

    with TagsContext(current_tags=set()):
        yield


@cache
def _as_task(of: Step[Any, Any]) -> Callable[..., Any]:
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    # Arguments are paths, clients and tables: nothing that a cache key could be made of.
    return task(name=of.name, description=about(of.function), cache_policy=NO_CACHE, persist_result=False)(
        of.function
    )


def about(function: Callable[..., Any]) -> str:
    """What a function does, for a page of the UI: its docstring down to its arguments.

    Example:
        >>> about(step)
        'Prepare a step to be called: with its progress shown and its seconds counted.'
    """
    prose = _SECTIONS.split(getdoc(function) or "", maxsplit=1)[0]
    return "\n\n".join(" ".join(each.replace("``", "`").split()) for each in prose.strip().split("\n\n"))
