"""With PREFECT_API_URL set, the same run appears in that server."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest

from flows.parts import PARTS
from tests.api import answer_to

pytestmark = pytest.mark.slow


def asked(url: str, what: str, **chosen: object) -> list[dict[str, Any]]:
    """What a server has of one kind, of those runs that are chosen."""
    request = Request(
        f"{url}/{what}/filter", data=json.dumps(chosen).encode(), headers={"Content-Type": "application/json"}
    )
    with answer_to(request) as answer:
        return list(json.load(answer))


def test_the_run_appears_on_the_server_that_the_environment_names(
    nwatch, prefect_server: dict[str, str], investigation: Path
):
    server = prefect_server["PREFECT_API_URL"]
    folder = investigation.rename(investigation.with_name("ring-2021"))
    done = subprocess.run(
        [*nwatch, "run", str(folder), "--workers", "1"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **prefect_server},
    )
    assert "unique alerts" in done.stdout

    flows = {flow["id"]: flow["name"] for flow in asked(server, "flows")}
    ours = {"name": {"like_": "ring-2021"}}  # the server has runs of other tests too
    runs = {flows[run["flow_id"]]: run for run in asked(server, "flow_runs", flow_runs=ours)}
    assert set(runs) == {"investigate", *PARTS}
    assert {run["state_type"] for run in runs.values()} == {"COMPLETED"}
    assert runs["investigate"]["name"] == "investigate ring-2021"
    assert runs["mail"]["name"] == "mail ring-2021"
    assert set(runs["investigate"]["tags"]) == {"nwatch", "alderfall-pd", "briar-harbor-pd"}
    tasks = {run["name"].rsplit("-", 1)[0] for run in asked(server, "task_runs", flow_runs=ours)}
    assert {
        "survey the mailboxes",
        "read the mail",
        "parse the alerts",
        "close the ledger of the mail",
    } <= tasks
    artifacts = {artifact["key"]: artifact for artifact in asked(server, "artifacts", flow_runs=ours)}
    assert set(artifacts) == {
        "dask-dashboard", "survey-the-mailboxes", "read-the-mail", "parse-the-alerts", "ledger", "kinds",
        "gather-the-posts", "put-posts-into-tracts", "city-tests", "city-tests-robust", "city-effects",
        "gather-the-crimes", "put-crimes-into-tracts", "crime-tests", "crime-tests-robust",
        "crime-effects", "city-selection", "requests",
    }  # fmt: skip
    assert artifacts["read-the-mail"]["data"] == 100.0
    of_ours = {"flow_run_id": {"any_": [run["id"] for run in runs.values()]}}
    logs = [line["message"] for line in asked(server, "logs", logs=of_ours)]
    assert any("in quarantine" in line for line in logs)
    assert any("skipped: coding" in line for line in logs)


def test_a_server_that_does_not_answer_is_one_line(nwatch, investigation: Path):
    done = subprocess.run(
        [*nwatch, "run", str(investigation), "--workers", "1"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PREFECT_API_URL": "http://127.0.0.1:9/api"},
    )
    assert done.returncode == 2
    assert done.stderr.startswith(
        "nwatch: PREFECT_API_URL: no Prefect server answers at http://127.0.0.1:9/api;"
    )
    assert done.stderr.count("\n") == 1
