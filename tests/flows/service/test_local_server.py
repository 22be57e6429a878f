"""A Prefect server of an investigation: it shows its UI on this machine, and ends with its starter."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from data.errors import InputError
from flows.service.local_server import Server, prepare

STARTER = """
import sys, time
from pathlib import Path
from flows.service.local_server import Server
server = Server(Path(sys.argv[1]))
server.wait()
print(server.url, flush=True)
time.sleep(600)
"""


def answers(url: str) -> bool:
    try:
        urlopen(f"{url}/health", timeout=5).close()
    except OSError:
        return False
    return True


@pytest.mark.slow
def test_a_server_shows_its_ui_and_ends_when_its_starter_is_killed(tmp_path: Path):
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    with starter.stdout:
        url = starter.stdout.readline().strip()
        assert answers(url)
        with urlopen(url.removesuffix("/api")) as page:
            assert b"Prefect" in page.read()
        with urlopen(f"{url.removesuffix('/api')}/ui-settings") as settings:
            shown = json.load(settings)
        assert (shown["api_url"], shown["default_ui"]) == ("/api", "v1"), (
            "its pages ask the server they are from"
        )
        starter.send_signal(signal.SIGKILL)
        starter.wait()
    for _ in range(300):
        if not answers(url):
            break
        time.sleep(0.1)
    assert not answers(url)


@pytest.mark.slow
def test_a_server_is_on_the_loopback_address_alone(tmp_path: Path, elsewhere: str):
    server = Server(tmp_path)
    try:
        server.wait()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((elsewhere, urlsplit(server.url).port or 0), 10)
    finally:
        server.stop()


def test_a_server_that_does_not_start_is_reported_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    server = Server(tmp_path)
    with pytest.raises(InputError, match=r"did not start; read its log, .*server\.log, then try again"):
        server.wait()
    assert (tmp_path / "server.log").is_file()


def test_no_server_is_started_where_the_environment_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "environ", {**os.environ, "PREFECT_API_URL": "http://127.0.0.1:1/api"})
    assert prepare(tmp_path / "prefect") is None
    assert not list((tmp_path / "prefect").iterdir())
    assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:1/api"
