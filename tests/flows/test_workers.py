"""What a run says of its workers and its scheduler when they fail it."""

from types import SimpleNamespace
from typing import Any

import pytest
from distributed import Client
from distributed.client import FutureCancelledError
from distributed.comm import CommClosedError

from data.errors import InputError, LedgerError
from flows.workers import workers

ADDRESS = "tcp://127.0.0.1:8786"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that is open, whose state a test may change."""
    opened = SimpleNamespace(scheduler=SimpleNamespace(address=ADDRESS), status="running")
    monkeypatch.setattr(Client, "current", classmethod(lambda cls: opened))
    return opened


@pytest.mark.parametrize(
    "error",
    [FutureCancelledError("read-1", "scheduler-connection-lost"), CommClosedError("closed")],
    ids=["a future is cancelled", "the connection is closed"],
)
def test_a_lost_scheduler_is_one_line_with_the_mend(client: Any, error: Exception):
    with pytest.raises(InputError) as raised, workers("mail"):
        raise error
    told = str(raised.value)
    assert told.startswith(f"the Dask scheduler at {ADDRESS} was lost during the run; nothing was published.")
    assert "run again" in told
    assert "\n" not in told
    assert raised.value.__cause__ is error


def test_whatever_fails_while_the_client_has_no_scheduler_is_the_schedulers_loss(client: Any):
    client.status = "connecting"
    with pytest.raises(InputError, match="was lost during the run"), workers("mail"):
        raise ValueError("odd")


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
    with pytest.raises(type(error)) as raised, workers("mail"):
        raise error
    assert raised.value is error


def test_a_mistake_in_the_input_stays_one_though_the_scheduler_is_gone(client: Any):
    client.status = "closed"
    with pytest.raises(InputError, match="no mailbox"), workers("mail"):
        raise InputError("records/lapd: no mailbox")
