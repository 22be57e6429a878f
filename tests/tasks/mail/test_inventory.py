"""From mailboxes with messages inside messages to tables and a ledger that adds up."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.catalog import RecordFile
from data.crosswalk import read_crosswalk
from data.errors import InputError, LedgerError
from data.schema import TABLES
from data.synthetic.pst import Attachment, Enclosed, Message
from tasks.alerts.batches import parse_sources
from tasks.alerts.ledger import MailClosed, close_mail
from tasks.alerts.results import AlertTables
from tasks.alerts.tabulate import tabulate_parsed
from tasks.mail.attachment_hashes import hash_attachments
from tasks.mail.doubts import mail_doubts
from tasks.mail.inventory import write_inventory
from tasks.mail.partitions import attachments_folder
from tasks.mail.results import Inventory, Reading
from tasks.mail.settings import MailSettings
from tasks.mail.survey import read_survey, survey_files

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Kit

FIRST, SECOND = 0x8025, 0x8045
JOURNAL = "X-MS-Journal-Report: \r\n"


class Whole:
    """A run of the mail over one mailbox, in one process."""

    def __init__(self, client: Client, path: Path, folder: Path, **how: Any) -> None:
        self.work, self.out = folder / "work", folder / "out"
        files = [RecordFile("pd", path, "records/pd/a.pst")]
        survey = survey_files(files, self.work, client)
        settings = MailSettings(partition=how.get("partition", 1000))
        self.reading: Reading = read_survey(survey, self.work, client, settings)
        hashed = how.get("hashed", False)
        if hashed:
            self.hashed = hash_attachments(self.reading.sources, survey, self.work, None)
        self.inventory: Inventory = write_inventory(self.reading.sources, self.out, hashed=hashed)
        parsed = parse_sources(
            self.reading.sources, {"pd": "America/Los_Angeles"}, read_crosswalk(), self.work
        )
        self.tables: AlertTables = tabulate_parsed(
            parsed, self.reading.sources, self.out, how.get("embedded", "apart")
        )
        self.closed: MailClosed = close_mail(
            self.reading.sources, self.tables, self.reading.quarantine, self.out, inventory=self.inventory
        )

    def rows(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.out / f"{name}.parquet").to_pylist()

    def ledger(self, part: str) -> dict[str, int]:
        """The lines of the one mailbox."""
        return {
            row["line"]: row["count"]
            for row in self.rows("public/ledger")
            if row["part"] == part and row["source"]
        }

    @property
    def bytes(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.out)): path.read_bytes() for path in self.out.rglob("*.parquet")}


def alert(kit: Kit, number: int, title: str, **given: Any) -> Message:
    """A mail as the app sends it."""
    text = (
        "A resident in your area just posted a crime incident to the Neighbors App.\r\n"
        f"{title}\r\nMay 20, 2021\r\nSomething happened.\r\nClick Here to View Post\r\n"
    )
    subject = "A Resident Posted a Crime Incident"
    return kit.letter(number, **{"subject": subject, "html": None, "text": text, **given})


def case_07(kit: Kit, path: Path) -> Path:
    """A journal report, and a mail with two alerts attached as messages: three alerts inside."""
    report = kit.letter(
        1,
        subject="A Resident Posted a Crime Incident",
        html=None,
        text="Sender: team@example.org\r\nSubject: x\r\nMessage-Id: <2@example.org>\r\nTo: a@example.org\r\n",
        headers=JOURNAL,
        attachments=(Enclosed(alert(kit, 2, "Journaled alert")),),
    )
    forward = kit.letter(
        3,
        subject="Alerts for request 22-118",
        html=None,
        text="See attached.",
        attachments=(Enclosed(alert(kit, 4, "Forwarded 1")), Enclosed(alert(kit, 5, "Forwarded 2"))),
    )
    kit.write(path, [report, forward])
    return path


@pytest.fixture
def journaled(kit: Kit, tmp_path: Path) -> Path:
    return case_07(kit, tmp_path / "07.pst")


def test_the_journaled_alert_counts_and_the_forwarded_ones_are_read_apart(
    threads: Client, journaled: Path, tmp_path: Path
):
    run = Whole(threads, journaled, tmp_path)
    source = run.reading.sources[0].source
    report, forward = 0x200024, 0x200044
    found = {row["message_id"]: row for row in run.rows("private/messages")}
    assert {key: (row["embedded_in"], row["embedded_as"], row["kind"]) for key, row in found.items()} == {
        "<2@example.org>": (f"{source}:{report}/{FIRST}", "carried", "crime alert"),
        "<3@example.org>": (None, None, "unclassified"),
        "<4@example.org>": (f"{source}:{forward}/{FIRST}", "attached", "crime alert"),
        "<5@example.org>": (f"{source}:{forward}/{SECOND}", "attached", "crime alert"),
    }
    assert [row["title"] for row in run.rows("private/alerts")] == ["Journaled alert"]
    assert {row["recipient"] for row in run.rows("private/recipients")} == {
        "desk2@example.org", "desk3@example.org",
    }  # fmt: skip
    assert run.ledger("mail") == {
        "listed in the file": 2,
        "stated by its folders": 2,
        "messages read": 2,
        "not mail": 0,
        "quarantined while reading": 0,
        "without a body": 0,
        "with replacement characters": 0,
        "embedded messages": 3,
        "embedded read": 3,
        "embedded not mail": 0,
        "embedded quarantined": 0,
        "carried by journal reports": 1,
        "attached messages": 2,
        "crime alert": 2,
        "alert messages": 2,
        "alerts parsed": 2,
        "quarantined while parsing": 0,
    }
    assert run.ledger("alerts")["messages read"] == 2
    assert run.rows("private/quarantine") == []
    assert (run.tables.unique_alerts, run.tables.unique_otherwise) == (1, 3)
    assert any("2 alerts are in messages that are attached" in line for line in run.closed.warnings)
    assert run.closed.unopened == 0


def test_with_count_attached_messages_are_the_agency_s(threads: Client, journaled: Path, tmp_path: Path):
    run = Whole(threads, journaled, tmp_path, embedded="count")
    assert {row["title"] for row in run.rows("private/alerts")} == {
        "Journaled alert", "Forwarded 1", "Forwarded 2",
    }  # fmt: skip
    assert run.ledger("alerts") == {
        "messages counted": 4,
        "messages of the mailbox": 2,
        "attached messages": 2,
        "crime alert": 3,
        "unclassified": 1,
        "alert messages": 3,
        "alerts parsed": 3,
        "quarantined while parsing": 0,
    }
    assert run.ledger("mail")["attached messages"] == 2
    assert {row["kind"]: row["emails"] for row in run.rows("public/kinds")} == {
        "crime alert": 3, "unclassified": 1,
    }  # fmt: skip
    assert (run.tables.unique_alerts, run.tables.unique_otherwise) == (3, 1)
    assert not any("attached to other messages" in line for line in run.closed.warnings)


@pytest.mark.parametrize("embedded", ["apart", "count"])
def test_a_mail_and_the_same_mail_in_a_forward_are_copies_where_both_count(
    threads: Client, kit: Kit, tmp_path: Path, embedded: str
):
    mail = alert(kit, 1, "Bike")
    kit.write(tmp_path / "a.pst", [kit.letter(2, subject="FW: x", attachments=(Enclosed(mail),)), mail])
    run = Whole(threads, tmp_path / "a.pst", tmp_path, embedded=embedded)
    source = run.reading.sources[0].source
    marks = [row["copy_of"] for row in run.rows("private/messages") if row["message_id"] == "<1@example.org>"]
    if embedded == "apart":
        assert marks == [None, None]
        assert run.tables.copies == 0
    else:
        assert set(marks) == {None, f"{source}:{0x200024}/{FIRST}"}
        assert run.tables.copies == 1
    [found] = run.rows("private/alerts")
    assert found["emails"] == (1 if embedded == "apart" else 2)


def test_an_attached_alert_that_cannot_be_parsed_is_in_quarantine_with_its_path(
    threads: Client, kit: Kit, tmp_path: Path
):
    broken = alert(kit, 1, "", text="nothing to see")
    kit.write(tmp_path / "a.pst", [kit.letter(2, attachments=(Enclosed(broken),))])
    run = Whole(threads, tmp_path / "a.pst", tmp_path)
    rows = {row["embedded_in"]: row["stage"] for row in run.rows("private/quarantine")}
    source = run.reading.sources[0].source
    assert rows[f"{source}:{0x200024}/{FIRST}"] == "parsing"
    assert run.ledger("mail")["quarantined while parsing"] == 1


def test_what_is_damaged_is_in_quarantine_with_its_path_and_counted(
    threads: Client, kit: Kit, tmp_path: Path
):
    inner = alert(kit, 1, "Bike", text="INNERMOST")
    file = Attachment("LAST-FILE", "", 3, lambda: [b"abc"])
    box = kit.write(
        tmp_path / "a.pst",
        [kit.letter(2, attachments=(Enclosed(inner), Enclosed(alert(kit, 3, "Car")), file))],
        encoding="none",
    )
    surgery = kit.surgery(box.path, tmp_path / "damaged.pst")
    for text in ("INNERMOST", "LAST-FILE"):
        surgery.flip(surgery.data.find(text.encode("utf-16-le")) + 1)
    run = Whole(threads, surgery.save(), tmp_path)
    source = run.reading.sources[0].source
    top = f"{source}:{box.nodes[0]}"
    rows = {row["embedded_in"]: (row["stage"], row["reason"]) for row in run.rows("private/quarantine")}
    assert rows[f"{top}/{FIRST}"] == ("reading", "checksum of a block is wrong")
    assert rows[f"{top}/{0x8065}"] == ("attachments", "checksum of a block is wrong")
    lines = run.ledger("mail")
    assert (lines["embedded messages"], lines["embedded read"], lines["embedded quarantined"]) == (2, 1, 1)
    assert run.ledger("mail")["quarantined while reading"] == 0
    assert run.closed.unopened == 2


def test_a_ledger_with_one_message_too_few_ends_the_run(threads: Client, journaled: Path, tmp_path: Path):
    run = Whole(threads, journaled, tmp_path)
    [source] = run.reading.sources
    for wrong in (replace(source, embedded_read=2), replace(source, journals=0)):
        with pytest.raises(LedgerError):
            close_mail([wrong], run.tables, run.reading.quarantine, run.out, inventory=run.inventory)
    lost = replace(run.inventory, embedded={source.source: 4})
    with pytest.raises(LedgerError, match=r"embedded messages = .* 4 = 3"):
        close_mail([source], run.tables, run.reading.quarantine, run.out, inventory=lost)


@pytest.mark.long
def test_partitions_make_no_difference(threads: Client, kit: Kit, tmp_path: Path):
    letters = [
        kit.letter(n, attachments=tuple(Enclosed(alert(kit, 100 * n + m, f"T{m}")) for m in range(n % 3)))
        for n in range(7)
    ]
    kit.write(tmp_path / "a.pst", [*letters, kit.letter(50, attachments=(kit.enclosure(50),))])
    first = Whole(threads, tmp_path / "a.pst", tmp_path / "one", hashed=True)
    second = Whole(threads, tmp_path / "a.pst", tmp_path / "two", partition=1, hashed=True)
    assert first.bytes == second.bytes
    assert first.inventory == second.inventory


def test_attachments_are_listed_with_what_they_are(threads: Client, kit: Kit, tmp_path: Path):
    attachments = (
        kit.enclosure(9000),
        Attachment("old.eml", "message/rfc822", 4, lambda: [b"mail"]),
        Attachment("\x1b[31mred.msg", "", 4, lambda: [b"mail"]),
        Attachment("far.pdf", "", method=2, path=r"\\server\far.pdf"),
        Enclosed(kit.letter(2, attachments=(kit.enclosure(10, "deep.png"),))),
    )
    kit.write(tmp_path / "a.pst", [kit.letter(1, attachments=attachments)])
    run = Whole(threads, tmp_path / "a.pst", tmp_path)
    rows = run.rows("private/attachments")
    assert [(row["name"], row["bytes"], row["content"], row["mail"], row["sha256"]) for row in rows] == [
        ("map.png", 9000, "file", None, None),
        ("old.eml", 4, "file", ".eml", None),
        ("\x1b[31mred.msg", 4, "file", ".msg", None),
        ("far.pdf", 0, "reference", None, None),
        (None, rows[4]["bytes"], "message", None, None),
        ("deep.png", 10, "file", None, None),
    ]
    assert pq.read_schema(run.out / "private/attachments.parquet").equals(TABLES["private/attachments"].arrow)
    [warning] = run.inventory.warnings
    assert warning.startswith("2 attached files hold mail (1 .eml, 1 .msg), and it is not read: old.eml in ")
    assert "\x1b" not in warning
    [doubt] = mail_doubts(run.out).perhaps
    assert str(doubt).startswith(
        "2 attached files hold mail in another form, which is not read: private/attach"
    )
    assert run.inventory.notes[0].startswith("1 attachments are only references")
    assert run.inventory.attachments == 6


@pytest.mark.long
def test_hashes_are_computed_once_and_only_if_asked_for(threads: Client, kit: Kit, tmp_path: Path):
    files = {"empty": 0, "small": 100, "heap": 3580, "block": 8000, "tree": 50_000}
    attachments = [kit.enclosure(size, name) for name, size in files.items()]
    box = kit.write(tmp_path / "a.pst", [kit.letter(1, attachments=(*attachments, Enclosed(kit.letter(2))))])
    run = Whole(threads, box.path, tmp_path, hashed=True)
    found = {row["name"]: row["sha256"] for row in run.rows("private/attachments")}
    expected: dict[str | None, str | None] = {None: None}
    expected |= {each.name: hashlib.sha256(b"".join(each.chunks())).hexdigest() for each in attachments}
    assert found == expected
    assert run.hashed == 1
    again = Whole(threads, box.path, tmp_path, hashed=True)
    assert again.hashed == 0
    assert again.bytes == run.bytes
    without = Whole(threads, box.path, tmp_path)
    assert {row["sha256"] for row in without.rows("private/attachments")} == {None}


def test_a_damaged_file_has_no_hash_and_the_others_have(threads: Client, kit: Kit, tmp_path: Path):
    first, second = kit.enclosure(50_000, "a"), kit.enclosure(60_000, "b")
    box = kit.write(tmp_path / "a.pst", [kit.letter(1, attachments=(first, second))], encoding="none")
    surgery = kit.surgery(box.path, tmp_path / "damaged.pst")
    surgery.flip(surgery.data.find(kit.mark) + 9_000)
    run = Whole(threads, surgery.save(), tmp_path, hashed=True)
    assert [(row["name"], row["sha256"] is None) for row in run.rows("private/attachments")] == [
        ("a", True), ("b", False),
    ]  # fmt: skip


def test_a_list_of_attachments_that_is_gone_is_named(threads: Client, journaled: Path, tmp_path: Path):
    run = Whole(threads, journaled, tmp_path)
    [source] = run.reading.sources
    assert source.mail is not None
    [listed] = attachments_folder(source.mail).glob("part-*.parquet")
    listed.unlink()
    with pytest.raises(InputError, match="the list of attachments beside it is not complete; delete"):
        write_inventory([source], run.out)
    listed.write_bytes(b"no table")
    with pytest.raises(InputError, match="was damaged during the run; run again: it is read anew"):
        write_inventory([source], run.out)


def test_without_attachments_there_is_an_empty_table_and_no_line(threads: Client, kit: Kit, tmp_path: Path):
    kit.write(tmp_path / "a.pst", [kit.letter(1)])
    run = Whole(threads, tmp_path / "a.pst", tmp_path)
    assert run.rows("private/attachments") == []
    assert "embedded messages" not in run.ledger("mail")
    assert run.tables.unique_otherwise is None
    [source] = run.reading.sources
    assert source.mail is not None
    assert not attachments_folder(source.mail).exists()


def test_a_long_list_is_written_on_a_worker_with_the_same_bytes(
    threads: Client, journaled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run = Whole(threads, journaled, tmp_path)
    monkeypatch.setattr("tasks.mail.inventory._HERE", 0)
    assert write_inventory(run.reading.sources, tmp_path / "there", client=threads) == run.inventory
    table = "private/attachments.parquet"
    assert (tmp_path / "there" / table).read_bytes() == (run.out / table).read_bytes()
