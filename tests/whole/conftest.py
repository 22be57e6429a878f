"""What whole runs share."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from distributed import Client


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


@pytest.fixture
def here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], threads: Client
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``nwatch`` in this process, on workers that are threads: where processes are not the point.

    A process of its own, with its workers, takes three seconds of processor time to start.
    """
    from flows.console import app

    @contextmanager
    def connected(settings: object = None) -> Iterator[Client]:
        yield threads

    monkeypatch.setattr("cluster.connect", connected)
    monkeypatch.setattr("cluster.forking.prepare", lambda modules=(): False)

    def runner(*words: str | Path) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["nwatch", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app.main()
        code = ended.value.code or 0
        assert isinstance(code, int)
        return subprocess.CompletedProcess(sys.argv, code, *capsys.readouterr())

    return runner
