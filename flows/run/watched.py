"""Whether somebody can look at this run.

*Watched* is what a Prefect server records: a flow on the server that ``PREFECT_API_URL`` names or that
``--ui`` has started, or one that a deployment has started. Any other run loads nothing of Prefect.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

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
