"""What a run shows is sent in its order, again while the server is away, and the work does not wait."""

import logging
import threading

import httpx
import pytest

from flows.service import away, outbox
from flows.service.outbox import Outbox, Send


def refused(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "http://127.0.0.1:4200/api/artifacts/")
    return httpx.HTTPStatusError("no", request=request, response=httpx.Response(status, request=request))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "PAUSE", 0.01)


@pytest.mark.parametrize(
    "away", [httpx.ConnectError("refused"), httpx.ReadTimeout(""), refused(503), refused(429)]
)
def test_while_the_server_is_away_the_work_goes_on_and_all_is_sent_afterwards(away: httpx.HTTPError):
    back, sent = threading.Event(), list[tuple[int, bool]]()
    box, tried = Outbox(), threading.Event()

    def sending(number: int) -> Send:
        def send(again: bool) -> None:
            tried.set()
            if not back.is_set():
                raise away
            sent.append((number, again))

        return send

    for number in range(3):
        box.put(sending(number))
    assert tried.wait(60)
    assert sent == []  # and nobody has waited
    back.set()
    assert box.flush(60) == 0
    # The first may have reached the server, though it did not answer; whoever sends it asks.
    assert sent == [(0, True), (1, False), (2, False)]


def test_what_is_not_sent_in_time_is_given_up_and_counted():
    box = Outbox()

    def send(again: bool) -> None:
        raise httpx.ConnectError("refused")

    box.put(send)
    box.put(send)
    assert box.flush(0.05) == 2
    assert box.flush(0) == 0


@pytest.mark.parametrize("error", [refused(422), RuntimeError("a bug")])
def test_what_the_server_does_not_take_stops_nothing(error: Exception, caplog: pytest.LogCaptureFixture):
    box, sent = Outbox(), list[bool]()

    def send(again: bool) -> None:
        raise error

    with caplog.at_level(logging.WARNING, "nwatch"):
        box.put(send)
        box.put(sent.append)
        assert box.flush(60) == 0
    assert sent == [False]
    [said] = [each for each in caplog.records if each.name == "nwatch"]
    assert str(error) in f"{said.getMessage()} {said.exc_info}"


def test_it_sends_again_after_it_had_nothing_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbox, "IDLE", 0.001)
    box, sent = Outbox(), list[bool]()
    for number in range(1, 4):
        box.put(sent.append)
        assert box.flush(60) == 0
        assert len(sent) == number
        for thread in threading.enumerate():
            if thread.name == "nwatch-outbox":
                thread.join(60)


@pytest.mark.parametrize("well", [True, False])
def test_what_a_server_fails_over_while_it_is_well_does_not_hold_up_the_rest(
    well: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    wrong = None if well else httpx.ConnectError("refused")
    monkeypatch.setattr(away, "what_is_wrong", lambda: wrong)
    box, tried, sent, enough = Outbox(), list[bool](), list[bool](), threading.Event()

    def send(again: bool) -> None:
        tried.append(again)
        if len(tried) > 2 * outbox.MANY:
            enough.set()
        raise refused(500)

    with caplog.at_level(logging.WARNING, "nwatch"):
        box.put(send)
        box.put(sent.append)
        if well:
            assert box.flush(60) == 0
        else:
            assert enough.wait(60)
            assert box.flush(0) == 2
    assert len(tried) == outbox.MANY if well else len(tried) > outbox.MANY
    assert sent == [False] * well
    assert ["does not take" in each.getMessage() for each in caplog.records if each.name == "nwatch"] == [
        True
    ] * well
