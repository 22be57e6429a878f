"""The whole stack, as compose.yaml has it, on the loopback address, without a Docker engine."""

from __future__ import annotations

import json
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request

import pytest
from distributed import Client, Security

from flows.service.guarded import headers
from tests.api import answer_to
from tests.docker.conftest import POOL, Api, deploy
from tests.docker.stack import ByHand
from tests.outputs import published
from tests.waiting import until
from tests.worlds import copy_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def stack(synthetic: Path, secret_files: Path) -> Iterator[ByHand]:
    """PostgreSQL, Prefect's server and worker, a scheduler and two workers."""
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    # Not below pytest's own folder, which the user postgres may not enter.
    folder = Path(tempfile.mkdtemp(prefix="nwatch-stack-"))
    folder.chmod(0o711)
    watched = {"NWATCH_LOG": "json", "NWATCH_METRICS": "true", "NWATCH_WORKER_PAGE": "0.0.0.0"}
    stack = ByHand(folder, copy_of(synthetic, folder / "investigation"), secret_files, watched)
    try:
        stack.up(workers=2)
        yield stack
    finally:
        stack.down()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def api(stack: ByHand, secret_files: Path) -> Api:
    url = f"http://127.0.0.1:{stack.ports['4200']}/api"
    return Api(url, (secret_files / "prefect-auth").read_text().strip())


def test_a_deployment_gives_the_bytes_of_a_local_run(
    stack: ByHand, api: Api, locally, synthetic: Path, tmp_path: Path
):
    until(lambda: api.has(POOL), stack.logs)
    made = stack.command("runner", *deploy())
    assert made.returncode == 0, made.stdout + made.stderr
    run = api.start("investigate", stack.investigation.name, only=["mail"], settled=False)
    expected = locally(copy_of(synthetic, tmp_path / stack.investigation.name), "mail")
    assert api.wait(run, 600) == "COMPLETED", api.log(run) + stack.logs()
    assert published(stack.investigation) == expected
    assert {"public/ledger.parquet", "private/alerts.parquet"} <= expected.keys()


def log_lines(stack: ByHand) -> tuple[dict[str, list[dict[str, str]]], dict[str, set[str]]]:
    """The lines of the program's services that are JSON, and the others."""
    read: dict[str, list[dict[str, str]]] = {}
    other: dict[str, set[str]] = {}
    for path in sorted(stack.folder.glob("*.log")):
        if path.stem in {"database", "proxy"}:
            continue
        whole, _, _ = path.read_bytes().rpartition(b"\n")  # the last line may be in the making
        for line in whole.split(b"\n"):
            if line.startswith(b"{"):
                assert line.isascii()
                read.setdefault(path.stem, []).append(json.loads(line))
            else:
                other.setdefault(path.stem, set()).add(line.decode())
    return read, other


def test_the_logs_are_json_one_object_a_line(stack: ByHand):
    """Only what Prefect's commands print when they start is text."""

    def of_the_run() -> list[dict[str, str]]:
        found, _ = log_lines(stack)
        return [line for line in found["runner"] if line.get("run", "").startswith("investigation ")]

    # The runner passes on what a run says, a moment after the server has it.
    until(lambda: any("Completed" in line["message"] for line in of_the_run()), stack.logs)
    assert {"run", "run_id"} <= of_the_run()[0].keys()
    read, other = log_lines(stack)
    assert read.keys() >= {"runner", "scheduler", "worker-0", "worker-1"}
    for lines in read.values():
        assert {"time", "level", "logger", "message"} <= set.intersection(*(set(line) for line in lines))
    assert other.keys() <= {"server", "runner"}
    assert other["runner"] <= {"", "Worker 'runner' started!"}


def test_the_server_the_scheduler_and_the_workers_have_metrics_and_no_name_of_a_file_is_in_them(
    stack: ByHand, api: Api
):
    def metrics(url: str, auth: str = "") -> dict[str, str]:
        text = Api(url, auth).text("metrics")
        assert not re.search(r"\.pst|records|Inbox|@", text), text
        return dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))

    with pytest.raises(HTTPError):
        metrics(api.url)
    assert "process_resident_memory_bytes" in metrics(api.url, api.auth)
    assert metrics(f"http://127.0.0.1:{stack.ports['8787']}")["dask_scheduler_workers"] == "gauge"
    for number in range(2):
        page = f"http://127.0.0.1:{stack.own_ports[f'worker-{number}']}"
        assert metrics(page)["dask_worker_tasks"] == "gauge"


def test_the_runs_are_kept_in_postgresql(stack: ByHand, secret_files: Path, api: Api):
    listed = api.ask("work_pools/filter", {})
    asked = subprocess.run(
        ["psql", "-h", "127.0.0.1", "-U", "prefect", "-At", "-c", "select name from work_pool", "prefect"],
        env={
            "PGPORT": stack.ports["5432"],
            "PGPASSWORD": (secret_files / "database-password").read_text().strip(),
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.split() == [pool["name"] for pool in listed] == ["nwatch"]
    assert not list(stack.folder.rglob("prefect.db"))


@pytest.mark.parametrize("auth", ["", "nwatch:wrong"])
def test_a_request_without_the_password_is_refused(api: Api, auth: str):
    with pytest.raises(HTTPError) as refused:
        Api(api.url, auth).ask("flow_runs/filter", {})
    assert refused.value.code == 401
    assert isinstance(api.ask("flow_runs/filter", {}), list)


def test_a_client_without_a_certificate_of_this_site_is_refused(
    stack: ByHand, secret_files: Path, certificates, tmp_path: Path
):
    def security(folder: Path) -> Security:
        own = str(folder / "client.pem")
        return Security(
            require_encryption=True,
            tls_ca_file=str(folder / "ca.pem"),
            tls_client_cert=own,
            tls_client_key=own,
        )

    port = int(stack.ports["8786"])
    address = f"tls://127.0.0.1:{port}"
    with Client(address, security=security(secret_files / "tls"), timeout="120s") as client:
        assert len(client.nthreads()) == 2
    certificates.make(tmp_path / "other")
    with pytest.raises(OSError, match=r"certificate|Timed out"):
        Client(address, security=security(tmp_path / "other"), timeout="5s")

    nobody = ssl.create_default_context(cafile=str(secret_files / "tls" / "ca.pem"))
    nobody.check_hostname = False
    with (
        socket.create_connection(("127.0.0.1", port), timeout=120) as plain,
        nobody.wrap_socket(plain) as connection,
        pytest.raises(ssl.SSLError, match=r"(?i)certificate.required"),
    ):
        connection.recv(1)


def test_each_service_has_its_own_secrets_alone(stack: ByHand):
    seen = {path.name: sorted(one.name for one in path.iterdir()) for path in stack.folder.glob("secrets-*")}
    assert seen["secrets-scheduler"] == ["ca.pem", "scheduler.pem"]
    assert seen["secrets-worker-0"] == ["ca.pem", "worker.pem"]
    assert seen["secrets-runner"] == ["ca.pem", "client.pem", "prefect-auth"]
    assert seen["secrets-server"] == ["database-password", "prefect-auth"]
    assert seen["secrets-database"] == ["database-password"]


def test_no_password_shows_in_a_command_line_or_a_log(stack: ByHand, secret_files: Path):
    words = [(secret_files / name).read_text().strip() for name in ("prefect-auth", "database-password")]
    shown = stack.logs() + json.dumps([process.args for process in stack.running.values()])
    assert "scheduler" in shown
    assert not [word for word in words if word in shown or word.split(":")[-1] in shown]


def test_browsers_come_through_the_proxy_and_its_pages_may_ask_nobody_else(stack: ByHand, secret_files: Path):
    if "proxy" not in stack.running:
        pytest.skip("no nginx here: apt-get install nginx-light")
    place = f"http://127.0.0.1:{stack.ports['4201']}"
    for path in ("/", "/v2/dashboard", "/api/health"):
        with answer_to(Request(f"{place}{path}", headers={"Accept": "text/html"})) as answer:
            found = {name: answer.headers.get_all(name) for name in headers()}
        assert found == {name: [value] for name, value in headers().items()}, path
    # The password is asked for behind it, too.
    through = Api(f"{place}/api", (secret_files / "prefect-auth").read_text().strip())
    assert [pool["name"] for pool in through.ask("work_pools/filter", {})] == ["nwatch"]
    with pytest.raises(HTTPError):
        Api(f"{place}/api", "").ask("work_pools/filter", {})


def test_the_link_to_the_dashboard_works_where_it_is_shown(stack: ByHand, api: Api):
    found = api.ask("artifacts/latest/filter", {})
    [link] = [each["data"] for each in found if each["key"] == "dask-dashboard"]
    [url] = re.findall(r"http://[^\s)]+", link)
    assert url == f"http://127.0.0.1:{stack.ports['8787']}/status"
    with answer_to(Request(url)) as answer:
        assert answer.status == HTTPStatus.OK
