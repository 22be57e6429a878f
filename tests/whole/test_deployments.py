"""What an operator deploys once, on a server with a password and with a worker: runs start by themselves.

One stack for all tests of this file: a server as `prefect server start` makes it, the deployments that
`nwatch deploy` makes, and a process worker. With ``TEST_POSTGRES=1`` its database is PostgreSQL.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import psutil
import pyarrow.parquet as pq
import pytest
from distributed import Client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from data.schema import TABLES
from flows import parts as registry
from flows.arrivals import STUCK, arrival_event, arrivals
from flows.run.locks import one_run_at_a_time
from flows.service import automations
from flows.service.coding_event import complete_event
from flows.service.local_server import template
from flows.service.merging import on_server
from flows.service.setting_up import set_up
from tasks.arrivals.look import Arrival
from tasks.coding.results import Tally
from tests.api import answer_to
from tests.databases import postgres, sql
from tests.outputs import published
from tests.tasks.coding.handed_out import READERS, hand_in, handed_out
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]  # whole runs, several a test

PASSWORD = "newsroom:a made-up password"
FIRST, NEW = "alderfall-pd", "briar-harbor-pd"
LATE = ["Candle Creek PD", "Älvdal & Söhne's {{ 1 }} PD"]
"""Agencies that come later, with folders whose names people write as they like."""


@dataclass
class Stack:
    """A server, its deployments and a worker; its database is SQLite where no other is named."""

    url: str
    home: Path
    case: Path
    database: str | None = None
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_LOGGING")}
        other = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": self.database} if self.database else {}
        other["PREFECT_SERVER_DATABASE_TIMEOUT"] = "300"  # the machine may be busy
        return {
            **kept,
            **other,
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.url,
            "PREFECT_API_AUTH_STRING": PASSWORD,
            "PREFECT_SERVER_API_AUTH_STRING": PASSWORD,
            "PREFECT_SERVER_UI_V2_ENABLED": "false",
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
            "PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
            # The tests start what they look at; a run every minute, or of the next night, would disturb them.
            "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
            # On a busy machine a run is late, which is reported too.
            "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
            "NWATCH_FOLDER": str(self.case),
            "NWATCH_WORKERS": "1",
        }

    @property
    def where(self) -> str | Path:
        """Its database."""
        return self.database or self.home / "prefect.db"

    def serve(self) -> None:
        """Start the server, and wait until it answers."""
        server = self.start("server", "start", "--host", "127.0.0.1", "--port", self.url.split(":")[2][:-4])

        def answers() -> bool:
            assert server.poll() is None, (self.home / "server.log").read_text()
            try:
                self.ask("health", method="GET")
            except OSError:
                return False
            return True

        until(answers, self.log_of("server"))

    def start(self, *words: str, program: str = "prefect") -> subprocess.Popen[bytes]:
        log = (self.home / f"{words[0]}.log").open("wb")
        with log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", program, *words],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=self.environment,
                    start_new_session=True,
                )
            )
        return self.processes[-1]

    def do(self, *words: str, cwd: Path | None = None, program: str = "prefect") -> str:
        done = subprocess.run(
            [sys.executable, "-m", program, *words],
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=cwd,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, what: str, body: Any = None, password: str | None = PASSWORD, method: str = "POST") -> Any:
        headers = {"Content-Type": "application/json"}
        if password is not None:
            headers["Authorization"] = f"Basic {b64encode(password.encode()).decode()}"
        data = None if method == "GET" else json.dumps(body or {}).encode()
        with answer_to(Request(f"{self.url}/{what}", data, headers, method=method)) as answer:
            return json.loads(answer.read() or b"null")

    @contextmanager
    def here(self) -> Iterator[None]:
        """Let this process speak to the server as a run does."""
        with temporary_settings({PREFECT_API_URL: self.url, PREFECT_API_AUTH_STRING: PASSWORD}):
            yield

    def deployment(self, name: str) -> dict[str, Any]:
        return self.ask(f"deployments/name/{name}/{self.case.name}", method="GET")

    def set_up(self, notify: str | None = None) -> None:
        """Set the automations up, as `nwatch automations` does."""
        with self.here(), on_server(self.case.name) as target:
            set_up(target, notify)

    def look(self) -> list[str]:
        """One round of `nwatch arrivals`; gives what it announced."""
        with self.here():
            return arrivals(self.case)

    def runs(self, flow: str) -> list[dict[str, Any]]:
        return self.ask("flow_runs/filter", {"flows": {"name": {"any_": [flow]}}})

    def ended(self, run: str) -> dict[str, Any]:
        """A run that has ended, when it has."""

        def state() -> str:
            return str(self.ask(f"flow_runs/{run}", method="GET")["state_type"])

        until(lambda: state() in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}, self.log_of("worker"))
        return dict(self.ask(f"flow_runs/{run}", method="GET"))

    def log_of(self, name: str) -> Callable[[], str]:
        """What the server or the worker logged, for a failure."""
        return (self.home / f"{name}.log").read_text

    def stop(self) -> None:
        for process in reversed(self.processes):
            family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for child in family:
                if child.is_running():
                    child.kill()


@pytest.fixture(scope="module")
def stack(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployed investigation on a server with a worker; the second agency is still to arrive."""
    place = tmp_path_factory.mktemp("stack")
    home = place / "home"
    home.mkdir()
    with ExitStack() as held:
        if os.environ.get("TEST_POSTGRES"):
            database = held.enter_context(postgres())
        else:
            database = None
            if template().is_file():
                shutil.copyfile(template(), home / "prefect.db")
        yield from _stack(synthetic, place, home, database)


def _stack(synthetic: Path, place: Path, home: Path, database: str | None) -> Iterator[Stack]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    case = shutil.copytree(synthetic, place / "case", ignore=shutil.ignore_patterns("truth", "work", "out"))
    # Its files are a minute old at most, and the tests are not about waiting.
    with (Path(case) / "investigation.toml").open("a") as file:
        file.write("\n[arrivals]\nsettle = 0\n")
    made = Stack(f"http://127.0.0.1:{port}/api", home, Path(case), database)
    try:
        made.serve()
        made.start("worker", "start", "--pool", "nwatch", "--type", "process")  # which makes the pool
        until(lambda: made.ask("work_pools/filter"), made.log_of("worker"))
        made.do("deploy", program="flows.console.app", cwd=place)
        yield made
    finally:
        made.stop()


def began(run: dict[str, Any]) -> float:
    """When a run started, seconds since 1970."""
    return datetime.fromisoformat(run["start_time"]).timestamp()


@pytest.mark.parametrize("password", [None, "newsroom:wrong"], ids=["without", "with a wrong"])
@pytest.mark.parametrize(
    "what", ["flow_runs/filter", "artifacts/filter", "logs/filter", "automations/filter"]
)
def test_a_request_without_the_password_is_refused(stack: Stack, what: str, password: str | None):
    with pytest.raises(HTTPError) as refused:
        stack.ask(what, password=password)
    assert refused.value.code == 401
    assert stack.ask(what) is not None


def test_the_deployments_are_as_prefect_yaml_says(stack: Stack):
    found = {name: stack.deployment(name) for name in ("investigate", "one-agency", "coding")}
    assert {each["work_pool_name"] for each in found.values()} == {"nwatch"}
    assert {tuple(each["tags"]) for each in found.values()} == {("nwatch", "nwatch:case")}
    limits = {name: each["global_concurrency_limit"] for name, each in found.items()}
    assert {name: limit and limit["limit"] for name, limit in limits.items()} == {
        "investigate": 1,
        "one-agency": None,
        "coding": None,
    }
    assert found["investigate"]["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    [nightly] = found["investigate"]["schedules"]
    assert nightly["schedule"]["timezone"] == "America/New_York"
    assert {each["parameters"]["folder"] for each in found.values()} == {str(stack.case)}
    [trigger] = [
        each
        for each in stack.ask("automations/filter")
        if each["trigger"].get("expect") == ["nwatch.records.arrived"]
    ]
    assert trigger["actions"][0]["deployment_id"] == found["one-agency"]["id"]


def test_prefect_s_own_command_makes_the_same(stack: Stack, checkout: Path):
    flows = ("investigate", "one-agency", "coding")
    same = (
        "id",
        "entrypoint",
        "parameters",
        "parameter_openapi_schema",
        "pull_steps",
        "tags",
        "job_variables",
    )

    def there() -> list[dict[str, Any]]:
        return [{name: stack.deployment(flow)[name] for name in same} for flow in flows]

    before = there()
    stack.do("--no-prompt", "deploy", "--all", cwd=checkout)
    assert there() == before
    said = stack.do("deploy", program="flows.console.app")
    assert "is kept" not in said
    assert "updated" not in said


def test_an_event_starts_one_agency_for_that_agency_and_nothing_else(stack: Stack):
    sent = time.time()
    event = arrival_event(stack.case, Arrival(NEW, files=1, bytes=1))
    stack.ask("events", [event.model_dump(mode="json")])
    until(lambda: stack.runs("one-agency"), stack.log_of("server"))
    run = stack.ended(stack.runs("one-agency")[0]["id"])
    assert run["state_type"] == "COMPLETED", run["state"]
    assert run["parameters"]["agency"] == NEW
    assert run["name"].startswith(f"{stack.case.name} 20")
    assert run["name"].endswith(f" agency {NEW}")
    assert len(stack.runs("one-agency")) == 1
    assert stack.runs("investigate") == []
    print(f"from the event to the start of its run: {began(run) - sent:.0f} s")  # noqa: T201
    sources = (stack.case / "work/mail/hashes.json").read_text()
    assert f"records/{NEW}/" in sources
    assert f"records/{FIRST}/" not in sources


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask 2026.8 resets an index so; pandas 4 drops it
@pytest.mark.usefixtures("threads")
def test_a_run_of_the_deployment_gives_the_bytes_of_a_run_by_hand(stack: Stack, tmp_path: Path):
    """Of the same functions; that `nwatch run` gives their bytes is in tests/whole/test_hosts.py."""
    made = stack.ask(
        f"deployments/{stack.deployment('investigate')['id']}/create_flow_run",
        {"state": {"type": "SCHEDULED"}},
    )
    run = stack.ended(made["id"])
    assert run["state_type"] == "COMPLETED", run["state"]

    by_hand = tmp_path / "case"
    shutil.copytree(stack.case, by_hand, ignore=shutil.ignore_patterns("work", "out"))
    run_by_hand(by_hand)
    assert published(stack.case) == published(by_hand)


def run_by_hand(folder: Path) -> None:
    """Without a server."""
    from flows.investigate import investigate

    investigate(folder)


def test_new_agencies_folders_are_seen_and_each_read_once_and_the_others_keep_their_rows(
    stack: Stack, threads: Client
):
    """`nwatch arrivals` sees them, and their events start `one-agency`."""
    if not (stack.case / "out").exists():  # where this test runs alone
        run_by_hand(stack.case)
    before = rows_without(stack.case, *LATE)
    runs = {run["id"] for run in stack.runs("one-agency")}
    for agency in LATE:
        shutil.copytree(stack.case / "records" / NEW, stack.case / "records" / agency)
    arrived = time.time()
    watch = stack.start("arrivals", program="flows.console.app")

    def started() -> list[dict[str, Any]]:
        return [run for run in stack.runs("one-agency") if run["id"] not in runs]

    until(lambda: len(started()) >= len(LATE), stack.log_of("arrivals"))
    watch.terminate()
    assert watch.wait(30) == 130
    stack.processes.remove(watch)
    said = stack.log_of("arrivals")()
    assert all(f"{agency} has arrived: " in said for agency in LATE), said
    ended = [stack.ended(run["id"]) for run in started()]
    assert [run["state_type"] for run in ended] == ["COMPLETED"] * len(LATE), [run["state"] for run in ended]
    assert sorted(run["parameters"]["agency"] for run in ended) == sorted(LATE)
    print(f"from the arrival to the start of its runs: {max(map(began, ended)) - arrived:.0f} s")  # noqa: T201
    after = rows_without(stack.case, *LATE)
    assert before == after
    assert before["private/messages"]
    found = pq.read_table(stack.case / "out/private/messages.parquet").column("agency").to_pylist()
    assert {agency: found.count(agency) for agency in LATE} == dict.fromkeys(LATE, found.count(NEW))


def rows_without(folder: Path, *agencies: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of all agencies except some, in every table of the mail that has a column for them."""
    return {
        name: [
            {column: value for column, value in row.items() if column != "also_in"}  # names other agencies
            for row in pq.read_table(folder / f"out/{name}.parquet").to_pylist()
            if row["agency"] not in agencies
        ]
        for name in registry.get("mail").table_names
        if "agency" in TABLES[name].arrow.names
    }


class Hook(BaseHTTPRequestHandler):
    """Keeps what is sent to it."""

    def do_POST(self) -> None:
        received = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append(received["text"])  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


def told(stack: Stack, hook: HTTPServer, about: str, texts: int = 1) -> list[str]:
    """Wait until as many different texts are told about it; gives all that were, each as often as it came.

    The server delivers at least once: under load, what an earlier test was told may come again.
    """

    def received() -> list[str]:
        return [text for text in hook.received if about in text]  # type: ignore[attr-defined]

    until(lambda: len(set(received())) >= texts, stack.log_of("server"))
    return received()


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.received = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_run_that_fails_is_reported_once(stack: Stack, hook: HTTPServer):
    received = stack.do(
        "automations", "--notify", f"http://127.0.0.1:{hook.server_port}/hook", program="flows.console.app"
    )
    assert received.count("notifies") == 6
    made = stack.ask(
        f"deployments/{stack.deployment('one-agency')['id']}/create_flow_run",
        {"state": {"type": "SCHEDULED"}, "parameters": {"folder": str(stack.case), "agency": "nowhere"}},
    )
    run = stack.ended(made["id"])
    assert run["state_type"] == "FAILED"
    reason = run["state"]["message"]
    assert reason.startswith("InputError: agency nowhere: agency 'nowhere' has no mailbox (*.pst, *.ost); n")
    [text] = told(stack, hook, made["id"])
    assert text.splitlines()[0] == "Neighborhood Watch: case: one-agency: Failed"
    assert f"is Failed: {reason}. See http" in text


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # as above
@pytest.mark.usefixtures("threads")
def test_a_night_with_a_fault_of_one_agency_is_reported_with_the_reason(stack: Stack, hook: HTTPServer):
    if not (stack.case / "out").exists():  # where this test runs alone
        run_by_hand(stack.case)
    stack.set_up(f"http://127.0.0.1:{hook.server_port}/hook")
    settings = stack.case / "records" / NEW / "agency.toml"
    text = settings.read_text()
    settings.write_text(text.replace("America/New_York", "America/New_Yrok"))
    made = stack.ask(
        f"deployments/{stack.deployment('investigate')['id']}/create_flow_run",
        {"state": {"type": "SCHEDULED"}, "parameters": {"only": ["mail"]}},
    )
    run = stack.ended(made["id"])
    settings.write_text(text)
    assert run["state_name"] == "Completed with warnings", run["state"]
    reason = (
        f"{NEW}: left out, and its rows are those of an earlier run: the settings of {NEW}: 'timezone' is"
    )
    received = dict(text.split("\n", 1) for text in told(stack, hook, made["id"], texts=2))
    assert set(received) == {
        f"Neighborhood Watch: {NEW} was left out",
        "Neighborhood Watch: case: investigate: Completed with warnings",
    }
    assert all(reason in text for text in received.values())
    # Put right, it is announced where `nwatch arrivals` knew it, and read again before the next test counts.
    before = {each["id"] for each in stack.runs("one-agency")}
    announced = stack.look()
    assert set(announced) <= {NEW}

    def started() -> list[str]:
        return [each["id"] for each in stack.runs("one-agency") if each["id"] not in before]

    until(lambda: len(started()) >= len(announced), stack.log_of("server"))
    assert all(stack.ended(run)["state_type"] == "COMPLETED" for run in started())


def events(stack: Stack, name: str) -> list[dict[str, Any]]:
    """All events of a name that were sent until now; the server keeps them later than it reacts to them."""

    def kept(what: str) -> list[dict[str, Any]]:
        found = stack.ask("events/filter", {"filter": {"event": {"name": [what]}}})
        return list(found["events"])

    last = arrival_event(stack.case, Arrival(NEW, files=1, bytes=1)).model_copy(
        update={"event": f"tests.after.{time.time_ns()}"}
    )
    stack.ask("events", [last.model_dump(mode="json")])
    until(lambda: kept(last.event), stack.log_of("server"))
    return kept(name)


def test_new_records_that_wait_for_a_person_are_reported_once(stack: Stack, hook: HTTPServer):
    stack.set_up(f"http://127.0.0.1:{hook.server_port}/hook")
    folder = stack.case / "records/Drift Valley PD"
    shutil.copytree(stack.case / "records" / NEW, folder)
    (folder / "agency.toml").write_text('name = "Drift Valley Police Department"\n')
    assert [stack.look(), stack.look()] == [[], []]
    [text] = told(stack, hook, folder.name)
    shutil.rmtree(folder)
    assert [each["payload"]["agency"] for each in events(stack, STUCK)].count(folder.name) == 1
    first, second = text.splitlines()
    assert first == "Neighborhood Watch: Drift Valley PD: new records wait for a person"
    assert "the settings of Drift Valley PD: the key 'timezone' is missing" in second
    assert not [run for run in stack.runs("one-agency") if run["parameters"]["agency"] == folder.name]


def hasten(stack: Stack, what: str) -> None:
    """Set the automations up with ten seconds instead of minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(automations, what, timedelta(seconds=10))
        stack.set_up()


def test_while_the_server_is_restarted_a_run_goes_on_and_one_that_never_began_frees_its_slot(stack: Stack):
    """The second is one that a worker took, as in a power cut between the two."""

    def taken() -> int:
        limit = stack.ask(f"v2/concurrency_limits/deployment:{deployment['id']}", method="GET")
        return int(limit["active_slots"])

    with one_run_at_a_time(stack.case / "work"):  # so that the run waits
        run = waiting(stack)
        hasten(stack, "START")
        deployment = stack.deployment("investigate")
        later = (datetime.now(UTC) + timedelta(days=1)).isoformat()  # so that no worker takes it in fact
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": later}}
        never = stack.ask(f"deployments/{deployment['id']}/create_flow_run", {"state": state})
        pending = {"state": {"type": "PENDING"}, "force": False}
        assert stack.ask(f"flow_runs/{never['id']}/set_state", pending)["status"] == "ACCEPT"
        assert taken() == 1
        event = {"name": ["prefect.flow-run.Pending"]}
        noted = {"filter": {"event": event, "resource": {"id": [f"prefect.flow-run.{never['id']}"]}}}
        until(lambda: stack.ask("events/filter", noted)["total"], stack.log_of("server"))
        # The server keeps the event, and apart from that what is to follow it: that is what must outlast it.
        followed = (
            f"select count(*) from automation_bucket where cast(bucketing_key as text) like '%{never['id']}%'"
        )
        until(lambda: sql(stack.where, followed) != ["0"], stack.log_of("server"))
        server = stack.processes.pop(0)
        server.kill()
        server.wait()
        assert list((stack.home / "concurrency_leases").glob("*-*.json"))
        stack.serve()
        stack.processes.insert(0, stack.processes.pop())
        assert stack.ask(f"flow_runs/{run}", method="GET")["state_type"] == "RUNNING"
        # Where the machine is busy, the ten seconds are over.
        assert taken() == 1 or stack.ended(never["id"])["state_type"] == "CRASHED"
    ended = stack.ended(run)
    assert ended["state_type"] == "COMPLETED", ended["state"]
    found = stack.ended(never["id"])
    assert found["state_type"] == "CRASHED"
    assert found["state"]["message"].startswith("a worker took it and did not begin it")
    assert taken() == 0


def waiting(stack: Stack, flow: str = "one-agency", **given: Any) -> str:
    """A run, by default of the new agency, that waits for the folder; by its id."""
    parameters = {"folder": str(stack.case), "patience": 21600, **(given or {"agency": NEW})}
    made = stack.ask(
        f"deployments/{stack.deployment(flow)['id']}/create_flow_run",
        {"state": {"type": "SCHEDULED"}, "parameters": parameters},
    )
    logs = {"logs": {"flow_run_id": {"any_": [made["id"]]}}}

    def waits() -> bool:
        return any("waiting" in line["message"] for line in stack.ask("logs/filter", logs))

    until(waits, stack.log_of("worker"))
    assert stack.ask(f"flow_runs/{made['id']}", method="GET")["state_type"] == "RUNNING"
    return str(made["id"])


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # as above
@pytest.mark.usefixtures("threads")
def test_a_server_that_is_away_costs_no_run_and_everything_is_shown_afterwards(stack: Stack):
    """It is gone before the first step, and comes back when the run has noticed and waits for it."""
    run_by_hand(stack.case)  # the tests before may have left an agency out
    stack.set_up()
    before = published(stack.case)
    with one_run_at_a_time(stack.case / "work"):  # so that the run waits
        run = waiting(stack, "investigate", only=["mail", "posts"])
        server = stack.processes.pop(0)
        server.kill()
        server.wait()
    until(lambda: "the run waits for it, for up to 510 s" in stack.log_of("worker")(), stack.log_of("worker"))
    stack.serve()
    stack.processes.insert(0, stack.processes.pop())
    ended = stack.ended(run)
    assert ended["state_type"] == "COMPLETED", ended["state"]
    parts = stack.ask("flow_runs/filter", {"flow_runs": {"parent_flow_run_id": {"any_": [run]}}})
    assert {part["state_type"] for part in parts} == {"COMPLETED"}
    assert len(parts) == 2
    mine = {"flow_runs": {"id": {"any_": [run, *(part["id"] for part in parts)]}}}

    def unfinished() -> list[dict[str, Any]]:
        found = stack.ask("task_runs/filter", mine)
        return [task for task in found if task["state_type"] != "COMPLETED"]

    # The server learns of the ends of steps by and by.
    until(lambda: not unfinished(), stack.log_of("server"))
    bars = [each for each in stack.ask("artifacts/filter", mine) if each["type"] == "progress"]
    assert {bar["data"] for bar in bars} == {100.0}
    logs = {"logs": {"flow_run_id": {"any_": [run]}}}

    def said() -> str:
        return " ".join(line["message"] for line in stack.ask("logs/filter", logs))

    until(lambda: "the Prefect server answers again" in said(), stack.log_of("worker"))
    after = published(stack.case)
    tables = [name for name in before if name.endswith(".parquet")]
    assert {name: after[name] for name in tables} == {name: before[name] for name in tables}


def test_a_run_that_waits_for_sheets_ends_its_process_and_goes_on_when_it_is_resumed(
    stack: Stack, tmp_path: Path
):
    stack.set_up()  # a run may take its time again to begin
    case = handed_out(tmp_path)
    made = stack.ask(
        f"deployments/{stack.deployment('coding')['id']}/create_flow_run",
        {"state": {"type": "SCHEDULED"}, "parameters": {"folder": str(case), "wait": True}},
    )

    def state() -> str:
        return str(stack.ask(f"flow_runs/{made['id']}", method="GET")["state_name"])

    until(lambda: state() in {"Suspended", "Failed", "Crashed"}, stack.log_of("worker"))
    assert state() == "Suspended"
    hand_in(case, "anna", ["Yes", "Yes", "No", "No"])
    hand_in(case, "ben", ["Yes", "Yes", "No", "Yes"])
    answer = {"run_input": {"decided_by": "Dora", "enough": True}}
    assert stack.ask(f"flow_runs/{made['id']}/resume", answer)["status"] == "ACCEPT"
    run = stack.ended(made["id"])
    assert run["state_type"] == "COMPLETED", run["state"]
    assert run["name"].endswith(" coding")
    assert "failed" not in run["tags"]
    found = pq.read_table(case / "out/private/coding_reviews.parquet").column("reader").to_pylist()
    assert set(found) == set(READERS[:2])


def test_that_all_sheets_are_back_is_told_in_numbers(stack: Stack, hook: HTTPServer):
    stack.set_up(f"http://127.0.0.1:{hook.server_port}/hook")
    event = complete_event(stack.case, "The case", Tally(10, 2, 0, 30, 3, 1))
    stack.ask("events", [event.model_dump(mode="json")])
    [text] = told(stack, hook, "all sheets")
    assert text.splitlines() == [
        "Neighborhood Watch: all sheets of the sample are back",
        "Of The case: 30 reviews given, 3 missing, 1 not usable; alerts with a tie to decide: 2.",
    ]


def test_a_run_whose_processes_are_gone_is_marked_crashed(stack: Stack):
    """The last test: the worker is gone."""
    hasten(stack, "SILENCE")
    worker = psutil.Process(stack.processes[-1].pid)
    with one_run_at_a_time(stack.case / "work"):  # so that the run waits
        made = waiting(stack)
        # As in a power cut: the run is gone, and the worker that would report it.
        for process in [worker, *worker.children(recursive=True)]:
            process.kill()
        run = stack.ended(made)
    assert run["state_type"] == "CRASHED"
    assert run["state"]["message"] == "no heartbeat for ten minutes: its process or its machine is gone"
