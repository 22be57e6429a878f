"""What the server does by itself for an investigation, and how that comes there."""

from collections.abc import Iterator
from itertools import count
from uuid import uuid4

import pytest
from prefect.automations import (
    AutomationCore,
    ChangeFlowRunState,
    DoNothing,
    EventTrigger,
    SendNotification,
)
from prefect.client.orchestration import get_client
from prefect.events.schemas.automations import Automation

from data.errors import InputError
from flows.run.on_server import slug_of
from flows.service.automations import (
    LEFT_BEHIND,
    SHEETS,
    SILENT,
    STILLBORN,
    WAITING,
    WENT_WRONG,
    WITH_WARNINGS,
    ZOMBIE,
    wanted,
)
from flows.service.merging import Target, recall, remember
from flows.service.setting_up import retire, set_up

KINDS = [WENT_WRONG, WITH_WARNINGS, SILENT, WAITING, LEFT_BEHIND, SHEETS, ZOMBIE, STILLBORN]
NUMBERS = count()


@pytest.fixture
def target(prefect: dict[str, str]) -> Iterator[Target]:
    """An investigation that the server does not know yet."""
    with get_client(sync_client=True) as client:
        name = f"case {next(NUMBERS)} {uuid4().hex[:6]}"
        yield Target(client, name, recall(client, name))


def on_the_server(target: Target, what: str) -> Automation:
    [found] = target.client.read_automations_by_name(f"nwatch {target.name}: {what}")
    return found


def again(target: Target, *, reset: bool = False) -> Target:
    """The same, as a later command finds it."""
    remember(target.client, target.memory)
    return Target(target.client, target.name, recall(target.client, target.name), reset)


@pytest.mark.slow
def test_they_are_created_once_and_notify_when_asked_until_asked_otherwise(target: Target):
    first = set_up(target)
    names = [f"nwatch {target.name}: {kind}" for kind in KINDS]
    assert [(made.name, made.now) for made in first] == [(name, "created") for name in names]
    assert isinstance(on_the_server(target, WENT_WRONG).actions[0], DoNothing)
    assert [made.now for made in set_up(again(target))] == ["unchanged"] * 8
    asked = set_up(again(target), "http://127.0.0.1:9/hook")
    assert [made.does for made in asked] == ["notifies"] * 6 + ["marks it crashed"] * 2
    assert [made.now for made in asked] == ["updated"] * 6 + ["unchanged"] * 2
    for reset in (False, True):
        later = set_up(again(target, reset=reset))
        assert [(made.now, made.kept) for made in later] == [("unchanged", ())] * 8
    assert isinstance(on_the_server(target, WENT_WRONG).actions[0], SendNotification)
    # The block that was made from the address can be named too.
    set_up(again(target), f"custom-webhook/{slug_of(target.name)}")
    assert isinstance(on_the_server(target, WENT_WRONG).actions[0], SendNotification)


def test_what_a_person_changed_is_said_and_kept_unless_it_is_reset(target: Target):
    set_up(target)
    there = on_the_server(target, SHEETS)
    values = there.model_dump(exclude={"id", "owner_resource"})
    changed = AutomationCore(**{**values, "enabled": False, "name": f"mine, {target.name}"})
    target.client.update_automation(there.id, changed)
    [made] = [each for each in set_up(again(target)) if each.kept]
    assert made.name == f"mine, {target.name}"
    assert made.kept == (
        f"nwatch {target.name}: {SHEETS}: the name is kept as it was changed on the server: "
        f"mine, {target.name}; it would be: nwatch {target.name}: {SHEETS}",
        f"nwatch {target.name}: {SHEETS}: the switch is kept as it was changed on the server: off; "
        "it would be: on",
    )
    assert not [each for each in set_up(again(target, reset=True)) if each.kept]
    assert on_the_server(target, SHEETS).enabled


def test_the_address_of_the_webhook_cannot_be_read_from_the_server(target: Target):
    set_up(target, "http://127.0.0.1:9/a-secret-place")
    answer = target.client._client.post("/block_documents/filter", json={})
    assert answer.status_code == 200
    assert "custom-webhook" in answer.text
    assert "a-secret-place" not in answer.text


def test_a_missing_block_is_named_with_the_fix(target: Target):
    with pytest.raises(InputError, match=r"--notify slack-webhook/nobody: no such notification block"):
        set_up(target, "slack-webhook/nobody")


def test_those_of_an_earlier_version_are_removed_and_their_notifications_go_on(target: Target):
    set_up(target, "http://127.0.0.1:9/hook")
    block = on_the_server(target, WENT_WRONG).actions[0].block_document_id  # type: ignore[union-attr]
    old = wanted("case", block)[WENT_WRONG].model_copy(update={"name": f"nwatch: {WENT_WRONG}"})
    target.client.create_automation(old)
    removed, found = retire(target.client)
    assert [(each.name, each.now) for each in removed] == [(old.name, "removed")]
    assert found == block
    assert not target.client.read_automations_by_name(old.name)


def test_one_investigation_s_never_react_to_another_s():
    """Whatever each looks for, it looks for the name, in a value that is no pattern."""
    for what, each in wanted("lapd").items():
        assert each.name == f"nwatch lapd: {what}"
        assert isinstance(each.trigger, EventTrigger)
        looked_for = str([each.trigger.match, each.trigger.match_related])
        assert ("['lapd']" in looked_for) or ("['prefect.tag.nwatch:lapd']" in looked_for), what


def test_a_notification_carries_the_reason_and_nothing_that_could_name_a_mailbox():
    notifications = [
        action
        for automation in wanted("lapd", uuid4()).values()
        for action in automation.actions
        if isinstance(action, SendNotification)
    ]
    assert len(notifications) == 6
    # The message of a run's state is public (`flows.service.run_page`), as are our events; no log is.
    reasons = ("flow_run.state.message", "event.payload.", "no sign of life for 30 minutes")
    assert all(any(each in action.body for each in reasons) for action in notifications)
    assert not [action for action in notifications if "log" in action.subject + action.body.partition("?")[0]]


def test_a_run_with_warnings_is_reported_by_its_state():
    found = wanted("lapd")[WITH_WARNINGS]
    assert isinstance(found.trigger, EventTrigger)
    assert found.trigger.expect == {"prefect.flow-run.Completed with warnings"}
    failed = wanted("lapd")[WENT_WRONG].trigger
    assert isinstance(failed, EventTrigger)
    assert found.trigger.match_related == failed.match_related


def test_a_zombie_is_marked_crashed_unless_it_has_ended():
    marking = [wanted("lapd")[what] for what in (ZOMBIE, STILLBORN)]
    assert len(marking) == 2
    for automation in marking:
        [action] = automation.actions
        assert isinstance(action, ChangeFlowRunState)
        assert action.state.value == "CRASHED"
        assert not action.force
        assert isinstance(automation.trigger, EventTrigger)
        ends = {"Completed", "Completed with warnings", "Cancelled"}
        assert {f"prefect.flow-run.{end}" for end in ends} <= automation.trigger.expect


def test_a_run_that_waits_for_a_person_is_not_taken_for_dead():
    dead = wanted("lapd")[ZOMBIE]
    assert isinstance(dead.trigger, EventTrigger)
    assert {"prefect.flow-run.Paused", "prefect.flow-run.Suspended"} <= dead.trigger.expect
