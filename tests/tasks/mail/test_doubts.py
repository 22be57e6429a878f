"""What of the mail nobody has read, from the tables of a run."""

from pathlib import Path

import pytest

from data.schema import TABLES
from data.tables import write_table
from tasks.ledger.results import Doubts
from tasks.ledger.table import write_ledger
from tasks.mail.doubts import mail_doubts
from tasks.mail.other_files import OtherFile, other_files_table


def rows(source: str, **lines: int | None) -> list[tuple[str, str, str, int | None]]:
    return [("mail", source, line.replace("_", " "), count) for line, count in lines.items()]


def test_where_everything_was_read_there_is_no_doubt(tmp_path: Path):
    write_ledger(rows("a", listed_in_the_file=3, messages_read=3, without_a_body=0), tmp_path)
    assert mail_doubts(tmp_path) == Doubts()
    assert mail_doubts(tmp_path / "nothing") == Doubts()


@pytest.mark.parametrize(
    ("line", "count", "said"),
    [
        ("quarantined while reading", 1, "1 item of the mailboxes could not be read: "),
        ("quarantined while reading", 4, "4 items of the mailboxes could not be read: "),
        ("embedded quarantined", 3, "3 messages attached to others could not be read: "),
        ("without a body", 2, "2 mails were read without a body: "),
        ("with replacement characters", 1_234, "1,234 mails hold replacement characters: "),
    ],
)
def test_each_line_that_is_not_zero_is_named_by_its_number(tmp_path: Path, line: str, count: int, said: str):
    write_ledger(
        [("mail", "a", line, count - 1), ("mail", "b", line, 1), ("mail", "c", line, None)], tmp_path
    )
    [doubt] = mail_doubts(tmp_path).perhaps
    assert str(doubt).startswith(said)
    assert doubt.fix


def test_what_could_not_be_parsed_was_read(tmp_path: Path):
    write_ledger([("alerts", "a", "quarantined while parsing", 7)], tmp_path)
    assert mail_doubts(tmp_path) == Doubts()


def test_mailboxes_of_unknown_content_are_counted(tmp_path: Path):
    write_ledger([*rows("a", listed_in_the_file=None), *rows("b", listed_in_the_file=2)], tmp_path)
    assert mail_doubts(tmp_path).unknown == "1 of 2 mailboxes"


def test_files_in_other_forms_are_named_with_what_to_do(tmp_path: Path):
    others = [OtherFile("lapd", f"records/lapd/{n}\x1b.eml", "an e-mail (.eml)", "ask") for n in range(2)]
    write_table(other_files_table(others), TABLES["private/other_files"], tmp_path)
    [doubt] = mail_doubts(tmp_path).perhaps
    assert str(doubt) == "2 files in records/ are each an e-mail (.eml): ask"
    assert doubt.example == "records/lapd/0\ufffd.eml"
