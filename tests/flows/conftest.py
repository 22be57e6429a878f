"""What tests of flows share."""

from collections.abc import Iterator

import pytest
from distributed import Client, LocalCluster


@pytest.fixture(scope="module")
def client(worker_processes: LocalCluster) -> Iterator[Client]:
    """Open workers for the flows of a module's tests, so that not each flow starts its own."""
    with Client(worker_processes) as opened:
        opened.wait_for_workers(2, timeout=300)
        yield opened
