"""Dask's configuration for every cluster of this program, wherever its processes run."""

import os
import re
from typing import Any, Final

from data import json_log

CONFIG: Final[dict[str, Any]] = {
    # A partition whose worker died is not tried again as it is: the program halves it until the item that
    # ends workers is found.
    "distributed.scheduler.allowed-failures": 0,
    # Decoding in C holds the interpreter's lock, so that a worker is silent although it works. It must not be
    # taken for dead; one that really died closes its connection, and its nanny starts another.
    "distributed.scheduler.worker-ttl": "15 minutes",
    # Only paths and small counts travel between workers, so there is little to spill; and spilling would
    # write private mail to a second place.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": 0.85,
    "distributed.worker.memory.terminate": 0.95,
    # A nanny restarts a worker that died; after this time without the worker, the cluster starts another
    # nanny. The default of 15 seconds is too short on a busy machine where all workers start at once.
    "distributed.deploy.lost-worker-timeout": "60s",
    # Between two steps of a run the workers are idle for a moment. A worker that started for the first step
    # is kept for the second, because starting one takes seconds.
    "distributed.adaptive.wait-count": 30,
    # This program does not use graphics cards, and looking for them takes time when a worker starts.
    "distributed.diagnostics.nvml": False,
}
"""Dask's configuration, each entry with its reason."""


def environment() -> dict[str, str]:
    """Environment variables for a scheduler or worker that something else starts.

    Returns:
        The configuration as Dask reads it at its import, and ``PYTHONSAFEPATH``: nothing of the folder in
        which the process is started may be imported. Where this process logs as JSON, so does that one.

    Example:
        >>> environment()["DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL"]
        '15 minutes'
    """
    dask = {f"DASK_{re.sub('[.]', '__', key).replace('-', '_').upper()}": str(CONFIG[key]) for key in CONFIG}
    logs = {"DASK_CONFIG": str(json_log.DASK)} if json_log.wanted(os.environ) else {}
    return {"PYTHONSAFEPATH": "1", **dask, **logs}
