"""A step runs as a plain call with its progress shown, or as a Prefect task where a server records it."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.run.progress import Reporter, reporting
from flows.run.step import step, subflow
from flows.run.watched import run_log, watched
from flows.service.outbox import flush
from tasks.step import Step


def count(letters: str, *, on_progress=None) -> int:
    """Count letters, and report the progress."""
    for done, _ in enumerate(letters, 1):
        on_progress(done, len(letters))
    return len(letters)


def add(numbers: list[int]) -> int:
    """Add numbers."""
    return sum(numbers)


COUNT = Step("count the letters", count, "letters")


def test_a_step_calls_its_function_shows_its_progress_and_counts_its_seconds():
    shown: list[tuple[int, int]] = []

    class Hearing(Reporter):
        def _shown(self, name, unit):
            from contextlib import contextmanager

            @contextmanager
            def hear():
                yield lambda done, total: shown.append((done, total))

            return hear()

    with reporting(Hearing()) as tell:
        assert step(COUNT)("abc") == 3
        assert step(Step("add", add))([1, 2]) == 3
    assert shown == [(1, 3), (2, 3), (3, 3)]
    assert list(tell.seconds) == ["count the letters", "add"]


@pytest.mark.long
def test_nobody_watches_where_no_server_is_named_and_nothing_of_prefect_is_loaded():
    code = (
        "import sys\nfrom flows.run.step import step, subflow\n"
        "from flows.run.watched import run_log, watched\nfrom tasks.step import Step\n"
        "import flows.investigate, flows.one_agency\nfrom pathlib import Path\n"
        "assert not watched()\nassert step(Step('add', sum))([1, 2]) == 3\n"
        "assert subflow('mail', Path('a'), Path('b'), lambda: 5) == 5\nrun_log().warning('nobody hears it')\n"
        "print('prefect' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_the_log_of_an_unwatched_run_is_not_shown(capsys: pytest.CaptureFixture):
    log = run_log()
    assert isinstance(log, logging.Logger)
    log.warning("nobody hears it")
    assert capsys.readouterr() == ("", "")


def test_prefect_neither_caches_nor_stores_what_a_step_returns():
    """Its arguments are clients and frames, of which no key can be made; its results are tables on disk."""
    from prefect.cache_policies import NO_CACHE

    from flows.run.step import _as_task

    made: Any = _as_task(COUNT)
    assert (made.name, made.cache_policy, made.persist_result) == ("count the letters", NO_CACHE, False)
    assert _as_task(COUNT) is made


@pytest.mark.slow
def test_a_watched_step_is_a_task_with_its_progress_and_a_part_a_flow_of_its_own(
    prefect: dict[str, str], tmp_path: Path
):
    from prefect import flow
    from prefect.client.orchestration import get_client

    def part() -> int:
        assert watched()
        return step(COUNT)("ab") + step(Step("add", add))([1, 2]) + step(COUNT)("")

    @flow(name="outer", flow_run_name="outer of the steps")
    def outer(folder: Path) -> int:
        run_log().info("heard")
        found = subflow("toys", folder, folder / "out", part)
        flush(300)
        return found

    assert outer(tmp_path / "case") == 5
    with get_client(sync_client=True) as api:
        runs = {found.name: found for found in api.read_flow_runs()}
        inner = runs["toys case"]
        assert inner.parameters == {"folder": str(tmp_path / "case"), "out": str(tmp_path / "case/out")}
        tasks = [task.name for task in api.read_task_runs() if task.flow_run_id == inner.id]
        assert sorted(name.rsplit("-", 1)[0] for name in tasks) == ["add", *["count the letters"] * 2]
        bars = {each.key: each.data for each in api.read_artifacts() if each.flow_run_id == inner.id}
        # One for each, though the second counted nothing.
        assert bars == {"count-the-letters": 100.0, "count-the-letters-2": 100.0}
        [flow_of_part] = [each for each in api.read_flows() if each.id == inner.flow_id]
        assert flow_of_part.name == "toys"
