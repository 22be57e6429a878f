"""A Prefect server that is away for seconds, again and again, costs no run (method 12, docs/operations.md).

It refuses, hangs, or answers that it is unwell; or it does what is asked, and its answer is lost.
"""

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import urlsplit

import pytest

from flows.run.on_server import tag_of
from tests.api import all_of, states_of
from tests.flapping import HANGS, REFUSES, Flapping, flapping
from tests.waiting import until
from tests.worlds import copy_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Run = Callable[..., CompletedProcess[str]]
PARTS = ("mail", "requests")


@pytest.fixture(scope="module")
def once(smallest: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run without a server publishes."""
    from flows.investigate import investigate

    case = copy_of(smallest, tmp_path_factory.mktemp("once") / "case")
    investigate(case, only=list(PARTS))
    return published(case)


def published(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def ran(run: Run, case: Path, server: Flapping) -> CompletedProcess[str]:
    """A run by hand that speaks to the server through what is between."""
    only = [word for part in PARTS for word in ("--only", part)]
    return run(
        *("run", case, "--workers", "1", *only),
        PREFECT_API_URL=f"http://127.0.0.1:{server.port}/api",
        PREFECT_CLIENT_MAX_RETRIES="8",
        NO_PROXY="127.0.0.1",
    )


def mine(url: str, what: str, runs: set[str]) -> list[dict[str, Any]]:
    return [each for each in all_of(url, what) if each["flow_run_id"] in runs]


def check_shown(url: str, case: Path) -> None:
    """All that the run shows is on the server, and nothing else."""
    runs = [each for each in all_of(url, "flow_runs") if tag_of(case) in each["tags"]]
    named = {each["name"]: each["state_name"] for each in runs}
    [whole] = [each for each in runs if each["parent_task_run_id"] is None]
    assert named == {
        whole["name"]: "Completed with warnings",
        **{f"{p} {case.name}": "Completed" for p in PARTS},
    }
    assert states_of(url, whole["id"])[-1] == "Completed with warnings"
    assert {"with-warnings", *PARTS} <= set(whole["tags"])
    ids = {each["id"] for each in runs}

    def unfinished() -> list[str]:
        return [each["name"] for each in mine(url, "task_runs", ids) if each["state_type"] != "COMPLETED"]

    # The server learns of the ends of steps by and by.
    until(lambda: not unfinished(), lambda: f"not ended: {unfinished()}")
    shown = mine(url, "artifacts", ids)
    keys = [each["key"] for each in shown if each["flow_run_id"] == whole["id"]]
    assert len(keys) == len(set(keys))
    assert {"is-anything-missing", "what-was-found", "ledger-mail", "ledger-requests"} <= set(keys)
    assert {each["data"] for each in shown if each["type"] == "progress"} == {100.0}
    said = {each["message"] for each in mine(url, "logs", ids)}
    assert any(line.startswith("Finished in state Completed with warnings") for line in said)
    assert not [line for line in said if "are missing there" in line or "put_back" in line]


def test_a_server_that_flaps_costs_no_run_and_shows_all_of_it(
    prefect: dict[str, str], run: Run, smallest: Path, tmp_path: Path, once: dict[str, bytes]
):
    case = copy_of(smallest, tmp_path / f"{tmp_path.name}-flaps")
    url, ways = prefect["PREFECT_API_URL"], (REFUSES, 500, HANGS, 503, 429)
    port = urlsplit(url).port
    assert port is not None
    with flapping(port, ways=ways, through=9) as server:
        done = ran(run, case, server)
        assert done.returncode == 0, done.stdout + done.stderr
        assert set(server.met) == set(ways)
    assert "Traceback" not in done.stderr
    assert published(case) == once
    check_shown(url, case)


def test_where_answers_of_the_server_are_lost_nothing_is_begun_twice_and_no_result_is_lost(
    prefect: dict[str, str], run: Run, smallest: Path, tmp_path: Path, once: dict[str, bytes]
):
    case = copy_of(smallest, tmp_path / f"{tmp_path.name}-loses")
    url = prefect["PREFECT_API_URL"]
    port = urlsplit(url).port
    assert port is not None
    lost = re.compile(rb"POST /api/flow_runs/(\S+/set_state)? ")  # that begin a run, or set its state
    with flapping(port, lost=lost) as server:
        done = ran(run, case, server)
        assert done.returncode == 0, done.stdout + done.stderr
        assert server.dropped >= 3 * len((*PARTS, "the run"))
    assert "Traceback" not in done.stderr
    assert published(case) == once
    check_shown(url, case)
