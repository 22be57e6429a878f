"""With PREFECT_API_URL set, the same run appears in that server: a real one, as an operator starts it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from flows.parts import PARTS
from flows.service.local_server import template
from tests.api import answer_to
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a Prefect server started by its own command."""
    home = tmp_path / "server"
    home.mkdir()
    if template().is_file():
        (home / "prefect.db").write_bytes(template().read_bytes())
    port = free_port()
    words = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "server.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "prefect", *words],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PREFECT_HOME": str(home), "PREFECT_SERVER_UI_V2_ENABLED": "false"},
        )
    url = f"http://127.0.0.1:{port}/api"
    try:
        until(lambda: answers(url, running), (tmp_path / "server.log").read_text)
        yield url
    finally:
        running.terminate()
        running.wait(PATIENCE)


def answers(url: str, running: subprocess.Popen[bytes]) -> bool:
    assert running.poll() is None, "the server ended"
    try:
        urlopen(f"{url}/health", timeout=5).close()
    except OSError:
        return False
    return True


def asked(url: str, what: str):
    request = Request(f"{url}/{what}/filter", data=b"{}", headers={"Content-Type": "application/json"})
    with answer_to(request) as answer:
        return json.load(answer)


def test_the_run_appears_on_the_server_that_the_environment_names(nwatch, server: str, investigation: Path):
    folder = investigation.rename(investigation.with_name("ring-2021"))
    done = subprocess.run(
        [*nwatch, "run", str(folder), "--workers", "1"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PREFECT_API_URL": server},
    )
    assert "unique alerts" in done.stdout

    flows = {flow["id"]: flow["name"] for flow in asked(server, "flows")}
    runs = {flows[run["flow_id"]]: run for run in asked(server, "flow_runs")}
    assert set(runs) == {"investigate", *PARTS}
    assert {run["state_type"] for run in runs.values()} == {"COMPLETED"}
    assert runs["investigate"]["name"] == "investigate ring-2021"
    assert runs["mail"]["name"] == "mail ring-2021"
    assert set(runs["investigate"]["tags"]) == {"nwatch", "alderfall-pd", "briar-harbor-pd"}
    tasks = {run["name"].rsplit("-", 1)[0] for run in asked(server, "task_runs")}
    assert {
        "survey the mailboxes",
        "read the mail",
        "parse the alerts",
        "close the ledger of the mail",
    } <= tasks
    artifacts = {artifact["key"]: artifact for artifact in asked(server, "artifacts")}
    assert set(artifacts) == {
        "dask-dashboard", "survey-the-mailboxes", "read-the-mail", "parse-the-alerts", "ledger", "kinds",
        "gather-the-posts", "put-posts-into-tracts", "city-tests", "city-tests-robust",
        "gather-the-crimes", "put-crimes-into-tracts", "crime-tests", "crime-tests-robust",
        "city-selection", "requests",
    }  # fmt: skip
    assert artifacts["read-the-mail"]["data"] == 100.0
    logs = [line["message"] for line in asked(server, "logs")]
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
