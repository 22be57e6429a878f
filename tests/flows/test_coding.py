"""The flow `coding`: counts what is there, or waits, as a run that a person lets go on."""

import csv
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import ConnectError
from pydantic import ValidationError

from data.catalog import Investigation
from data.errors import InputError
from flows.coding import coding
from flows.console.coding import tally as page
from flows.service import coding_event
from flows.service.coding_event import COMPLETE, complete_event, tell_complete
from flows.service.sheets_form import SheetsAreBack, waiting_for
from tasks.coding.results import Tally
from tasks.coding.sign import sign
from tests.tasks.coding.handed_out import hand_in, handed_out
from tests.waiting import until

DONE = Tally(10, 0, 0, 30, 0, 0, files={"coding/returned/anna.xlsx": ("ab", 1)})


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return handed_out(tmp_path)


def decide(folder: Path, answer: str) -> None:
    """Write an answer to every tie, and not who decided."""
    path = folder / "coding/to_decide.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"answer": answer} for row in rows)


def decided_by(folder: Path) -> list[str]:
    with (folder / "coding/to_decide.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["decided_by"] for row in csv.DictReader(file)]


def test_an_unwatched_run_counts_what_is_there_and_does_not_wait(case: Path):
    hand_in(case, "anna", ["Yes"] * 4)
    found = coding(case, wait=True).found["coding"].tally
    assert (found.given, found.missing) == (4, 8)


def test_the_terminal_of_a_paused_run_says_what_is_missing_and_where_to_go_on():
    missing, where = waiting_for(["1 of 30 reviews did not come back yet"], None)
    assert missing == "waiting: 1 of 30 reviews did not come back yet"
    assert where.startswith(
        "when more is there, press Resume on the page of this run in the Prefect UI; Ctrl-C"
    )


def test_waiting_needs_a_server_that_is_named(case: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with pytest.raises(InputError, match=r"^--wait: no Prefect server is named .*; set PREFECT_API_URL"):
        page.tally(case, wait=True)


def test_a_name_is_written_to_decisions_without_one_and_nothing_else_changes(tmp_path: Path):
    path = tmp_path / "to_decide.csv"
    before = 'question,answer,decided_by,mine\r\na,yes,,"x, y"\r\nb,no,ben,\r\nc,,,\r\n'
    path.write_text(before)
    assert sign(tmp_path, " =Dora\tDay ") == 1
    after = before.replace("a,yes,,", "a,yes,'=Dora Day,")
    assert path.read_bytes().decode("utf-8-sig") == after
    assert sign(tmp_path, "Emil") == 0
    assert sign(tmp_path, "") == 0
    path.write_text("no such columns\n")
    assert sign(tmp_path, "Emil") == 0
    path.unlink()
    assert sign(tmp_path, "Emil") == 0


def test_the_form_takes_one_line():
    assert SheetsAreBack().decided_by == ""
    assert not SheetsAreBack().enough
    for wrong in ("a\nb", "\x1b[31m", "x" * 201):
        with pytest.raises(ValidationError):
            SheetsAreBack(decided_by=wrong)
    assert set(SheetsAreBack.model_json_schema()["properties"]) == {"decided_by", "enough"}


def test_the_event_says_numbers_and_names_no_reader(tmp_path: Path):
    event = complete_event(tmp_path / "case", "The\x1b case", DONE)
    assert event.event == COMPLETE == "nwatch.coding.complete"
    assert event.resource.id == "nwatch.coding.case"
    assert event.resource.name == "The\ufffd case"
    numbers = {"reviews": 30, "ties": 0, "missing": 0, "unusable": 0}
    assert event.payload == {"folder": str(tmp_path / "case"), **numbers}
    assert "anna" not in json.dumps(event.model_dump(mode="json"))


@pytest.fixture
def investigation(tmp_path: Path) -> Investigation:
    (tmp_path / "investigation.toml").write_text('name = "Case"\n')
    (tmp_path / "work").mkdir()
    return Investigation.unchecked(tmp_path)


def test_it_is_told_once_when_nobody_s_sheet_is_awaited(
    investigation: Investigation, monkeypatch: pytest.MonkeyPatch
):
    told: list[Any] = []
    monkeypatch.setattr(coding_event, "emit", told.append)
    assert not tell_complete(investigation, Tally(9, 0, 1, 29, 1, 0, waiting=("anna",)))
    assert not tell_complete(investigation, Tally(0, 0, 0, 0, 0, 0))
    assert tell_complete(investigation, DONE)
    assert not tell_complete(investigation, DONE)
    # A sheet with a gap is back, and a person is to know of the gap.
    gap = replace(DONE, given=29, missing=1, files={"coding/returned/anna.xlsx": ("cd", 1)})
    assert tell_complete(investigation, gap)
    assert [event.payload["missing"] for event in told] == [0, 1]


def test_what_the_server_did_not_take_is_told_by_the_next_run(
    investigation: Investigation, monkeypatch: pytest.MonkeyPatch
):
    def refuse(event: object) -> None:
        raise ConnectError("gone")

    monkeypatch.setattr(coding_event, "emit", refuse)
    assert not tell_complete(investigation, DONE)
    monkeypatch.setattr(coding_event, "emit", lambda event: None)
    assert tell_complete(investigation, DONE)


@pytest.fixture
def watched_case(case: Path, prefect: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    from flows.service import sheets_form

    monkeypatch.setattr(sheets_form, "LOOK_EVERY", 0.2)
    return case


def waiting(case: Path, keys: int) -> Callable[[], Any]:
    """The run that waits for the so-manieth time, when there is one."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter

    def look() -> Any:
        named = FlowRunFilter.model_validate({"name": {"like_": f"{case.name} "}})
        with get_client(sync_client=True) as client:
            found = client.read_flow_runs(flow_run_filter=named)
        return next(
            (
                run
                for run in found
                if run.parameters.get("folder") == str(case)
                and run.state
                and run.state.is_paused()
                and len(run.empirical_policy.pause_keys or ()) == keys
            ),
            None,
        )

    return look


@pytest.mark.slow
def test_a_run_waits_until_a_person_lets_it_go_on(
    watched_case: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from prefect.flow_runs import resume_flow_run

    case = watched_case
    told: list[Any] = []
    monkeypatch.setattr(coding_event, "emit", told.append)
    hand_in(case, "anna", ["Yes"] * 4)
    results: list[Any] = []
    monkeypatch.setattr(page, "_show", lambda result, seconds, to: results.append(result))
    thread = in_thread(lambda: page.tally(case, wait=True))
    until(waiting(case, 1), "the run does not wait")
    run = waiting(case, 1)()
    assert not told
    said = capsys.readouterr().out
    assert "waiting: 8 of 12 reviews are not in coding/returned yet" in said
    assert "press Resume on http" in said
    for reader, answers in (("ben", ["No", "Yes", "Yes", "Yes"]), ("carla", ["Cannot tell"] + ["Yes"] * 3)):
        hand_in(case, reader, answers)
    resume_flow_run(run.id, run_input={})
    # All are back; now a tie is to be decided.
    until(waiting(case, 2), "the run does not wait for the tie")
    assert len(told) == 1
    decide(case, "yes")
    resume_flow_run(run.id, run_input={"decided_by": "Dora"})
    thread.join(60)
    [result] = results
    tally = result.found["coding"].tally
    assert (tally.decided, tally.to_decide, tally.missing) == (4, 0, 0)
    assert decided_by(case) == ["Dora"]
    assert (case / "out/public/coding_tally.parquet").is_file()
    assert len(told) == 1


@pytest.mark.slow
def test_a_run_that_is_cancelled_on_the_server_waits_no_longer(watched_case: Path):
    from prefect.client.orchestration import get_client
    from prefect.states import Cancelling

    ends: list[str] = []

    def wait() -> None:
        try:
            page.tally(watched_case, wait=True)
        except InputError as error:
            ends.append(str(error))

    thread = in_thread(wait)
    until(waiting(watched_case, 1), "the run does not wait")
    run = waiting(watched_case, 1)()
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Cancelling())
        thread.join(60)
        after = client.read_flow_run(run.id)
    [end] = ends
    assert end.startswith("the run that waited was cancelled on the server; what came back before is counted")
    assert after.state
    assert after.state.is_cancelled()
    assert "failed" not in after.tags


def in_thread(function: Callable[[], Any]) -> threading.Thread:
    import contextvars

    thread = threading.Thread(target=contextvars.copy_context().run, args=(function,), daemon=True)
    thread.start()
    return thread


def test_prefect_can_go_through_what_the_part_found(case: Path):
    """It does, for a task and for a flow; of what has ``keys`` it asks for an item by each."""
    from prefect.utilities.collections import visit_collection

    found = coding(case).found["coding"]
    visit_collection(found, visit_fn=lambda value: value, return_data=False)
