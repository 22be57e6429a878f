"""Senders, recipients, Message-IDs and times: of fakes, of written mailboxes and of real ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data.synthetic.pst import Recipient
from tasks.mail import properties, read
from tasks.mail.outcomes import Mail
from tasks.mail.participants import DATE_HEADER, known_id
from tasks.mail.pff import read_item
from tasks.mail.properties import Properties
from tests.tasks.mail.test_pff import read as read_fake

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Kit

P = properties
EXCHANGE = "/O=CITY/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=ALEE"
FOLDED = EXCHANGE.lower()


# The sender.


@pytest.mark.parametrize(
    ("entries", "sender"),
    [
        ({P.REPRESENTED_SMTP: "ann@x.org"}, "ann@x.org"),
        ({P.REPRESENTED_ADDRESS: "ann@x.org"}, "ann@x.org"),
        ({P.REPRESENTED_NAME: "Ann"}, "Ann"),
        ({P.REPRESENTED_ADDRESS: EXCHANGE}, EXCHANGE),
        ({P.REPRESENTED_ADDRESS: EXCHANGE, P.REPRESENTED_NAME: "Ann"}, "Ann"),
        ({P.SENDER_NAME: "Ann", P.REPRESENTED_SMTP: "ann@x.org"}, "ann@x.org"),
        ({P.SENDER_NAME: "Ann", P.REPRESENTED_NAME: "Desk"}, "Ann"),
        ({P.SENDER_NAME: " ", P.REPRESENTED_NAME: "Desk"}, "Desk"),
        ({P.SENDER_SMTP: "bo@x.org", P.REPRESENTED_SMTP: "ann@x.org"}, "bo@x.org"),
        ({P.SENDER_ADDRESS: "bo@x.org", P.REPRESENTED_SMTP: "ann@x.org"}, "bo@x.org"),
        ({P.SENDER_ADDRESS: EXCHANGE, P.REPRESENTED_NAME: "Ann"}, "Ann"),
        ({P.REPRESENTED_NAME: "Ann", P.HEADERS: "From: <ann@x.org>\n\n"}, "ann@x.org"),
        ({P.HEADERS: "From: <ann@x.org>\n\n"}, "ann@x.org"),
        ({}, None),
    ],
)
def test_the_sender_is_who_sent_it_else_who_is_represented_else_the_header_from(
    entries: dict[int, Any], sender: str | None
):
    assert read_fake(entries).sender == sender


# Exchange addresses beside what is shown.


def test_an_exchange_address_beside_a_shown_address_or_name_is_kept():
    rows = [
        {P.RECIPIENT_TYPE: 1, P.ADDRESS: EXCHANGE, P.SMTP_ADDRESS: "Ann@x.org", P.NAME: "Ann"},
        {P.RECIPIENT_TYPE: 2, P.ADDRESS: EXCHANGE, P.NAME: "Ann"},
        {P.RECIPIENT_TYPE: 3, P.ADDRESS: EXCHANGE, P.NAME: "hidden"},
        {P.RECIPIENT_TYPE: 1, P.ADDRESS: "bo@x.org", P.NAME: "Bo"},
    ]
    mail = read_fake({P.SENDER_SMTP: "bo@x.org", P.SENDER_ADDRESS: "/o=City/cn=Bo"}, rows)
    assert (mail.to, mail.cc) == (["Ann@x.org", "bo@x.org"], ["Ann"])
    assert mail.exchange == ["/o=city/cn=bo\tbo@x.org", f"{FOLDED}\tAnn@x.org", f"{FOLDED}\tAnn"]


def test_an_exchange_address_with_an_at_sign_is_no_smtp_address():
    rows = [{P.RECIPIENT_TYPE: 1, P.ADDRESS: "/o=City/cn=ann@x.org", P.NAME: "Ann"}]
    assert read_fake({}, rows).to == ["Ann"]
    assert read_fake({P.SENDER_ADDRESS: "/o=City/cn=ann@x.org", P.SENDER_NAME: "Ann"}).sender == "Ann"


def test_an_exchange_address_in_the_place_of_an_smtp_address_is_taken_for_what_it_is():
    rows = [{P.RECIPIENT_TYPE: 1, P.SMTP_ADDRESS: EXCHANGE, P.NAME: "Ann"}]
    mail = read_fake({}, rows)
    assert (mail.to, mail.exchange) == (["Ann"], [f"{FOLDED}\tAnn"])


def test_the_header_from_says_whose_the_sender_s_exchange_address_is():
    headers = "From: Ann <ann@x.org>\n\n"
    mail = read_fake({P.HEADERS: headers, P.SENDER_ADDRESS: EXCHANGE, P.SENDER_NAME: "Ann"})
    assert (mail.sender, mail.exchange) == ("ann@x.org", [f"{FOLDED}\tann@x.org"])


def test_the_header_from_is_the_represented_sender_and_not_the_delegate():
    entries = {P.HEADERS: "From: Ann <ann@x.org>\nSender: bo@x.org\n\n", P.SENDER_ADDRESS: "/o=City/cn=Bo"}
    mail = read_fake({**entries, P.REPRESENTED_ADDRESS: EXCHANGE})
    assert mail.exchange == [f"{FOLDED}\tann@x.org"]


# Message-IDs and times.


@pytest.mark.parametrize("empty", ["<>", " ", "< >", "\t", "<\r\n>"])
def test_a_message_id_that_names_nothing_is_none_and_the_header_is_asked(empty: str):
    assert known_id(empty) is None
    assert read_fake({P.MESSAGE_ID: empty}).message_id is None
    headers = "Message-ID: <1@x.org>\n\n"
    assert read_fake({P.MESSAGE_ID: empty, P.HEADERS: headers}).message_id == "<1@x.org>"
    assert read_fake({P.HEADERS: f"Message-ID: {empty.strip()}\n\n"}).message_id is None


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("Thu, 20 May 2021 23:47:00 -0400", datetime(2021, 5, 21, 3, 47, tzinfo=UTC)),
        ("20 May 2021 23:47:00 GMT", datetime(2021, 5, 20, 23, 47, tzinfo=UTC)),
        ("Thu, 20 May 2021 23:47:00 -0000", datetime(2021, 5, 20, 23, 47, tzinfo=UTC)),
        ("Thu, 20 May 2021 23:47:00", datetime(2021, 5, 20, 23, 47, tzinfo=UTC)),
    ],
)
def test_a_message_without_a_time_of_submission_has_that_of_its_header_date_with_a_flaw(
    header: str, moment: datetime
):
    mail = read_fake({P.HEADERS: f"Date: {header}\n\n"})
    assert (mail.submitted_at, mail.flaws) == (moment, [DATE_HEADER])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "soon",
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "Sat, 1 Jan 0001 00:00:00 +1400",
        "Thu, 32 May 2021 23:47:00 -0400",
        "Thu, 20 May 99999 23:47:00 -0400",
        "Thu, 20 May 2021 23:47:00 +9999999999",
        "\ud800",
        "1" * 5000,
    ],
)
def test_a_header_date_that_is_none_of_the_calendar_harms_nothing(header: str):
    mail = read_fake({P.HEADERS: f"Date: {header}\nMessage-ID: <1@x.org>\n\n"})
    assert mail.message_id == "<1@x.org>"
    assert mail.submitted_at is None or mail.submitted_at.tzinfo is UTC


def test_a_stored_time_wins_over_the_header(tmp_path: Path, kit: Kit):
    headers = "Date: Thu, 20 May 2021 23:47:00 -0400\r\n\r\n"
    sent = [kit.letter(1, headers=headers), kit.letter(2, headers=headers, submitted_at=None)]
    box = kit.write(tmp_path / "box.pst", sent)
    stored, without = (kit.read(box.path).outcomes[node] for node in box.nodes)
    assert isinstance(stored, Mail)
    assert isinstance(without, Mail)
    assert (stored.submitted_at, stored.flaws) == (sent[0].submitted_at, [])
    assert (without.submitted_at, without.flaws) == (datetime(2021, 5, 21, 3, 47, tzinfo=UTC), [DATE_HEADER])


# Through a mailbox and libpff itself.


def test_exchange_recipients_and_represented_senders_come_back_from_a_written_mailbox(
    tmp_path: Path, kit: Kit
):
    nobody = {0x0C1A001F: None, 0x0C1F001F: None, 0x5D01001F: None}
    sent = [
        kit.letter(1, recipients=(Recipient(1, "Ann Lee", "", EXCHANGE),), properties=nobody),
        kit.letter(2, recipients=(Recipient(1, "Ann Lee", "ann@example.org", EXCHANGE),)),
    ]
    box = kit.write(tmp_path / "box.pst", sent)
    alone, paired = (kit.read(box.path).outcomes[node] for node in box.nodes)
    assert isinstance(alone, Mail)
    assert isinstance(paired, Mail)
    assert (alone.to, alone.exchange) == (["Ann Lee"], [f"{FOLDED}\tAnn Lee"])
    assert (paired.to, paired.exchange) == (["ann@example.org"], [f"{FOLDED}\tann@example.org"])
    assert alone.sender == sent[0].sender_address


def as_before(item: Any) -> tuple[Any, ...]:
    """Sender, To, Cc and Message-ID by the rules of version 0.2: no represented sender, empty ids kept."""
    row = Properties(item.get_record_set(0), [])

    def shown(of: Properties, smtp: int, address: int, name: int) -> str | None:
        known = of.text(smtp, "")
        stored = of.text(address, "")
        return known or (stored if stored and "@" in stored else of.text(name, "") or stored)

    kinds: dict[int, list[str | None]] = {1: [], 2: []}
    table = item.recipients
    for index in range(table.number_of_recipients if table is not None else 0):
        one = Properties(table.get_recipient(index), [])
        kind = (one.integer(P.RECIPIENT_TYPE, "") or 0) & 0xFF
        kinds.setdefault(kind, []).append(shown(one, P.SMTP_ADDRESS, P.ADDRESS, P.NAME))
    sender = shown(row, P.SENDER_SMTP, P.SENDER_ADDRESS, P.SENDER_NAME)
    return sender, kinds[1], kinds[2], row.text(P.MESSAGE_ID, "")


@pytest.mark.long
def test_real_mail_has_the_senders_recipients_and_ids_that_it_had(
    real_pst: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch
):
    before: dict[int, tuple[Any, ...]] = {}

    def spy(item: Any, attachments: int) -> Any:
        found = read_item(item, attachments)
        if isinstance(found, Mail):
            before[found.node_id] = as_before(item)
        return found

    monkeypatch.setattr(read, "read_item", spy)
    mails = [mail for mail in kit.read(real_pst).outcomes.values() if isinstance(mail, Mail)]
    for mail in mails:
        sender, to, cc, message_id = before[mail.node_id]
        # The headers were, and are, asked for an address where the properties have none, and for the rest.
        assert mail.sender == sender or (sender is None or "@" not in sender)
        assert (mail.to, mail.cc) == (to, cc) or not (to or cc)
        assert mail.message_id == message_id or message_id is None
        assert DATE_HEADER not in mail.flaws  # every real mail that has headers has a time of its own
    # Nothing else differs: the new rules add what was absent and alter nothing that was there.
    assert len(before) == len(mails)
