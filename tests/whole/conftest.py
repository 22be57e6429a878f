"""What whole runs share."""

import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def run(nwatch: list[str]):
    """Run ``nwatch`` in a process of its own, without a Prefect server unless the test names one."""

    def runner(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        unset = {"PREFECT_HOME", "PREFECT_API_URL", "PREFECT_API_AUTH_STRING"}
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        return subprocess.run(
            [*nwatch, *map(str, words)],
            capture_output=True,
            text=True,
            env={**kept, **environment},
            check=False,
        )

    return runner
