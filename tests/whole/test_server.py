"""A server that PREFECT_API_URL names and that does not answer."""

import os
import subprocess
from pathlib import Path

import pytest

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
