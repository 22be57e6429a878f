"""Client, scheduler and workers must agree, at the beginning and later."""

import json
import logging
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from cluster import ClusterSettings, connect, probe, versions
from data.errors import InputError
from tests.cluster.conftest import Start


def wait_until(found, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


@pytest.fixture
def other_libpff(tmp_path: Path) -> dict[str, str]:
    """An environment with another version of libpff."""
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "pypff.py").write_text("def get_version():\n    return '20180714'\n")
    return {"PYTHONPATH": str(folder)}


@pytest.fixture
def other_code(tmp_path: Path, checkout: Path) -> dict[str, str]:
    """An environment in which one character of this program differs."""
    folder = tmp_path / "older"
    for room in probe.ROOMS:
        (folder / room).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", str(checkout / room), str(folder / room)], check=True)
    with (folder / "tasks" / "scatter.py").open("a") as file:
        file.write("#")
    return {"PYTHONPATH": str(folder)}


def test_the_report_names_everything_that_can_change_the_bytes_of_a_run():
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pypff

    report = probe.report()
    assert report["Python"] == ".".join(map(str, sys.version_info[:3]))
    assert report["libpff"] == pypff.get_version()
    assert report["pyarrow"] == pa.__version__
    assert report["numpy"] == np.__version__
    assert report["pandas"] == pd.__version__
    assert set(report) == {"Python", "libpff", "code", *probe.DISTRIBUTIONS}
    assert probe.ABSENT not in report.values()


@pytest.mark.slow
def test_the_hash_depends_on_the_code_and_not_on_its_folder(tmp_path: Path, other_code: dict[str, str]):
    def code(variables: dict[str, str]) -> str:
        code = [sys.executable, "-c", "from cluster.probe import report; print(report()['code'])"]
        done = subprocess.run(
            code, capture_output=True, text=True, check=True, cwd=tmp_path, env=os.environ | variables
        )
        return done.stdout.strip()

    here = probe.report()["code"]
    assert code({}) == here
    assert code(other_code) != here
    changed = tmp_path / "older" / "tasks" / "scatter.py"
    changed.write_text(changed.read_text()[:-1])
    assert code(other_code) == here, "the same text at another place is the same code"


@pytest.mark.long
def test_what_is_sent_to_a_worker_needs_nothing_of_this_program(tmp_path: Path):
    sent = pickle.dumps(versions._Sent("Refusal(expected)", expected={"Python": "0"}))
    (tmp_path / "sent").write_bytes(sent)
    code = (
        "import pickle, pathlib, sys; "
        "plugin = pickle.loads(pathlib.Path('sent').read_bytes()); "
        "print(plugin.expected, 'cluster' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "{'Python': '0'} False"


@pytest.mark.slow
def test_a_scheduler_without_this_program_is_named(tmp_path: Path):
    """It unpickles what is sent to the workers, and would fail on the first piece of work."""
    code = (
        "import sys; sys.meta_path = [f for f in sys.meta_path if 'ditable' not in str(f)]; "
        "from distributed.cli.dask_scheduler import main; main()"
    )
    file = tmp_path / "scheduler.json"
    words = ["--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *words, "--scheduler-file", str(file)],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_until(lambda: file.exists() and file.read_text().rstrip().endswith("}"))
            address = json.loads(file.read_text())["address"]
            with Client(address, timeout="300s") as client:
                versions.guard(client)
                with pytest.raises(
                    InputError, match=r"the Dask scheduler tcp://.*: code is absent there and"
                ):
                    versions.check_versions(client)
        finally:
            process.terminate()


def test_equal_versions_are_accepted(scheduler: LocalCluster, start: Start):
    start(scheduler.scheduler_address, "--no-nanny")
    with Client(scheduler) as seen:
        seen.wait_for_workers(1, timeout=300)
    with connect(ClusterSettings(address=scheduler.scheduler_address)) as client:
        versions.check_versions(client)
        assert client.submit(sum, [1, 2]).result(300) == 3


def test_a_worker_with_another_libpff_is_named_with_both_values(
    scheduler: LocalCluster, start: Start, other_libpff: dict[str, str]
):
    start(scheduler.scheduler_address, "--no-nanny", variables=other_libpff)
    with Client(scheduler) as seen:
        seen.wait_for_workers(1, timeout=300)
        (address,) = seen.nthreads()
    with (
        pytest.raises(InputError) as caught,
        connect(ClusterSettings(address=scheduler.scheduler_address)),
    ):
        pytest.fail("must not connect")
    line = str(caught.value)
    here = probe.report()["libpff"]
    assert line.startswith(f"the Dask worker {address}: libpff is 20180714 there and {here} here; start")
    assert "\n" not in line


@pytest.fixture
def other_python(tmp_path: Path) -> dict[str, str]:
    """An environment that reports another version of Python."""
    folder = tmp_path / "python"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("import platform\nplatform.python_version = lambda: '3.10.2'\n")
    return {"PYTHONPATH": str(folder)}


@pytest.fixture
def other_package(tmp_path: Path) -> dict[str, str]:
    """An environment in which an earlier version of this program is installed."""
    folder = tmp_path / "earlier"
    (folder / "neighborhood_watch-0.0.1.dist-info").mkdir(parents=True)
    metadata = folder / "neighborhood_watch-0.0.1.dist-info" / "METADATA"
    metadata.write_text("Metadata-Version: 2.1\nName: neighborhood-watch\nVersion: 0.0.1\n")
    return {"PYTHONPATH": str(folder)}


@pytest.mark.parametrize(
    ("other", "differs"),
    [("other_python", "Python is 3.10.2"), ("other_package", "neighborhood-watch is 0.0.1")],
)
def test_a_worker_with_another_python_or_version_of_this_program_is_named(
    scheduler: LocalCluster, start: Start, request: pytest.FixtureRequest, other: str, differs: str
):
    start(scheduler.scheduler_address, "--no-nanny", variables=request.getfixturevalue(other))
    with Client(scheduler) as seen:
        seen.wait_for_workers(1, timeout=300)
    with (
        pytest.raises(
            InputError, match=rf"the Dask worker tcp://.*: {differs} there and .* here; start them"
        ),
        connect(ClusterSettings(address=scheduler.scheduler_address)),
    ):
        pytest.fail("must not connect")


def test_a_worker_with_an_older_copy_of_the_code_is_an_error(
    scheduler: LocalCluster, start: Start, other_code: dict[str, str]
):
    start(scheduler.scheduler_address, "--no-nanny", variables=other_code)
    with Client(scheduler) as seen:
        seen.wait_for_workers(1, timeout=300)
    with (
        pytest.raises(InputError, match=r"code is [0-9a-f]{12} there and [0-9a-f]{12} here"),
        connect(ClusterSettings(address=scheduler.scheduler_address)),
    ):
        pytest.fail("must not connect")


def test_of_many_workers_three_are_named_and_the_rest_counted(
    monkeypatch: pytest.MonkeyPatch, scheduler: LocalCluster
):
    scheduler.scale(5)
    with Client(scheduler) as client:
        client.wait_for_workers(5, timeout=300)
        monkeypatch.setattr(probe, "report", lambda: {"Python": "2.7.18"})
        with pytest.raises(InputError, match=r"the Dask scheduler .* \(and 3 more\); start them all"):
            versions.check_versions(client)


@pytest.mark.slow
def test_a_late_worker_that_differs_does_no_work_and_delays_nothing(
    scheduler: LocalCluster,
    start: Start,
    other_libpff: dict[str, str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    first = start(scheduler.scheduler_address, "--no-nanny")
    with Client(scheduler) as seen:
        seen.wait_for_workers(1, timeout=300)
    with (
        caplog.at_level(logging.WARNING, logger="cluster.versions"),
        connect(ClusterSettings(address=scheduler.scheduler_address)) as client,
    ):
        # Nobody is there when the worker that differs comes, so that the scheduler gives it all the work.
        first.terminate()
        wait_until(lambda: not client.nthreads())

        # Pickled by value: such a worker has no test of ours.
        def leave_a_trace(folder: str) -> int:
            import os
            import pathlib

            pathlib.Path(folder, f"trace-{os.getpid()}").touch()
            return os.getpid()

        futures = client.map(leave_a_trace, [str(tmp_path)] * 40, pure=False)
        refused = start(scheduler.scheduler_address, variables=other_libpff)
        wait_until(lambda: "is refused" in caplog.text)
        assert refused.wait(300) is not None, "nothing starts it again"
        right = start(scheduler.scheduler_address, "--no-nanny")
        assert set(client.gather(futures)) == {right.pid}
    assert [path.name for path in tmp_path.glob("trace-*")] == [f"trace-{right.pid}"]
    assert "libpff is 20180714 there" in caplog.text
    assert "is refused: libpff is 20180714 there" in (tmp_path / "worker.log").read_text()


def test_the_guard_ends_with_the_run(scheduler: LocalCluster, start: Start, other_libpff: dict[str, str]):
    scheduler.scale(1)
    with Client(scheduler) as client:
        client.wait_for_workers(1, timeout=300)
        with connect(ClusterSettings(address=scheduler.scheduler_address)) as run:
            assert f"nwatch-guard-{run.id}" in scheduler.scheduler.plugins
            assert f"nwatch-guard-{run.id}" in scheduler.scheduler.worker_plugins
        wait_until(lambda: not any("nwatch" in name for name in scheduler.scheduler.plugins))
        assert not any("nwatch" in name for name in scheduler.scheduler.worker_plugins)
        start(scheduler.scheduler_address, "--no-nanny", variables=other_libpff)
        client.wait_for_workers(2, timeout=300)
