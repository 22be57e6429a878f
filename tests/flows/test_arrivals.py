"""`nwatch arrivals` and a real server: which events it has afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data.errors import InputError
from flows.run.on_server import LABEL

if TYPE_CHECKING:
    from prefect.events import Event

pytestmark = pytest.mark.usefixtures("prefect")

SECONDS = 30.0
"""A server stores an event within a second or two."""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / f"case-{tmp_path.parent.name}-{tmp_path.name}"
    arrive(folder, "lapd")
    (folder / "investigation.toml").write_text('name = "test"\n')
    return folder


def arrive(folder: Path, agency: str, name: str = "a.pst", content: bytes = b"mail") -> None:
    own = folder / "records" / agency
    own.mkdir(parents=True, exist_ok=True)
    (own / name).write_bytes(content)
    (own / "agency.toml").write_text('name = "Police"\ntimezone = "UTC"\n')


def run(folder: Path, settle: float = 0.0) -> list[str]:
    from flows.arrivals import arrivals

    return arrivals(folder, settle)


def events(folder: Path, count: int, name: str = "arrived") -> list[dict[str, Any]]:
    """The events of an investigation that the server has, oldest first, when there are so many."""
    from prefect.client.orchestration import get_client

    prefix = f"nwatch.agency.{folder.name}."
    wanted = {"filter": {"event": {"name": [f"nwatch.records.{name}"]}}, "limit": 50}
    end = time.monotonic() + SECONDS
    while True:
        with get_client(sync_client=True) as client:
            found = client.request("POST", "/events/filter", json=wanted).json()["events"]
        own = [one for one in found if one["resource"]["prefect.resource.id"].startswith(prefix)]
        if len(own) >= count or time.monotonic() > end:
            return sorted(own, key=lambda one: str(one["occurred"]))
        time.sleep(0.2)


@pytest.mark.slow
def test_an_agency_that_arrived_is_one_event_with_what_a_run_needs(case: Path):
    assert run(case) == ["lapd"]
    [event] = events(case, 1)
    assert event["resource"]["prefect.resource.id"] == f"nwatch.agency.{case.name}.lapd"
    assert event["payload"] == {"folder": str(case), "agency": "lapd", "files": 1, "bytes": 4}
    assert event["resource"][LABEL] == case.name


@pytest.mark.slow
def test_only_what_is_new_or_changed_is_announced_by_later_rounds(case: Path):
    assert run(case) == ["lapd"]
    assert run(case) == []
    arrive(case, "newcity")
    assert run(case) == ["newcity"]
    (case / "records/lapd/b.pst").write_bytes(b"more mail")
    assert run(case) == ["lapd"]
    assert run(case) == []
    announced = [(one["payload"]["agency"], one["payload"]["files"]) for one in events(case, 3)]
    assert announced == [("lapd", 1), ("newcity", 1), ("lapd", 2)]


def test_a_round_waits_for_what_may_be_whole_in_a_moment(case: Path, monkeypatch: pytest.MonkeyPatch):
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        time.sleep(seconds)

    monkeypatch.setattr("flows.arrivals._wait", wait)
    assert run(case, settle=2.0) == ["lapd"]
    [seconds] = waited
    assert 0 < seconds <= 2.0


def test_a_mailbox_that_grows_while_the_round_waits_is_not_announced(
    case: Path, monkeypatch: pytest.MonkeyPatch
):
    waited: list[float] = []

    def grow(seconds: float) -> None:
        waited.append(seconds)
        with (case / "records/lapd/a.pst").open("ab") as file:
            file.write(b"and more")

    monkeypatch.setattr("flows.arrivals._wait", grow)
    assert run(case, settle=40.0) == []
    assert len(waited) == 1


def test_what_settles_after_a_round_is_left_to_the_next_one(case: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(seconds: float) -> None:
        raise AssertionError(f"waited {seconds} s")

    monkeypatch.setattr("flows.arrivals._wait", refuse)
    assert run(case, settle=60.0) == []


@pytest.mark.slow
def test_two_looks_at_once_announce_once(case: Path):
    from flows.run.locks import only_one

    with only_one(case / "work", "arrivals") as ours:
        assert ours
        assert run(case) == []
    assert run(case) == ["lapd"]
    assert len(events(case, 1)) == 1


@pytest.mark.slow
def test_what_was_announced_is_not_announced_again_while_a_run_holds_the_folder(
    case: Path, monkeypatch: pytest.MonkeyPatch
):
    from flows.run.locks import one_run_at_a_time

    monkeypatch.setattr("tasks.arrivals.agency.AGAIN", (0.0,))
    assert run(case) == ["lapd"]
    with one_run_at_a_time(case / "work"):
        assert run(case) == []
    assert run(case) == ["lapd"]
    assert run(case) == []
    # It was not read after either event, and so waits for a person.
    [event] = events(case, 1, "stuck")
    assert event["resource"]["prefect.resource.id"] == f"nwatch.agency.{case.name}.lapd"
    reason = event["payload"].pop("reason")
    assert reason.startswith("lapd: announced 2 times, but still not read; see the log")
    assert "a.pst" not in reason
    assert event["payload"] == {"folder": str(case), "agency": "lapd"}
    assert run(case) == []
    assert len(events(case, 2)) == 2
    assert len(events(case, 1, "stuck")) == 1


def test_a_reason_that_would_name_a_mailbox_says_which_log_has_it(case: Path):
    from flows.arrivals import stuck_event
    from tasks.arrivals.look import Stuck

    event = stuck_event(case, Stuck("lapd", "lapd: records/lapd/Jo Lee.pst: cannot be read; mend it"))
    assert event.payload["reason"].endswith("; the log of nwatch arrivals has it")
    assert "Jo" not in str(event.payload)
    assert event.resource[LABEL] == case.name
    assert event.related == []


def test_if_the_server_is_away_the_next_round_announces_the_agency(
    case: Path, monkeypatch: pytest.MonkeyPatch
):
    import flows.arrivals

    def away(event: object) -> None:
        raise ConnectionError("no server")

    with monkeypatch.context() as patch:
        patch.setattr(flows.arrivals, "emit", away)
        with pytest.raises(ConnectionError):
            run(case)
    assert run(case) == ["lapd"]


def test_a_wrong_configuration_ends_the_round_with_one_line(case: Path):
    (case / "investigation.toml").write_text('name = "test"\n[arrivals]\nsettel = 3\n')
    with pytest.raises(InputError, match=r"unknown key 'arrivals.settel'; did you mean 'settle'"):
        run(case)


class StopHereError(Exception):
    """Ends a loop that has no end."""


def rounds(folder: Path, monkeypatch: pytest.MonkeyPatch, *between: Callable[[], object]) -> list[str]:
    """What is said in as many rounds as things happen between them, and one more."""
    from flows import arrivals

    happens, said = iter(between), list[str]()

    def wait(seconds: float) -> None:
        assert seconds <= arrivals.EVERY
        try:
            next(happens)()
        except StopIteration:
            raise StopHereError from None

    monkeypatch.setattr(arrivals, "_wait", wait)
    with pytest.raises(StopHereError):
        arrivals.keep_looking(folder, said.append)
    return said


def test_a_round_says_only_what_the_one_before_did_not(case: Path, monkeypatch: pytest.MonkeyPatch):
    (case / "records/lapd/b.pst.part").write_bytes(b"half")
    sent: list[str] = []
    monkeypatch.setattr("flows.arrivals.emit", lambda event: sent.append(event.event))

    def wrong() -> None:
        (case / "investigation.toml").write_text('name = "test"\n[arrivals]\nsettel = 3\n')

    def right() -> None:
        (case / "investigation.toml").write_text('name = "test"\n[arrivals]\nsettle = 3\n')

    said = rounds(case, monkeypatch, lambda: None, wrong, lambda: None, right)
    assert len(said) == 3
    assert said[0] == said[2]
    assert said[0].startswith("lapd: ")
    assert "unknown key 'arrivals.settel'" in said[1]
    assert sent == ["nwatch.records.looked"], "a sign of life is sent every ten minutes"


def test_a_server_that_is_away_is_said_once_and_what_has_arrived_is_announced_when_it_is_back(
    case: Path, monkeypatch: pytest.MonkeyPatch
):
    import httpx

    from flows import arrivals

    (case / "investigation.toml").write_text('name = "test"\n[arrivals]\nsettle = 0\n')
    sent: list[str] = []
    away = [True]

    def emit(event: Event) -> None:
        if away:
            raise httpx.ConnectError("refused")
        sent.append(event.event)

    monkeypatch.setattr(arrivals, "emit", emit)
    said = rounds(case, monkeypatch, lambda: None, away.clear)
    assert [line[:40] for line in said] == [
        "the Prefect server does not answer (Conn",
        "lapd has arrived: 1 mailboxes, 4 bytes",
    ]
    assert sent == [arrivals.EVENT, arrivals.LOOKED]


def test_whenever_records_come_between_two_rounds_they_are_announced_within_75_seconds():
    from data.records import Scan, Seen
    from flows.arrivals import WAIT
    from tasks.arrivals.agency import Facts
    from tasks.arrivals.decide import decide
    from tasks.arrivals.memory import Memory

    def announced_at(came: float) -> float:
        time = int((1e9 + came) * 1e9)
        seen = Scan((Seen("lapd", "records/lapd/a.pst", [4, time, time, 1]),))
        kept: Memory = {}
        for round_ in range(1, 5):
            at = round_ * 60.0
            for _ in range(2):
                found = decide(seen, kept, 1e9 + at, 60.0, Facts(Path("case"), ["lapd"]))
                kept = found.memory
                if found.arrived:
                    return at - came
                if found.again is None or found.again > WAIT:
                    break
                at += found.again
        raise AssertionError(f"never announced: {came}")

    delays = [announced_at(tenth / 10) for tenth in range(600)]
    assert min(delays) > 59.9
    assert max(delays) <= 75.1
