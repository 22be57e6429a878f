"""What every test may ask for: the real data, workers, a Prefect server, a synthetic investigation."""

import gc
import ipaddress
import logging
import os
import re
import shutil
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
import psutil
import pytest
from _pytest.doctest import DoctestModule
from _pytest.logging import LogCaptureHandler
from distributed import Client, LocalCluster
from hypothesis import HealthCheck, settings

from tests import differing
from tests.alike import Alike
from tests.shared import one_for_all
from tests.worlds import copy_of, made_once

# Before anything imports Prefect: its settings are read at import, and neither a test's runs nor its profile
# may touch the home of the person who runs the tests. Each xdist worker has a folder of its own, or their
# databases would lock.
_HOME = Path(tempfile.mkdtemp(prefix=f"nwatch-prefect-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-"))
os.environ.update(
    PREFECT_HOME=str(_HOME),
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    DO_NOT_TRACK="1",
    PREFECT_SERVER_UI_ENABLED="false",
    PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="120",
)
# Likewise before Dask is imported, for this process and all that it starts: how often each scheduler, nanny
# and worker looks at itself. By default, an idle cluster of two workers takes a tenth of a processor.
os.environ.update(
    DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL="500ms",
    DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL="2s",
    DASK_DISTRIBUTED__WORKER__MEMORY__MONITOR_INTERVAL="1s",
    DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED="False",
)
# What the person who runs the tests has set for other runs.
for name in list(os.environ):
    if name in {"PREFECT_API_URL", "PREFECT_API_AUTH_STRING"} or (
        name.startswith("NWATCH_") and name not in {"NWATCH_REAL", "NWATCH_UPDATE_README"}
    ):
        del os.environ[name]

CHECKOUT = Path(__file__).resolve().parents[1]


# The machine may be busy: no example has a deadline. CI tries the same examples each time, people new ones.
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("tests")

FIXTURES = {"prefect_server", "worker_processes", "scheduler", "start", "store", "synthetic_sources"}
CALLS = {"connect", "LocalCluster"}
"""What starts processes: a test that uses one of the fixtures, or makes one of the calls, is slow."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers more than there are processors, where tests wait for processes that they started.

    The fast tests only compute: for them more workers would only collect the tests more often.
    """
    return len(os.sched_getaffinity(0)) + 2 * ("not slow" not in config.option.markexpr)


class Examples:
    """Looks for examples in the files alone that have a prompt: most have none, and to search one is slow."""

    @staticmethod
    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(file_path: Path) -> Generator[None, Any, Any]:
        """Leave a module without an example to those who look for tests in it."""
        return [
            each
            for each in (yield)
            if not isinstance(each, DoctestModule) or b">>> " in file_path.read_bytes()
        ]


def pytest_configure(config: pytest.Config) -> None:
    """What is registered here is asked about every folder, and not only about that of this file."""
    config.pluginmanager.register(Examples())
    config.pluginmanager.register(Alike())


def pytest_assertrepr_compare(op: str, left: Any, right: Any) -> list[str] | None:
    """Name the files in which two folders differ, not their bytes: CI keeps the end of what it printed."""
    return differing.said(left, right) if op == "==" else None


def pytest_sessionstart() -> None:
    """Collect no garbage while the tests are collected: nearly nothing of it is garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what was collected and imported out of every later search for garbage, which it makes slow."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)  # before the option -m chooses by the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, and let pytest-xdist begin with the files that take minutes.

    Else those files end the run, each alone on one core.
    """
    cases: Counter[tuple[Path, str]] = Counter()
    for item in items:
        if item.get_closest_marker("slow"):
            continue
        if FIXTURES & set(getattr(item, "fixturenames", ())) or CALLS & _called(item):
            item.add_marker(pytest.mark.slow)
        elif long := list(item.iter_markers("long")):
            case = item.path, getattr(item, "originalname", item.name)
            if any(not mark.args or cases[case] % mark.args[0] for mark in long):
                item.add_marker(pytest.mark.slow(measured=True))
            cases[case] += 1
    if "PYTEST_XDIST_WORKER" in os.environ:
        tests = Counter(item.path for item in items)
        slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
        items.sort(key=lambda item: (_rank(item.path), -slow[item.path], -tests[item.path], str(item.path)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """With `make test MEASURE=fast`, leave what starts processes, and what they do, out of the measurement.

    It makes a process up to three times slower, and the tests that compute have to reach the floor alone.
    """
    config = os.environ.get("COVERAGE_PROCESS_CONFIG")
    slow = item.get_closest_marker("slow")
    if os.environ.get("MEASURE") != "fast" or config is None or not slow or slow.kwargs.get("measured"):
        return (yield)
    from coverage import Coverage

    measurement = Coverage.current()
    assert measurement is not None
    measurement.stop()
    del os.environ["COVERAGE_PROCESS_CONFIG"]  # by which a child would begin to measure
    try:
        return (yield)
    finally:
        os.environ["COVERAGE_PROCESS_CONFIG"] = config
        ending = os._exit
        measurement.start()
        # It wraps this function at every start: after a thousand slow tests a child could not end any more.
        os._exit = ending


def pytest_sessionfinish() -> None:
    """Keep what a worker of pytest-xdist measured: it is killed if it takes ten seconds more to end."""
    if "COVERAGE_PROCESS_CONFIG" in os.environ and "PYTEST_XDIST_WORKER" in os.environ:
        from coverage import Coverage

        measurement = Coverage.current()
        assert measurement is not None
        measurement.save()


def _rank(path: Path) -> int:
    """The folders of tests in the order of how long their files take: whole runs first."""
    folders = ("whole", "docker", "browser", "faults", "flows", "cluster")
    top, below = path.relative_to(CHECKOUT).parts[:2] if CHECKOUT in path.parents else ("", "")
    return folders.index(below) if top == "tests" and below in folders else len(folders)


def _called(item: pytest.Item) -> set[str]:
    """The names in the code of a test, and what an example or a program in it calls."""
    if isinstance(item, pytest.DoctestItem):
        names, texts = set(), [example.source for example in item.dtest.examples]
    elif isinstance(item, pytest.Function):
        code = item.function.__code__
        names, texts = set(code.co_names), [text for text in code.co_consts if isinstance(text, str)]
    else:
        return set()
    return names | {call for text in texts for call in re.findall(r"(\w+)\(", text)}


def pytest_unconfigure() -> None:
    """Leave nothing in the temporary folder."""
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real, third-party data, which belongs in no repository.

    Without it the test skips, saying so. It is looked for where NWATCH_REAL says, else at ../shared/real
    beside the checkout.
    """
    folder = Path(os.environ.get("NWATCH_REAL", CHECKOUT.parent / "shared" / "real"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set NWATCH_REAL to its folder)")
    return folder


@pytest.fixture(scope="session")
def worker_threads() -> Iterator[LocalCluster]:
    """Two workers that are threads of the test, which start no process."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        hear_again()
        yield cluster


def hear_again() -> None:
    """Let tests hear what is logged while a cluster lives.

    To be silent, a cluster raises the level of every handler of its logger, pytest's among them: until it is
    closed, a test that asks what was logged would find nothing.
    """
    for name in ("distributed", "bokeh", None):
        for handler in logging.getLogger(name).handlers:
            if isinstance(handler, LogCaptureHandler):
                handler.setLevel(logging.NOTSET)


@pytest.fixture(scope="module")
def threads(worker_threads: LocalCluster) -> Iterator[Client]:
    """A client whose two workers are threads of the test: quick, and it sees what the test replaces."""
    with Client(worker_threads) as client:
        yield client


@pytest.fixture(scope="module")
def worker_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Two workers that are processes of one thread each, as those of a run on one machine.

    For the tests of one file: to start them costs half a second, as they are forked, and to keep them until
    the last file would cost more.
    """
    from cluster import forking
    from cluster.config import CONFIG
    from flows import parts

    forking.prepare(parts.worker_modules(parts.load()))
    space = {"temporary-directory": str(tmp_path_factory.mktemp("workers"))}
    with dask.config.set(CONFIG | forking.configuration() | space):
        started = LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )
    with started as cluster:
        hear_again()
        yield cluster


@pytest.fixture(scope="module")
def processes(worker_processes: LocalCluster) -> Iterator[Client]:
    """A client of two worker processes, shared by all tests that need nothing but workers.

    They have the environment and the modules of their start: what a test replaces they do not see.
    """
    with Client(worker_processes) as client:
        client.wait_for_workers(2, timeout=300)  # a test before may have cost one
        yield client


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Prefect server in its own database; gives the environment in which runs use it.

    Prefect's own harness for tests does the same, but takes its database through every migration each time,
    which costs 15 seconds. All workers of pytest-xdist use the server of the first that needs one.
    """
    from flows.service.local_server import Server

    @contextmanager
    def start() -> Iterator[dict[str, str]]:
        server = Server(_HOME, ui=False)
        try:
            server.wait()
            yield {"PREFECT_API_URL": server.url}
        finally:
            server.stop()

    with one_for_all(tmp_path_factory, "prefect", start) as environment:
        yield environment


@pytest.fixture(scope="session")
def store_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A real S3 server, one for all workers of pytest-xdist; gives its endpoint and its log."""
    pytest.importorskip("moto.server", reason="no S3 server (moto[server])")
    from tests.store import running

    place = tmp_path_factory.mktemp("store")
    with one_for_all(tmp_path_factory, "store", lambda: running(place)) as words:
        yield words


@pytest.fixture
def prefect(prefect_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """Let the flows of a test be runs on a Prefect server: for tests of what Prefect does with them.

    Without it they are plain functions. Gives what runs in other processes need in their environment.
    """
    from prefect.context import refresh_global_settings_context
    from prefect.logging.handlers import APILogWorker
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )

    settings = {
        PREFECT_API_URL: prefect_server["PREFECT_API_URL"],
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
    }
    # Prefect read its environment when it was loaded; the program and the processes of a test read it now.
    with pytest.MonkeyPatch.context() as patch, temporary_settings(settings):
        for name, value in prefect_server.items():
            patch.setenv(name, value)
        # Threads that are not the test's have the settings that Prefect read last, of whatever test that was.
        refresh_global_settings_context()
        yield prefect_server
        APILogWorker.drain_all(timeout=10)
    refresh_global_settings_context()


@pytest.fixture(scope="session")
def elsewhere() -> str:
    """An address of this machine that other hosts reach."""
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family == socket.AF_INET and not ipaddress.ip_address(address.address).is_loopback:
                return str(address.address)
    pytest.skip("this machine has no address but loopback ones")


@pytest.fixture(scope="session")
def nwatch() -> list[str]:
    """The command line as words, to run in a process of its own (exit codes, what is on stderr)."""
    return [sys.executable, "-m", "flows.console.app"]


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small synthetic investigation: about 400 messages in 11 files, no report; not to be changed."""
    with made_once(tmp_path_factory, "synthetic", scale=0.002, seed=7) as folder:
        yield folder


@pytest.fixture(scope="session")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fifth of `synthetic`, where the number of messages is not the point; not to be changed."""
    with made_once(tmp_path_factory, "smallest", scale=0.0004, seed=3) as folder:
        yield folder


@pytest.fixture
def investigation(synthetic: Path, tmp_path: Path) -> Path:
    """A fresh investigation folder with the records of `synthetic`, for a run of the test's own."""
    return copy_of(synthetic, tmp_path / "case")
