"""What a run reports when its workers or its scheduler fail."""

import logging
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import pytest
from distributed import Client, KilledWorker
from distributed.client import CancelledFuturesGroup, FutureCancelledError, FuturesCancelledError
from distributed.comm import CommClosedError
from distributed.system import MEMORY_LIMIT
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import LogFilter, LogFilterLevel
from prefect.client.schemas.sorting import LogSort

from cluster import ClusterSettings, watch
from data.errors import InputError, LedgerError, PassingError
from flows.parts import load
from flows.run.workers import check_loaded, opened, workers
from tasks.scatter import run_each
from tests.waiting import until

MAIL = load(["mail"])
ADDRESS = "tcp://127.0.0.1:8786"


def fake() -> SimpleNamespace:
    """What a run asks of a client."""
    made = SimpleNamespace(scheduler=SimpleNamespace(address=ADDRESS), status="running")
    made.forward_logging = made.unforward_logging = lambda *_: None
    return made


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that is open, whose state a test may change."""
    opened = fake()
    monkeypatch.setattr(Client, "current", classmethod(lambda cls: opened))
    return opened


@pytest.mark.parametrize(
    "error",
    [FutureCancelledError("read-1", "scheduler-connection-lost"), CommClosedError("closed")],
    ids=["a future is cancelled", "the connection is closed"],
)
def test_a_lost_scheduler_is_one_line_with_the_fix(client: Any, error: Exception):
    with pytest.raises(InputError) as raised, workers(MAIL):
        raise error
    line = str(raised.value)
    assert line.startswith(f"the Dask scheduler at {ADDRESS} was lost during the run; nothing was published.")
    assert "run again" in line
    assert "\n" not in line
    assert raised.value.__cause__ is error


def test_any_error_while_the_client_has_no_scheduler_is_reported_as_the_loss_of_the_scheduler(client: Any):
    client.status = "connecting"
    with pytest.raises(InputError, match="was lost during the run"), workers(MAIL):
        raise ValueError("odd")


def of_no_worker(key: str) -> FutureCancelledError:
    """The errors that a waiting client gets where all workers are gone."""
    return FutureCancelledError(key, watch._REASON, "no worker has been there for 10 minutes; start some")


@pytest.mark.parametrize(
    "error",
    [
        of_no_worker("read-1"),
        FuturesCancelledError([CancelledFuturesGroup([of_no_worker("read-1")], reason=watch._REASON)]),
    ],
    ids=["one future", "several"],
)
def test_the_loss_of_all_workers_is_one_line_with_the_fix(client: Any, error: Exception):
    with pytest.raises(InputError) as raised, workers(MAIL):
        raise error
    assert str(raised.value) == (
        "no worker has been there for 10 minutes; start some; nothing was published. "
        "What was read is kept, and the next run goes on from there"
    )


@pytest.mark.parametrize(
    "error",
    [
        LedgerError("1 listed, 0 read"),
        FutureCancelledError("read-1", "somebody cancelled it"),
        ValueError("odd"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_other_error_comes_through_as_it_is(client: Any, error: Exception):
    with pytest.raises(type(error)) as raised, workers(MAIL):
        raise error
    assert raised.value is error


def test_a_mistake_in_the_input_stays_one_though_the_scheduler_is_gone(client: Any):
    client.status = "closed"
    with pytest.raises(InputError, match="no mailbox"), workers(MAIL):
        raise InputError("records/lapd: no mailbox")


@pytest.mark.slow
@pytest.mark.usefixtures("prefect")
def test_what_the_cluster_logs_from_its_thread_is_once_in_the_log_of_the_run(client: Any):
    @flow(name="inner")
    def inner() -> None:
        with workers(MAIL):
            telling = threading.Thread(target=logging.getLogger("cluster.watch").warning, args=["all gone"])
            telling.start()
            telling.join()

    @flow(name="outer", flow_run_name="outer of the log")
    def outer() -> None:
        with workers(MAIL):
            inner()

    outer()
    cluster = logging.getLogger("cluster")
    assert (cluster.handlers, cluster.propagate) == ([], True)
    assert runs_that_logged("all gone") == ["outer of the log"]


@pytest.mark.slow
@pytest.mark.usefixtures("prefect")
def test_a_mistyped_setting_is_reported_once_in_the_log_of_a_run_that_opens_its_own_workers(
    monkeypatch: pytest.MonkeyPatch,
):
    name = "NWATCH_" + "MINIMUN"  # in two, as a test looks for all names that there are
    monkeypatch.setenv(name, "4")

    @contextmanager
    def none() -> Iterator[Any]:
        yield fake()

    monkeypatch.setattr("flows.run.workers.opened", none)
    monkeypatch.setattr("flows.run.workers.load", lambda client, modules: [])
    monkeypatch.setattr("flows.run.workers.check_loaded", lambda loading: None)

    @flow(name="mistyped", flow_run_name="mistyped")
    def mistyped() -> None:
        with workers(MAIL):
            pass

    mistyped()
    line = f"{name} is not a known setting; did you mean NWATCH_MINIMUM?"
    assert runs_that_logged(line) == ["mistyped"]


@pytest.mark.slow
@pytest.mark.usefixtures("prefect")
def test_a_wrong_setting_is_one_line_where_a_run_opens_its_own_workers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NWATCH_PORT", "none")
    with pytest.raises(InputError, match="NWATCH_PORT is wrong"), workers(MAIL):
        pass


@pytest.mark.usefixtures("prefect")
def test_what_a_worker_warns_of_is_in_the_log_of_the_run_and_nothing_else_of_it(processes: Client):
    def work() -> None:
        logging.getLogger("tasks.toy").info("all is well")
        logging.getLogger("tasks.toy").warning("a toy is broken")

    @flow(flow_run_name="with toys")
    def with_toys() -> None:
        with workers(MAIL):
            processes.submit(work, pure=False).result()
            until(lambda: "a toy is broken" in "".join(heard), "the warning has not come")

    heard: list[str] = []
    hearing = logging.Handler()
    hearing.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("tasks").addHandler(hearing)
    try:
        with_toys()
    finally:
        logging.getLogger("tasks").removeHandler(hearing)
    assert heard == ["a toy is broken"]
    assert runs_that_logged("a toy is broken") == ["with toys"]


def runs_that_logged(message: str) -> list[str]:
    """The flow runs that logged a line, when one has."""
    # The latest warnings first: an answer holds 200 lines, and other tests log to the same server.
    warnings = LogFilter(level=LogFilterLevel(ge_=logging.WARNING))
    # By its address: the settings of the process may have gone with another test's.
    with SyncPrefectClient(os.environ["PREFECT_API_URL"]) as asked:

        def logged() -> list[UUID]:
            lines = asked.read_logs(log_filter=warnings, sort=LogSort.TIMESTAMP_DESC)
            return [line.flow_run_id for line in lines if line.message == message and line.flow_run_id]

        until(logged, f"no run has logged: {message}")
        return [asked.read_flow_run(run).name for run in logged()]


LIMIT: Final = 400 * 10**6
"""Bytes that a worker may use: more than it needs to start, and less than what follows."""


def limited() -> ClusterSettings:
    return ClusterSettings(workers=1, memory_fraction=LIMIT / MEMORY_LIMIT)


@pytest.mark.slow
def test_workers_that_are_ended_for_memory_again_and_again_end_the_run_in_one_line():
    def greedy(number: int) -> int:
        import time

        held = b"x" * 600_000_000
        time.sleep(600)  # it is ended before
        return len(held)

    with pytest.raises(InputError) as raised, opened(limited()) as client:
        run_each(client, greedy, range(50))
    line = str(raised.value)
    found = re.match(
        r"the Dask workers have too little memory: (\d+) were ended, each may use 400 MB, and one needed "
        r"\d{3} MB or more; use fewer workers .* \(NWATCH_MEMORY_FRACTION\), then run again\. Nothing was",
        line,
    )
    assert found, line
    assert 5 <= int(found[1]) <= 7  # and not each of 50 pieces several times
    assert not isinstance(raised.value, PassingError)  # the next try would end in the same way


@pytest.mark.slow
def test_a_worker_that_is_ended_for_memory_once_costs_nothing_but_time(tmp_path: Path):
    marks = str(tmp_path)

    def greedy_once(number: int) -> int:
        import time
        from pathlib import Path

        mark = Path(marks, str(number))
        if number == 1 and not mark.exists():
            mark.touch()
            held = b"x" * 600_000_000
            time.sleep(600)
            return len(held)
        return 2 * number

    with opened(limited()) as client:
        assert run_each(client, greedy_once, range(4)) == [0, 2, 4, 6]
    assert [mark.name for mark in tmp_path.iterdir()] == ["1"]


def test_workers_that_die_of_something_else_again_and_again_are_one_line(client: Any):
    with (
        pytest.raises(InputError, match=rf"died again and again, the last one at {ADDRESS}; see their logs"),
        workers(MAIL),
    ):
        raise KilledWorker("read-1", SimpleNamespace(address=ADDRESS), 0)


def test_a_worker_that_dies_while_it_loads_the_program_does_not_lack_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("distributed.wait", lambda futures: None)
    error = KilledWorker("load-1", SimpleNamespace(address=ADDRESS), 0)
    released: list[str] = []
    future: Any = SimpleNamespace(
        status="error", exception=lambda: error, release=lambda: released.append("load-1")
    )
    check_loaded([future])
    assert released == ["load-1"]
