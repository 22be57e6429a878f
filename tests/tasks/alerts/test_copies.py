"""Copies by Message-ID and by content, inside an agency and in another."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.crosswalk import Crosswalk
from data.schema import TABLES
from data.streamed import write_sorted
from data.tables import read_table
from tasks.alerts.batches import parse_sources
from tasks.alerts.copies import (
    BY_CONTENT,
    BY_ID,
    content_keys,
    id_keys,
    mark_by_content,
    mark_by_id,
    recipients_of,
)
from tasks.alerts.hashed import hashes_of
from tasks.alerts.ledger import close_mail
from tasks.alerts.parse import parse_messages
from tasks.alerts.recipients import addressees
from tasks.alerts.results import AlertTables
from tasks.alerts.tabulate import tabulate_sources
from tasks.mail.ndb import LocalFile
from tasks.mail.outcomes import Mail
from tasks.mail.plan import plan_mailbox
from tasks.mail.read import read_nodes
from tasks.mail.results import MailSource
from tasks.mail.settings import MailSettings

Build = Callable[..., Any]
Row = dict[str, Any]
ZONES = {"lapd": "America/Los_Angeles", "sfpd": "America/Los_Angeles"}
NAMELESS: Row = {"message_id": None}


@pytest.fixture
def marked(crosswalk: Crosswalk, tmp_path: Path) -> Callable[..., dict[tuple[str, str, int], Row]]:
    """The rows of private/messages by agency, source and node."""

    def make(*sources: MailSource) -> dict[tuple[str, str, int], Row]:
        parsed = parse_sources(sources, ZONES, crosswalk, tmp_path)
        tabulate_sources(parsed.sources, tmp_path / "out")
        rows = read_table(TABLES["private/messages"], tmp_path / "out").to_pylist()
        return {(row["agency"], row["source"], row["node_id"]): row for row in rows}

    return make


def marks(rows: dict[tuple[str, str, int], Row]) -> dict[int, tuple[str | None, str | None]]:
    return {node: (row["copy_of"], row["copy_by"]) for (_, _, node), row in rows.items()}


SOURCE = "0123456789ab"


def test_a_mailbox_exported_twice_without_message_ids_is_found_twice(
    marked: Build, mailbox: Build, mail_row: Build, crosswalk: Crosswalk, tmp_path: Path
):
    one = mailbox([mail_row(n, **NAMELESS, text=f"words {n}") for n in (1, 2)], source="aaaaaaaaaaaa")
    two = mailbox([mail_row(n, **NAMELESS, text=f"words {n - 10}") for n in (11, 12)], source="bbbbbbbbbbbb")
    assert marks(marked(one, two)) == {
        1: (None, None),
        2: (None, None),
        11: ("aaaaaaaaaaaa:1", "content"),
        12: ("aaaaaaaaaaaa:2", "content"),
    }
    made, found = tabulated((one, two), crosswalk, tmp_path)
    assert found["messages in the tables"] == made.messages == 4
    assert (found["each once"], found["copies by content"], found["copies by Message-ID"]) == (2, 2, 0)
    assert (made.unique_alerts, made.emails_over_unique) == (1, 4)


def tabulated(
    sources: tuple[MailSource, ...], crosswalk: Crosswalk, folder: Path
) -> tuple[AlertTables, dict[str, int]]:
    """The tables, and the ledger's lines about copies; the ledger is closed, so its identities hold."""
    made = tabulate_sources(parse_sources(sources, ZONES, crosswalk, folder).sources, folder / "out")
    close_mail(sources, made, TABLES["private/quarantine"].arrow.empty_table(), folder / "out")
    ledger = read_table(TABLES["public/ledger"], folder / "out").to_pylist()
    return made, {row["line"]: row["count"] for row in ledger if row["part"] == "copies"}


def test_a_message_that_lost_its_id_is_a_copy_of_the_one_that_kept_it(
    marked: Build, mailbox: Build, mail_row: Build
):
    rows = [
        mail_row(1, **NAMELESS),
        mail_row(2, message_id="<1@x>"),
        mail_row(3, message_id="<1@x>"),
        mail_row(4, message_id="<>"),
    ]
    assert marks(marked(mailbox(rows))) == {
        1: (f"{SOURCE}:2", "content"),
        2: (None, None),
        3: (f"{SOURCE}:2", "Message-ID"),
        4: (f"{SOURCE}:2", "content"),
    }


def test_equal_content_under_two_message_ids_was_sent_twice_and_is_no_copy(
    marked: Build, mailbox: Build, mail_row: Build
):
    rows = [mail_row(1, message_id="<1@x>"), mail_row(2, message_id="<2@x>"), mail_row(3, **NAMELESS)]
    found = marked(mailbox(rows))
    assert len({row["content_id"] for row in found.values()}) == 1
    assert marks(found) == {1: (None, None), 2: (None, None), 3: (f"{SOURCE}:1", "content")}


@pytest.mark.parametrize(
    "other",
    [
        {"to": ["other@pd.example.org"]},
        {"cc": ["second@pd.example.org"]},
        {"subject": "A Resident Posted a Safety Incident"},
        {"sender": "someone@example.org"},
        {"text": "other words"},
        {"submitted_at": datetime(2021, 5, 5, 12, 0, 1, tzinfo=UTC)},
    ],
)
def test_other_recipients_words_senders_or_times_are_another_message(
    marked: Build, mailbox: Build, mail_row: Build, other: Row
):
    found = marked(mailbox([mail_row(1, **NAMELESS), mail_row(2, **NAMELESS, **other)]))
    assert marks(found) == {1: (None, None), 2: (None, None)}


def test_without_a_time_of_submission_nothing_is_a_copy_by_content(
    marked: Build, mailbox: Build, mail_row: Build
):
    rows = [mail_row(n, **NAMELESS, submitted_at=None) for n in (1, 2)]
    assert marks(marked(mailbox(rows))) == {1: (None, None), 2: (None, None)}


def test_spellings_and_exchange_addresses_of_one_person_do_not_hide_a_copy(
    marked: Build, mailbox: Build, mail_row: Build
):
    exchange = "/o=city/cn=ann"
    rows = [
        mail_row(1, message_id="<1@x>", to=["Ann@x.org"], exchange=[f"{exchange}\tAnn@x.org"]),
        mail_row(2, message_id="<1@x>", to=["'ann@x.org'"]),
        mail_row(3, **NAMELESS, to=["Ann Lee"], exchange=[f"{exchange}\tAnn Lee"]),
    ]
    assert marks(marked(mailbox(rows))) == {
        1: (None, None),
        2: (f"{SOURCE}:1", "Message-ID"),
        3: (f"{SOURCE}:1", "content"),
    }


def test_what_two_agencies_hold_is_named_in_both_and_a_copy_in_neither(
    marked: Build, mailbox: Build, mail_row: Build
):
    mine = mailbox(
        [mail_row(1), mail_row(2, **NAMELESS, text="a"), mail_row(3, message_id="<3@x>", text="b")]
    )
    theirs = mailbox(
        [
            mail_row(11, message_id="<1@mail.example.org>", to=["officer@sfpd.example.org"]),
            mail_row(12, **NAMELESS, text="a"),
            mail_row(13, **NAMELESS, text="b"),
            mail_row(14, message_id="<4@x>", text="b", to=["else@x.org"]),
            mail_row(15, **NAMELESS, text="c"),
        ],
        agency="sfpd",
        source="bbbbbbbbbbbb",
    )
    found = marked(mine, theirs)
    assert {node: row["also_in"] for (_, _, node), row in found.items()} == {
        1: ["sfpd"],
        2: ["sfpd"],
        3: ["sfpd"],
        11: ["lapd"],
        12: ["lapd"],
        13: ["lapd"],
        14: [],  # another Message-ID: it was sent by itself
        15: [],
    }
    assert {row["copy_of"] for row in found.values()} == {None}


def test_a_mailbox_that_two_agencies_handed_over_is_held_by_both(
    marked: Build, mailbox: Build, mail_row: Build
):
    mine = mailbox([mail_row(1), mail_row(2, **NAMELESS, submitted_at=None)])
    found = marked(mine, replace(mine, agency="sfpd"))
    assert {key[::2]: row["also_in"] for key, row in found.items()} == {
        ("lapd", 1): ["sfpd"],
        ("sfpd", 1): ["lapd"],
        ("lapd", 2): [],  # neither Message-ID nor time
        ("sfpd", 2): [],
    }


facts = st.fixed_dictionaries(
    {
        "message_id": st.sampled_from([None, "<>", "<1@x>", "<2@x>"]),
        "text": st.sampled_from(["a", "b"]),
        "to": st.sampled_from([["a@x.org"], ["'A@x.org'"], ["b@x.org"]]),
        "submitted_at": st.sampled_from([None, datetime(2021, 5, 5, tzinfo=UTC)]),
    }
)


def mark_copies(messages: pa.Table) -> list[tuple[str | None, str | None]]:
    """Of which message each is a copy, and by which rule."""
    messages = messages.append_column("row", pa.array(range(messages.num_rows), pa.int64()))
    found = addressees(messages)
    people = hashes_of(name.encode() for name in found.names.to_pylist())
    who = recipients_of(messages.num_rows, found, people)
    marks: list[tuple[str | None, str | None]] = [(None, None)] * messages.num_rows
    with TemporaryDirectory() as folder:
        by_id = mark_by_id(id_keys(messages, who).rows)
        files = write_sorted(by_id, Path(folder) / "by-id.arrow", ("row",))
        by_content = mark_by_content(content_keys(messages, who).rows, files)
    for rule, table in ((BY_ID, by_id), (BY_CONTENT, by_content)):
        for row in table.to_pylist():
            marks[row["row"]] = (row["original"], rule)
    return marks


@pytest.mark.long
@given(st.lists(facts, max_size=10))
def test_copies_follow_the_rules_read_one_by_one(
    crosswalk: Crosswalk, mail_row: Build, mail_table: Build, mail: list[Row]
):
    # No body is an alert's: nothing is scraped, and the test is quick.
    rows = [mail_row(n, **fact, subject="Lunch", html=None) for n, fact in enumerate(mail)]
    messages = parse_messages(mail_table(rows), crosswalk, "UTC")
    for name, value in (("source", SOURCE), ("agency", "lapd")):
        messages = messages.append_column(name, pa.repeat(pa.scalar(value), messages.num_rows))
    found = mark_copies(messages)

    def people(fact: Row) -> str:
        return fact["to"][0].strip("'").lower()

    def named(fact: Row) -> bool:
        return fact["message_id"] not in (None, "<>")

    for n, fact in enumerate(mail):
        first = None
        if named(fact):
            same = (m for m, o in enumerate(mail[:n]) if o["message_id"] == fact["message_id"])
            first = next((m for m in same if people(mail[m]) == people(fact)), None)
        elif fact["submitted_at"] is not None:
            alike = [
                m
                for m, o in enumerate(mail)
                if (o["text"], o["submitted_at"], people(o))
                == (fact["text"], fact["submitted_at"], people(fact))
            ]
            with_id = [m for m in alike if named(mail[m])]
            first = with_id[0] if with_id else alike[0]
            if with_id:
                own = mail[first]["message_id"], people(mail[first])
                first = next(m for m, o in enumerate(mail) if (o["message_id"], people(o)) == own)
        expected = None if first in (None, n) else f"{SOURCE}:{first}"
        rule = None if expected is None else "Message-ID" if named(fact) else "content"
        assert found[n] == (expected, rule)


@pytest.mark.long
def test_what_is_a_copy_by_content_in_real_mail_is_one_in_all_that_the_rule_does_not_look_at(
    real: Path, crosswalk: Crosswalk, mail_table: Build
):
    copies = 0
    for path in sorted((real / "pst").iterdir()):
        with LocalFile(path) as file:
            plan = plan_mailbox(file)
            nodes = [plan.node(place) for place in range(len(plan.nodes))]
            read = list(read_nodes(file, plan.header, nodes, MailSettings()))
        mails = {mail.node_id: mail for mail in read if isinstance(mail, Mail)}
        rows = [{**asdict(mail), "folder": ""} for mail in mails.values()]
        messages = parse_messages(mail_table(rows), crosswalk, "UTC")
        for name, value in (("source", SOURCE), ("agency", "lapd")):
            messages = messages.append_column(name, pa.repeat(pa.scalar(value), messages.num_rows))
        for mail, (first, rule) in zip(mails.values(), mark_copies(messages), strict=True):
            if rule == "content" and first is not None:
                copies += 1
                original = mails[int(first.split(":")[1])]
                assert (mail.html, mail.text, mail.subject) == (
                    original.html,
                    original.text,
                    original.subject,
                )
                assert (mail.submitted_at, mail.delivered_at) == (
                    original.submitted_at,
                    original.delivered_at,
                )
                assert mail.attachments == original.attachments
    assert copies == 25  # all in one mailbox, whose Sent Items hold six mails several times
