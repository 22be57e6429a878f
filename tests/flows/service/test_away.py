"""A run waits for a server that is away for as long as Prefect's client would, and does its work once."""

from collections.abc import Callable

import httpx
import pytest

from flows.service import away
from flows.service.away import once_begun, patience, wait_for_server

GONE = httpx.ConnectError("refused")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Exception | None]:
    """What the server answers, one after another; then it is there."""
    found: list[Exception | None] = []
    monkeypatch.setattr(away, "what_is_wrong", lambda: found.pop(0) if found else None)
    monkeypatch.setattr(away, "PAUSE", 0.001)
    return found


def test_it_may_be_away_as_long_as_prefect_s_client_asks_again():
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    for retries, seconds in ((0, 0), (1, 2), (5, 62), (8, 510)):
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: retries}):
            assert patience() == seconds


def test_a_run_waits_until_the_server_is_back(answers: list[Exception | None]):
    answers += [GONE, GONE]
    wait_for_server()
    assert answers == []


def test_a_server_that_is_away_too_long_ends_the_wait(
    answers: list[Exception | None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(away, "patience", lambda: 0.0)
    answers += [GONE, GONE]
    with pytest.raises(httpx.ConnectError):
        wait_for_server()


def answered(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "http://127.0.0.1:4200/api/flow_runs/")
    return httpx.HTTPStatusError("no", request=request, response=httpx.Response(status, request=request))


def test_what_the_server_did_not_begin_is_begun_again(answers: list[Exception | None]):
    done: list[str] = []
    failures = [GONE, answered(500), answered(429)]

    def begin(work: Callable[[], str]) -> str:
        if failures:
            raise failures.pop()
        return work()

    def work() -> str:
        done.append("once")
        return "found"

    assert once_begun(begin, work) == "found"
    assert done == ["once"]


def test_what_the_server_refuses_is_not_asked_again(answers: list[Exception | None]):
    asked: list[int] = []

    def begin(work: Callable[[], None]) -> None:
        asked.append(1)
        raise answered(422)

    with pytest.raises(httpx.HTTPStatusError):
        once_begun(begin, lambda: None)
    assert asked == [1]


def test_what_was_begun_is_not_done_twice(answers: list[Exception | None]):
    done: list[str] = []

    def begin(work: Callable[[], None]) -> None:
        work()
        raise GONE  # how it ended could not be told

    with pytest.raises(httpx.ConnectError):
        once_begun(begin, lambda: done.append("once"))
    assert done == ["once"]


def test_a_server_with_which_nothing_can_be_begun_is_not_asked_for_ever(answers: list[Exception | None]):
    asked: list[int] = []

    def begin(work: Callable[[], None]) -> None:
        asked.append(1)
        raise GONE

    with pytest.raises(httpx.ConnectError):
        once_begun(begin, lambda: None)
    assert 1 < len(asked) < 10
