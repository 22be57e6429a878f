"""What a killed run leaves running is ended on the server, and nothing else."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.run.on_server import tag_of
from flows.service.left_running import delete_begun_twice, end_left_running
from tests.api import all_of
from tests.waiting import until

pytestmark = pytest.mark.slow

CODE = """
import sys, time
from pathlib import Path
from prefect import flow, tags
from flows.run.on_server import tag_of
from flows.run.step import step, subflow
from tasks.step import Step

def hang():
    while True:
        time.sleep(1)

@flow(name="investigate")
def run(folder: str):
    subflow("toys", Path(folder), Path(folder), lambda: step(Step("hang", hang))())

with tags("nwatch", tag_of(Path(sys.argv[1]))):
    run(sys.argv[1])
"""


def of(url: str, folder: Path) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The flow runs of an investigation by the name of their flow, and its tasks by their name."""
    flows = {flow["id"]: flow["name"] for flow in all_of(url, "flows")}
    runs = [run for run in all_of(url, "flow_runs") if tag_of(folder) in run["tags"]]
    tasks = {each["id"]: each for each in all_of(url, "task_runs")}
    mine = {run["id"] for run in runs}
    return (
        {flows[run["flow_id"]]: run for run in runs},
        {each["name"].rsplit("-", 1)[0]: each for each in tasks.values() if each["flow_run_id"] in mine},
    )


def begun(url: str, folder: Path) -> subprocess.Popen[bytes]:
    """A run that is in a step, and stays there."""
    process = subprocess.Popen([sys.executable, "-c", CODE, str(folder)], stderr=subprocess.PIPE)

    def works() -> bool:
        assert process.poll() is None
        step = of(url, folder)[1].get("hang")
        return bool(step and step["state_type"] == "RUNNING")

    until(works, "the server knows of no step")
    return process


def test_what_a_killed_run_leaves_is_ended_and_other_runs_go_on(prefect: dict[str, str], tmp_path: Path):
    from prefect.client.orchestration import get_client
    from prefect.states import Crashed

    url = prefect["PREFECT_API_URL"]
    killed, alive = tmp_path / f"{tmp_path.name}-killed", tmp_path / f"{tmp_path.name}-alive"
    processes = [begun(url, folder) for folder in (killed, alive)]
    try:
        processes[0].send_signal(signal.SIGKILL)
        processes[0].wait()
        # Nobody has said yet that the run is gone: it may only be silent.
        assert end_left_running(killed, timedelta(0)) == 0
        with get_client(sync_client=True) as client:
            run = of(url, killed)[0]["investigate"]["id"]
            client.set_flow_run_state(run, Crashed(message="no heartbeat"))
        assert end_left_running(killed) == 0  # what it told last may be on its way
        assert end_left_running(killed, timedelta(0)) > 0
        runs, tasks = of(url, killed)
        assert {run["state_type"] for run in runs.values()} == {"CRASHED"}
        assert set(runs) == {"investigate", "toys"}
        assert {name: each["state_type"] for name, each in tasks.items()} == {
            "toys": "CRASHED",
            "hang": "CRASHED",
        }
        assert runs["toys"]["state"]["message"] == "its run ended as Crashed and could not say how this ended"
        assert end_left_running(killed, timedelta(0)) == 0
        assert end_left_running(alive, timedelta(0)) == 0
        runs, tasks = of(url, alive)
        assert {each["state_type"] for each in (*runs.values(), *tasks.values())} == {"RUNNING"}
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def test_what_was_begun_twice_and_never_ran_is_deleted(prefect: dict[str, str], tmp_path: Path):
    from prefect import flow, tags
    from prefect.client.orchestration import get_client
    from prefect.context import FlowRunContext
    from prefect.states import Pending

    folder = tmp_path / f"{tmp_path.name}-twice"

    @flow(name="toys")
    def part() -> None:
        """Do nothing."""

    @flow(name="investigate")
    def run() -> int:
        part()
        context = FlowRunContext.get()
        assert context is not None
        assert context.flow_run is not None
        with get_client(sync_client=True) as client:
            tag = [tag_of(folder)]
            [step] = [
                each for each in all_of(url, "task_runs") if each["flow_run_id"] == str(context.flow_run.id)
            ]
            client.create_flow_run(part, parent_task_run_id=step["id"], state=Pending(), tags=tag)
            return delete_begun_twice(context.flow_run, folder)

    url = prefect["PREFECT_API_URL"]
    with get_client(sync_client=True) as client:
        client.create_flow_run(run, state=Pending(), tags=[tag_of(folder)])
    assert end_left_running(folder) == 0  # it may still begin
    with tags(tag_of(folder)):
        assert run() == 2
    runs = [each for each in all_of(url, "flow_runs") if tag_of(folder) in each["tags"]]
    assert [each["state_type"] for each in runs] == ["COMPLETED"] * 2
    with get_client(sync_client=True) as client:
        client.create_flow_run(run, state=Pending(), tags=[tag_of(folder)])
    assert end_left_running(folder, unbegun=timedelta(0)) == 1
