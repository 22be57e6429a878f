"""What stopped a run is tried again if it may pass, as often as Prefect's settings say, and else is not."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from data.errors import InputError, LedgerError, PassingError
from flows import deployments
from flows.service import again
from flows.service.again import delays_of_settings, tried_again
from tests.api import all_of, states_of
from tests.outputs import published

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "out/public/ledger.parquet")


@contextmanager
def settings(retries: int, delays: Any = 0) -> Iterator[None]:
    from prefect.settings import (
        PREFECT_FLOWS_DEFAULT_RETRIES,
        PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS,
        temporary_settings,
    )

    given = {
        PREFECT_FLOWS_DEFAULT_RETRIES: retries,
        PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS: delays,
    }
    with temporary_settings(given):
        yield


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str]]:
    """How long is waited, and why, in a run that somebody watches."""
    found: list[tuple[float, str]] = []

    def waited(delay: float, reason: str) -> bool:
        found.append((delay, reason))
        return True

    monkeypatch.setattr(again, "watched", lambda: True)
    monkeypatch.setattr(again, "_waited", waited)
    return found


class Body:
    """The body of a run that is stopped by one thing after another, and then finds something."""

    def __init__(self, *stops: Exception) -> None:
        self.stops = list(stops)

    def __call__(self) -> str:
        if self.stops:
            raise self.stops.pop(0)
        return "found"


@pytest.mark.parametrize("stop", [PassingError("the Dask scheduler was lost"), FULL])
def test_what_may_pass_is_tried_again_later_and_later(stop: Exception, waits: list[tuple[float, str]]):
    with settings(3, [60, 300, 1500]):
        assert tried_again(Body(stop, stop, stop), lambda error: type(error).__name__) == "found"
    assert waits == [(seconds, type(stop).__name__) for seconds in (60, 300, 1500)]


def test_after_the_last_try_it_stays_as_it_is(waits: list[tuple[float, str]]):
    with settings(2), pytest.raises(OSError, match="No space"):
        tried_again(Body(FULL, FULL, FULL), str)
    assert len(waits) == 2


@pytest.mark.parametrize("stop", [InputError("requests.csv: row 4"), LedgerError("lost"), KeyError("a bug")])
def test_what_would_be_the_same_again_is_not_tried_again(stop: Exception, waits: list[tuple[float, str]]):
    with settings(3), pytest.raises(type(stop)):
        tried_again(Body(stop), str)
    assert waits == []


def test_a_run_by_hand_is_not_tried_again():
    with settings(3), pytest.raises(OSError, match="No space"):
        tried_again(Body(FULL), str)


@pytest.mark.parametrize(
    ("retries", "given", "delays"),
    [(0, 0, []), (2, 5, [5, 5]), (3, [1, 2], [1, 2, 2]), (1, [1, 2], [1]), (1, [], [0])],
)
def test_the_delays_are_those_of_prefect_s_settings(retries: int, given: Any, delays: list[float]):
    with settings(retries, given):
        assert delays_of_settings() == delays


@pytest.mark.long
def test_prefect_itself_retries_no_flow_whatever_its_settings_say():
    """It knows no delays in turn for a flow, and its server would refuse a run that had them."""
    code = (
        "from flows.deployments import coding, investigate, one_agency\n"
        "print({(f.retries, f.retry_delay_seconds) for f in (investigate, one_agency, coding)})"
    )
    delays = {"PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS": "[60, 300, 1500]"}
    given = {"PREFECT_FLOWS_DEFAULT_RETRIES": "3", **delays}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **given}
    )
    assert done.stdout == "{(0, 0)}\n"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask 2026.8 resets an index so; pandas 4 drops it
def test_a_run_whose_disk_was_full_and_was_emptied_ends_as_one_that_had_room(
    prefect: dict[str, str], smallest: Path, tmp_path: Path, threads: Client, monkeypatch: pytest.MonkeyPatch
):
    from flows import investigate as module

    case = tmp_path / "case"
    shutil.copytree(smallest, case, ignore=shutil.ignore_patterns("truth", "work", "out"))
    full = [FULL]

    def write_report(*given: Any) -> dict[str, str]:
        if full:
            raise full.pop()
        return {}

    monkeypatch.setattr(module, "write_report", write_report)
    with settings(2):
        deployments.investigate(case, only=["mail"])
    [run] = [
        each
        for each in all_of(prefect["PREFECT_API_URL"], "flow_runs")
        if each["parameters"].get("folder") == str(case) and not each["parent_task_run_id"]
    ]
    assert run["state_type"] == "COMPLETED"
    assert "failed" not in run["tags"]
    names = states_of(prefect["PREFECT_API_URL"], run["id"])
    assert names == ["Pending", "Running", "AwaitingRetry", "Running", run["state_name"]]
    after = published(case)
    assert after
    shutil.rmtree(case / "out")
    shutil.rmtree(case / "work")
    module.investigate(case, only=["mail"])
    assert published(case) == after


@pytest.mark.slow
def test_a_run_with_a_wrong_setting_fails_at_once(prefect: dict[str, str], smallest: Path, tmp_path: Path):
    case = tmp_path / "case"
    shutil.copytree(smallest, case, ignore=shutil.ignore_patterns("truth", "work", "out"))
    (case / "investigation.toml").write_text('name = "case"\ntimezone = "Nowhere"\n')
    with settings(2), pytest.raises(InputError):
        deployments.investigate(case)
    [run] = [
        each
        for each in all_of(prefect["PREFECT_API_URL"], "flow_runs")
        if each["parameters"].get("folder") == str(case)
    ]
    assert run["state_type"] == "FAILED"
    assert states_of(prefect["PREFECT_API_URL"], run["id"]) == ["Pending", "Running", "Failed"]
