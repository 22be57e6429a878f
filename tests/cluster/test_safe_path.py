"""No child process executes a file of the current folder: a test for each child and each name."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from distributed import Client

from cluster import ClusterSettings, connect
from cluster.config import environment
from data.safe_path import ROOT, safe_path, variables
from tests.cluster.conftest import slurm_commands
from tests.traps import NAMES, executed, lay

WHERE = f"{{name: __import__('importlib').import_module(name).__file__ for name in {NAMES}}}"
"""Where a process finds each of the modules."""

PARENT = """
import json, os, sys
from pathlib import Path
from cluster import ClusterSettings, connect, forking
from data.safe_path import safe_path
import distributed, numpy, pyarrow, tasks.mail.spans, tasks.mail.plan, flows.service.local_server

if __name__ == "__main__":
    sys.path[:0] = ["", os.getcwd()]   # as with python -c, and with python -m
    os.environ["PYTHONPATH"] = os.pathsep + os.environ.get("PYTHONPATH", "")   # with an empty entry
    before = list(sys.path), os.environ["PYTHONPATH"]
    %s
    assert (sys.path, os.environ["PYTHONPATH"]) == before, "the parent has its own path back"
    print(json.dumps(found))
"""
"""A program that is started in the folder of traps, and has the folder on its own path."""

FORKED = f"""
    assert forking.prepare(["tasks.mail.spans"])
    with connect(ClusterSettings(workers=1)) as client:
        (found,) = client.run(eval, {WHERE!r}).values()
"""
SPAWNED = f"""
    forking.POSSIBLE = False
    with connect(ClusterSettings(workers=1)) as client:
        (found,) = client.run(eval, {WHERE!r}).values()
"""
READER = """
    from tasks.mail.settings import MailSettings
    plan = tasks.mail.plan.open_plan(Path(sys.argv[1]))
    span = tasks.mail.spans.span_of(plan, Path(sys.argv[1]), (0, 5), Path("parts"), MailSettings())
    found = len(tasks.mail.spans._in_child(span))
"""
SERVER = """
    server = flows.service.local_server.Server(Path(sys.argv[1]))
    server.wait()
    server.stop()
    found = server.url
"""


def run(what: str, traps: Path, script: Path, *words: str) -> Any:
    """What a parent finds that is started in the folder of traps."""
    script.write_text(PARENT % what.strip(), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), *words],
        cwd=traps,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def is_ours(found: dict[str, str]) -> bool:
    """Whether each module was found where this process has it."""
    here: dict[str, str] = eval(WHERE)
    return found == here


Fixture = pytest.FixtureRequest


def forked(traps: Path, folder: Path, _: Fixture) -> bool:
    return is_ours(run(FORKED, traps, folder / "run.py"))


def spawned(traps: Path, folder: Path, _: Fixture) -> bool:
    return is_ours(run(SPAWNED, traps, folder / "run.py"))


def reader(traps: Path, folder: Path, request: Fixture) -> bool:
    box = min(
        request.getfixturevalue("synthetic").rglob("*.pst"), key=lambda path: (path.stat().st_size, path)
    )
    return bool(run(READER, traps, folder / "run.py", str(box)) == 5)


def server(traps: Path, folder: Path, _: Fixture) -> bool:
    return str(run(SERVER, traps, folder / "run.py", str(folder / "home"))).startswith("http://127.0.0.1:")


@contextmanager
def at(folder: Path) -> Iterator[None]:
    """Work in a folder for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def slurm(traps: Path, folder: Path, request: Fixture) -> bool:
    pytest.importorskip("dask_jobqueue", reason="the extra slurm is not installed")
    certificates = request.getfixturevalue("certificates")
    with pytest.MonkeyPatch.context() as patch, at(traps):
        slurm_commands(folder, patch)
        settings = ClusterSettings(kind="slurm", host="127.0.0.1", tls_folder=certificates, workers=1)
        with connect(settings) as client:
            (found,) = client.run(eval, WHERE).values()
    return is_ours(found)


def by_hand(traps: Path, folder: Path, _: Fixture) -> bool:
    """`dask scheduler` and `dask worker` as an operator types them, with the documented variables."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    options = ("--dashboard-address", "127.0.0.1:0")
    commands = [
        ("scheduler", "--host", address, *options),
        ("worker", address, "--nthreads", "1", "--nworkers", "1", *options),
    ]
    with ExitStack() as stack, (folder / "log").open("w") as log:
        for words in commands:
            process = subprocess.Popen(
                [str(Path(sys.executable).with_name("dask")), *words],
                cwd=traps,
                env=os.environ | environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
        with Client(address, timeout="60s") as client:
            client.wait_for_workers(1, timeout=300)
            (found,) = client.run(eval, WHERE).values()
            on_scheduler = client.run_on_scheduler(eval, WHERE)
    return is_ours(found) and is_ours(on_scheduler)


def flow_run(traps: Path, folder: Path, _: Fixture) -> bool:
    """What the Prefect worker starts: Python with ``-m`` and the variables of the deployment."""
    settings = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    pool, *others = (deployment["work_pool"] for deployment in settings["deployments"])
    assert others == [pool] * len(others)
    assert others
    (folder / "child.py").write_text(f"import json; print(json.dumps({WHERE}))", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "child"],
        cwd=traps,
        env=os.environ | pool["job_variables"]["env"] | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return is_ours(json.loads(done.stdout))


CHILDREN: dict[str, Callable[[Path, Path, Fixture], bool]] = {
    "the process that workers are forked from, and a worker": forked,
    "a spawned worker": spawned,
    "the isolated reader": reader,
    "the Prefect server of a run": server,
    "a job of SLURM": slurm,
    "dask scheduler and dask worker by hand": by_hand,
    "a flow run that the Prefect worker starts": flow_run,
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(child, marks=pytest.mark.slow, id=name) for name, child in CHILDREN.items()],
)
def traps(request: Fixture, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of traps in which a child of one kind was started, and did its job."""
    folder = lay(tmp_path_factory.mktemp("traps"))
    assert request.param(folder, tmp_path_factory.mktemp("child"), request)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_child_does_its_job_and_executes_nothing_of_the_current_folder(traps: Path, name: str):
    assert name not in executed(traps)


@pytest.mark.parametrize("name", NAMES)
def test_a_trap_is_executed_where_the_path_is_not_safe(tmp_path: Path, name: str):
    """The tests above mean something: each trap works."""
    lay(tmp_path)
    subprocess.run([sys.executable, "-c", f"import {name}"], cwd=tmp_path, check=True)
    assert executed(tmp_path) == {name}


def exported(page: str) -> dict[str, str]:
    """The variables that a page of the documentation exports by hand."""
    words = [word for line in re.findall(r"^\$ export (.*)$", page, re.MULTILINE) for word in line.split()]
    return dict(word.split("=", 1) for word in words if "=" in word)


def test_the_documentation_and_the_compose_file_set_a_safe_path_before_anything_starts():
    by_hand = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split("\n## Deploy by hand\n")[1]
    assert exported(by_hand)["PYTHONSAFEPATH"] == "1"
    assert by_hand.index("PYTHONSAFEPATH=1") < by_hand.index("$ prefect server start")
    assert by_hand.count("PYTHONSAFEPATH=1") >= 2, "for the hosts of the workers, too"
    services = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for name in ("scheduler", "worker"):
        assert services[name]["environment"]["PYTHONSAFEPATH"] == "1"


def test_the_folder_of_the_program_stays_on_the_path_even_where_it_is_the_current_one(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setenv("PYTHONPATH", f"/somewhere{os.pathsep}")
    with safe_path():
        assert "" in sys.path
    assert variables()["PYTHONPATH"] == f"{ROOT}{os.pathsep}/somewhere", "a child finds it by its full name"


def test_a_folder_that_the_user_named_stays_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "library"), *sys.path])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", str(tmp_path / "library")]))
    assert variables()["PYTHONPATH"].split(os.pathsep)[-1] == str(tmp_path / "library")
    with safe_path():
        assert (sys.path[0], os.environ["PYTHONSAFEPATH"]) == (str(tmp_path / "library"), "1")
        assert str(tmp_path) not in sys.path
    assert sys.path[0] == str(tmp_path)


def test_a_script_s_own_folder_stays_on_the_path(tmp_path: Path):
    (tmp_path / "helper.py").write_text("", encoding="utf-8")
    (tmp_path / "run.py").write_text(
        "import sys\nfrom data.safe_path import safe_path\nwith safe_path():\n    import helper\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "run.py"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"},
        check=False,
    )
    assert done.returncode == 0
