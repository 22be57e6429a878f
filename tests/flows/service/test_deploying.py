"""Deploying investigations on one server: each has its own, and what a person changed there stays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectAlreadyExists

from data.errors import InputError
from flows.console import deploying as command
from flows.run.on_server import name_of
from flows.service.deploying import EARLIER, given_for, specs

FLOWS = ("investigate", "one-agency", "coding")


@pytest.fixture
def client(prefect: dict[str, str]) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        with suppress(ObjectAlreadyExists):
            client.create_work_pool(WorkPoolCreate(name="nwatch", type="process"))
        yield client


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    """Makes an investigation with a night."""

    def make(name: str = "", **night: object) -> Path:
        folder = tmp_path / (name or f"case-{uuid4().hex[:8]}")
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{key} = {value!r}".replace("'", '"') for key, value in night.items()]
        (folder / "investigation.toml").write_text("\n".join(['name = "a"', "[schedule]", *lines]) + "\n")
        return folder

    return make


def deployed(client: SyncPrefectClient, folder: Path) -> dict[str, dict[str, Any]]:
    """Everything that the server has of an investigation but times of updates."""
    name = name_of(folder)
    found = {
        flow: client.read_deployment_by_name(f"{flow}/{name}").model_dump(
            mode="json", exclude={"updated", "last_polled", "status", "work_queue_id"}
        )
        for flow in FLOWS
    }
    own = [one for one in client.read_automations() if one.name.startswith(f"nwatch {name}: ")]
    assert len(own) == 9
    return {**found, **{one.name: one.model_dump(mode="json") for one in own}}


@pytest.mark.slow
def test_a_second_investigation_changes_nothing_of_the_first(
    client: SyncPrefectClient, made: Callable[..., Path], capsys: pytest.CaptureFixture[str]
):
    tail = uuid4().hex[:6]
    first = made(f"lapd {tail}", hour=1, timezone="Europe/Berlin")
    second = made(f"lapd {tail} 2 & {{{{ 1 }}}}*", hour=4, minute=5)
    command.deploy(first, None, False, None)
    before = deployed(client, first)
    command.deploy(second, "http://127.0.0.1:9/hook", False, None)
    command.deploy(second, None, True, None)
    assert deployed(client, first) == before
    after = deployed(client, second)
    assert not before.keys() & after.keys() - set(FLOWS)
    for flow in FLOWS:
        assert before[flow]["id"] != after[flow]["id"]
        assert before[flow]["parameters"]["folder"] == str(first)
        assert after[flow]["parameters"]["folder"] == str(second)
        assert before[flow]["tags"] == ["nwatch", f"nwatch:{first.name}"]
    limits = [one["investigate"]["global_concurrency_limit"]["name"] for one in (before, after)]
    assert len(set(limits)) == 2
    nights = [one["investigate"]["schedules"][0]["schedule"] for one in (before, after)]
    assert [(one["cron"], one["timezone"]) for one in nights] == [
        ("15 1 * * *", "Europe/Berlin"),
        ("5 4 * * *", "America/New_York"),
    ]
    starting = after[f"nwatch {name_of(second)}: records arrived"]
    assert starting["trigger"]["match"]["nwatch.investigation"] == name_of(second)
    assert starting["actions"][0]["deployment_id"] == after["one-agency"]["id"]
    assert "every night at 04:05, America/New_York" in capsys.readouterr().out


@pytest.mark.slow
def test_what_was_changed_on_the_server_is_said_and_kept_unless_it_is_reset(
    client: SyncPrefectClient, made: Callable[..., Path], capsys: pytest.CaptureFixture[str]
):
    folder = made(hour=1)
    command.deploy(folder, None, False, None)
    one = client.read_deployment_by_name(f"investigate/{folder.name}")
    client.update_deployment_schedule(
        one.id, one.schedules[0].id, active=False, schedule=CronSchedule(cron="30 4 * * *", timezone="UTC")
    )
    client.update_deployment(one.id, DeploymentUpdate(parameters={**one.parameters, "patience": 5}))
    made(folder.name, hour=2)
    capsys.readouterr()
    command.deploy(folder, None, False, None)
    said = [line for line in capsys.readouterr().out.splitlines() if "is kept" in line]
    assert said[0] == (
        f"investigate/{folder.name}: the schedule is kept as it was changed on the server: every night at "
        "04:30, UTC, switched off; it would be: every night at 02:15, America/New_York"
    )
    assert len(said) == 2
    assert "patience" in said[1]
    found = client.read_deployment_by_name(f"investigate/{folder.name}")
    assert (found.schedules[0].active, found.parameters["patience"]) == (False, 5)
    command.deploy(folder, None, True, None)
    assert "is kept" not in capsys.readouterr().out
    found = client.read_deployment_by_name(f"investigate/{folder.name}")
    assert (found.schedules[0].active, found.parameters["patience"]) == (True, 21600)
    assert found.schedules[0].schedule == CronSchedule(cron="15 2 * * *", timezone="America/New_York")


def test_a_folder_of_the_same_name_elsewhere_is_refused(client: SyncPrefectClient, made: Callable[..., Path]):
    first = made(f"case-{uuid4().hex[:8]}")
    command.deploy(first, None, False, None)
    with pytest.raises(InputError, match=r"the server has an investigation .* in .*; .*, moved, add --reset"):
        command.deploy(made(f"elsewhere/{first.name}"), None, False, None)


def test_what_an_earlier_version_deployed_is_removed_if_it_is_of_this_folder(
    client: SyncPrefectClient, made: Callable[..., Path], capsys: pytest.CaptureFixture[str]
):
    folder, other = made(), made()
    for name in EARLIER:
        client.create_deployment(
            flow_id=client.create_flow_from_name(name),
            name=name,
            tags=["nwatch"],
            parameters={"folder": str(folder)},
        )
    command.deploy(other, None, False, None)
    assert f"investigate/investigate is of an earlier version and for {folder}" in capsys.readouterr().out
    command.deploy(folder, None, False, None)
    assert capsys.readouterr().out.count("of an earlier version") == 4
    names = {one.name for one in client.read_deployments(limit=200)}
    assert not names & set(EARLIER)


def test_a_server_without_the_pool_is_one_line(client: SyncPrefectClient, made: Callable[..., Path]):
    with pytest.raises(InputError, match=r"no work pool 'nowhere'; make one with: prefect work-pool create"):
        command.deploy(made(), None, False, "nowhere")


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        (None, r"^NWATCH_FOLDER is not set; name the investigation folder as the workers see it"),
        ("", r"^NWATCH_FOLDER is not set"),
        ("case", r"^NWATCH_FOLDER: case is not an absolute path, .*; set NWATCH_FOLDER=/.*/case$"),
        ("/nowhere", r"^/nowhere: no such folder"),
    ],
)
def test_a_folder_that_is_not_named_absolutely_is_one_line(folder: str | None, line: str):
    with pytest.raises(InputError, match=line):
        given_for(folder)


@pytest.mark.slow
def test_prefect_s_own_command_ends_with_the_same_line(checkout: Path, prefect: dict[str, str]):
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        capture_output=True,
        text=True,
        env={**os.environ, **prefect, "NWATCH_FOLDER": "case"},
        cwd=checkout,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.startswith("nwatch: NWATCH_FOLDER: case is not an absolute path")


def test_nothing_is_left_open_in_what_is_deployed(made: Callable[..., Path]):
    found = specs(given_for(str(made(hour=7, minute=0, timezone="UTC")), "/code"))
    assert "{{ given" not in str(found)
    assert found[0]["schedules"] == [{"slug": "nightly", "cron": "0 7 * * *", "timezone": "UTC"}]
    assert found[0]["pull"] == [{"prefect.deployments.steps.set_working_directory": {"directory": "/code"}}]
