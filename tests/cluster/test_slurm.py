"""Workers as jobs of SLURM: the script, and whole runs with imitations of SLURM's commands."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import Event

from cluster import ClusterSettings, connect, slurm
from cluster.config import environment
from cluster.watch import no_workers_message
from data.errors import InputError
from tests.cluster.conftest import example, names, slurm_commands
from tests.cluster.test_versions import wait_until


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the scripts and the output of the jobs, on a machine that has SLURM's commands."""
    slurm_commands(tmp_path, monkeypatch)
    return tmp_path


def words(script: str) -> list[str]:
    """The command of a script: its last line."""
    return shlex.split(script.splitlines()[-1])


def test_the_example_is_generated_from_its_settings(checkout: Path):
    script = slurm.job_script(example(checkout, "slurm"), "tls://192.0.2.10:8786", "nwatch-0")
    assert script == (checkout / "cluster" / "examples" / "slurm.sh").read_text(encoding="utf-8")


def test_the_page_shows_the_example_and_what_the_program_says(checkout: Path):
    page = (checkout / "docs" / "slurm.md").read_text(encoding="utf-8")
    shown, _ = page.split("```sh\n")[1].split("```", 1)
    kept = (checkout / "cluster" / "examples" / "slurm.env").read_text(encoding="utf-8").splitlines()
    assert shown.splitlines() == [line for line in kept if not line.startswith("#")]
    code = "".join(
        (checkout / "cluster" / name).read_text(encoding="utf-8") for name in ("slurm.py", "client.py")
    )
    said = re.findall(r"^\| `([^`(…]+?) [(…]", page, re.MULTILINE)
    assert len(said) == 2
    assert not [line for line in said if line not in code]


def test_a_site_s_environment_is_made_of_the_locked_requirements(checkout: Path):
    make = shutil.which("make")
    if not make:
        pytest.skip("no make here")
    asked = [make, "-n", "-C", str(checkout), "VENV=/shared/nwatch/venv", "EXTRAS=slurm", "site"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    words = " ".join(said.replace("\\\n", " ").split())
    assert "--require-hashes -r requirements/run.txt -r requirements/slurm.txt" in words
    assert "requirements/kubernetes.txt" not in words
    for install in re.findall(r"pip install [^;]*?(?=/shared|$)", words):
        assert "--require-hashes" in install or "--no-index --editable ." in install


def test_options_that_are_not_set_are_left_out(certificates: Path):
    settings = ClusterSettings(kind="slurm", host="127.0.0.1", tls_folder=certificates, workers=1)
    script = slurm.job_script(settings, "tls://127.0.0.1:8786", "a")
    assert re.findall(r"^#SBATCH (.+)", script, re.MULTILINE) == [
        "-J nwatch",
        "--export=NONE",
        "-n 1",
        "--cpus-per-task=1",
        "--mem=4096M",
        "-t 0-04:00:00",
    ]
    assert words(script)[1] == sys.executable


def test_a_worker_ends_before_its_job_and_leaves_memory_for_its_nanny(checkout: Path):
    settings = example(checkout, "slurm")
    command = words(slurm.job_script(settings, "tls://192.0.2.10:8786", "nwatch-0"))
    assert int(command[command.index("--lifetime") + 1]) == 0.9 * 8 * 3600
    assert int(command[command.index("--memory-limit") + 1]) == 4 * 2**30 - 2**28
    assert command[command.index("--nthreads") + 1] == "1"


def test_dask_s_command_line_accepts_every_option(checkout: Path):
    from distributed.cli.dask_worker import main

    command = words(slurm.job_script(example(checkout, "slurm"), "tls://192.0.2.10:8786", "nwatch-0"))
    context = main.make_context("worker", command[4:], resilient_parsing=True)
    given = {name: value for name, value in context.params.items() if value is not None}
    assert (given["scheduler"], given["nthreads"], given["protocol"]) == ("tls://192.0.2.10:8786", 1, "tls")
    assert given["dashboard_address"] == "127.0.0.1:0"


def test_the_script_exports_the_program_s_configuration(checkout: Path):
    script = slurm.job_script(example(checkout, "slurm"), "tls://192.0.2.10:8786", "nwatch-0")
    exported = [shlex.split(line)[1] for line in script.splitlines() if line.startswith("export ")]
    assert dict(line.split("=", 1) for line in exported) == environment()


def test_without_the_extra_the_error_says_what_to_install(
    certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "dask_jobqueue.slurm", None)
    settings = ClusterSettings(kind="slurm", host="127.0.0.1", tls_folder=certificates, workers=1)
    with (
        pytest.raises(InputError, match=r"pip install -e '\.\[slurm\]'"),
        connect(settings),
    ):
        pytest.fail("must not open")


def test_a_host_without_slurm_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="there is no sbatch here"):
        slurm._try("#!/bin/bash\n")


def test_a_job_that_slurm_refuses_is_an_error_in_slurm_s_words(spool: Path, checkout: Path):
    settings = example(checkout, "slurm", partition="nowhere")
    with pytest.raises(InputError, match=r"invalid partition specified\); correct NWATCH_PARTITION"):
        slurm._try(slurm.job_script(settings, "tls://192.0.2.10:8786", "nwatch-0"))
    slurm._try(slurm.job_script(example(checkout, "slurm"), "tls://192.0.2.10:8786", "nwatch-0"))


def test_dask_jobqueue_would_write_the_same(checkout: Path):
    """Checked with dask-jobqueue 0.9.0: the same requests and worker's options, but for our additions."""
    job = pytest.importorskip("dask_jobqueue.slurm", reason="the extra slurm is not installed").SLURMJob
    from distributed import Security

    settings = example(checkout, "slurm")
    folder, own = settings.tls_folder, settings.of(slurm.Settings)
    assert folder
    assert own.environment
    theirs = job(
        scheduler="tls://192.0.2.10:8786",
        name="nwatch-0",
        cores=1,
        processes=1,
        memory=str(settings.memory),
        python=str(own.environment / "bin" / "python"),
        job_name="nwatch",
        queue=own.partition,
        account=own.account,
        walltime="0-08:00:00",
        protocol="tls",
        security=Security(
            require_encryption=True,
            tls_ca_file=str(folder / "ca.pem"),
            tls_worker_cert=str(folder / "worker.pem"),
            tls_worker_key=str(folder / "worker.pem"),
        ),
        job_extra_directives=["--qos=normal", "--constraint=avx2"],
        worker_extra_args=["--lifetime", "25920", "--dashboard-address", "127.0.0.1:0"],
    ).job_script()
    mine = slurm.job_script(settings, "tls://192.0.2.10:8786", "nwatch-0")

    def asked(script: str) -> set[str]:
        return set(re.findall(r"^#SBATCH (.+)", script, re.MULTILINE))

    assert asked(mine) - asked(theirs) == {
        "--export=NONE",
        "-o /shared/nwatch/logs/nwatch-%j.log",
        "--mem=4096M",
    }
    assert asked(theirs) - asked(mine) == {"--mem=4G"}
    assert set(words(theirs)) - set(words(mine)) == {"4.00GiB"}
    assert set(words(mine)) - set(words(theirs)) == {"exec", "--nworkers", str(settings.worker_memory)}


@pytest.mark.slow
def test_a_cluster_of_jobs_works_replaces_a_lost_one_and_cancels_them_all(
    spool: Path, certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("dask_jobqueue", reason="the extra slurm is not installed")
    from cluster import scaling
    from cluster.config import CONFIG

    monkeypatch.setitem(CONFIG, "distributed.deploy.lost-worker-timeout", "0.5s")
    monkeypatch.setattr(scaling, "CHECK_EVERY", 0.5)
    settings = ClusterSettings(kind="slurm", host="127.0.0.1", tls_folder=certificates, workers=2)
    with connect(settings) as client:
        client.wait_for_workers(2, timeout=300)
        workers = names(client)
        assert all(address.startswith("tls://") for address in workers)
        assert client.submit(sum, [1, 2]).result(60) == 3
        scripts = sorted(spool.glob("*.sh"))
        shown = {slurm.job_script(settings, client.scheduler.address, name) for name in workers.values()}
        assert {path.read_text() for path in scripts} == shown, "what is shown is what is submitted"
        (lost,) = client.run(os.getppid, workers=list(workers)[:1]).values()  # its nanny, the job itself
        os.kill(lost, signal.SIGKILL)
        wait_until(lambda: len(list(spool.glob("*.sh"))) == 3)
        wait_until(lambda: len(client.nthreads()) == 2)
        pids = set(client.run(os.getpid).values()) | set(client.run(os.getppid).values())
    for pid in pids:
        with suppress(ProcessLookupError):
            end = time.monotonic() + 30
            while True:
                os.kill(pid, 0)
                assert time.monotonic() < end, "a job goes on"
                time.sleep(0.1)


@pytest.mark.slow
def test_a_cluster_of_jobs_grows_with_the_work(spool: Path, certificates: Path):
    pytest.importorskip("dask_jobqueue", reason="the extra slurm is not installed")
    settings = ClusterSettings(kind="slurm", host="127.0.0.1", tls_folder=certificates, minimum=1, maximum=2)
    with connect(settings) as client:

        def piece(number: int) -> int:
            import time

            from distributed import Event

            Event("all-there").wait("120s")  # so that the work outlasts their start
            time.sleep(0.01)
            return number

        futures = client.map(piece, range(300), pure=False)
        client.wait_for_workers(2, timeout=300)
        Event("all-there", client=client).set()
        assert client.gather(futures) == list(range(300))


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
def test_if_all_jobs_are_lost_the_error_says_where_to_look(spool: Path, certificates: Path):
    pytest.importorskip("dask_jobqueue", reason="the extra slurm is not installed")
    settings = ClusterSettings(
        kind="slurm", host="127.0.0.1", tls_folder=certificates, workers=1, wait=5 / 60
    )
    with connect(settings) as client:
        (job,) = client.run(os.getppid).values()  # its nanny, the job itself
        # From now on a job is taken and never begins.
        (spool / "bin" / "sbatch").write_text("#!/bin/bash\necho Submitted batch job 2147483647\n")
        os.kill(job, signal.SIGKILL)
        wait_until(lambda: not client.nthreads())
        with pytest.raises(CancelledError) as caught:
            client.submit(sum, [1, 2], pure=False).result()
    message = no_workers_message(caught.value)
    assert message is not None
    assert message.endswith("see why with: squeue --me, or sacct --name=nwatch, and run again")
