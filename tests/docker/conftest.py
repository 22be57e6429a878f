"""What the tests of the stack share: secrets, and how a deployment is run through a server."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from tests.api import answer_to
from tests.outputs import published
from tests.waiting import until

POOL = "work_pools/nwatch"
"""The runner makes it when it starts, a moment after it is healthy."""

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass(frozen=True)
class Api:
    """Prefect's API.

    Args:
        url: Where it is.
        auth: ``user:password``.
    """

    url: str
    auth: str

    def ask(self, path: str, body: object = None) -> Any:
        """Ask with GET, or with POST where there is a body."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/{path}", data, {**self._header(), "Content-Type": "application/json"})
        with answer_to(request) as answer:
            return json.load(answer)

    def text(self, path: str) -> str:
        """What it says as text."""
        with answer_to(Request(f"{self.url}/{path}", headers=self._header())) as answer:
            return answer.read().decode()

    def _header(self) -> dict[str, str]:
        if not self.auth:
            return {}
        return {"Authorization": f"Basic {base64.b64encode(self.auth.encode()).decode()}"}

    def has(self, path: str) -> bool:
        """Whether what the path names has been made."""
        try:
            self.ask(path)
        except HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
            return False
        return True

    def start(self, flow: str, deployment: str, **parameters: object) -> str:
        """Start a run of a deployment; gives its id."""
        found = self.ask(f"deployments/name/{flow}/{deployment}")
        run = self.ask(f"deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def state(self, run: str) -> str:
        """The type of a run's state."""
        return str(self.ask(f"flow_runs/{run}")["state"]["type"])

    def wait(self, run: str, patience: float) -> str:
        """Wait until a run has ended; gives the type of its last state."""
        until(lambda: self.state(run) in ENDED, lambda: f"still {self.state(run)}", patience)
        return self.state(run)

    def log(self, run: str) -> str:
        """What a run logged."""
        query = {"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC"}
        return "\n".join(line["message"] for line in self.ask("logs/filter", query))


def deploy() -> list[str]:
    """The words that deploy the investigation; nobody looks for arrivals, which would start further runs."""
    return ["nwatch", "deploy"]


@pytest.fixture(scope="session")
def locally(nwatch: list[str]) -> Callable[..., dict[str, bytes]]:
    """Run an investigation, or parts of it, on this machine alone; returns what is in `out/`."""

    def run(folder: Path, *only: str) -> dict[str, bytes]:
        words = ["run", str(folder), "--workers", "2", *(word for part in only for word in ("--only", part))]
        kept = {name: value for name, value in os.environ.items() if name != "PREFECT_HOME"}
        subprocess.run([*nwatch, *words], check=True, capture_output=True, env=kept)
        return published(folder)

    return run


@pytest.fixture(scope="session")
def certificates():
    """The module that makes certificates."""
    return pytest.importorskip("cluster.certificates")


@pytest.fixture(scope="module")
def secret_files(tmp_path_factory: pytest.TempPathFactory, certificates) -> Path:
    """The folder of secrets, made as docs/operations.md says."""
    folder = tmp_path_factory.mktemp("operator") / "secrets"
    folder.mkdir(mode=0o700)
    for name, content in {
        "database-password": secrets.token_urlsafe(24),
        "prefect-auth": f"nwatch:{secrets.token_urlsafe(24)}",
    }.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(content + "\n")
    certificates.make(folder / "tls", hosts=["scheduler"])
    return folder
