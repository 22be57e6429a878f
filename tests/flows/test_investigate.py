"""The flows on one worker: what is published, and what a Prefect server can show of it."""

import asyncio
import hashlib
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from data.catalog import Investigation
from data.errors import InputError, LedgerError, PassingError
from data.printable import markdown
from data.schema import TABLES
from data.tables import read_table
from flows import parts as registry
from flows.run.inputs import Inputs
from flows.run.preflight import check, using
from tasks.crime.ledger import COUNTED
from tasks.posts.ledger import POSTS
from tasks.step import Step
from tests.outputs import published
from tests.worlds import copy_of

pytestmark = pytest.mark.slow

RAN = tuple(part for part in registry.PARTS if part != "coding")
"""The parts that run: no sample of the alerts is drawn in a fixture."""


def run(folder: Path):
    """Run all parts as Prefect flows."""
    from prefect import tags

    from flows.deployments import investigate

    with tags("nwatch", "a-test"):
        return investigate(folder)


def asked(question):
    """What the server answers."""
    from prefect import get_client

    async def ask():
        async with get_client() as api:
            return await question(api)

    return asyncio.run(ask())


def flow_runs(folder: str):
    """The runs of all parts of a folder, on whatever day."""
    name = re.compile(rf"{folder} \d{{4}}-\d\d-\d\d full")
    return [found for found in asked(lambda api: api.read_flow_runs()) if name.fullmatch(found.name)]


@pytest.mark.usefixtures("prefect")
def test_a_run_publishes_its_tables_and_shows_itself_to_the_server(investigation: Path, client: Client):
    folder = investigation.rename(investigation.with_name("ring-of-one-run"))
    result = run(folder)
    assert result.out == folder / "out"
    assert (folder / "out/public/ledger.csv").is_file()
    assert (folder / "out/provenance.json").is_file()
    assert result.found["mail"].messages > 0
    assert result.found["posts"].closed.total(POSTS) > 0
    assert result.found["crime"].closed.total(COUNTED) > 0
    assert result.found["selection"].chosen.num_rows > 0
    assert result.found["requests"].given.summary.asked > 0
    assert result.notes == ("skipped: coding (no coding/sample.csv; to draw a sample: nwatch sample DIR)",)

    [shown] = flow_runs("ring-of-one-run")
    assert shown.state is not None
    assert shown.state.is_completed()
    assert shown.state.name == "Completed with warnings"
    assert shown.state.message == f"{result.public_warnings[0]} (and {len(result.public_warnings) - 1} more)"
    assert len(result.public_warnings) == len(result.warnings)
    assert set(shown.tags) == {
        *("nwatch", "a-test", "alderfall-pd", "briar-harbor-pd", "with-warnings"),
        *RAN,
    }
    runs = {found.id: found for found in asked(lambda api: api.read_flow_runs())}
    subs = [found for found in runs.values() if found.parent_task_run_id and "a-test" in found.tags]
    assert sorted(sub.name for sub in subs) == [f"{name} ring-of-one-run" for name in sorted(RAN)]
    artifacts = {
        found.key: found
        for found in asked(lambda api: api.read_artifacts())
        if found.flow_run_id in {shown.id, *(sub.id for sub in subs)}
    }
    assert set(artifacts) == {
        "dask-dashboard", "survey-the-mailboxes", "read-the-mail", "parse-the-alerts", "kinds",
        "is-anything-missing", "what-was-found", *(f"ledger-{part}" for part in RAN),
        "gather-the-posts", "put-posts-into-tracts", "city-tests", "city-tests-robust", "city-effects",
        "find-the-unique-alerts",
        "gather-the-crimes", "put-crimes-into-tracts", "crime-tests", "crime-tests-robust",
        "crime-effects", "test-the-cities", "test-the-crimes",
        "city-selection", "requests",
    }  # fmt: skip
    assert artifacts["read-the-mail"].type == "progress"
    assert artifacts["read-the-mail"].data == 100.0
    assert client.dashboard_link in str(artifacts["dask-dashboard"].data)
    assert "listed in the file" in str(artifacts["ledger-mail"].data)
    missing, found = (str(artifacts[key].data) for key in ("is-anything-missing", "what-was-found"))
    assert missing.startswith("# Is anything missing? Perhaps:\n\n- 2 mails were read without a body")
    assert all(markdown(line) in missing for line in result.public_warnings)
    assert f"| crime alert | {sum_of(result, 'crime alert'):,} |" in found
    assert "crime alert" in str(artifacts["kinds"].data)
    files = [file for source in result.found["mail"].sources for file in source.files]
    assert not [file for file in files if file in str([found.data for found in artifacts.values()])]


def sum_of(result: Any, kind: str) -> int:
    return sum(row["emails"] for row in result.found["mail"].kinds.to_pylist() if row["kind"] == kind)


@pytest.mark.usefixtures("prefect")
def test_a_run_that_fails_says_so_and_leaves_out_as_it_was(investigation: Path, client: Client, monkeypatch):
    from tasks.alerts import task

    folder = investigation.rename(investigation.with_name("fails"))
    (folder / "out").mkdir()
    (folder / "out/old.txt").write_text("old")

    def refuse(*_, **_and):
        raise LedgerError("records/lapd/a.pst, Inbox: 1 listed, 0 read")

    monkeypatch.setattr(task, "close", Step("close the ledger of the mail", refuse))
    with pytest.raises(LedgerError):
        run(folder)
    assert [path.name for path in (folder / "out").iterdir()] == ["old.txt"]
    [shown] = flow_runs("fails")
    assert shown.state is not None
    assert shown.state.is_failed()
    assert "failed" in shown.tags


@pytest.mark.usefixtures("prefect")
def test_a_mistake_in_the_input_leaves_the_flow_unchanged(tmp_path: Path):
    with pytest.raises(InputError, match="no such folder"):
        run(tmp_path / "nowhere")


@pytest.fixture(scope="module")
def done(synthetic: Path, tmp_path_factory: pytest.TempPathFactory, client: Client) -> Path:
    """An investigation that has been run; not to be changed."""
    from flows.investigate import investigate

    folder = copy_of(synthetic, tmp_path_factory.mktemp("done") / "case")
    investigate(folder)
    return folder


@pytest.fixture
def case(done: Path, tmp_path: Path) -> Path:
    return shutil.copytree(done, tmp_path / "case")


def test_a_second_run_reads_no_mail_and_publishes_the_same_bytes(case: Path, client: Client):
    from flows.investigate import investigate

    first = published(case)
    read = {path: path.stat().st_mtime_ns for path in (case / "work/mail").rglob("part-*")}
    investigate(case)
    assert published(case) == first
    assert {path: path.stat().st_mtime_ns for path in (case / "work/mail").rglob("part-*")} == read
    assert read


def holds_what_it_names(out: Path, *parts: str) -> None:
    """Check that provenance, ledger and folder have the same tables: those of some parts."""
    provenance = json.loads((out / "provenance.json").read_text())
    lying = {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.rglob("*")
        if path.is_file() and path.name not in {"provenance.json", "mine.csv"}
    }
    assert provenance["tables"] == lying
    assert set(lying) == {
        file
        for part in parts
        for name in (*registry.get(part).table_names, "public/ledger")
        for file in TABLES[name].files
    }
    assert set(provenance) & set(registry.PARTS) == set(parts) - {"mail"}
    rows = read_table(TABLES["public/ledger"], out).to_pylist()
    assert {row["part"] for row in rows} == {
        line for part in parts for line in registry.get(part).ledger.sections
    }


def test_out_holds_what_the_provenance_names_after_parts_were_added_and_removed(case: Path, client: Client):
    from flows.investigate import investigate

    out = case / "out"
    holds_what_it_names(out, *RAN)

    (out / "public/mine.csv").write_text("a reader's own")
    for name in ("posts", "crime", "atlas"):
        shutil.rmtree(case / name)
    investigate(case, only=["mail", "requests"])
    holds_what_it_names(out, *RAN)

    result = investigate(case)
    left = ("mail", "gentrification", "requests")
    holds_what_it_names(out, *left)
    assert (
        "old tables are moved from out/ to work/removed: "
        "posts (no posts/*), crime (no crime/*/*), selection (no atlas/*.csv)"
    ) in result.notes
    assert (out / "public/mine.csv").read_text() == "a reader's own"
    assert (case / "work/removed/private/posts_in_tracts.parquet").is_file()

    assert not [note for note in investigate(case).notes if "removed" in note]
    holds_what_it_names(out, *left)


def test_workers_that_lack_the_program_are_named_instead_of_waited_for(client: Client):
    from flows.run import workers

    mail = replace(registry.get("mail"), worker_modules=("os", "no_such_module"))
    with pytest.raises(InputError, match=r"cannot load this program.*no_such_module"):
        workers.check_loaded(workers.load(client, registry.worker_modules([mail])))


def test_a_flow_without_an_open_client_starts_workers_of_its_own(investigation: Path, monkeypatch):
    from flows.run.workers import workers

    monkeypatch.setenv("NWATCH_WORKERS", "1")
    monkeypatch.setattr(Client, "current", classmethod(lambda cls: (_ for _ in ()).throw(ValueError("none"))))
    with workers([registry.get("mail")]) as opened:
        assert opened is not None
        assert opened.client is None
        assert opened().submit(sum, [1, 2]).result(60) == 3


def test_a_run_that_starts_by_itself_does_not_read_what_is_still_being_copied(
    investigation: Path, client: Client
):
    from flows.investigate import investigate

    with pytest.raises(InputError, match=r"nothing to read yet: records/.* may still be being copied"):
        investigate(investigation, settled=True)
    assert not list((investigation / "work").glob("mail/*/part-*"))


def test_a_run_looks_at_the_input_of_all_parts_before_any_work(investigation: Path):
    from flows.investigate import investigate

    (investigation / "census/acs.parquet").unlink(missing_ok=True)
    (investigation / "census/acs.csv").write_text("GEOID\n06037101110\n")
    with pytest.raises(InputError, match=r"census/acs.csv"):
        investigate(investigation)
    assert [path.name for path in (investigation / "work").iterdir()] == [".lock"]


def test_what_the_caller_has_looked_at_is_not_looked_at_again(
    investigation: Path, client: Client, monkeypatch: pytest.MonkeyPatch
):
    from flows.investigate import investigate
    from tasks.census.look import read_census

    seen: list[Any] = []

    def noted(*given: Any, **named: Any) -> Any:
        seen.append(read_census(*given, **named))
        return seen[-1]

    monkeypatch.setattr("tasks.census.look.read_census", noted)
    looked_at = Inputs(Investigation.open(investigation))
    check(looked_at, ["posts", "crime"])
    with using(looked_at):
        result = investigate(investigation, only=["posts", "crime"])
    assert result.found["posts"] is not None
    assert result.found["crime"] is not None
    assert len(seen) == 1
    assert result.found["crime"].census is seen[0]
    assert result.found["posts"].census.tracts is seen[0].tracts


def test_a_deployment_s_run_does_not_begin_on_a_nearly_full_disk(
    investigation: Path, monkeypatch: pytest.MonkeyPatch
):
    from flows.investigate import investigate

    usage = shutil.disk_usage(investigation)._replace(free=10_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(PassingError, match="10 MB are free on its disk, and a run needs at least 50 MB"):
        investigate(investigation, only=["posts"])
