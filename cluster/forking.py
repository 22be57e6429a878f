"""One process that has loaded what workers need, from which the workers of this machine are forked.

A worker that is spawned loads Dask, Arrow and the program's own modules by itself, which takes each of them a
second and more at the start, and half a second at the end to take it all down again. A worker that is forked
has it all at once, shares the memory of it with the others, and ends at once; so does the one that comes in
the place of a worker that died. The process that it is forked from (Python's "fork server") does nothing but
load and fork, and no thread of Python's runs in it, so nothing is forked in the middle of something. It ends
with the process that started it.

Elsewhere than on Linux some system libraries are not made to be forked: there workers are spawned.
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
"""Whether workers are forked here."""

ENVIRONMENT: Final = {
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""What Dask sets before it spawns a worker (``distributed.nanny.pre-spawn-environ``), as it is read when a
process begins: memory that is freed goes back to the system, and a worker calculates with one thread."""

_FIRST: Final = ("cluster.forked", "cluster.dashboard")


def prepare(modules: Sequence[str] = ()) -> bool:
    """Start the process that workers are forked from, if there is none yet; it loads while this one goes on.

    Whoever knows that workers will be needed calls this first of all, as `cluster.connect` does at last.

    Args:
        modules: What the workers will need beside Dask; one that is not there is passed over, and is missed
            when it is needed.

    Returns:
        Whether there is one. None can be where the name of the temporary folder is too long for a socket, or
        the folder takes none; workers are spawned then.
    """
    if not POSSIBLE:
        return False
    _end_quickly()
    set_forkserver_preload([*_FIRST, *modules])
    try:
        with safe_path(), _set(ENVIRONMENT), deaf():
            forkserver.ensure_running()
    except OSError:
        return False
    return True


def configuration() -> dict[str, Any]:
    """Dask's configuration for workers that are forked if they can be, else spawned."""
    if not prepare():
        return {}
    import distributed.utils

    # Dask would import pandas here, and have the fork server load it; that one has been told what to load.
    distributed.utils._forkserver_preload_set = True
    return {"distributed.worker.multiprocessing-method": "forkserver"}


@contextmanager
def deaf() -> Iterator[None]:
    """Let what is started meanwhile, a thread or a process, never hear Ctrl-C, nor what that starts.

    It is for the run, which ends its workers; a terminal sends it to them too. Threads and processes inherit
    which signals are blocked. Python's tracker of resources lets this one through again in the thread that
    starts it, so that it must be there already.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@cache
def _end_quickly() -> None:
    """At the end of this process do not look through all that is loaded for cycles: a quarter of a second."""
    atexit.register(gc.freeze)


@contextmanager
def _set(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables that the user has not set."""
    new = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del os.environ[name]
