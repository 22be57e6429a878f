"""The deployments of one investigation: what ``prefect.yaml`` says, with its name, its folder and its night.

A server may have several investigations. All that is deployed for one carries its name
(:mod:`flows.run.on_server`), and deploying one touches nothing of another. What a person changed in the UI
stays (:mod:`flows.service.merging`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import yaml  # comes with Prefect
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import ConcurrencyOptions
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.events import AutomationCore, DeploymentEventTrigger
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

from data.catalog import Investigation
from data.errors import InputError
from data.printable import printable
from flows.run.on_server import absolute, name_of
from flows.service.merging import Deployed, Fields, Target, merge, night_of

FILE: Final = Path(__file__).resolve().parents[2] / "prefect.yaml"
EARLIER: Final = ("investigate", "one-agency", "arrivals", "coding")
"""Deployments of versions before 0.3, which a server could have for one investigation only: each has the name
of its flow."""

NIGHTLY: Final = "nightly"
"""The schedule of ``prefect.yaml``, by which it is found again on the server."""

_PLACE: Final = re.compile(r"\{\{ given\.(\w+) \}\}")


@dataclass(frozen=True)
class Given:
    """What ``prefect.yaml`` leaves open.

    Attributes:
        name: The investigation's name on the server.
        folder: Its folder, absolute, as the workers see it.
        code: The folder in which the workers run.
        cron: When the nightly run starts.
        timezone: The time zone of that.
    """

    name: str
    folder: str
    code: str
    cron: str
    timezone: str


def given_for(folder: str | None, code: str | None = None) -> Given:
    """Find what the deployments of an investigation need.

    Args:
        folder: ``NWATCH_FOLDER``.
        code: ``NWATCH_CODE``.

    Raises:
        InputError: The folder is not named, not absolute, no investigation, or its settings are wrong.
    """
    investigation = Investigation.unchecked(absolute(folder))
    night = investigation.config.schedule
    return Given(
        name=name_of(investigation.folder),
        folder=str(investigation.folder),
        code=code or str(FILE.parent),
        cron=f"{night.minute} {night.hour} * * *",
        timezone=night.timezone,
    )


def given(folder: str | None = None, code: str | None = None) -> dict[str, str]:
    """The same, as the step of ``prefect deploy``; a mistake ends the command with one line.

    Args:
        folder: ``NWATCH_FOLDER``.
        code: ``NWATCH_CODE``.
    """
    try:
        return asdict(given_for(folder, code))
    except InputError as error:
        sys.stderr.write(f"nwatch: {error}\n")
        raise SystemExit(2) from None


def specs(of: Given) -> list[dict[str, Any]]:
    """The deployments of ``prefect.yaml``, filled in.

    Args:
        of: What is filled in.

    Raises:
        InputError: The program is installed without its ``prefect.yaml``.
    """
    if not FILE.is_file():
        raise InputError(f"{FILE}: there is no such file; deploy from a clone, or in the program's image")
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    filled: list[dict[str, Any]] = _filled(read["deployments"], asdict(of))
    pull = _filled(read["pull"], asdict(of))
    return [{**one, "pull": pull} for one in filled]


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_filled(name, words): _filled(inner, words) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    if isinstance(value, str):
        return _PLACE.sub(lambda found: words[found[1]], value)
    return value


def deploy(target: Target, of: Given, pool: str | None = None) -> tuple[list[Deployed], list[AutomationCore]]:
    """Bring the deployments of an investigation to what ``prefect.yaml`` says.

    Args:
        target: The investigation on the server.
        of: What ``prefect.yaml`` leaves open.
        pool: The work pool; None for that of ``prefect.yaml``.

    Returns:
        What became of each, and the automations by which the server starts them; the caller puts them there.

    Raises:
        InputError: The server has no such pool, or has another investigation of this name.
    """
    wanted = specs(of)
    for one in wanted:
        one["work_pool"]["name"] = pool or one["work_pool"]["name"]
    _check_pool(target.client, wanted[0]["work_pool"]["name"])
    flows: list[Flow[..., Any]] = [load_flow_from_entrypoint(one["entrypoint"]) for one in wanted]
    there = [_read(target.client, f"{flow.name}/{of.name}") for flow in flows]
    for found in there:
        _check_folder(found, of, target.reset)
    made, starting = [], []
    for one, flow, theirs in zip(wanted, flows, there, strict=True):
        deployed, after = _put(target, one, flow, theirs)
        made.append(deployed)
        starting += [_automation(trigger, after) for trigger in one.get("triggers", [])]
    return made, starting


def _put(
    target: Target, one: Mapping[str, Any], flow: Flow[..., Any], theirs: DeploymentResponse | None
) -> tuple[Deployed, DeploymentResponse]:
    """Deploy one flow; gives what became of it, and what the server has then."""
    client, name = target.client, f"{flow.name}/{target.name}"
    before = target.memory.hashes.get(flow.name, {})
    merged = merge(name, _ours(one), _theirs(theirs) if theirs else None, before, target.reset)
    identity = client.create_deployment(
        flow_id=client.create_flow_from_name(flow.name),
        name=target.name,
        version=flow.version,
        parameter_openapi_schema=parameter_schema(flow).model_dump(exclude_unset=True),
        **_sent(one, merged.values),
    )
    after = client.read_deployment(identity)
    target.memory.note(flow.name, merged, _theirs(after))
    now = "created" if theirs is None else "updated" if merged.changed else "unchanged"
    return Deployed(name, _when(one, merged.values), now, tuple(merged.kept.values())), after


def _check_pool(client: SyncPrefectClient, pool: str) -> None:
    try:
        client.read_work_pool(pool)
    except ObjectNotFound as error:
        raise InputError(
            f"the server has no work pool {pool!r}; make one with: "
            f"prefect work-pool create {pool} --type process"
        ) from error


def _read(client: SyncPrefectClient, name: str) -> DeploymentResponse | None:
    try:
        return client.read_deployment_by_name(name)
    except ObjectNotFound:
        return None


def _check_folder(found: DeploymentResponse | None, of: Given, reset: bool) -> None:
    """Check that a deployment of this name is not that of another investigation."""
    other = found.parameters.get("folder") if found else None
    if other and other != of.folder and not reset:
        raise InputError(
            f"the server has an investigation {of.name!r} in {printable(str(other))}; if {of.folder} is that "
            "one, moved, add --reset; else rename the folder, as its name is that of its deployments"
        )


def _ours(one: Mapping[str, Any]) -> dict[str, Any]:
    """What is deployed, field by field, as :func:`_theirs` reads it from the server."""
    limit = one.get("concurrency_limit") or {}
    [nightly] = one.get("schedules") or [None]
    return {
        "schedule": _schedule(CronSchedule(cron=nightly["cron"], timezone=nightly["timezone"]), active=True)
        if nightly
        else None,
        "list of other schedules": [],
        "set of parameters": one["parameters"],
        "list of tags": one["tags"],
        "description": one["description"],
        "pause": False,
        "concurrency limit": [
            limit.get("limit"),
            limit.get("collision_strategy"),
            limit.get("grace_period_seconds"),
        ],
        "set of job variables": one["work_pool"]["job_variables"],
        "work pool": [one["work_pool"]["name"], "default"],
        "check of parameters": True,
    }


def _theirs(found: DeploymentResponse) -> dict[str, Any]:
    """What a person can change in the UI, as the server has it."""
    limit, options = found.global_concurrency_limit, found.concurrency_options
    schedules = [(one.slug, _schedule(one.schedule, one.active, one.parameters)) for one in found.schedules]
    return {
        "schedule": next((one for slug, one in schedules if slug == NIGHTLY), None),
        "list of other schedules": [{"slug": slug, **one} for slug, one in schedules if slug != NIGHTLY],
        "set of parameters": found.parameters,
        "list of tags": found.tags,
        "description": found.description,
        "pause": found.paused,
        "concurrency limit": [
            limit.limit if limit else None,
            options.collision_strategy.value if options else None,
            options.grace_period_seconds if options else None,
        ],
        "set of job variables": found.job_variables,
        "work pool": [found.work_pool_name, found.work_queue_name],
        "check of parameters": found.enforce_parameter_schema,
    }


def _schedule(schedule: Any, active: bool, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A schedule as JSON has it."""
    values = {name: value for name, value in schedule.model_dump(mode="json").items() if value is not None}
    return {**values, "active": active, **({"parameters": dict(parameters)} if parameters else {})}


def _sent(one: Mapping[str, Any], values: Fields) -> dict[str, Any]:
    """What the server is asked to have."""
    limit, strategy, grace = values["concurrency limit"]
    pool, queue = values["work pool"]
    options = {"collision_strategy": strategy, **({} if grace is None else {"grace_period_seconds": grace})}
    nightly = [{"slug": NIGHTLY, **values["schedule"]}] if values["schedule"] else []
    return {
        "schedules": list(_schedules([*nightly, *values["list of other schedules"]])),
        "parameters": values["set of parameters"],
        "tags": values["list of tags"],
        "description": values["description"],
        "paused": values["pause"],
        "concurrency_limit": limit,
        "concurrency_options": ConcurrencyOptions.model_validate(options) if strategy else None,
        "job_variables": values["set of job variables"],
        "work_pool_name": pool,
        "work_queue_name": queue,
        "enforce_parameter_schema": values["check of parameters"],
        "entrypoint": one["entrypoint"],
        "pull_steps": one["pull"],
    }


def _schedules(of: list[dict[str, Any]]) -> Iterator[DeploymentScheduleCreate]:
    for one in of:
        own = {name: one[name] for name in ("slug", "active", "parameters") if name in one}
        rest = {name: value for name, value in one.items() if name not in own}
        yield DeploymentScheduleCreate.model_validate({**own, "schedule": rest})


def _when(one: Mapping[str, Any], values: Fields) -> str:
    """When a deployment starts, in words."""
    others = [night_of(schedule) for schedule in values["list of other schedules"]]
    own = [night_of(values["schedule"])] if values["schedule"] else []
    usual = "when records have arrived" if one.get("triggers") else "when a person starts it"
    return printable("; ".join([*own, *others]) or usual)


def _automation(trigger: dict[str, Any], deployment: DeploymentResponse) -> AutomationCore:
    """The automation that starts a deployment."""
    made = DeploymentEventTrigger.model_validate(trigger)
    made.set_deployment_id(deployment.id)
    return made.as_automation()


def retire(client: SyncPrefectClient, of: Given) -> list[Deployed]:
    """Remove the deployments that an earlier version made for this investigation.

    Args:
        client: A client of the server.
        of: The investigation.

    Returns:
        What became of them; those of another investigation stay, with a line that says what to do.
    """
    found = {name: _read(client, f"{name}/{name}") for name in EARLIER if name != of.name}
    nightly = found.get("investigate")
    if nightly is None or "nwatch" not in nightly.tags:
        return []
    folder = nightly.parameters.get("folder")
    if folder != of.folder:
        line = (
            f"investigate/investigate is of an earlier version and for {printable(str(folder))}, and starts "
            "runs of every investigation's arrivals; deploy that folder, too, which removes it"
        )
        return [Deployed("investigate/investigate", "of an earlier version", "unchanged", (line,))]
    removed = []
    for name, one in found.items():
        if one is not None and "nwatch" in one.tags:
            client.delete_deployment(one.id)
            removed.append(Deployed(f"{name}/{name}", "of an earlier version", "removed"))
    return removed
