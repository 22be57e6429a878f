"""The flow `coding`: counts what is there, or waits, as a run that a person lets go on."""

import csv
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from httpx import ConnectError
from pydantic import ValidationError

from data.errors import InputError
from flows.coding import coding
from flows.console import tally as page
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
    event = complete_event(tmp_path / "case", DONE)
    assert event.event == COMPLETE == "nwatch.coding.complete"
    assert event.resource.id == "nwatch.coding.case"
    assert event.payload == {"folder": str(tmp_path / "case"), "reviews": 30, "ties": 0, "unusable": 0}
    assert "anna" not in json.dumps(event.model_dump(mode="json"))


def test_it_is_told_once_when_no_review_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[Any] = []
    monkeypatch.setattr(coding_event, "emit", told.append)
    assert not tell_complete(tmp_path, tmp_path, Tally(9, 0, 1, 29, 1, 0))
    assert not tell_complete(tmp_path, tmp_path, Tally(0, 0, 0, 0, 0, 0))
    assert tell_complete(tmp_path, tmp_path, DONE)
    assert not tell_complete(tmp_path, tmp_path, DONE)
    assert len(told) == 1


def test_what_the_server_did_not_take_is_told_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(event: object) -> None:
        raise ConnectError("gone")

    monkeypatch.setattr(coding_event, "emit", refuse)
    assert not tell_complete(tmp_path, tmp_path, DONE)
    monkeypatch.setattr(coding_event, "emit", lambda event: None)
    assert tell_complete(tmp_path, tmp_path, DONE)


@pytest.mark.slow
@pytest.mark.usefixtures("prefect")
def test_a_run_waits_until_a_person_lets_it_go_on(case: Path, monkeypatch: pytest.MonkeyPatch):
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.flow_runs import resume_flow_run

    from flows.service import sheets_form

    monkeypatch.setattr(sheets_form, "LOOK_EVERY", 0.2)
    told: list[Any] = []
    monkeypatch.setattr(coding_event, "emit", told.append)
    hand_in(case, "anna", ["Yes"] * 4)
    results: list[Any] = []
    monkeypatch.setattr(page, "_show", lambda result, seconds, to: results.append(result))
    thread = in_thread(lambda: page.tally(case, wait=True))

    def waiting(keys: int) -> Callable[[], Any]:
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

    until(waiting(1), "the run does not wait")
    run = waiting(1)()
    assert not told
    for reader, answers in (("ben", ["No", "Yes", "Yes", "Yes"]), ("carla", ["Cannot tell"] + ["Yes"] * 3)):
        hand_in(case, reader, answers)
    resume_flow_run(run.id, run_input={})
    # All are back; now a tie is to be decided.
    until(waiting(2), "the run does not wait for the tie")
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
