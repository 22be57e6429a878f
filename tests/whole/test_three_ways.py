"""A run without a server, on a named server, and with a UI of its own: the same bytes.

Each of the three is run once, and shows besides what only such a run can show: its summary, whose its files
are, what the server has of it, that a damaged database of earlier runs does no harm.
"""

import json
import logging
import os
import pty
import re
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest

from flows.parts import PARTS
from flows.service.local_server import template
from tests.api import answer_to
from tests.outputs import published
from tests.privacy import PRIVATE, assert_private_but_what_is_public, modes

pytestmark = pytest.mark.slow

RAN = tuple(part for part in PARTS if part != "coding")
"""The parts of a run of which nobody has drawn a sample yet."""

WORDS = ("--workers", "1", "--hash-attachments")
UMASK = 0
"""The most that others may have: what is private even then is private."""


def asked(url: str, what: str, **chosen: object) -> list[dict[str, Any]]:
    """What a server has of one kind, of those runs that are chosen."""
    request = Request(
        f"{url}/{what}/filter", data=json.dumps(chosen).encode(), headers={"Content-Type": "application/json"}
    )
    with answer_to(request) as answer:
        return list(json.load(answer))


@dataclass(frozen=True)
class Ways:
    """The same investigation, run in each of the three ways: its folders, and what was printed."""

    folders: dict[str, Path]
    printed: dict[str, str]
    modes_with_ui: set[tuple[str, str]]

    def __getitem__(self, way: str) -> Path:
        return self.folders[way]


def damaged_database() -> bytes:
    """A database of runs that was damaged."""
    content = template().read_bytes() if template().is_file() else bytes(200_000)
    return bytes(100) + content[100:]


@pytest.fixture(scope="module")
def three(synthetic: Path, tmp_path_factory: pytest.TempPathFactory, nwatch, prefect_server) -> Ways:
    folders: dict[str, Path] = {}
    printed: dict[str, str] = {}
    for way, (name, words, environment) in {
        "plain": ("case", [], {}),
        "named": ("ring-2021", [], prefect_server),
        "ui": ("case", ["--ui", "--no-wait"], {}),
    }.items():
        folder = tmp_path_factory.mktemp(way) / name
        shutil.copytree(synthetic, folder, ignore=shutil.ignore_patterns("truth", "work", "out"))
        if way == "ui":
            (folder / "work/prefect").mkdir(parents=True)
            (folder / "work/prefect/prefect.db").write_bytes(damaged_database())
        done = subprocess.run(
            [*nwatch, "run", str(folder), *WORDS, *words],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
            umask=UMASK,
        )
        assert done.returncode == 0, done.stderr
        assert way != "plain" or not done.stderr
        folders[way], printed[way] = folder, done.stdout
    return Ways(folders, printed, modes(folders["ui"] / "work"))


def test_only_a_run_with_a_ui_says_where_it_is(three: Ways):
    shown = [way for way, text in three.printed.items() if "Prefect UI: http://127.0.0.1:" in text]
    assert shown == ["ui"]


def test_every_table_and_the_provenance_have_the_same_bytes(three: Ways):
    plain = published(three["plain"])
    assert len(plain) > 30
    assert published(three["named"]) == plain
    assert published(three["ui"]) == plain


def test_only_a_run_with_a_ui_keeps_a_database_of_runs(three: Ways):
    assert not (three["plain"] / "work/prefect").exists()
    assert not (three["named"] / "work/prefect/prefect.db").exists()
    assert (three["ui"] / "work/prefect/prefect.db").is_file()


def test_a_run_needs_no_server_and_ends_with_its_summary(three: Ways, run):
    folder, text = three["plain"], three.printed["plain"]
    lines = text.splitlines()
    assert "\x1b" not in text
    said = [line.startswith("recognised: ") for line in lines]
    assert said[0]
    assert lines[said.index(False)].startswith("start: ")
    assert any(line.startswith("read the mail: ") for line in lines)
    assert f"tables            {folder / 'out'}" in lines
    missing = lines.index("Is anything missing?")
    assert " items in the mailboxes = " in lines[missing + 1]
    # The investigation has mails without a body.
    assert lines[lines.index("Perhaps:") + 1] == (
        "  2 mails were read without a body: it is blank, or in a form that cannot be read"
    )
    assert f"Everything else is accounted for; line by line: nwatch ledger {folder}" in lines
    assert any(line.startswith("unique alerts") for line in lines)
    # What is in quarantine is in the last lines, where nobody can miss it.
    assert lines[-1] == f"See what and why: nwatch quarantine {folder}"
    assert any(line.startswith("WARNING: ") and "in quarantine" in line for line in lines[-4:])

    ledger = run("ledger", folder)
    assert ledger.returncode == 0
    assert "listed in the file" in ledger.stdout
    assert "  2 mails were read without a body: " in ledger.stdout
    aside = run("quarantine", folder)
    assert aside.returncode == 0
    assert "no title" in aside.stdout
    assert aside.stdout.splitlines()[-1].endswith("in quarantine")
    plan = run("plan", folder)
    assert "0 partitions to read" in plan.stdout


def test_every_file_is_private_but_what_is_public_whatever_the_umask(three: Ways):
    """With other umasks: tests/whole/test_private.py."""
    assert_private_but_what_is_public(three["plain"], UMASK)


def test_the_database_of_the_ui_is_private_and_a_damaged_one_is_set_aside(three: Ways):
    assert three.modes_with_ui == PRIVATE
    assert (
        "work/prefect/prefect.db: was damaged, and is now prefect.db.damaged-1; the UI shows no earlier runs"
        in three.printed["ui"]
    )
    assert (three["ui"] / "work/prefect/prefect.db.damaged-1").read_bytes() == damaged_database()


def test_the_run_appears_on_the_server_that_the_environment_names(
    three: Ways, prefect_server: dict[str, str]
):
    server = prefect_server["PREFECT_API_URL"]
    assert "unique alerts" in three.printed["named"]
    assert f"Prefect server: {server} (PREFECT_API_URL)\n" in three.printed["named"]

    flows = {flow["id"]: flow["name"] for flow in asked(server, "flows")}
    ours = {"name": {"like_": "ring-2021"}}  # the server has runs of other tests too
    runs = {flows[run["flow_id"]]: run for run in asked(server, "flow_runs", flow_runs=ours)}
    assert set(runs) == {"investigate", *RAN}
    assert {run["state_type"] for run in runs.values()} == {"COMPLETED"}
    assert re.fullmatch(r"ring-2021 \d{4}-\d\d-\d\d full", runs["investigate"]["name"])
    assert runs["investigate"]["state_name"] == "Completed with warnings"
    assert runs["mail"]["name"] == "mail ring-2021"
    agencies = {"alderfall-pd", "briar-harbor-pd"}
    assert set(runs["investigate"]["tags"]) == {
        "nwatch",
        "nwatch:ring-2021",
        *agencies,
        *RAN,
        "with-warnings",
    }
    tasks = {run["name"].rsplit("-", 1)[0] for run in asked(server, "task_runs", flow_runs=ours)}
    assert {
        "survey the mailboxes",
        "read the mail",
        "parse the alerts",
        "close the ledger of the mail",
    } <= tasks
    artifacts = {artifact["key"]: artifact for artifact in asked(server, "artifacts", flow_runs=ours)}
    assert set(artifacts) == {
        "dask-dashboard", "survey-the-mailboxes", "hash-the-attachments", "read-the-mail", "parse-the-alerts",
        "find-the-unique-alerts",
        "is-anything-missing", "what-was-found", *(f"ledger-{part}" for part in RAN),
        "kinds", "city-effects", "crime-effects", "gather-the-posts", "put-posts-into-tracts",
        "city-tests", "city-tests-robust", "gather-the-crimes", "put-crimes-into-tracts", "crime-tests",
        "crime-tests-robust", "test-the-cities", "test-the-crimes",
        "city-selection", "requests",
    }  # fmt: skip
    assert artifacts["read-the-mail"]["data"] == 100.0
    of_ours = {"flow_run_id": {"any_": [run["id"] for run in runs.values()]}}
    logs = [(line["level"], line["message"]) for line in asked(server, "logs", logs=of_ours)]
    messages = [message for _, message in logs]
    lines = three.printed["named"].splitlines()
    warned = [line.removeprefix("WARNING: ") for line in lines if line.startswith("WARNING: ")]
    # What the command line warns of is in the log, once, and nothing else is a warning there.
    assert sorted(message for level, message in logs if level == logging.WARNING) == sorted(warned)
    assert any(re.fullmatch(r"read the mail took .* s: (\d+) of \1 messages", line) for line in messages)
    assert any("skipped: coding" in line for line in messages)


def test_earlier_runs_are_shown_until_a_key_is_pressed(three: Ways, nwatch):
    person, terminal = pty.openpty()
    with subprocess.Popen(
        [*nwatch, "ui", str(three["ui"])], stdin=terminal, stdout=subprocess.PIPE, text=True
    ) as showing:
        os.close(terminal)
        assert showing.stdout is not None
        found = re.match(r"Prefect UI: (http://127\.0\.0\.1:\d+)$", showing.stdout.readline())
        assert found
        assert "until you press a key" in showing.stdout.readline()
        question = urllib.request.Request(
            f"{found[1]}/api/flow_runs/filter", data=b"{}", headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(question) as answer:
            assert re.search(rb'"case \d{4}-\d\d-\d\d full"', answer.read())
        again = subprocess.run([*nwatch, "ui", str(three["ui"])], capture_output=True, text=True, check=False)
        assert again.returncode == 2
        assert "a Prefect UI is already open for this investigation; close it first" in again.stderr
        os.write(person, b"q")
        assert showing.wait(60) == 0
    os.close(person)


def test_without_an_earlier_run_that_was_recorded_there_is_nothing_to_show(three: Ways, nwatch):
    done = subprocess.run([*nwatch, "ui", str(three["plain"])], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"nwatch: {three['plain']}: no run was recorded here yet; record one with: "
    )


def test_a_ui_of_its_own_beside_a_server_that_is_named_is_refused(three: Ways, nwatch):
    done = subprocess.run(
        [*nwatch, "run", str(three["plain"]), "--ui"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PREFECT_API_URL": "http://127.0.0.1:1/api"},
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--ui: PREFECT_API_URL already names a server (http://127.0.0.1:1/api)" in done.stderr
