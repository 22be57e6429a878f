"""A server that PREFECT_API_URL or a profile of Prefect names, and that answers or does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api import all_of

pytestmark = pytest.mark.slow


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


def test_a_profile_s_server_is_used_and_named(nwatch, investigation: Path, prefect_server, tmp_path: Path):
    """`prefect config set` writes the profile; the folder of a run's own that Prefect is given has none."""
    url = prefect_server["PREFECT_API_URL"]
    unset = {"PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_PROFILE"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment["PREFECT_HOME"] = str(tmp_path / "home")

    def does(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, capture_output=True, text=True, check=False, env=environment)

    prefect = (sys.executable, "-m", "prefect", "config")
    assert does(*prefect, "set", f"PREFECT_API_URL={url}").returncode == 0
    command = (*nwatch, "run", str(investigation), "--workers", "1", "--only", "mail")
    done = does(*command)
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("Prefect server: ")]
    assert line.startswith(f"Prefect server: {url} (profile '")
    assert line.endswith(f"of {tmp_path}/home/profiles.toml)")
    parameters = [run["parameters"].get("folder") for run in all_of(url, "flow_runs")]
    assert str(investigation) in parameters

    assert does(*prefect, "set", "PREFECT_API_URL=http://127.0.0.1:9/api").returncode == 0
    done = does(*command)
    assert done.returncode == 2
    assert done.stderr.startswith("nwatch: profile '")
    assert "no Prefect server answers at http://127.0.0.1:9/api" in done.stderr
    assert done.stderr.count("\n") == 1
    environment["PREFECT_API_URL"] = ""
    done = does(*command)
    assert done.returncode == 0
    assert "Prefect server" not in done.stdout
