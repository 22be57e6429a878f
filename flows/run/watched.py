"""Whether somebody can look at this run.

*Watched* is a run that a Prefect server records: ``PREFECT_API_URL`` names one, ``--ui`` has started one, or
a deployment has started the run. Any other run loads nothing of Prefect.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

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
    """The log of this run: the run's page in the UI where it is watched, else a logger that nobody hears."""
    if watched():
        from prefect.context import FlowRunContext
        from prefect.logging import get_run_logger

        if FlowRunContext.get() is not None:
            return get_run_logger()
    return _LOG
