"""The server's automations: created once, updated after that."""

import pytest
from prefect.automations import ChangeFlowRunState, DoNothing, EventTrigger, SendNotification
from prefect.client.orchestration import get_client

from data.errors import InputError
from flows.service.automations import (
    ARRIVALS,
    LEFT_BEHIND,
    SHEETS,
    STILLBORN,
    WAITING,
    WENT_WRONG,
    WITH_WARNINGS,
    ZOMBIE,
    set_up,
    wanted,
)

NAMES = [WENT_WRONG, WITH_WARNINGS, ARRIVALS, WAITING, LEFT_BEHIND, SHEETS, ZOMBIE, STILLBORN]


def on_the_server(name: str):
    with get_client(sync_client=True) as client:
        return client.read_automations_by_name(name)


@pytest.mark.slow
@pytest.mark.usefixtures("prefect")
def test_they_are_created_once_and_updated_after_that():
    first = set_up()
    assert [(made.name, made.new) for made in first] == [(name, True) for name in NAMES]
    again = set_up("http://127.0.0.1:9/hook")
    assert [(made.name, made.new) for made in again] == [(name, False) for name in NAMES]
    assert [made.does for made in again] == ["notifies"] * 6 + ["marks it crashed"] * 2
    for name in NAMES:
        assert len(on_the_server(name)) == 1
    [found] = on_the_server(WENT_WRONG)
    assert isinstance(found.actions[0], SendNotification)

    # The block that was made from the address can be named too.
    set_up()
    assert isinstance(on_the_server(WENT_WRONG)[0].actions[0], DoNothing)
    set_up("custom-webhook/nwatch")
    assert isinstance(on_the_server(WENT_WRONG)[0].actions[0], SendNotification)


@pytest.mark.usefixtures("prefect")
def test_one_that_a_person_switched_off_stays_off():
    set_up()
    [found] = on_the_server(ARRIVALS)
    with get_client(sync_client=True) as client:
        client.pause_automation(found.id)
    set_up()
    assert [each.enabled for each in on_the_server(ARRIVALS)] == [False]
    with get_client(sync_client=True) as client:
        client.resume_automation(found.id)


@pytest.mark.usefixtures("prefect")
def test_the_address_of_the_webhook_cannot_be_read_from_the_server():
    set_up("http://127.0.0.1:9/a-secret-place")
    with get_client(sync_client=True) as client:
        answer = client._client.post("/block_documents/filter", json={})
    assert answer.status_code == 200
    assert "custom-webhook" in answer.text
    assert "a-secret-place" not in answer.text


@pytest.mark.usefixtures("prefect")
def test_a_missing_block_is_named_with_the_fix():
    with pytest.raises(InputError, match=r"--notify slack-webhook/nobody: no such notification block"):
        set_up("slack-webhook/nobody")


def test_a_notification_carries_the_reason_and_nothing_that_could_name_a_mailbox():
    from uuid import uuid4

    notifications = [
        action
        for automation in wanted(uuid4())
        for action in automation.actions
        if isinstance(action, SendNotification)
    ]
    assert len(notifications) == 6
    # The message of a run's state is public (`flows.service.run_page`), as are our events; no log is.
    reasons = ("flow_run.state.message", "event.payload.")
    assert all(any(each in action.body for each in reasons) for action in notifications)
    assert not [action for action in notifications if "log" in action.subject + action.body]


def test_a_run_with_warnings_is_reported_by_its_state():
    [found] = [each for each in wanted() if each.name == WITH_WARNINGS]
    assert isinstance(found.trigger, EventTrigger)
    assert found.trigger.expect == {"prefect.flow-run.Completed with warnings"}
    failed = next(each.trigger for each in wanted() if each.name == WENT_WRONG)
    assert isinstance(failed, EventTrigger)
    assert found.trigger.match_related == failed.match_related


def test_a_zombie_is_marked_crashed_unless_it_has_ended():
    marking = [each for each in wanted() if each.name in {ZOMBIE, STILLBORN}]
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
    [dead] = [each for each in wanted() if each.name == ZOMBIE]
    assert isinstance(dead.trigger, EventTrigger)
    assert {"prefect.flow-run.Paused", "prefect.flow-run.Suspended"} <= dead.trigger.expect
