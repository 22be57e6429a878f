"""Dask's configuration for every cluster of this program, wherever its processes are started."""

import re
from typing import Any, Final

CONFIG: Final[dict[str, Any]] = {
    # A partition whose worker died is not tried again as it is: whoever sent it bisects it to find the item
    # at fault.
    "distributed.scheduler.allowed-failures": 0,
    # Decoding in C holds the interpreter's lock, and a worker that only looks dead must not be taken for
    # dead; one that really died closes its connection, and its nanny starts another.
    "distributed.scheduler.worker-ttl": "15 minutes",
    # Paths and small counts travel between workers, never data: spilling would write private mail to a
    # second place.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": 0.85,
    "distributed.worker.memory.terminate": 0.95,
    # A worker that died is started anew by its nanny; one that is not back by then gets another nanny. The
    # default of 15 seconds is too short where all workers of a busy machine start at once.
    "distributed.deploy.lost-worker-timeout": "60s",
    # Between two steps of a run the workers are idle for a moment; a worker that came for the first step is
    # kept for the second, as it costs seconds to start.
    "distributed.adaptive.wait-count": 30,
    # A new worker imports what its tasks need on its first task; graphics cards are none of this program's
    # business.
    "distributed.diagnostics.nvml": False,
}
"""Dask's configuration, each entry with its reason."""


def environment() -> dict[str, str]:
    """Environment variables for a scheduler or worker that something else starts.

    Returns:
        The configuration as Dask reads it at its import, and ``PYTHONSAFEPATH``: nothing of the folder in
        which the process is started may be imported.

    Example:
        >>> environment()["DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL"]
        '15 minutes'
    """
    dask = {f"DASK_{re.sub('[.]', '__', key).replace('-', '_').upper()}": str(CONFIG[key]) for key in CONFIG}
    return {"PYTHONSAFEPATH": "1", **dask}
