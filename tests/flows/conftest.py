"""What tests of flows share."""

from collections.abc import Iterator

import pytest
from distributed import Client

from cluster import ClusterSettings, connect


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A worker that the flows of a module's tests use, so that not each starts its own."""
    with connect(ClusterSettings(workers=1)) as opened:
        yield opened
