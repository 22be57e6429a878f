"""How a run that is paused waits: what it makes of each state that the server may tell."""

import inspect
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from httpx import ConnectError, HTTPStatusError, Request, Response
from prefect.client.schemas.responses import SetStateStatus
from prefect.events.worker import EventsWorker
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling, Crashed, Failed, Paused, Running

from data.errors import InputError
from flows.service import sheets_form
from flows.service.sheets_form import CancelledError, SheetsAreBack, ask

ANSWER = SheetsAreBack(decided_by="Dora")
REQUEST = Request("GET", "http://127.0.0.1/api")


def status(code: int) -> HTTPStatusError:
    return HTTPStatusError(str(code), request=REQUEST, response=Response(code, request=REQUEST))


class Server:
    """A server that tells one state after the other, or does not answer."""

    def __init__(self, told: Sequence[Any], refuses: bool = False) -> None:
        self.told = list(told)
        self.refuses = refuses
        self.set: list[tuple[str, bool]] = []

    def read_flow_run(self, run: object) -> Any:
        found = self.told.pop(0)
        if isinstance(found, Exception):
            raise found
        return SimpleNamespace(state=found)

    def set_flow_run_state(self, run: object, state: Any, force: bool = False) -> Any:
        self.set.append((state.type.value, force))
        answer = SetStateStatus.REJECT if self.refuses else SetStateStatus.ACCEPT
        return SimpleNamespace(status=answer, state=state, details=SimpleNamespace(reason="it has ended"))


def asked(monkeypatch: pytest.MonkeyPatch, server: Server) -> SheetsAreBack:
    @contextmanager
    def client(sync_client: bool) -> Iterator[Server]:
        yield server

    run = SimpleNamespace(id=uuid4(), deployment_id=None)
    monkeypatch.setattr(sheets_form, "LOOK_EVERY", 0)
    monkeypatch.setattr(sheets_form, "get_client", client)
    monkeypatch.setattr(sheets_form, "_run", lambda: run)
    monkeypatch.setattr(SheetsAreBack, "save", lambda keys: None)
    monkeypatch.setattr(SheetsAreBack, "load", lambda keys: ANSWER)
    return ask(1, ["1 of 30 reviews are not in coding/returned yet"])


def test_it_waits_while_it_is_paused_or_the_server_is_away(monkeypatch: pytest.MonkeyPatch):
    server = Server([Paused(), ConnectError("gone"), status(503), Running()])
    assert asked(monkeypatch, server) is ANSWER
    assert server.set == [("PAUSED", False)]


def test_it_waits_on_where_the_server_takes_it_for_dead(monkeypatch: pytest.MonkeyPatch):
    server = Server([Crashed(), Paused(), Running()])
    assert asked(monkeypatch, server) is ANSWER
    assert server.set == [("PAUSED", False), ("PAUSED", True)]


def test_one_that_is_cancelled_ends(monkeypatch: pytest.MonkeyPatch):
    states: tuple[Any, ...] = (Cancelling(), Cancelled())
    for state in states:
        with pytest.raises(
            CancelledError, match=r"^the run that waited was cancelled on the server; what came"
        ):
            asked(monkeypatch, Server([Paused(), state]))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Failed(), "waited for a year"),
        (ObjectNotFound(status(404)), "was deleted on the server"),
    ],
)
def test_one_that_the_server_has_ended_says_so(monkeypatch: pytest.MonkeyPatch, told: object, said: str):
    with pytest.raises(InputError, match=f"^the run that waited {said}; .* nwatch tally counts the rest$"):
        asked(monkeypatch, Server([told]))


def test_a_password_that_was_changed_is_no_reason_to_wait_on(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(HTTPStatusError):
        asked(monkeypatch, Server([status(401)]))


def test_a_run_that_may_not_wait_says_why(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InputError, match=r"^the run cannot wait: it has ended$"):
        asked(monkeypatch, Server([], refuses=True))


def test_a_run_that_is_suspended_sends_no_heartbeat_afterwards(monkeypatch: pytest.MonkeyPatch):
    """One that came later would have the run marked as crashed while it waits."""
    run = SimpleNamespace(id=uuid4(), deployment_id=uuid4(), state=Running())
    done: list[object] = []

    def suspend(form: object, timeout: int, key: str) -> SheetsAreBack:
        done.append((key, run.state.is_final()))
        return ANSWER

    monkeypatch.setattr(sheets_form, "_run", lambda: run)
    monkeypatch.setattr(EventsWorker, "drain_all", lambda timeout, at_exit: done.append("drained"))
    monkeypatch.setattr(sheets_form, "suspend_flow_run", suspend)
    assert ask(2, ["2 ties"]) is ANSWER
    assert done == ["drained", ("sheets-2", True)]


@pytest.mark.slow
@pytest.mark.usefixtures("prefect")
def test_prefect_sends_no_heartbeat_of_a_run_that_its_process_takes_for_ended():
    """What the above relies on, in the version of Prefect that is installed."""
    from prefect import flow
    from prefect.flow_engine import FlowRunEngine

    engines: list[Any] = []

    @flow
    def own() -> None:
        state = sheets_form._run().state
        engines.extend(
            frame.frame.f_locals["self"].flow_run.state is state
            for frame in inspect.stack()
            if isinstance(frame.frame.f_locals.get("self"), FlowRunEngine)
        )

    own()
    assert engines
    assert all(engines)
    source = inspect.getsource(sys.modules["prefect.flow_engine"]._send_heartbeats)
    assert source.index("state.is_final()") < source.index("_emit_flow_run_heartbeat(")
