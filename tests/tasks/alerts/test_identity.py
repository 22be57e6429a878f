"""Content ids and EDRM's hash of Message-IDs."""

import hashlib
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.alerts.identity import content_id, identities, mih
from tasks.mail.participants import DATE_HEADER

Build = Callable[..., Any]
NOON = datetime(2021, 5, 5, 12, tzinfo=UTC)


def test_the_mih_is_that_of_the_specification_s_users():
    # The vector in the manual of RelativityOne, "Using EDRM MIH to identify duplicates in emails".
    message_id = "<CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com>"
    assert mih(message_id) == mih(f"  {message_id}\r\n") == "1de319c276884bd0c9e2f1621ada26cc"
    assert mih(message_id.lower()) != mih(message_id)


@pytest.mark.parametrize("empty", [None, "", " ", "<>", "< >"])
def test_what_is_no_message_id_has_no_mih(empty: str | None):
    assert mih(empty) is None


def test_the_content_id_is_what_its_definition_says():
    values = ("new crime incident", "a@x.org", str(int(NOON.timestamp())), "Twowords")
    data = b"".join(struct.pack(">Q", len(value.encode())) + value.encode() for value in values)
    assert (
        content_id("New Crime Incident", "a@x.org", NOON, "Two words")
        == hashlib.sha256(data).hexdigest()[:32]
    )


@pytest.mark.parametrize(
    "other",
    [
        ("[EXTERNAL] New  crime incident", "a@x.org", NOON, "Caf\u00e9 door"),
        ("New Crime Incident", "'A@X.org'", NOON, "Caf\u00e9 door"),
        ("New Crime Incident", "a@x.org", NOON.replace(microsecond=999_999), "Caf\u00e9 door"),
        ("New Crime Incident", "a@x.org", NOON, "Cafe\u0301\r\n door \u00a0"),
    ],
)
def test_what_gateways_exports_and_line_ends_change_leaves_the_content_id(other: Any):
    assert content_id(*other) == content_id("New Crime Incident", "a@x.org", NOON, "Caf\u00e9 door")


@pytest.mark.parametrize(
    "other",
    [
        ("RE: New Crime Incident", "a@x.org", NOON, "Door"),
        ("New Crime Incident", "b@x.org", NOON, "Door"),
        ("New Crime Incident", "a@x.org", NOON.replace(second=1), "Door"),
        ("New Crime Incident", "a@x.org", None, "Door"),
        ("New Crime Incident", "a@x.org", NOON, "Doors"),
        ("New Crime Incident", "a@x.org", NOON, None),
    ],
)
def test_another_subject_sender_time_or_body_is_another_content(other: Any):
    assert content_id(*other) != content_id("New Crime Incident", "a@x.org", NOON, "Door")


def test_the_columns_of_messages_are_those_of_the_functions(mail_table: Build, mail_row: Build):
    mail = [
        mail_row(1, text="words"),
        mail_row(2, text=" \r\n", html="<p>words</p>", submitted_at=None, message_id="<>"),
        mail_row(3, text=None, html=None, subject=None, sender=None, flaws=["x", DATE_HEADER]),
    ]
    found = identities(mail_table(mail))
    assert found["content_id"] == [
        content_id(mail[0]["subject"], mail[0]["sender"], mail[0]["submitted_at"], "words"),
        content_id(mail[1]["subject"], mail[1]["sender"], None, "<p>words</p>"),
        content_id(None, None, mail[2]["submitted_at"], None),
    ]
    assert found["mih"] == [mih("<1@mail.example.org>"), None, mih("<3@mail.example.org>")]
    assert found["submitted_from"] == ["message", None, "Date header"]


@pytest.mark.parametrize("year", [1, 1601, 9999])
def test_a_time_at_the_ends_of_the_calendar_has_a_content_id(year: int):
    assert len(content_id("x", "y", datetime(year, 12, 31, 23, 59, 59, 999_999, UTC), "z")) == 32
