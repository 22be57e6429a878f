"""What every test may ask for: the real mailboxes, and a Prefect server of the test session."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before anything imports Prefect: its settings are read at import, and neither a test's runs nor its
# profile may touch the home of the person at the keyboard. Each xdist worker has a folder of its own, or
# their databases would lock.
_HOME = Path(tempfile.mkdtemp(prefix=f"nwatch-prefect-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-"))
os.environ.update(
    PREFECT_HOME=str(_HOME),
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    DO_NOT_TRACK="1",
    PREFECT_SERVER_UI_ENABLED="false",
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="120",
)
os.environ.pop("PREFECT_API_URL", None)
for name in [name for name in os.environ if name.startswith("NWATCH_") and name != "NWATCH_REAL"]:
    del os.environ[name]

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real, third-party data, which belongs in no repository; without it the test skips,
    saying so.

    It is looked for where NWATCH_REAL says, else at ../shared/real beside the checkout.
    """
    folder = Path(os.environ.get("NWATCH_REAL", CHECKOUT.parent / "shared" / "real"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set NWATCH_REAL to its folder)")
    return folder


@pytest.fixture(scope="session")
def prefect() -> Iterator[None]:
    """A Prefect server for the session, in its own database: for every test that runs a flow."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="session")
def nwatch() -> list[str]:
    """The command line as words, to run in a process of its own (exit codes, what is on stderr)."""
    return [sys.executable, "-m", "flows.cli"]
