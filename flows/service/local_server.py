"""A Prefect server of an investigation's own: for a run with ``--ui``, and to look at earlier runs.

Prefect starts one by itself where none is named, but slowly: the calling process first imports the whole
server, waits for a second process to import it again, and lets a new database go through every migration of
Prefect's history. Here the server starts before anything else is imported, at the same time as the
workers, and a new database is a copy of an empty one that `make setup` made. Measured on two cores: a
trivial flow in a new folder 25 s by Prefect's way, 9 s by this one.

The server listens on a free port of the loopback address, as ``prefect server start`` does: anybody with an
account on this machine can open the UI while it is up; it shows counts and no mail, and its log may name a
mailbox. Its database is kept in the investigation's work folder. It ends with the process that started it,
however that ends.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Final

from data import safe_path
from data.errors import InputError
from data.writing import as_its_folder, make_folder, replacing
from flows.service.guarded import IMAGES

QUIET: Final = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # The flow's own log goes to the API; the terminal belongs to the progress bars and the summary.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    # Else it prints each event that it could not send at once; it keeps them, and sends them again.
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # Answers after which Prefect's client asks again, besides 408, 429, 502 and 503.
    "PREFECT_CLIENT_RETRY_EXTRA_CODES": "500,504",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # The second version of the UI asks a recording service on every page (:mod:`flows.service.guarded`).
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
}
"""Prefect's settings for every run; one that is already set in the environment stays as it is."""

_PASSWORDS: Final = frozenset({"PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"})
"""What the environment may set for another server; ours asks for none."""

_UNUSED: Final = (
    "SCHEDULER",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "CANCELLATION_CLEANUP",
    "FOREMAN",
    "TRIGGERS",
    "REPOSSESSOR",
    "CLEANUP_RECONCILER",
)
"""Services of Prefect's server for deployments and workers: a server of one investigation has neither."""

PATIENCE: Final = 300.0
"""Seconds in which a server must start, on a slow disk or a busy machine; its end is seen at once."""


def database(home: Path) -> Path:
    """Where the server with this folder keeps its runs."""
    return home / "prefect.db"


def set_aside_damaged(home: Path) -> str:
    """Move a damaged database of runs out of the way, so that a new one is begun.

    It holds no result: only what the UI shows of earlier runs.

    Args:
        home: The folder of the server's files.

    Returns:
        A line that says so; empty where the database is whole, or there is none.
    """
    path = database(home)
    if not path.exists() or (path.stat().st_size and _is_whole(path)):
        return ""
    aside = next(
        place
        for number in count(1)
        if not (place := path.with_name(f"{path.name}.damaged-{number}")).exists()
    )
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).replace(aside.with_name(aside.name + end))
    return f"work/{home.name}/{path.name}: was damaged, and is now {aside.name}; the UI shows no earlier runs"


def _is_whole(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with a database."""
    import sqlite3

    try:
        connection = sqlite3.connect(path)
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return False


class Server:
    """A Prefect server with its UI, in a process of its own.

    Args:
        home: The folder for Prefect's database and files, made if need be.
        ui: Whether it shows its UI.
        images: Where the report's figures are served, which its pages may show; empty for nowhere.

    Attributes:
        link: Where its UI is.
        url: Where its API is.
        set_aside: A line that says so where its database was damaged, and a new one begun.
    """

    def __init__(self, home: Path, ui: bool = True, images: str = "") -> None:
        make_folder(home)
        self.set_aside = set_aside_damaged(home)
        if not database(home).exists() and template().is_file():
            with replacing(database(home)) as beside:
                shutil.copyfile(template(), beside)
        # Bound here and passed on, so that no other process can take the port in between.
        listener = socket.create_server(("127.0.0.1", 0))
        self.link = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.url = f"{self.link}/api"
        self._log = home / "server.log"
        with listener, self._log.open("wb") as log:
            as_its_folder(self._log)
            self._process = subprocess.Popen(
                safe_path.python("-m", "flows.service.local_server", str(listener.fileno())),
                stdin=subprocess.PIPE,  # its end tells the server that we are gone
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[listener.fileno()],
                env={**self._environment(home, ui), IMAGES: images},
                start_new_session=True,  # Ctrl-C is for the run; the server hears of it from the run
            )

    def _environment(self, home: Path, ui: bool) -> dict[str, str]:
        """The server's own settings: it records runs and shows them, and does nothing by itself."""
        inherited = safe_path.variables()
        return {
            **{name: value for name, value in inherited.items() if name not in _PASSWORDS},
            **QUIET,
            **{f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false" for service in _UNUSED},
            "PREFECT_HOME": str(home),
            "PREFECT_SERVER_UI_ENABLED": str(ui).lower(),
            "PREFECT_SERVER_UI_API_URL": "/api",
            # Prefect writes the pages that it serves; not into the installation, which may be shared.
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
            "PREFECT__SERVER_FINAL": "1",
        }

    def wait(self) -> None:
        """Return when the server answers.

        Raises:
            InputError: It ended, or did not answer in time; the message names its log.
        """
        from urllib.error import URLError
        from urllib.request import ProxyHandler, build_opener

        ask = build_opener(
            ProxyHandler({})
        ).open  # a proxy of the environment is not for the loopback address
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                # The listener exists from the start, so the first question is held until the server accepts
                # it.
                ask(f"{self.url}/health", timeout=max(1.0, end - time.monotonic())).close()
                return
            except (URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise InputError(f"the Prefect server did not start; read its log, {self._log}, then try again")

    def stop(self) -> None:
        """End the server; a second call does nothing."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def prepare(home: Path, images: str = "") -> Server | None:
    """Set Prefect's environment for a run, and start a server for it unless `PREFECT_API_URL` names one.

    Call it before Prefect is imported, which reads its environment only once. The server ends with the
    process.

    Args:
        home: The folder for Prefect's database and files.
        images: Where the report's figures are served; empty for nowhere.

    Returns:
        The server, which may still be starting, or None where the environment names one.

    Raises:
        RuntimeError: Prefect was already imported.
    """
    if "prefect" in sys.modules and "PREFECT_API_URL" not in os.environ:
        raise RuntimeError("Prefect was imported before its server was prepared")
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    make_folder(home)
    os.environ["PREFECT_HOME"] = str(home)
    if os.environ.get("PREFECT_API_URL"):
        return None
    server = Server(home, images=images)
    # Registered before Prefect registers its own: it runs last, when logs and events have been sent.
    atexit.register(server.stop)
    os.environ["PREFECT_API_URL"] = server.url
    return server


def check_reachable() -> None:
    """Check that the server which the environment names answers.

    Raises:
        InputError: It does not.
    """
    from prefect.client.orchestration import get_client

    from flows.run.named_server import named

    server = named()
    with get_client(sync_client=True) as client:
        if client.api_healthcheck() is not None and server is not None:
            raise InputError(
                f"{server.by}: no Prefect server answers at {server.url}; "
                f"start it with: prefect server start, or {server.without} to run without one"
            )


@contextmanager
def alone(server: Server | None) -> Iterator[None]:
    """Leave out what only a server that outlives the run can use.

    Heartbeats: at its end, a flow waits up to a second for the thread that sends them.
    """
    if server is None:
        yield
        return
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def template() -> Path:
    """Where `make setup` leaves an empty database of this version of Prefect: inside the installation."""
    return Path(sys.prefix) / "share" / "neighborhood-watch" / f"prefect-{version('prefect')}.db"


def make_template() -> Path:
    """Let Prefect migrate an empty database, and keep it as :func:`template`."""
    import asyncio
    import tempfile

    path = template()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        fresh = Path(home) / "prefect.db"
        os.environ.update(
            QUIET, PREFECT_HOME=home, PREFECT_API_DATABASE_CONNECTION_URL=f"sqlite+aiosqlite:///{fresh}"
        )

        from prefect.server.database import provide_database_interface

        async def migrate() -> None:
            database = provide_database_interface()
            await database.create_db()
            await (await database.engine()).dispose()

        asyncio.run(migrate())
        _leave_wal(fresh)
        beside = path.with_suffix(f".{os.getpid()}")
        shutil.copyfile(fresh, beside)
        beside.replace(path)
    return path


def _leave_wal(path: Path) -> None:
    """Move what is in SQLite's write-ahead log into the file, because only the file is copied."""
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


def _serve(listener: int) -> None:
    """What the server's process does: serve on an open socket until its standard input ends."""
    import gc
    import signal

    def leave_with_parent() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=leave_with_parent, daemon=True).start()
    # Importing the server makes a million objects and no garbage: collect seldom (0.4 s of 3.5).
    gc.set_threshold(100_000, 50, 50)
    import uvicorn

    uvicorn.run(
        "flows.service.guarded:create_app",
        factory=True,
        fd=listener,
        log_level="error",
        lifespan="on",
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _serve(int(sys.argv[1]))
    else:
        make_template()
