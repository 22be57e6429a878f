"""What the summary says of the mail."""

from typing import Any

import pytest

from data.schema import TABLES
from flows.parts.mail import MailFound, tell
from tasks.mail.results import Reading


def found(**given: Any) -> MailFound:
    values: dict[str, Any] = {
        "crosswalk": "",
        "messages": 7,
        "unique_alerts": 2,
        "recipients": 3,
        "quarantine": 0,
    } | given
    empty = {name: TABLES[name].arrow.empty_table() for name in ("private/quarantine", "public/kinds")}
    return MailFound(Reading((), empty["private/quarantine"]), kinds=empty["public/kinds"], **values)


@pytest.mark.parametrize(
    ("given", "facts"),
    [
        ({}, {"messages read": 7, "unique alerts": 2}),
        (
            {"embedded": 3, "unique_otherwise": 4},
            {"messages read": 7, "embedded messages": 3, "unique alerts": 2, "with embedded": 4},
        ),
        (
            {"embedded": 3, "unique_otherwise": 1, "attached_count": True},
            {"messages counted": 7, "embedded messages": 3, "unique alerts": 2, "without embedded": 1},
        ),
        ({"embedded": 1}, {"messages read": 7, "embedded messages": 1, "unique alerts": 2}),
    ],
)
def test_both_numbers_of_alerts_are_shown_where_messages_are_attached(
    given: dict[str, Any], facts: dict[str, int]
):
    told = dict(tell(found(**given)).facts)
    assert {
        name: told[name] for name in told if name not in ("mailboxes", "recipients", "in quarantine")
    } == facts
