"""Unique alerts, recipients, copies, counts: small cases with known answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from data.crosswalk import Crosswalk
from data.schema import TABLES
from data.tables import read_table
from tasks.alerts.batches import parse_sources
from tasks.alerts.tabulate import tabulate_sources
from tasks.alerts.unique import alert_id
from tasks.mail.results import MailSource

Build = Callable[..., Any]
Tables = dict[str, list[dict[str, Any]]]
ZONES = {"lapd": "America/Los_Angeles", "sfpd": "America/Los_Angeles"}
NOON = datetime(2021, 5, 5, 12, tzinfo=UTC)


@pytest.fixture
def tables(crosswalk: Crosswalk, tmp_path: Path) -> Callable[..., Tables]:
    """Makes all tables of some mailboxes, as rows."""

    def make(*sources: MailSource) -> Tables:
        parsed = parse_sources(sources, ZONES, crosswalk, tmp_path)
        made = tabulate_sources(parsed.sources, tmp_path / "out")
        found = {name: read_table(TABLES[name], tmp_path / "out") for name in made.paths}
        return {name: table.to_pylist() for name, table in found.items()}

    return make


def test_the_same_alert_to_several_officers_is_one(tables: Build, mailbox: Build, mail_row: Build) -> None:
    rows = [
        mail_row(1, to=["A@x.org", "b@x.org"], cc=["c@x.org"], submitted_at=NOON),
        mail_row(2, to=["a@X.org"], submitted_at=None, delivered_at=NOON.replace(hour=9)),
        mail_row(3, to=["d@x.org"], submitted_at=NOON.replace(hour=13), delivered_at=NOON.replace(hour=23)),
    ]
    [alert] = tables(mailbox(rows))["private/alerts"]
    assert (alert["emails"], alert["recipients"]) == (3, 4)
    assert (alert["first_sent_at"], alert["last_sent_at"]) == (NOON.replace(hour=9), NOON.replace(hour=13))
    assert alert["alert_id"] == alert_id("lapd", "crime alert", date(2021, 5, 5), "Car break-in", "")


def test_alerts_differ_by_agency_kind_date_title_or_description_and_by_nothing_else(
    tables: Build, mailbox: Build, mail_row: Build, body: dict[str, Build]
) -> None:
    html = body["html"]
    rows = [
        mail_row(1),
        mail_row(2, html=html("Car\u00a0break-in ")),
        mail_row(3, subject="New Crime Incident", folder="Other"),
        mail_row(4, subject="New Safety Incident"),
        mail_row(5, html=html(day="May 6, 2021")),
        mail_row(6, html=html("car break-in")),
        mail_row(7, html=html(description=["Gone."])),
    ]
    mine = mailbox(rows)
    alerts = tables(mine, replace(mine, agency="sfpd"))["private/alerts"]
    emails = {
        (a["agency"], a["kind"], str(a["alert_date"]), a["title"], a["description"]): a["emails"]
        for a in alerts
    }
    expected = {
        ("crime alert", "2021-05-05", "Car break-in", ""): 3,
        ("safety alert", "2021-05-05", "Car break-in", ""): 1,
        ("crime alert", "2021-05-06", "Car break-in", ""): 1,
        ("crime alert", "2021-05-05", "car break-in", ""): 1,
        ("crime alert", "2021-05-05", "Car break-in", "Gone."): 1,
    }
    assert emails == {(agency, *key): n for agency in ("lapd", "sfpd") for key, n in expected.items()}
    assert len({alert["alert_id"] for alert in alerts}) == len(alerts)


def test_alerts_without_any_date_are_grouped_among_themselves_and_have_no_month(
    tables: Build, mailbox: Build, mail_row: Build, body: dict[str, Build]
) -> None:
    timeless = {"html": body["html"](day=None), "submitted_at": None, "delivered_at": None}
    made = tables(mailbox([mail_row(1, **timeless), mail_row(2, **timeless), mail_row(3)]))
    undated = [alert for alert in made["private/alerts"] if alert["alert_date"] is None]
    assert [(alert["emails"], alert["first_sent_at"]) for alert in undated] == [(2, None)]
    months = {row["month"]: (row["emails"], row["unique_alerts"]) for row in made["public/alerts_by_month"]}
    assert months == {None: (2, 1), "2021-05": (1, 1)}


def test_other_values_cannot_give_the_name_of_an_alert() -> None:
    names = [
        alert_id("a", "b", None, "c", "d"),
        alert_id("ab", "", None, "c", "d"),
        alert_id("a", "b", None, "cd", ""),
        alert_id("a", "b", None, "", "cd"),
        alert_id("a", "b", date(1, 1, 1), "c", "d"),
    ]
    assert len(set(names)) == len(names)
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in names)


def test_recipients_are_counted_by_kind_with_their_unique_alerts(
    tables: Build, mailbox: Build, mail_row: Build, body: dict[str, Build]
) -> None:
    rows = [
        mail_row(1, to=["A@x.org"], cc=["a@x.org", "Night Watch"]),
        mail_row(2, to=["a@x.org"]),
        mail_row(3, to=["a@x.org"], html=body["html"]("Other"), submitted_at=NOON.replace(day=6)),
        mail_row(4, to=["a@x.org", " "], subject="Lunch"),
        mail_row(5, to=[], html=None, text=None),
    ]
    made = tables(mailbox(rows))
    found = {(r["recipient"], r["kind"]): (r["emails"], r["alerts"]) for r in made["private/recipients"]}
    assert found == {
        ("a@x.org", "crime alert"): (3, 2),
        ("a@x.org", "unclassified"): (1, 0),
        ("night watch", "crime alert"): (1, 1),
    }
    [mine] = [r for r in made["private/recipients"] if (r["recipient"], r["alerts"]) == ("a@x.org", 2)]
    assert (mine["first_sent_at"], mine["last_sent_at"]) == (NOON, NOON.replace(day=6))
    reached = {r["recipients"]: r["alerts"] for r in made["public/recipients_per_alert"]}
    assert reached == {2: 1, 1: 1}


def test_an_alert_that_names_nobody_has_no_recipients(tables: Build, mailbox: Build, mail_row: Build) -> None:
    made = tables(mailbox([mail_row(1, to=[], cc=[])]))
    assert made["private/alerts"][0]["recipients"] == 0
    assert made["public/recipients_per_alert"] == [
        {"agency": "lapd", "kind": "crime alert", "recipients": 0, "alerts": 1}
    ]
    assert made["private/recipients"] == []


def test_a_copy_names_the_first_by_source_and_node_id_and_is_still_counted(
    tables: Build, mailbox: Build, mail_row: Build
) -> None:
    same = {"message_id": "<same@x>", "to": ["a@x.org", "b@x.org"]}
    one = mailbox([mail_row(9, **same), mail_row(11, **same, folder="Other")], source="bbbbbbbbbbbb")
    two = mailbox(
        [mail_row(20, message_id=" <same@x> ", to=["B@x.org"], cc=["A@x.org"])], source="aaaaaaaaaaaa"
    )
    made = tables(one, two)
    marks = {(m["source"], m["node_id"]): m["copy_of"] for m in made["private/messages"]}
    assert marks == {
        ("aaaaaaaaaaaa", 20): None,
        ("bbbbbbbbbbbb", 9): "aaaaaaaaaaaa:20",
        ("bbbbbbbbbbbb", 11): "aaaaaaaaaaaa:20",
    }
    assert made["private/alerts"][0]["emails"] == 3


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"message_id": None}, {"message_id": None, "text": "other words"}),
        ({"message_id": ""}, {"message_id": " ", "text": "other words"}),
        ({"message_id": "<a@x>"}, {"message_id": "<A@x>"}),
        ({"message_id": "<a@x>", "to": ["a"]}, {"message_id": "<a@x>", "to": ["a", "b"]}),
    ],
)
def test_a_message_with_other_words_or_another_id_or_other_recipients_is_not_a_copy(
    tables: Build, mailbox: Build, mail_row: Build, first: dict[str, Any], second: dict[str, Any]
) -> None:
    made = tables(mailbox([mail_row(1, **first), mail_row(2, **second)]))
    assert [m["copy_of"] for m in made["private/messages"]] == [None, None]


def test_the_same_message_in_two_agencies_is_a_copy_in_neither(
    tables: Build, mailbox: Build, mail_row: Build
) -> None:
    mine = mailbox([mail_row(1)])
    made = tables(mine, replace(mine, agency="sfpd"))
    assert [m["copy_of"] for m in made["private/messages"]] == [None, None]


def test_kinds_and_patterns_are_counted_and_shares_sum_to_one(
    tables: Build, mailbox: Build, mail_row: Build
) -> None:
    subjects = ["New Crime Incident", "Crime Alert: x", "crime alert: y", "RE: x", "Lunch", "Lunch", None]
    made = tables(mailbox([mail_row(n, subject=subject) for n, subject in enumerate(subjects)]))
    assert {row["kind"]: row["emails"] for row in made["public/kinds"]} == {
        "crime alert": 3,
        "reply or forward": 1,
        "unclassified": 3,
    }
    assert sum(row["share"] for row in made["public/kinds"]) == pytest.approx(1, abs=1e-12)
    assert {(row["pattern"], row["template"]): row["emails"] for row in made["public/subjects"]} == {
        ("New Crime Incident", "new-incident"): 1,
        ("Crime Alert: <title>", "alert-title"): 2,
        ("RE:", None): 1,
        ("", None): 3,
    }
    review = {row["subject"]: row["emails"] for row in made["private/subjects_to_review"]}
    assert review == {"Lunch": 2, "": 1}


def test_what_could_not_be_parsed_is_in_quarantine_once_even_if_two_agencies_have_it(
    tables: Build, mailbox: Build, mail_row: Build
) -> None:
    mine = mailbox([mail_row(7, html=None, text=None, folder="Inbox/2021")])
    made = tables(mine, replace(mine, agency="sfpd"))
    assert made["private/quarantine"] == [
        {
            "source": "0123456789ab",
            "node_id": 7,
            "folder": "Inbox/2021",
            "stage": "parsing",
            "reason": "no title in the HTML body or the plain text",
            "detail": "html: no such body; text: no such body",
            "embedded_in": None,
        }
    ]
    assert made["private/alerts"] == []
    assert len(made["private/messages"]) == 2
