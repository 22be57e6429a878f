"""Automations as code: what the Prefect server does by itself when a run goes wrong.

They are kept on the server and identified by their names: created if missing, else updated.

A notification says which run it is, why, and where to look. The reason is that of the run's state, in which
no mailbox and no person is named: that does not belong in a newsroom's chat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from prefect.blocks.core import Block
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.types import SecretDict

from data.errors import InputError
from flows.arrivals import STUCK
from flows.run.watched import WARNED
from flows.service.coding_event import COMPLETE
from flows.service.left_out_event import LEFT_OUT

WENT_WRONG: Final = "nwatch: a run failed, crashed or is late"
WITH_WARNINGS: Final = "nwatch: a run completed with warnings"
ARRIVALS: Final = "nwatch: arrivals keep failing"
SHEETS: Final = "nwatch: all sheets of a sample are back"
WAITING: Final = "nwatch: new records wait for a person"
LEFT_BEHIND: Final = "nwatch: an agency was left out"
ZOMBIE: Final = "nwatch: a run without heartbeat is marked crashed"
STILLBORN: Final = "nwatch: a run that does not begin is marked crashed"

BLOCK: Final = "nwatch"
"""The notification block that is made from a URL."""

SILENCE: Final = timedelta(seconds=90)
"""Three heartbeats of a deployment's run (`prefect.yaml` sets 30 s)."""

START: Final = timedelta(minutes=5)
"""How long a worker may hold a run before the run begins."""

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
RUNS: Final = ("investigate", "one-agency", "coding")
"""The deployments of which each run is reported."""

_RUNS: Final = ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]})
_RUN: Final = {
    "subject": "Neighborhood Watch: {{ deployment.name }}: {{ flow_run.state.name }}",
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
    "body": "{{ event.payload.reason }}. See {{ flow_run.name }}: {{ flow_run | ui_url }}",
}


@dataclass(frozen=True)
class Made:
    """An automation on the server.

    Attributes:
        name: Its name, by which it is found again.
        does: What it does, in words.
        new: Whether it was missing before.
    """

    name: str
    does: str
    new: bool


def wanted(block: UUID | None = None) -> tuple[AutomationCore, ...]:
    """The automations that the server should have.

    Args:
        block: The notification block that notifies people; without one an automation only appears in the
            UI's event feed when it is triggered.

    Returns:
        Automations that report each run of `investigate`, `one-agency` and `coding` that fails, crashes or is
        late, and each that has warnings; `arrivals`, which runs every minute, after five failed or late runs
        in ten minutes; new records that need a person, and agencies that a run left out, once for each
        reason; and that all sheets of a sample are back. Two more mark runs of this program as crashed, which
        is then reported like any crash: a run whose heartbeat stops, and a run that a worker took and never
        began, because the worker ended in between.

    Example:
        >>> [each.name for each in wanted()][-1]
        'nwatch: a run that does not begin is marked crashed'
    """
    return (
        AutomationCore(
            name=WENT_WRONG,
            description="Reports runs of investigate, one-agency and coding that fail, crash or are late.",
            trigger=_trigger(RUNS),
            actions=[_tell(block)],
        ),
        AutomationCore(
            name=WITH_WARNINGS,
            description="Reports runs of investigate, one-agency and coding that completed with warnings.",
            trigger=_trigger(RUNS, expect=_WARNED),
            actions=[_tell(block)],
        ),
        AutomationCore(
            name=ARRIVALS,
            description="Reports that arrivals failed, crashed or was late five times in ten minutes.",
            trigger=_trigger(("arrivals",), for_each=set(), threshold=5, within=timedelta(minutes=10)),
            actions=[_tell(block)],
        ),
        AutomationCore(
            name=WAITING,
            description="Reports that an agency's records cannot be read as they are.",
            trigger=_event(STUCK, "nwatch.agency.*"),
            actions=[_tell(block, _AGENCY)],
        ),
        AutomationCore(
            name=LEFT_BEHIND,
            description="Reports that a run could not read an agency as it is.",
            trigger=_event(LEFT_OUT, "nwatch.agency.*"),
            actions=[_tell(block, _LEFT_OUT)],
        ),
        AutomationCore(
            name=SHEETS,
            description="Reports that the sheets of all readers of a sample have come back.",
            trigger=_event(COMPLETE, "nwatch.coding.*"),
            actions=[_tell(block, _READ)],
        ),
        _marks_crashed(
            ZOMBIE,
            "Marks a run crashed that sent a heartbeat, and then none for 90 seconds.",
            "no heartbeat for 90 seconds: its process or its machine is gone",
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.heartbeat", *_ENDS, *_WAITS},
            within=SILENCE,
        ),
        _marks_crashed(
            STILLBORN,
            "Marks a run crashed that a worker took, and that has not begun five minutes later.",
            "a worker took it and did not begin it in five minutes: the worker is gone",
            after={"prefect.flow-run.Pending"},
            expect={"prefect.flow-run.Running", *_ENDS},
            within=START,
        ),
    )


def _trigger(deployments: Sequence[str], **given: Any) -> EventTrigger:
    """A bad end or lateness of a deployment's run; its subflows, which fail with it, are ignored."""
    return EventTrigger(
        posture=Posture.Reactive,
        match=_RUNS,
        match_related=ResourceSpecification(
            {"prefect.resource.role": ["deployment"], "prefect.resource.name": list(deployments)}
        ),
        **{
            "expect": _BAD_ENDS | _LATE,
            "for_each": {"prefect.resource.id"},
            "threshold": 1,
            "within": timedelta(0),
            **given,
        },
    )


def _event(name: str, resource: str) -> EventTrigger:
    """An event of this program, each time it comes."""
    return EventTrigger(
        posture=Posture.Reactive,
        expect={name},
        match=ResourceSpecification({"prefect.resource.id": [resource]}),
        for_each={"prefect.resource.id"},
        threshold=1,
        within=timedelta(0),
    )


def _marks_crashed(name: str, description: str, message: str, **given: Any) -> AutomationCore:
    """An automation that marks a run of this program crashed if nothing expected follows an event."""
    return AutomationCore(
        name=name,
        description=description,
        trigger=EventTrigger(
            posture=Posture.Proactive,
            match=_RUNS,
            match_related=ResourceSpecification(
                {"prefect.resource.role": ["tag"], "prefect.resource.id": ["prefect.tag.nwatch"]}
            ),
            for_each={"prefect.resource.id"},
            threshold=1,
            **given,
        ),
        actions=[
            ChangeFlowRunState(
                name="Crashed",
                state=StateType.CRASHED,
                force=False,  # a run that has ended after all stays as it ended
                message=message,
            )
        ],
    )


def _tell(block: UUID | None, words: Mapping[str, str] = _RUN) -> SendNotification | DoNothing:
    if block is None:
        return DoNothing()
    return SendNotification(block_document_id=block, subject=words["subject"], body=words["body"])


def set_up(notify: str | None = None) -> list[Made]:
    """Bring the automations of the server to what :func:`wanted` says.

    Args:
        notify: Where notifications go: the address of a webhook (``https://…``, from which a block `nwatch`
            is made; it is sent ``{"text": …}``, as Slack and Mattermost expect), or an existing notification
            block, such as ``slack-webhook/newsroom``. None notifies nobody.

    Returns:
        The automations, in order.

    Raises:
        InputError: There is no such block.
    """
    block = _block(notify) if notify else None
    with get_client(sync_client=True) as client:
        return [_put(client, each) for each in wanted(block)]


def _put(client: SyncPrefectClient, automation: AutomationCore) -> Made:
    there = [each for each in client.read_automations_by_name(automation.name) if each.id is not None]
    for each in there:
        # One that a person has switched off stays so.
        client.update_automation(each.id, automation.model_copy(update={"enabled": each.enabled}))
    if not there:
        client.create_automation(automation)
    return Made(automation.name, _in_words(automation), new=not there)


def _in_words(automation: AutomationCore) -> str:
    action = automation.actions[0]
    if isinstance(action, SendNotification):
        return "notifies"
    return "marks it crashed" if isinstance(action, ChangeFlowRunState) else "shows in the UI's events"


def _block(notify: str) -> UUID:
    """The block that sends notifications, made from a webhook's address if need be."""
    if "://" in notify:
        made = CustomWebhookNotificationBlock(
            name=BLOCK,
            # The address is the secret of a webhook: kept among the values that the server encrypts.
            url="{{url}}",
            json_data={"text": "{{subject}}\n{{body}}"},
            headers=None,
            cookies=None,
            secrets=SecretDict({"url": notify}),
        )
        return UUID(str(made.save(BLOCK, overwrite=True)))
    try:
        found = Block.load(notify)
    except ValueError as error:
        raise InputError(
            f"--notify {notify}: no such notification block on the server; create it in the UI under Blocks "
            "and name it as <type>/<name>, or give the address of a webhook (https://…)"
        ) from error
    return UUID(str(found._block_document_id))  # type: ignore[union-attr]  # not called in a coroutine
