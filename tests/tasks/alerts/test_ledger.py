"""Closing the mail's part of the ledger."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.errors import LedgerError
from data.schema import TABLES
from data.tables import empty_table, read_table, write_table
from tasks.alerts.ledger import close_mail
from tasks.alerts.results import AlertTables, FolderCount
from tasks.mail.results import MailSource

QUARANTINE = TABLES["private/quarantine"]
SOURCE = MailSource(
    agency="lapd",
    source="0123456789ab",
    sha256="0123456789ab".ljust(64, "0"),
    files=("records/lapd/a.pst", "records/lapd/copy of a.pst"),
    bytes=271_360,
    format="Unicode PST",
    messages_listed=12,
    unknown=None,
    mail=Path("mail"),
    read=9,
    not_mail=2,
    quarantined=1,
    stated=12,
)
INBOX = FolderCount("lapd", "0123456789ab", "Inbox", {"crime alert": 5, "unclassified": 1}, 5, 4, 1)
OLD = FolderCount("lapd", "0123456789ab", "Inbox/Old", {"crime alert": 2, "safety alert": 1}, 3, 3, 0)


def stopped(*rows: tuple[str, int | None, str | None, str]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "source": source,
                "node_id": node,
                "folder": folder,
                "stage": stage,
                "reason": "r",
                "detail": "d",
            }
            for source, node, folder, stage in rows
        ],
        schema=QUARANTINE.arrow,
    )


READING = stopped(("0123456789ab", 36, "Inbox", "reading"))
PARSING = stopped(("0123456789ab", 68, "Inbox", "parsing"))


def tables(*folders: FolderCount, unique: int = 7, **counts: Any) -> AlertTables:
    values = {"messages": 9, "unique_alerts": 2, "unclassified": 0, "copies": 0, "undated": 0} | counts
    return AlertTables({}, folders, emails_over_unique=unique, **values)


@pytest.fixture(autouse=True)
def unparsed(tmp_path: Path) -> None:
    """An alert could not be parsed, as it was written when the tables were."""
    write_table(PARSING, QUARANTINE, tmp_path)


def lines(out: Path, part: str, source: str) -> dict[str, int | None]:
    rows = read_table(TABLES["public/ledger"], out).to_pylist()
    return {row["line"]: row["count"] for row in rows if (row["part"], row["source"]) == (part, source)}


def test_a_run_that_adds_up_has_every_line_with_its_number(tmp_path: Path) -> None:
    closed = close_mail([SOURCE], tables(INBOX, OLD), READING, tmp_path)
    assert lines(tmp_path, "mail", SOURCE.source) == {
        "listed in the file": 12,
        "stated by its folders": 12,
        "messages read": 9,
        "not mail": 2,
        "quarantined while reading": 1,
    }
    assert lines(tmp_path, "alerts", SOURCE.source) == {
        "messages read": 9,
        "crime alert": 7,
        "safety alert": 1,
        "unclassified": 1,
        "alert messages": 8,
        "alerts parsed": 7,
        "quarantined while parsing": 1,
    }
    assert lines(tmp_path, "alerts", "") == {"alerts parsed": 7, "emails over unique alerts": 7}
    rows = read_table(TABLES["public/ledger"], tmp_path).to_pylist()
    assert [tuple(row.values()) for row in rows] == list(closed.rows)


def test_every_name_of_a_file_is_a_row_of_sources(tmp_path: Path) -> None:
    close_mail([SOURCE], tables(INBOX, OLD), READING, tmp_path)
    rows = read_table(TABLES["private/sources"], tmp_path).to_pylist()
    assert [(row["file"], row["source"], row["messages_listed"]) for row in rows] == [
        (file, "0123456789ab", 12) for file in SOURCE.files
    ]


def test_quarantine_holds_the_rows_of_every_stage_once_and_says_so_in_the_warnings(tmp_path: Path) -> None:
    twice = pa.concat_tables([READING, READING])
    closed = close_mail([SOURCE], tables(INBOX, OLD, unclassified=1, undated=1), twice, tmp_path)
    assert read_table(QUARANTINE, tmp_path).column("stage").to_pylist() == ["reading", "parsing"]
    assert closed.quarantined == {"parsing": 1, "reading": 1}
    assert closed.warnings == (
        "2 in quarantine (parsing 1, reading 1): each with its reason in private/quarantine",
        "1 messages are unclassified: their subjects are in private/subjects_to_review",
        "1 unique alerts have no date: their mails give none",
    )


def test_quarantine_has_the_bytes_of_one_table_also_where_the_ledger_is_closed_twice(tmp_path: Path) -> None:
    """The rows of the alerts come from their file, a few at a time, and those of the mail go in between."""
    unparsed = stopped(*((f"{n % 7:012x}", n, "Inbox", "parsing") for n in range(20_000)))
    opening = (("0" * 12, None, None, "opening"), ("f" * 12, None, None, "opening"))
    of_mail = pa.concat_tables([READING, stopped(*opening)])
    expected = write_table(pa.concat_tables([unparsed, of_mail]), QUARANTINE, tmp_path / "whole").read_bytes()
    path = write_table(unparsed, QUARANTINE, tmp_path)
    for _ in range(2):
        closed = close_mail([SOURCE], tables(INBOX, OLD), of_mail, tmp_path)
        assert closed.quarantined == {"opening": 2, "parsing": 20_000, "reading": 1}
        assert path.read_bytes() == expected


def test_a_run_without_problems_has_no_warnings(tmp_path: Path) -> None:
    clean = replace(SOURCE, quarantined=0, messages_listed=11)
    inbox = replace(INBOX, parsed=5, quarantined=0)
    nothing = empty_table(QUARANTINE)
    write_table(nothing, QUARANTINE, tmp_path)
    closed = close_mail([clean], tables(inbox, OLD, unique=8), nothing, tmp_path)
    assert closed.warnings == ()
    assert read_table(QUARANTINE, tmp_path).num_rows == 0


@pytest.mark.parametrize(
    ("source", "folders", "unique", "message"),
    [
        (
            replace(SOURCE, messages_listed=13),
            (INBOX, OLD),
            7,
            r"records/lapd/a\.pst = records/lapd/copy of a\.pst: listed in the file = messages read \+ "
            r"not mail \+ quarantined while reading does not hold: 13 = 9 \+ 2 \+ 1",
        ),
        (
            SOURCE,
            (INBOX,),
            4,
            r"a\.pst, folders Inbox \(6\): messages read = every kind does not hold: 9 = 6",
        ),
        (
            SOURCE,
            (INBOX, replace(OLD, parsed=2)),
            6,
            r"a\.pst, folder Inbox/Old: alert messages = alerts parsed \+ quarantined while "
            r"parsing does not hold: 3 = 2 \+ 0",
        ),
        (
            SOURCE,
            (INBOX, OLD),
            6,
            "all mailboxes: alerts parsed = emails over unique alerts does not hold: 7 = 6",
        ),
        (
            replace(SOURCE, quarantined=0, messages_listed=11),
            (INBOX, OLD),
            7,
            "0 quarantined while reading, but 1 are in quarantine",
        ),
    ],
)
def test_what_does_not_add_up_ends_the_run_naming_file_and_folder_and_writes_nothing(
    tmp_path: Path, source: MailSource, folders: tuple[FolderCount, ...], unique: int, message: str
) -> None:
    with pytest.raises(LedgerError, match=message):
        close_mail([source], tables(*folders, unique=unique), READING, tmp_path)
    assert list(tmp_path.rglob("*.*")) == [tmp_path / QUARANTINE.files[0]]
    assert read_table(QUARANTINE, tmp_path).num_rows == 1


def test_an_account_that_does_not_add_up_names_the_folder_that_is_missing(tmp_path: Path) -> None:
    short = replace(SOURCE, messages_listed=13, unaccounted=("Top of Personal Folders/Inbox",))
    with pytest.raises(LedgerError, match=r"copy of a\.pst, folder Top of Personal Folders/Inbox: listed"):
        close_mail([short], tables(INBOX, OLD), READING, tmp_path)


def test_an_unknown_number_is_not_zero_and_a_warning_gives_its_reason(tmp_path: Path) -> None:
    torn = replace(SOURCE, messages_listed=None, unknown="a page of the node index is destroyed")
    closed = close_mail([torn], tables(INBOX, OLD), READING, tmp_path)
    assert lines(tmp_path, "mail", torn.source)["listed in the file"] is None
    assert lines(tmp_path, "mail", torn.source)["messages read"] == 9
    assert closed.warnings[0] == (
        "records/lapd/a.pst = records/lapd/copy of a.pst: the number of messages is unknown "
        "(a page of the node index is destroyed); 9 were read"
    )
    row = read_table(TABLES["private/sources"], tmp_path).to_pylist()[0]
    assert row["messages_listed"] is None


def test_the_counts_of_a_file_that_could_not_be_opened_are_unknown(tmp_path: Path) -> None:
    shut = replace(
        SOURCE,
        format=None,
        messages_listed=None,
        stated=None,
        unknown="no PST",
        mail=None,
        read=0,
        not_mail=0,
        quarantined=0,
    )
    opening = stopped(("0123456789ab", None, None, "opening"))
    write_table(empty_table(QUARANTINE), QUARANTINE, tmp_path)
    closed = close_mail([shut], tables(unique=0), opening, tmp_path)
    assert lines(tmp_path, "mail", shut.source) == {
        "listed in the file": None,
        "stated by its folders": None,
        "messages read": 0,
        "not mail": None,
        "quarantined while reading": None,
    }
    assert closed.quarantined == {"opening": 1}


def test_a_mailbox_of_two_agencies_has_its_lines_once_and_both_counts_in_the_sum(tmp_path: Path) -> None:
    other = replace(SOURCE, agency="sfpd", files=("records/sfpd/a.pst",))
    folders = (INBOX, OLD, replace(INBOX, agency="sfpd"), replace(OLD, agency="sfpd"))
    close_mail([other, SOURCE], tables(*folders, unique=14), READING, tmp_path)
    assert lines(tmp_path, "mail", SOURCE.source)["listed in the file"] == 12
    assert lines(tmp_path, "alerts", "") == {"alerts parsed": 14, "emails over unique alerts": 14}
    assert read_table(TABLES["private/sources"], tmp_path).column("agency").to_pylist() == [
        "lapd",
        "lapd",
        "sfpd",
    ]


def test_two_agencies_that_read_one_mailbox_differently_end_the_run(tmp_path: Path) -> None:
    other = replace(SOURCE, agency="sfpd", read=8, not_mail=3)
    mine = replace(
        OLD, agency="sfpd", kinds={"crime alert": 1, "safety alert": 1}, alert_messages=2, parsed=2
    )
    folders = (INBOX, OLD, replace(INBOX, agency="sfpd"), mine)
    with pytest.raises(LedgerError, match="'messages read' is 8 for one agency and 9 for another"):
        close_mail([SOURCE, other], tables(*folders, unique=13), READING, tmp_path)


def test_the_order_of_mailboxes_changes_no_byte(tmp_path: Path) -> None:
    second = replace(
        SOURCE, source="ffffffffffff", files=("records/lapd/b.pst",), quarantined=0, messages_listed=11
    )
    folders = (INBOX, OLD, replace(INBOX, source="ffffffffffff"), replace(OLD, source="ffffffffffff"))
    for name, order in (("one", [SOURCE, second]), ("two", [second, SOURCE])):
        write_table(PARSING, QUARANTINE, tmp_path / name)
        close_mail(order, tables(*folders, unique=14), READING, tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 9
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)
