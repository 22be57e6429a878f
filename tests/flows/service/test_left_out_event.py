"""By night, each agency that is left out is told of once, and named in public without a file's name."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
from distributed import Client

from data.catalog import Investigation
from data.errors import InputError, NoneReadError
from flows import deployments
from flows.service import left_out_event
from flows.service.left_out_event import LEFT_OUT, forget_told, told_before, told_of_all
from flows.service.run_page import reason_of
from tests.api import all_of, answer_to
from tests.waiting import until

FIRST, SECOND = "alderfall-pd", "briar-harbor-pd"


def test_where_none_can_be_read_each_fault_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "investigation.toml").write_text('name = "case"\n')
    case, told = Investigation.unchecked(tmp_path), list[dict[str, str]]()
    monkeypatch.setattr(left_out_event, "watched", lambda: True)
    monkeypatch.setattr(left_out_event, "tell_left_out", lambda _, reasons: told.append(dict(reasons)))

    def night(**faults: str) -> None:
        with pytest.raises(NoneReadError), told_of_all(case):
            raise NoneReadError({"waits": "nothing to read yet", **faults}, faults.keys())

    night(a="no zone", b="no disk")
    night(a="no zone", b="no disk")
    night(a="no zone", b="no name")
    line = "{}: left out, and it has no rows: {}"
    first = {"a": line.format("a", "no zone"), "b": line.format("b", "no disk")}
    assert told == [first, {}, {"b": line.format("b", "no name")}]
    assert told_before(case.work) == {**first, "b": line.format("b", "no name")}
    forget_told(case.work)
    assert told_before(case.work) == {}


def test_the_state_of_such_a_run_names_the_first_agencies_and_no_file():
    reasons = {f"a{number}": "investigation.toml: no zone" for number in range(9)}
    reasons["a1"] = "records/a1/Jo Lee.pst: cannot be read"
    said = reason_of(NoneReadError(reasons, reasons), Path("/nowhere"))
    assert said.startswith(
        "InputError: no agency can be read: (1) a0: investigation.toml: no zone; (2) a1: the reason names a "
        "file of the records; the log of this run has it; (3) a2: "
    )
    assert said.endswith("; (8) a7: investigation.toml: no zone; and 1 more, which the log of this run names")


def events(url: str, folder: Path, count: int) -> dict[str, list[str]]:
    """The reasons that were told, by agency; when there are as many as are waited for."""

    def found() -> list[dict[str, Any]]:
        asked = json.dumps({"filter": {"event": {"name": [LEFT_OUT]}}, "limit": 50}).encode()
        request = Request(f"{url}/events/filter", asked, {"Content-Type": "application/json"})
        with answer_to(request) as answer:
            rows = json.load(answer)["events"]
        return [row["payload"] for row in rows if row["payload"]["folder"] == str(folder)]

    until(lambda: len(found()) >= count, f"{count} events")
    rows = found()
    return {agency: [row["reason"] for row in rows if row["agency"] == agency] for agency in Counter(
        row["agency"] for row in rows
    )}  # fmt: skip


def last_run(url: str, folder: Path) -> dict[str, Any]:
    runs = [
        each
        for each in all_of(url, "flow_runs")
        if each["parameters"].get("folder") == str(folder) and not each["parent_task_run_id"]
    ]
    return max(runs, key=lambda each: each["start_time"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask 2026.8 resets an index so; pandas 4 drops it
def test_a_deployed_night_names_each_agency_that_it_leaves_out(
    prefect: dict[str, str], smallest: Path, tmp_path: Path, threads: Client
):
    from flows.investigate import investigate

    case, url = tmp_path / "case", prefect["PREFECT_API_URL"]
    shutil.copytree(smallest, case, ignore=shutil.ignore_patterns("truth", "work", "out"))
    with (case / "investigation.toml").open("a") as file:
        file.write("\n[arrivals]\nsettle = 0\n")
    investigate(case, only=["mail"])
    third = case / "records/third"
    third.mkdir()
    shutil.copy(min((case / "records" / SECOND).rglob("*.pst")), third / "a.pst")
    (third / "agency.toml").write_text('name = "Third"\ncity = "Third"\ntimezone = "America/Nowhere"\n')
    (case / "records" / FIRST / "jane.doe.pst").symlink_to("nowhere")
    deployments.investigate(case, only=["mail"], settled=True)
    run = last_run(url, case)
    assert run["state_name"] == "Completed with warnings"
    line = f"{FIRST}: left out, and its rows are those of an earlier run; the log of"
    assert run["state"]["message"].startswith(f"{line} the run has the reason (and ")
    told = events(url, case, 2)
    assert told[FIRST] == [f"{line} this run has the reason"]
    assert "'America/Nowhere' is not a time zone" in told["third"][0]
    artifacts = [each["data"] for each in all_of(url, "artifacts") if each["flow_run_id"] == run["id"]]
    assert any(isinstance(data, str) and line in data.replace("\\", "")
               for data in artifacts)  # fmt: skip
    assert not any("jane" in str(data) for data in artifacts)

    (case / "records" / SECOND / "y.pst").symlink_to("nowhere")
    for _ in range(2):
        with pytest.raises(InputError, match="no agency can be read"):
            deployments.investigate(case, only=["mail"], settled=True)
    run = last_run(url, case)
    assert run["state_type"] == "FAILED"
    assert all(f") {agency}: " in run["state"]["message"] for agency in (FIRST, SECOND, "third"))

    def errors() -> list[str]:
        found = [each["message"] for each in all_of(url, "logs") if each["flow_run_id"] == run["id"]]
        return [each for each in found if each.startswith("no agency can be read: ")]

    until(errors, "the log, which is sent some time later")
    [error] = errors()
    assert all(f") {agency}: " in error for agency in (FIRST, SECOND, "third"))

    (case / "records" / FIRST / "jane.doe.pst").unlink()
    deployments.investigate(case, only=["mail"], settled=True)
    told = events(url, case, 3)
    assert {agency: len(reasons) for agency, reasons in told.items()} == {FIRST: 1, SECOND: 1, "third": 1}
