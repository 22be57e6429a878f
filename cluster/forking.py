"""One process that has loaded what workers need; the workers of this machine are forked from it.

A spawned worker loads Dask, Arrow and the program's own modules by itself. That takes more than a second for
each of them at the start, and half a second at the end to free it all again. A forked worker has all of it at
once, shares the memory with the others, and ends at once; so does the worker that replaces one that died.

Who forks what::

    this process (the run)                    starts the fork server, and asks it for workers
      └─ fork server (of `multiprocessing`)   loads the modules, once; then only forks
           └─ worker, worker, …               each begins with everything loaded

The fork server runs no second thread of Python's, so nothing is forked in the middle of something (a lock
that is held at the moment of a fork is held for ever in the child). It ends with the process that started it.

Only Linux forks. On other systems some system libraries do not survive a fork: there, workers are spawned.
"""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver, resource_tracker, set_forkserver_preload
from typing import Any, Final

from data.safe_path import safe_path

POSSIBLE: Final = sys.platform == "linux"
"""Whether workers are forked on this system."""

ENVIRONMENT: Final = {
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""What Dask sets before it spawns a worker (``distributed.nanny.pre-spawn-environ``): freed memory goes back
to the system, and a worker calculates with one thread. The C library and the libraries for arrays read these
variables when a process starts, so the fork server must have them: in a forked worker it is too late."""

# The order counts: `cluster.forked` switches the collector off before the large modules are loaded, and
# `cluster.dashboard` brings Dask's worker and nanny. After these come the modules of the run's parts.
_FIRST: Final = ("cluster.forked", "cluster.dashboard")


def prepare(modules: Sequence[str] = ()) -> bool:
    """Start the process that workers are forked from, unless it runs; it loads while this process goes on.

    Call it as soon as it is known that workers will be needed; `cluster.connect` calls it at the latest.

    Args:
        modules: What the workers will need besides Dask. One that does not exist is ignored here, and is an
            error where it is used.

    Returns:
        Whether it runs. It cannot where the path of the temporary folder is too long for a socket, or the
        folder allows no sockets; then workers are spawned.
    """
    if not POSSIBLE:
        return False
    _end_quickly()
    # While the fork server runs, a second call changes nothing. So the first one comes from the command line,
    # which knows the parts of the run.
    set_forkserver_preload([*_FIRST, *modules])
    try:
        # The fork server inherits all three: import path, variables and blocked signals; and workers inherit
        # them from it.
        with safe_path(), _set(ENVIRONMENT), sigint_blocked():
            forkserver.ensure_running()
    except OSError:
        return False
    return True


def configuration() -> dict[str, Any]:
    """Dask's configuration for workers that are forked where possible, else spawned."""
    if not prepare():
        return {}
    import distributed.utils

    # Else Dask would import pandas in this process, and replace the fork server's list of modules by its own.
    distributed.utils._forkserver_preload_set = True
    return {"distributed.worker.multiprocessing-method": "forkserver"}


@contextmanager
def sigint_blocked() -> Iterator[None]:
    """Keep Ctrl-C from the threads and processes that are started in the block, and from all that they start.

    A terminal sends Ctrl-C to every process of the run, but it is meant for the run itself, which then ends
    its workers. Threads and processes inherit which signals are blocked.
    """
    # Python starts this process when it is first needed, and unblocks the signal in the thread that does so:
    # it must be there before the signal is blocked.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@cache
def _end_quickly() -> None:
    """Spare this process the search for cycles in all that is loaded when it ends: a quarter of a second."""
    atexit.register(gc.freeze)


@contextmanager
def _set(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables for a while, except those that the user has set."""
    new = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del os.environ[name]
