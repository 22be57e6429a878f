"""The commands in processes of their own, from the mailboxes to the summary."""

import os
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


@pytest.fixture
def run(nwatch: list[str]):
    """Run `nwatch` in a process of its own."""

    def runner(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        unset = {"PREFECT_HOME", "PREFECT_API_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        return subprocess.run(
            [*nwatch, *map(str, words)],
            capture_output=True,
            text=True,
            env={**kept, **environment},
            check=False,
        )

    return runner


def test_a_run_needs_no_server_and_ends_with_its_summary(run, investigation: Path):
    done = run("run", investigation, "--workers", "1")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "\x1b" not in done.stdout
    assert any(line.startswith("read the mail: ") for line in lines)
    assert f"tables          {investigation / 'out'}" in lines
    assert any(line.startswith("unique alerts") for line in lines)
    # What was put aside stands in the last lines, where nobody can miss it.
    assert lines[-1] == f"See what and why: nwatch quarantine {investigation}"
    assert any(line.startswith("WARNING: ") and "in quarantine" in line for line in lines[-4:])

    ledger = run("ledger", investigation)
    assert ledger.returncode == 0
    assert "listed in the file" in ledger.stdout
    aside = run("quarantine", investigation)
    assert aside.returncode == 0
    assert "no title" in aside.stdout
    assert aside.stdout.splitlines()[-1].endswith("in quarantine")
    plan = run("plan", investigation)
    assert "0 partitions to read" in plan.stdout


def test_real_mailboxes_and_files_that_are_none_end_in_a_run_that_tells_of_each(
    run, real: Path, tmp_path: Path, prefect: dict[str, str]
):
    records = tmp_path / "case/records/any"
    records.mkdir(parents=True)
    config = 'name = "real"\n[agencies.any]\nname = "Any"\ntimezone = "UTC"\n'
    (tmp_path / "case/investigation.toml").write_text(config)
    for file in sorted((real / "pst").iterdir()):
        (records / file.name).symlink_to(file)
    whole = (real / "pst/enron.pst").read_bytes()
    (records / "cut.pst").write_bytes(whole[: len(whole) // 2])
    (records / "empty.pst").touch()
    (records / "text.PST").write_text("no mailbox")

    done = run("run", tmp_path / "case", **prefect)
    assert (done.returncode, done.stderr) == (0, "")
    warnings = [line for line in done.stdout.splitlines() if line.startswith("WARNING: ")]
    for name in ("cut.pst", "empty.pst", "text.PST"):
        assert any(f"records/any/{name}: " in line for line in warnings)
    aside = run("quarantine", tmp_path / "case").stdout
    assert sum("faulty-items.pst" in line and "reading" in line for line in aside.splitlines()) == 12


def test_an_interrupted_run_publishes_nothing_and_the_next_goes_on(
    nwatch, run, investigation: Path, prefect: dict[str, str]
):
    import signal
    import time

    environment = {**os.environ, **prefect}
    running = subprocess.Popen(
        [*nwatch, "run", str(investigation), "--partition", "5"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    deadline = time.monotonic() + 120
    while not list((investigation / "work").glob("mail/*/part-*.parquet")) and running.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, stderr = running.communicate(timeout=120)
    assert running.returncode == 130
    assert stderr == "nwatch: interrupted; nothing was published, and the next run goes on from here\n"
    assert not (investigation / "out").exists()
    read = {path.name for path in (investigation / "work/mail").rglob("part-*.parquet")}
    done = run("run", investigation, **prefect)
    assert done.returncode == 0
    assert read <= {path.name for path in (investigation / "work/mail").rglob("part-*.parquet")}
