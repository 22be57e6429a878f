"""Memory that a process has freed goes back to the system, and does not wait there for what comes next.

A run goes from one kind of table to the next. Arrow has allocators of its own, which keep what is freed, and
the C library keeps what lies between things that are still needed: some hundred megabytes in each process
(measured in docs/performance.md).
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any


def use_system_memory() -> None:
    """From now on, allocate Arrow's tables with the C library, which gives large ones back at once.

    The run's own process does so from the start, and a worker when it first reads rows: while it reads and
    parses mail, which takes small tables by the thousand, Arrow's own memory is quicker (parsing takes 4.2 s
    with it where it takes 5.3 without).
    """
    import pyarrow as pa

    system = pa.system_memory_pool()
    before = pa.default_memory_pool()
    if before.backend_name != system.backend_name:
        pa.set_memory_pool(system)
        before.release_unused()


def give_back() -> None:
    """Give back to the system what the C library keeps of freed memory; does nothing where it cannot."""
    trim = getattr(_c_library(), "malloc_trim", None)  # of glibc alone
    if trim is not None:
        trim(0)


@cache
def _c_library() -> Any:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):  # not a system with one library of C for a whole process
        return None
