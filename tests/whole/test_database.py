"""Room for years: what the look for arrivals leaves in the server's database, and what the server deletes.

On SQLite, and on PostgreSQL where it is installed; the settings are those of the stack.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
import yaml
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.arrivals import EVENT, LOOKED, arrivals, emit, looked_event
from flows.service.local_server import template
from tests.api import all_of, answer_to
from tests.browser.conftest import run_of
from tests.databases import postgres, sql
from tests.waiting import until
from tests.worlds import copy_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

OLD = {"sqlite": "datetime({}, '-400 days')", "postgres": "{} - interval '400 days'"}


@dataclass
class Database:
    """A server with its database.

    Attributes:
        kind: "sqlite" or "postgres".
        url: Of the server's API.
        where: The file, or the URL of PostgreSQL.
    """

    kind: str
    url: str
    where: str | Path

    def sql(self, statement: str) -> list[str]:
        """The first column of what a statement gives."""
        return sql(self.where, statement)

    def rows(self, *tables: str) -> int:
        """Rows of some tables; of all, where none is named."""
        if not tables:
            names = (
                "select name from sqlite_master where type = 'table' and name not like 'sqlite%'"
                if self.kind == "sqlite"
                else "select tablename from pg_tables where schemaname = 'public'"
            )
            tables = tuple(self.sql(names))
        return sum(int(self.sql(f'select count(*) from "{name}"')[0]) for name in tables)

    def ask(self, what: str, body: Any) -> Any:
        """What the server answers."""
        headers = {"Content-Type": "application/json"}
        with answer_to(Request(f"{self.url}/{what}", json.dumps(body).encode(), headers)) as answer:
            return json.load(answer)


def start(home: Path, where: str) -> tuple[subprocess.Popen[bytes], str]:
    """A server as the stack has it, which deletes what is old every second."""
    stack = yaml.safe_load((Path(__file__).parents[2] / "docker/compose.yaml").read_text())
    given = stack["services"]["server"]["environment"]
    kept = {name: given[name] for name in given if "VACUUM" in name or "RETENTION" in name}
    assert len(kept) == 3
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    environment = {
        **os.environ,
        **kept,
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "31536000",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "1",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": where,
        "PREFECT_SERVER_DATABASE_TIMEOUT": "300",  # the machine may be busy
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(home),
    }
    words = ["server", "start", "--host", "127.0.0.1", "--port", port]
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", *words], stdout=log, stderr=log, env=environment
        )
    url = f"http://127.0.0.1:{port}/api"

    def answers() -> bool:
        assert process.poll() is None, (home / "server.log").read_text()
        try:
            answer_to(Request(f"{url}/health")).close()
        except OSError:
            return False
        return True

    until(answers, (home / "server.log").read_text)
    return process, url


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home = tmp_path_factory.mktemp(f"{request.param}-home")
    with ExitStack() as stack:
        if request.param == "sqlite":
            if template().is_file():
                shutil.copyfile(template(), home / "prefect.db")
            where = f"sqlite+aiosqlite:///{home}/prefect.db"
        else:
            where = stack.enter_context(postgres())
        process, url = start(home, where)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        yield Database(request.param, url, home / "prefect.db" if request.param == "sqlite" else where)


EVENTS = ("events", "event_resources")
OF_RUNS = ("flow_run", "flow_run_state", "task_run", "task_run_state", "log", "artifact", *EVENTS)


def test_a_look_for_arrivals_leaves_nothing_and_a_sign_of_life_two_rows(
    database: Database, smallest: Path, tmp_path: Path
):
    """288 rows a day, as a sign comes every ten minutes; a week later they are deleted."""
    case = copy_of(smallest, tmp_path / "case")

    def events(name: str) -> int:
        return int(database.sql(f"select count(*) from events where event = '{name}'")[0])

    with temporary_settings({PREFECT_API_URL: database.url}):
        announced = arrivals(case, settle=0.0)
        until(lambda: events(EVENT) == len(announced) > 0, database.kind)
        before = database.rows(), database.rows(*EVENTS)
        for _ in range(3):
            assert arrivals(case, settle=0.0) == []
        emit(looked_event(case))
    until(lambda: events(LOOKED) == 1, database.kind)
    after = database.rows(), database.rows(*EVENTS)
    assert (after[0] - before[0], after[1] - before[1]) == (2, 2)


def test_runs_of_the_year_before_and_events_of_the_week_before_are_deleted_and_later_ones_stay(
    database: Database, smallest: Path, tmp_path: Path, nwatch: list[str]
):
    case = copy_of(smallest, tmp_path / "case")
    run_of(nwatch, case, "--only", "mail", PREFECT_API_URL=database.url)
    [old] = [each["id"] for each in all_of(database.url, "flow_runs") if each["parent_task_run_id"] is None]
    mark = "events where event = 'prefect.flow-run.Completed' or event like '%with warnings'"
    until(lambda: int(database.sql(f"select count(*) from {mark}")[0]) > 0, database.kind)
    many = {name: database.rows(name) for name in OF_RUNS}
    print(database.kind, many)  # noqa: T201
    assert all(many.values())
    for table, column in (("flow_run", "end_time"), ("events", "occurred"), ("event_resources", "occurred")):
        database.sql(f"update {table} set {column} = {OLD[database.kind].format(column)}")
    new = run_of_today(database)
    until(lambda: [each["id"] for each in all_of(database.url, "flow_runs")] == [new], database.kind)
    until(lambda: database.rows("log", "artifact", "task_run") == 0, database.kind)
    until(lambda: database.rows(*EVENTS) < 20, database.kind)
    assert old != new


def run_of_today(database: Database) -> str:
    """A run that has just ended, by its id."""
    flow = database.ask("flows/", {"name": "today"})["id"]
    state = {"type": "COMPLETED", "name": "Completed"}
    return str(database.ask("flow_runs/", {"flow_id": flow, "state": state})["id"])
