"""A real Label Studio on the loopback address, in a folder of its own, with one user."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.waiting import until

_TOKEN: Final = "0123456789abcdef0123456789abcdef01234567"
_QUIET: Final = {
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "DO_NOT_TRACK": "1",
}
"""It is to tell nobody of itself."""
START: Final = 900.0
"""Seconds for its database, which it makes by some 400 migrations."""


class LabelStudio:
    """A server; asked by its HTTP interface."""

    def __init__(self, program: Path, home: Path) -> None:
        """Start it.

        Args:
            program: The command ``label-studio``.
            home: A folder for its database.
        """
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = home / "log"
        where = {"HOME": str(home), "LABEL_STUDIO_BASE_DATA_DIR": str(home / "data")}
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port),
                 "--username", "anna@example.org", "--password", "invented-1", "--user-token", _TOKEN,
                 "--enable-legacy-api-token"],
                cwd=home, env={**kept, **where, **_QUIET}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until(self._answers, self._why, START)

    def _answers(self) -> bool:
        assert self._process.poll() is None, self._why()
        try:
            with urlopen(f"{self.url}/health", timeout=60) as answer:
                return answer.status == 200
        except (URLError, TimeoutError, ConnectionError):
            return False

    def _why(self) -> str:
        return f"Label Studio does not start: {self._log.read_text(errors='replace')[-2000:]}"

    def ask(self, path: str, what: Any = None, method: str | None = None) -> Any:
        """Ask its interface.

        Args:
            path: As ``projects``, below ``/api/``.
            what: What is sent, as JSON; a file's text as it is. Without it, it is a question.
            method: The method, where it is neither GET nor POST.
        """
        data = None if what is None else what.encode() if isinstance(what, str) else json.dumps(what).encode()
        headers = {"Authorization": f"Token {_TOKEN}", "Content-Type": "application/json"}
        request = Request(f"{self.url}/api/{path}", data, headers, method=method)
        with urlopen(request, timeout=300) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
