"""Arrow's memory: it goes back to the system as soon as it is freed.

Arrow has allocators of its own, which keep what is freed for the next table. A run goes from one kind of
table to the next, and each process kept some hundred megabytes that it did not use: at the full size 770 MB
at most where it now has 640, in the same processor time (docs/performance.md).
"""

from typing import Final

ENVIRONMENT: Final = {"ARROW_DEFAULT_MEMORY_POOL": "system"}
"""For a process that has not loaded Arrow yet."""


def give_back() -> None:
    """From now on, allocate Arrow's tables with the C library, which gives large ones back."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
