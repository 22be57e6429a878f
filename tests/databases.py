"""The databases of a Prefect server: SQLite, or a PostgreSQL of a test's own, as Debian's package has it."""

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest


def sql(where: str | Path, statement: str) -> list[str]:
    """The first column of what a statement gives.

    Args:
        where: The file of SQLite, or the URL of :func:`postgres`.
        statement: In the words of that database.
    """
    if isinstance(where, Path):
        with closing(sqlite3.connect(where, timeout=60)) as connection, connection:
            return [str(row[0]) for row in connection.execute(statement).fetchall()]
    port = str(urlsplit(where).port)
    words = ["psql", "-h", "127.0.0.1", "-p", port, "-U", "prefect", "-Atq", "-c", statement, "postgres"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()


@contextmanager
def postgres() -> Iterator[str]:
    """Start an empty database; gives the URL by which Prefect's server reaches it, and takes it away."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not places:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    # PostgreSQL does not run as root, and the user postgres may not enter pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="nwatch-postgres-"))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")

    def do(program: str, *words: str) -> None:
        subprocess.run(
            [*user, str(places[-1] / program), "-D", str(folder / "data"), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    try:
        do("initdb", "--auth=trust", "--no-sync", "--username=prefect", "--encoding=UTF8", "--locale=C")
        listening = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        do("pg_ctl", "-w", "-l", str(folder / "log"), "-o", listening, "start")
        try:
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
        finally:
            do("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
