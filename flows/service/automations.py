"""Automations as code: what the Prefect server does by itself when a run of an investigation goes wrong.

They carry the investigation's name: one newsroom's never react to another's runs.
:mod:`flows.service.setting_up` brings them to the server.

A notification says which run it is, why, and where to look. The reason is that of the run's state or of an
event, in which no mailbox and no person is named: that does not belong in a newsroom's chat.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from prefect.automations import (
    AutomationCore,
    ChangeFlowRunState,
    DoNothing,
    EventTrigger,
    Posture,
    ResourceSpecification,
    SendNotification,
)
from prefect.client.schemas.objects import StateType

from flows.arrivals import LOOKED, STUCK
from flows.run.on_server import LABEL
from flows.run.watched import WARNED
from flows.service.coding_event import COMPLETE
from flows.service.left_out_event import LEFT_OUT

WENT_WRONG: Final = "a run failed, crashed or is late"
WITH_WARNINGS: Final = "a run completed with warnings"
SILENT: Final = "nobody looks for new records"
WAITING: Final = "new records wait for a person"
LEFT_BEHIND: Final = "an agency was left out"
SHEETS: Final = "all sheets of a sample are back"
ZOMBIE: Final = "a run without heartbeat is marked crashed"
STILLBORN: Final = "a run that does not begin is marked crashed"

SILENCE: Final = timedelta(minutes=10)
"""Longer than a server may be away (`PREFECT_CLIENT_MAX_RETRIES` of `prefect.yaml`: 510 s), and a heartbeat
more: when it is back, it would mark a run that is well as crashed before that one's heartbeat has come."""

QUIET: Final = timedelta(minutes=30)
"""Three signs of life of ``nwatch arrivals``."""

START: Final = timedelta(minutes=10)
"""How long a worker may hold a run before the run begins; the server may be away in between."""

_BAD_ENDS: Final = {"prefect.flow-run.Failed", "prefect.flow-run.TimedOut", "prefect.flow-run.Crashed"}
_ENDS: Final = {
    *_BAD_ENDS,
    "prefect.flow-run.Completed",
    f"prefect.flow-run.{WARNED}",  # an event has the name of the state, not its type
    "prefect.flow-run.Cancelled",
}
_WAITS: Final = {"prefect.flow-run.Paused", "prefect.flow-run.Suspended"}
"""A run that waits for a person: it need not have a process."""

_WARNED: Final = {f"prefect.flow-run.{WARNED}"}
_LATE: Final = {"prefect.flow-run.Late"}
_RUNS: Final = ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]})
_RUN: Final = {
    "subject": "Neighborhood Watch: {{ deployment.name }}: {{ flow.name }}: {{ flow_run.state.name }}",
    "body": (
        "{{ flow_run.name }} is {{ flow_run.state.name }}"
        "{% if flow_run.state.message %}: {{ flow_run.state.message }}{% endif %}."
        " See {{ flow_run | ui_url }}"
    ),
}
_READ: Final = {
    "subject": "Neighborhood Watch: all sheets of the sample are back",
    "body": (
        "Of {{ event.resource['prefect.resource.name'] }}: {{ event.payload.reviews }} reviews given, "
        "{{ event.payload.missing }} missing, {{ event.payload.unusable }} not usable; alerts with a tie to "
        "decide: {{ event.payload.ties }}."
        "{% if flow_run %} See {{ flow_run.name }}: {{ flow_run | ui_url }}{% endif %}"
    ),
}
_LEFT_OUT: Final = {
    "subject": "Neighborhood Watch: {{ event.payload.agency }} was left out",
    "body": "{{ event.payload.reason }}. See {{ flow_run.name }}: {{ flow_run | ui_url }}",
}
_AGENCY: Final = {
    "subject": "Neighborhood Watch: {{ event.payload.agency }}: new records wait for a person",
    "body": "{{ event.payload.reason }}",
}
_SILENCE: Final = {
    "subject": "Neighborhood Watch: nobody looks for new records",
    "body": (
        "{{ automation.name }}: no sign of life for 30 minutes. Is nwatch arrivals running? Its log says why."
    ),
}


def wanted(name: str, block: UUID | None = None) -> dict[str, AutomationCore]:
    """The automations that the server should have for an investigation.

    Args:
        name: The investigation's name on the server.
        block: The notification block that notifies people; without one an automation only appears in the
            UI's event feed when it is triggered.

    Returns:
        By what they do, automations that report each run of a deployment that fails, crashes or is late, and
        each that has warnings; that ``nwatch arrivals`` is silent; new records that need a person, and
        agencies that a run left out, once for each reason; and that all sheets of a sample are back. Two more
        mark runs as crashed, which is then reported like any crash: a run whose heartbeat stops, and a run
        that a worker took and never began, because the worker ended in between.

    Example:
        >>> [each.name for each in wanted("lapd").values()][-1]
        'nwatch lapd: a run that does not begin is marked crashed'
    """
    made = (
        (
            WENT_WRONG,
            "Reports runs of investigate, one-agency and coding that fail, crash or are late.",
            _state(name, _BAD_ENDS | _LATE),
            _tell(block),
        ),
        (
            WITH_WARNINGS,
            "Reports runs of investigate, one-agency and coding that completed with warnings.",
            _state(name, _WARNED),
            _tell(block),
        ),
        (
            SILENT,
            "Reports that nwatch arrivals has sent no sign of life for 30 minutes.",
            _event(LOOKED, name, posture=Posture.Proactive, after={LOOKED}, within=QUIET),
            _tell(block, _SILENCE),
        ),
        (
            WAITING,
            "Reports that an agency's records cannot be read as they are.",
            _event(STUCK, name),
            _tell(block, _AGENCY),
        ),
        (
            LEFT_BEHIND,
            "Reports that a run could not read an agency as it is.",
            _event(LEFT_OUT, name),
            _tell(block, _LEFT_OUT),
        ),
        (
            SHEETS,
            "Reports that the sheets of all readers of a sample have come back.",
            _event(COMPLETE, name),
            _tell(block, _READ),
        ),
        (
            ZOMBIE,
            "Marks a run crashed that sent a heartbeat, and then none for ten minutes.",
            _nothing_follows(
                name,
                after={"prefect.flow-run.heartbeat"},
                expect={"prefect.flow-run.heartbeat", *_ENDS, *_WAITS},
                within=SILENCE,
            ),
            _crashed("no heartbeat for ten minutes: its process or its machine is gone"),
        ),
        (
            STILLBORN,
            "Marks a run crashed that a worker took, and that has not begun ten minutes later.",
            _nothing_follows(
                name,
                after={"prefect.flow-run.Pending"},
                expect={"prefect.flow-run.Running", *_ENDS},
                within=START,
            ),
            _crashed("a worker took it and did not begin it in ten minutes: the worker is gone"),
        ),
    )
    return {
        what: AutomationCore(
            name=f"nwatch {name}: {what}", description=description, trigger=trigger, actions=[action]
        )
        for what, description, trigger, action in made
    }


def _state(name: str, expect: set[str]) -> EventTrigger:
    """States of a run of the investigation's deployments; its subflows are ignored."""
    return EventTrigger(
        posture=Posture.Reactive,
        match=_RUNS,
        match_related=_deployments(name),
        expect=expect,
        for_each={"prefect.resource.id"},
        threshold=1,
        within=timedelta(0),
    )


def _event(event: str, name: str, **given: Any) -> EventTrigger:
    """An event of this program about an investigation, each time it comes."""
    return EventTrigger(
        match=ResourceSpecification({"prefect.resource.id": ["nwatch.*"], LABEL: [name]}),
        expect={event},
        for_each={"prefect.resource.id"},
        threshold=1,
        **{"posture": Posture.Reactive, "within": timedelta(0), **given},
    )


def _nothing_follows(name: str, **given: Any) -> EventTrigger:
    """That nothing expected follows an event of a run of the investigation, with a deployment or without."""
    return EventTrigger(
        posture=Posture.Proactive,
        match=_RUNS,
        match_related=ResourceSpecification(
            {"prefect.resource.role": ["tag"], "prefect.resource.id": [f"prefect.tag.nwatch:{name}"]}
        ),
        for_each={"prefect.resource.id"},
        threshold=1,
        **given,
    )


def _deployments(name: str) -> ResourceSpecification:
    return ResourceSpecification({"prefect.resource.role": ["deployment"], "prefect.resource.name": [name]})


def _crashed(message: str) -> ChangeFlowRunState:
    return ChangeFlowRunState(
        name="Crashed",
        state=StateType.CRASHED,
        force=False,  # a run that has ended after all stays as it ended
        message=message,
    )


def _tell(block: UUID | None, words: Mapping[str, str] = _RUN) -> SendNotification | DoNothing:
    if block is None:
        return DoNothing()
    return SendNotification(block_document_id=block, subject=words["subject"], body=words["body"])
