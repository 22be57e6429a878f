"""The stack in a real Docker engine: built, started, damaged, scaled, stopped (`make test-docker`)."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import openpyxl
import pyarrow.parquet as pq
import pytest

from data.synthetic import create
from tests.docker.conftest import ENDED, POOL, Api, deploy
from tests.docker.engine import Engine, NoEngineError
from tests.docker.stack import CHECKOUT, free_ports
from tests.outputs import published
from tests.waiting import until
from tests.worlds import copy_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        "TEST_DOCKER" not in os.environ, reason="a Docker engine is started by: make test-docker"
    ),
]
USER = 10001
PROJECT = "nwatchtest"
ASKED = ("--services", "--volumes")
SERVICES = ("database", "server", "proxy", "scheduler", "worker", "runner")
"""Those that the tests start at first; with ``arrivals``, runs would start by themselves."""

NAME_VERSIONS = ("report.html", "public/README.md")
"""What a run makes that names the version of Python."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine with the program's image, and those of PostgreSQL and nginx."""
    engine = Engine(Path(tempfile.mkdtemp(prefix="nwd-")))
    try:
        engine.start()
        engine.base("nwatch-base:test")
        own = ("--build-arg=BASE=nwatch-base:test", "--build-arg=EXTRAS=kubernetes slurm")
        engine.build("nwatch:test", CHECKOUT, "-f", "docker/Dockerfile", *own)
        engine.build(
            "nwatch-postgres:test", CHECKOUT / "tests/docker/postgres", "--build-arg=BASE=nwatch-base:test"
        )
        engine.build(
            "nwatch-proxy:test", CHECKOUT / "tests/docker/proxy", "--build-arg=BASE=nwatch-base:test"
        )
        yield engine
    except NoEngineError as reason:
        pytest.skip(str(reason))
    finally:
        engine.stop()


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An investigation that takes long enough for a worker to be killed in the middle."""
    return create(tmp_path_factory.mktemp("docker") / "made", scale=0.01, seed=11)


class Stack:
    """The stack of compose.yaml, in an engine.

    Args:
        engine: Where it runs.
        case: The investigation that is copied for it.
        secrets: The folder of secrets.
    """

    def __init__(self, engine: Engine, case: Path, secrets: Path) -> None:
        self.engine = engine
        self.folder = copy_of(case, engine.folder / "investigation")
        own = shutil.copytree(secrets, engine.folder / "secrets")
        for top in (self.folder, own):
            for path in (top, *top.rglob("*")):
                os.chown(path, USER, USER)
        ports = free_ports(["ui", "dashboard"])
        self.dashboard = f"http://127.0.0.1:{ports['dashboard']}"
        self.api = Api(f"http://127.0.0.1:{ports['ui']}/api", (secrets / "prefect-auth").read_text().strip())
        self.variables = {
            "NWATCH_INVESTIGATION": str(self.folder),
            "NWATCH_SECRETS": str(own),
            "NWATCH_IMAGE": "nwatch:test",
            "NWATCH_POSTGRES": "nwatch-postgres:test",
            "NWATCH_PROXY": "nwatch-proxy:test",
            "NWATCH_UI_PORT": ports["ui"],
            "NWATCH_DASHBOARD_PORT": ports["dashboard"],
            "NWATCH_WORKER_MEMORY": "2g",
        }

    def compose(self, *words: str, check: bool = True, old: bool = False) -> str:
        return self.engine.compose(PROJECT, self.variables, *words, check=check, old=old)

    def containers(self, service: str) -> list[str]:
        return self.compose("ps", "--all", "-q", service).split()

    def inspected(self, container: str, what: str):
        return json.loads(self.engine.docker("inspect", "--format", f"{{{{json {what}}}}}", container))

    def is_healthy(self, container: str) -> bool:
        return bool(self.inspected(container, ".State.Health.Status") == "healthy")

    def workers(self) -> int:
        with urlopen(f"{self.dashboard}/json/counts.json", timeout=10) as answer:
            return int(json.load(answer)["workers"])

    def parts(self) -> int:
        return len(list((self.folder / "work").rglob("*.parquet")))


@pytest.fixture(scope="module")
def stack(engine: Engine, case: Path, secret_files: Path) -> Iterator[Stack]:
    stack = Stack(engine, case, secret_files)
    try:
        stack.compose("up", "-d", "--scale", "worker=2", *SERVICES)
        (door,) = stack.containers("proxy")  # until it listens, the engine itself answers at its port
        until(lambda: stack.is_healthy(door), lambda: stack.compose("logs", "proxy"))
        until(lambda: stack.api.has(POOL), lambda: stack.compose("logs", "runner"))
        assert stack.compose("exec", "-T", "runner", "with-secrets", *deploy())
        yield stack
    finally:
        print(stack.compose("logs", "--no-color", "--tail=40", check=False))  # noqa: T201
        stack.compose("down", "--volumes", "--timeout", "20", check=False)


def without(content: bytes, versions: Sequence[str]) -> bytes:
    """A page in which these versions look the same; another library may have one of them too."""
    some = b"|".join(re.escape(version.encode()) for version in versions)
    return re.sub(rb"(?<![\d.])(" + some + rb")(?!\d)", b"PYTHON", content)


def test_a_run_with_a_killed_worker_and_a_new_one_gives_the_bytes_of_a_local_run(
    stack: Stack, case: Path, tmp_path: Path, locally
):
    expected = locally(copy_of(case, tmp_path / stack.folder.name))
    until(lambda: stack.workers() == 2, "two workers")
    victim = stack.containers("worker")[0]
    process = int(stack.inspected(victim, ".State.Pid"))
    run = stack.api.start("investigate", "investigation", partition=40, settled=False)
    until(lambda: stack.parts() >= 3, lambda: f"nothing was read; {stack.api.log(run)}")
    os.kill(process, signal.SIGKILL)
    then, state = stack.parts(), stack.api.state(run)
    stack.compose("up", "-d", "--no-recreate", "--scale", "worker=3", *SERVICES)
    assert stack.api.wait(run, 600) == "COMPLETED", stack.api.log(run)
    assert state == "RUNNING"
    assert then < stack.parts(), "the worker was killed too late"
    found = published(stack.folder)
    # The image has a Python of its own, which the provenance, the report and the README name; nothing else
    # may differ.
    here, there = (json.loads(one.pop("provenance.json")) for one in (expected, found))
    versions = [one.pop("versions") for one in (here, there)]
    assert versions[0].keys() == versions[1].keys()
    pythons = [one["python"] for one in versions]
    for known, made in ((here, expected), (there, found)):
        for name in NAME_VERSIONS:
            assert hashlib.sha256(made[name]).hexdigest() == known["outputs"].pop(name)
            made[name] = without(made[name], pythons)
    assert there == here
    assert found.keys() == expected.keys()
    assert not {name for name in found if found[name] != expected[name]}  # their names, not their bytes
    assert stack.inspected(victim, ".RestartCount") == 1
    until(lambda: stack.workers() == 3, "three workers at the end")


def test_people_read_a_sample(stack: Stack):
    """The image has the codebook and what writes, masks and reads sheets; a run waits, and goes on."""
    words = ("nwatch", "sample", "/investigation", "--reader", "anna", "--redact")
    stack.compose("exec", "-T", "runner", "with-secrets", *words)
    coding = stack.folder / "coding"
    answered(coding / "sheets/anna.xlsx", coding / "returned/anna.xlsx")
    run = stack.api.start("coding", "investigation", wait=True)
    until(lambda: stack.api.state(run) in {"PAUSED", *ENDED}, lambda: stack.api.log(run))
    assert stack.api.state(run) == "PAUSED", stack.api.log(run)
    assert stack.api.ask(f"flow_runs/{run}/resume", {"run_input": {"enough": True}})["status"] == "ACCEPT"
    assert stack.api.wait(run, 600) == "COMPLETED", stack.api.log(run)
    found = pq.read_table(stack.folder / "out/private/coding_reviews.parquet")
    assert set(found.column("reader").to_pylist()) == {"anna"}
    inside = (coding, *coding.rglob("*"))
    assert not [str(path) for path in inside if path.stat().st_mode & 0o077]


def answered(sheet: Path, returned: Path) -> None:
    """Answer the first alert of a sheet, and put the sheet where it comes back, as the stack's user would."""
    book = openpyxl.load_workbook(sheet)
    rows = book["alerts"]
    columns = {str(cell.value): cell.column for cell in rows[1]}
    rows.cell(3, columns["question:criminal_act"]).value = "Yes"
    rows.cell(3, columns["question:subject_area"]).value = "Theft"
    book.save(returned)
    os.chown(returned, USER, USER)


def test_compose_2_is_used_and_1_reads_the_same_in_the_file(stack: Stack):
    if stack.engine.without_compose_2:
        pytest.skip(stack.engine.without_compose_2)
    assert stack.engine.docker("compose", "version", "--short").startswith("2.")
    ask = ("--profile", "metrics", "config")  # 1.29 names the services of every profile in any case
    asked = [stack.compose(*ask, what, old=old).split() for old in (False, True) for what in ASKED]
    assert [sorted(one) for one in asked[:2]] == [sorted(one) for one in asked[2:]]
    assert set(asked[0]) == {*SERVICES, "arrivals", "deployments", "prometheus"}
    assert set(stack.compose("config", "--services").split()) == {*SERVICES, "arrivals", "deployments"}


def test_every_container_is_healthy(stack: Stack):
    names = stack.compose("ps", "-q").split()
    assert len(names) == 5 + stack.workers()
    for name in names:
        until(partial(stack.is_healthy, name), f"{stack.inspected(name, '.Name')} is not healthy")


def test_nothing_of_the_program_runs_as_root(stack: Stack):
    def users(service: str) -> set[str]:
        container = stack.containers(service)[0]
        return set(stack.engine.docker("top", container, "-eo", "pid,uid,comm").split()[4::3])

    for service in ("server", "scheduler", "worker", "runner"):
        assert users(service) == {str(USER)}
    assert users("database") - {"0"}


def test_the_records_and_the_program_cannot_be_written(stack: Stack):
    for place in ("/investigation/records/new", "/srv/neighborhood-watch/new", "/opt/nwatch/new"):
        answer = stack.compose("exec", "-T", "worker", "sh", "-c", f"touch {place} 2>&1 || true")
        assert "Read-only file system" in answer, answer
    assert not list((stack.folder / "records").glob("new"))


def test_no_container_reaches_out(stack: Stack):
    for service in ("database", "worker", "runner"):
        networks = stack.inspected(stack.containers(service)[0], ".NetworkSettings.Networks")
        assert list(networks) == [f"{PROJECT}_inside"]
    # That needs rules of the packet filter, which this engine is not allowed to write.
    network = stack.engine.docker("network", "inspect", f"{PROJECT}_inside", "--format", "{{.Internal}}")
    assert network.strip() == "true"


def test_ports_are_published_on_the_loopback_address_alone(stack: Stack):
    for container in stack.engine.docker("ps", "-q").split():
        published = stack.inspected(container, ".NetworkSettings.Ports")
        addresses = {one["HostIp"] for ports in published.values() for one in ports or []}
        assert addresses <= {"127.0.0.1"}


def test_no_password_shows_where_containers_are_inspected(stack: Stack, secret_files: Path):
    shown = stack.engine.docker("inspect", *stack.engine.docker("ps", "-q").split())
    shown += stack.engine.docker("history", "--no-trunc", "nwatch:test")
    for name in ("prefect-auth", "database-password"):
        assert (secret_files / name).read_text().strip().split(":")[-1] not in shown


def test_a_request_without_the_password_is_refused(stack: Stack):
    with pytest.raises(HTTPError) as refused:
        Api(stack.api.url, "").ask("flow_runs/filter", {})
    assert refused.value.code == 401


def test_the_image_holds_no_compiler_no_secret_and_compiled_code(stack: Stack):
    look = "command -v gcc cc pip || true; cat /etc/pip.conf /run/ca.pem 2>/dev/null || true"
    assert stack.compose("exec", "-T", "scheduler", "sh", "-c", look) == ""
    sources = "find /opt/nwatch/lib /srv/neighborhood-watch/flows -name '*.py' | wc -l"
    compiled = "find /opt/nwatch/lib /srv/neighborhood-watch/flows -name '*.cpython-3*.pyc' | wc -l"
    counted = stack.compose("exec", "-T", "scheduler", "sh", "-c", f"{sources}; {compiled}").split()
    assert int(counted[1]) > 0.99 * int(counted[0]) > 5000


def test_the_image_has_the_extras_and_begins_where_the_charts_of_prefect_begin(engine: Engine):
    """As on Kubernetes (docs/kubernetes.md): another user, and nothing that can be written but /tmp."""
    begin = (
        "run",
        "--rm",
        "--network=none",
        "--read-only",
        "--tmpfs=/tmp",
        "--user=1001:1001",
        "-e",
        "HOME=/tmp",
    )
    words = ("--entrypoint=/usr/bin/tini", "nwatch:test", "-g", "--", "/opt/prefect/entrypoint.sh")
    look = (
        "import cluster.kubecluster, dask_jobqueue.slurm, s3fs, prefect_kubernetes as p; print(p.__version__)"
    )
    said = engine.docker(*begin, "-e", "PREFECT_HOME=/tmp/prefect", *words, "python", "-c", look)
    assert said.split() == [version("prefect-kubernetes")]


def test_what_runs_by_itself_is_deployed_at_every_start(stack: Stack):
    """The last test: from now on runs start by themselves."""
    stack.compose("up", "-d", "--no-recreate", "--scale", "worker=3")
    (job,) = stack.containers("deployments")
    until(lambda: stack.inspected(job, ".State.Status") == "exited", stack.engine.docker("logs", job))
    assert stack.inspected(job, ".State.ExitCode") == 0, stack.engine.docker("logs", job)
    found = stack.api.ask("deployments/filter", {})
    assert [one["name"] for one in found] == ["investigation"] * 3
    assert {one["parameters"].get("folder") for one in found} == {"/investigation"}
    (watch,) = stack.containers("arrivals")
    until(
        lambda: stack.is_healthy(watch),
        lambda: stack.engine.docker("logs", watch),
    )
