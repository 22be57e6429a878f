"""The automations of an investigation, brought to the server: created if missing, else updated.

What a person changed in the UI stays (:mod:`flows.service.merging`).
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from httpx import HTTPStatusError
from prefect.automations import (
    AutomationCore,
    ChangeFlowRunState,
    SendNotification,
)
from prefect.blocks.core import Block
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import Automation
from prefect.types import SecretDict

from data.errors import InputError
from flows.run.on_server import slug_of
from flows.service.automations import SHEETS, STILLBORN, WAITING, WENT_WRONG, ZOMBIE, wanted
from flows.service.merging import Deployed, Target, digest, merge

EARLIER: Final = (WENT_WRONG, "arrivals keep failing", WAITING, SHEETS, ZOMBIE, STILLBORN)
"""The automations of versions before 0.3, which were of the whole server."""

ON, OFF = "on", "off"


def set_up(
    target: Target, notify: str | UUID | None = None, starting: Sequence[AutomationCore] = ()
) -> list[Deployed]:
    """Bring the automations of an investigation to what :func:`wanted` says.

    Args:
        target: The investigation on the server.
        notify: Where notifications go: the address of a webhook (``https://…``, from which a block `nwatch-…`
            is made; it is sent ``{"text": …}``, as Slack and Mattermost expect), or an existing notification
            block, such as ``slack-webhook/newsroom``, or its id. None leaves it as it is; at first, nobody is
            notified.
        starting: Further automations: those that start deployments.

    Returns:
        What became of each, in order.

    Raises:
        InputError: There is no such block.
    """
    block = _block(notify, target.name) if isinstance(notify, str) else notify
    started = {each.name.partition(": ")[2]: each for each in starting}
    made = []
    for what in (*started, *wanted(target.name)):
        theirs = _find(target, what)
        known = block or (_block_of(theirs) if theirs else None)  # --reset silences nobody
        if block and theirs is not None:
            # That a person asks for it here goes before what a person did in the UI.
            target.memory.hashes.setdefault(what, {})["action"] = digest(_fields(theirs)["action"])
        made.append(_put(target, what, started.get(what) or wanted(target.name, known)[what], theirs))
    return made


def _put(target: Target, what: str, ours: AutomationCore, theirs: Automation | None) -> Deployed:
    client, memory = target.client, target.memory
    there = _fields(theirs) if theirs else None
    merged = merge(ours.name, _fields(ours), there, memory.hashes.get(what, {}), target.reset)
    values = merged.values
    sent = AutomationCore.model_validate(
        {
            "name": values["name"],
            "description": values["description"],
            "enabled": values["switch"] == ON,
            "trigger": values["trigger"],
            "actions": values["action"],
        }
    )
    if theirs is None:
        # So the server removes it with the deployment that it starts.
        identity = client.create_automation(sent.model_copy(update={"owner_resource": ours.owner_resource}))
    else:
        identity = theirs.id
        if merged.changed:
            client.update_automation(identity, sent)
    memory.ids[what] = str(identity)
    after = client.read_automation(identity)
    memory.note(what, merged, _fields(after or sent))
    now = "created" if theirs is None else "updated" if merged.changed else "unchanged"
    return Deployed(values["name"], _in_words(sent), now, tuple(merged.kept.values()))


def _fields(of: AutomationCore) -> dict[str, Any]:
    """What a person can change in the UI."""
    values = of.model_dump(mode="json", include={"name", "description", "trigger", "actions"})
    return {
        "name": values["name"],
        "description": values["description"],
        "switch": ON if of.enabled else OFF,
        "trigger": values["trigger"],
        "action": values["actions"],
    }


def _find(target: Target, what: str) -> Automation | None:
    """An automation by its id, as a person may have renamed it, or by its name."""
    identity = target.memory.ids.get(what)
    if identity is not None:
        try:
            return target.client.read_automation(identity)
        except HTTPStatusError as error:
            if error.response.status_code != HTTPStatus.NOT_FOUND:
                raise
    return next(iter(target.client.read_automations_by_name(f"nwatch {target.name}: {what}")), None)


def _block_of(automation: AutomationCore) -> UUID | None:
    """The block through which an automation notifies people."""
    return next(
        (each.block_document_id for each in automation.actions if isinstance(each, SendNotification)), None
    )


def retire(client: SyncPrefectClient) -> tuple[list[Deployed], UUID | None]:
    """Remove the automations of an earlier version, which were of the whole server.

    Args:
        client: A client of the server.

    Returns:
        What became of them, and the block through which they notified people.
    """
    removed: list[Deployed] = []
    block: UUID | None = None
    for what in EARLIER:
        for each in client.read_automations_by_name(f"nwatch: {what}"):
            block = _block_of(each) if block is None else block
            client.delete_automation(each.id)
            removed.append(Deployed(each.name, "of an earlier version", "removed"))
    return removed, block


def _in_words(automation: AutomationCore) -> str:
    action = automation.actions[0]
    if isinstance(action, SendNotification):
        return "notifies"
    if isinstance(action, RunDeployment):
        return "starts one-agency"
    return "marks it crashed" if isinstance(action, ChangeFlowRunState) else "shows in the UI's events"


def _block(notify: str, name: str) -> UUID:
    """The block that sends notifications, made from a webhook's address if need be."""
    if "://" in notify:
        made = CustomWebhookNotificationBlock(
            name=slug_of(name),
            # The address is the secret of a webhook: kept among the values that the server encrypts.
            url="{{url}}",
            json_data={"text": "{{subject}}\n{{body}}"},
            headers=None,
            cookies=None,
            secrets=SecretDict({"url": notify}),
        )
        return UUID(str(made.save(slug_of(name), overwrite=True)))
    try:
        found = Block.load(notify)
    except ValueError as error:
        raise InputError(
            f"--notify {notify}: no such notification block on the server; create it in the UI under Blocks "
            "and name it as <type>/<name>, or give the address of a webhook (https://…)"
        ) from error
    return UUID(str(found._block_document_id))  # type: ignore[union-attr]  # not called in a coroutine
