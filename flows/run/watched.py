"""Whether somebody can look at this run.

*Watched* is what a Prefect server records: a flow on the server that ``PREFECT_API_URL`` names or that
``--ui`` has started, or one that a deployment has started. Any other run loads nothing of Prefect.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import Any, Final, TypeVar, cast

from data.printable import printable

T = TypeVar("T")

WARNED: Final = "Completed with warnings"
"""The name of the state in which a run with warnings ends; its type is Completed, as that of any other."""

_LOG = logging.getLogger("nwatch")
_LOG.addHandler(logging.NullHandler())  # without one, warnings of an unwatched run would go to stderr


def server_named() -> bool:
    """Whether the environment names a Prefect server, on which a run is to be shown."""
    return bool(os.environ.get("PREFECT_API_URL"))


def watched() -> bool:
    """Whether this is called within a flow that a Prefect server records."""
    if "prefect" not in sys.modules:
        return False
    from prefect.context import FlowRunContext

    return FlowRunContext.get() is not None


def run_log() -> logging.Logger | logging.LoggerAdapter[Any]:
    """The log of this run: the run's page in the UI where it is watched, else a logger without output."""
    if not watched():
        return _LOG
    from prefect.logging import get_run_logger

    return get_run_logger()


def failed(error: Exception, reason: str) -> Any:
    """What a watched flow that failed returns, so that its page says why, in words that anybody may read.

    Args:
        error: What was raised; the log of the run has it, and whoever called the flow gets it.
        reason: Why, as more people may read it than have the records.

    Returns:
        A state of Prefect, from which Prefect raises the error for whoever called the flow.
    """
    from prefect.states import Failed

    return Failed(message=printable(reason), data=error)


def ended(result: T, warnings: Sequence[str]) -> T:
    """What a watched flow returns, so that its page says whether it has warnings.

    Args:
        result: What its caller gets.
        warnings: The warnings, as more people may read them than have the records.

    Returns:
        The result; or a state of Prefect with the first warning, from which Prefect takes the result for
        whoever called the flow.
    """
    if not warnings or not watched():
        return result
    from prefect.states import Completed

    more = f" (and {len(warnings) - 1} more)" if len(warnings) > 1 else ""
    line = f"{printable(warnings[0])}{more}"
    return cast(T, Completed(name=WARNED, message=line, data=result))
