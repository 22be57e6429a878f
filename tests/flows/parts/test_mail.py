"""The part of the mail on small mailboxes, from the file to the tables."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from data.errors import InputError
from data.schema import TABLES
from data.synthetic.pst import Message, PstWriter, Recipient
from data.tables import read_table
from flows.parts.mail import _warnings
from tasks.mail.results import MailSource

pytestmark = pytest.mark.slow

BODY = (
    "A resident in your area just posted a crime incident to the Neighbors App.\r\n"
    "Bike gone\r\nMay 5, 2021\r\nFrom my porch.\r\nClick Here to View Post\r\n"
)
EXCHANGE = "/O=CITY/CN=RECIPIENTS/CN=ALEE"


def letter(number: int, **given: Any) -> Message:
    made: dict[str, Any] = {
        "subject": "A Resident Posted a Crime Incident",
        "sender_name": "Neighbors Team",
        "sender_address": "no-reply@alerts.example.org",
        "recipients": (Recipient(1, "Ann Lee", "ann@pd.example.org"),),
        "html": None,
        "text": BODY,
        "headers": None,
        "message_id": f"<{number}@example.org>",
        "submitted_at": datetime(2021, 5, 5, 12, number, tzinfo=UTC),
        "delivered_at": datetime(2021, 5, 5, 13, number, tzinfo=UTC),
    }
    return Message(**{**made, **given})


@pytest.fixture
def ran(tmp_path: Path, client: Client) -> Callable[..., Path]:
    """Runs an investigation of the mailboxes given, by their paths below records/, and gives its folder."""
    from flows.investigate import investigate

    def go(**mailboxes: list[Message]) -> Path:
        folder = tmp_path / "case"
        for name, letters in mailboxes.items():
            path = folder / "records/pd" / f"{name}.pst"
            path.parent.mkdir(parents=True, exist_ok=True)
            with PstWriter(path) as writer:
                inbox = writer.add_folder(("Inbox",))
                for one in letters:
                    writer.add_message(inbox, one)
        settings = 'name = "case"\n[agencies.pd]\nname = "PD"\ntimezone = "Pacific/Kiritimati"\n'
        (folder / "investigation.toml").write_text(settings)
        investigate(folder)
        return folder

    return go


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_table(TABLES[name], folder / "out").to_pylist()
    return rows


def test_subjects_behind_tags_are_alerts_and_own_rows_of_the_crosswalk_count_at_once(
    ran: Callable[..., Path],
):
    tagged = [
        letter(n, subject=f"{tag} A Resident Posted a Crime Incident")
        for n, tag in enumerate(("[EXTERNAL]", "EXTERNAL:", "[EXT]"))
    ]
    folder = ran(inbox=[*tagged, letter(3, subject="Block Watch: Bike gone")])
    kinds = {row["kind"]: row["emails"] for row in table(folder, "public/kinds")}
    assert kinds == {"crime alert": 3, "unclassified": 1}
    before = json.loads((folder / "out/provenance.json").read_text())

    own = folder / "subjects.csv"
    own.write_text("pattern,match,kind,template,note\nBlock Watch: <title>,prefix,crime alert,alert-title,\n")
    ran()
    assert {row["kind"]: row["emails"] for row in table(folder, "public/kinds")} == {"crime alert": 4}
    after = json.loads((folder / "out/provenance.json").read_text())
    assert before["crosswalk"].keys() == {"sha256"}
    assert after["crosswalk"].keys() == {"sha256", "own"}
    assert after["crosswalk"]["sha256"] != before["crosswalk"]["sha256"]

    own.write_text("pattern,match,kind,template,note\nBlock Watch: <title>,prefix,crime alert,new-layout,\n")
    with pytest.raises(InputError, match=r"^subjects\.csv: pattern 'Block Watch: <title>', column template"):
        ran()


def test_one_person_and_one_message_are_counted_once_whatever_the_export(ran: Callable[..., Path]):
    recipients = (
        Recipient(1, "Ann Lee", "'Ann@PD.example.org'"),
        Recipient(1, "Ann Lee", "", EXCHANGE),
        Recipient(1, "Ann Lee", "ann@pd.example.org", EXCHANGE),
    )
    first = [letter(n, recipients=(who,), message_id="<>") for n, who in enumerate(recipients)]
    folder = ran(first=first, second=[*first, letter(9)])
    [alert] = table(folder, "private/alerts")
    assert (alert["emails"], alert["recipients"]) == (7, 1)
    assert {row["recipient"] for row in table(folder, "private/recipients")} == {"ann@pd.example.org"}
    assert {row["evidence"] for row in table(folder, "private/people")} == {
        "spelling",
        "pairing",
        "Exchange address",
    }
    messages = table(folder, "private/messages")
    assert [row["copy_by"] for row in messages].count("content") == 3
    ledger = {row["line"]: row["count"] for row in table(folder, "public/ledger") if row["part"] == "copies"}
    assert ledger == {
        "messages in the tables": 7,
        "each once": 4,
        "copies by Message-ID": 0,
        "copies by content": 3,
    }


def test_times_at_the_ends_of_the_calendar_end_nothing_and_are_implausible(ran: Callable[..., Path]):
    undated = BODY.replace("May 5, 2021\r\n", "")
    moments = [datetime(1601, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
    headers = "Date: Thu, 20 May 2021 23:47:00 -0400\r\n\r\n"
    folder = ran(
        inbox=[
            *(letter(n, text=undated, submitted_at=at, delivered_at=at) for n, at in enumerate(moments)),
            letter(5, text=BODY.replace("2021", "1601")),
            letter(6, text=undated, submitted_at=None, delivered_at=None, headers=headers),
        ]
    )
    months = {row["month"]: row["unique_alerts"] for row in table(folder, "public/alerts_by_month")}
    assert months == {"implausible": 3, "2021-05": 1}
    sources = {row["submitted_from"] for row in table(folder, "private/messages")}
    assert sources == {"message", "Date header"}


def source(**given: Any) -> MailSource:
    made: dict[str, Any] = {
        "agency": "lapd",
        "source": "a" * 12,
        "sha256": "a" * 64,
        "files": ("records/lapd/a.pst",),
        "bytes": 1,
        "format": "Unicode PST",
        "messages_listed": 3,
        "unknown": None,
        "mail": None,
        "read": 3,
        "not_mail": 0,
        "quarantined": 0,
    }
    return MailSource(**{**made, **given})


def test_the_run_ends_with_how_many_messages_have_characters_that_could_not_be_read():
    sources = [source(), source(replacement_characters=2, files=("b.pst",)), source(replacement_characters=1)]
    (line,) = _warnings(sources)
    assert line.startswith(
        "3 messages have characters that could not be read, shown as \ufffd (as in b.pst); "
    )
    assert "code_page" in line


def test_a_run_that_could_read_every_character_says_nothing_of_it():
    assert list(_warnings([source(without_body=3)])) == []
