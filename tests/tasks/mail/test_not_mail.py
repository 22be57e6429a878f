"""Items that are not mail, counted by class; what a class of an agency's own is called stays private."""

from pathlib import Path
from typing import Any

from data.schema import TABLES
from data.tables import write_table
from tasks.mail.not_mail import not_mail_tables
from tasks.mail.results import MailSource


def source(**given: Any) -> MailSource:
    made: dict[str, Any] = {
        "agency": "lapd", "source": "a" * 12, "sha256": "a" * 64, "files": ("a.pst",), "bytes": 1,
        "format": None, "messages_listed": 9, "unknown": None, "mail": None, "read": 0, "not_mail": 9,
        "quarantined": 0,
    }  # fmt: skip
    return MailSource(**{**made, **given})


CLASSES = {"IPM.Post": 1, "ipm.post": 2, "IPM.Contact.Jane-Doe": 3, "IPM.Jane-Doe": 1, "IPM.\x1b[31m": 2}


def test_known_classes_are_published_and_others_only_as_a_number(tmp_path: Path):
    tables = not_mail_tables([source(classes=CLASSES), source(agency="sfpd", classes={"IPM.Task": 9})])
    assert [tuple(row.values()) for row in tables["public/not_mail"].to_pylist()] == [
        ("lapd", "a" * 12, "IPM.Post", "post in a folder", 3),
        ("lapd", "a" * 12, "IPM.Contact", "contact", 3),
        ("lapd", "a" * 12, "other", "item of a class that is not in the program's list", 3),
        ("sfpd", "a" * 12, "IPM.Task", "task", 9),
    ]
    private = tables["private/not_mail_classes"].to_pylist()
    assert {row["message_class"]: row["items"] for row in private if row["agency"] == "lapd"} == CLASSES
    for name, table in tables.items():
        write_table(table, TABLES[name], tmp_path)
    assert "Jane" not in (tmp_path / "public/not_mail.csv").read_text()


def test_where_nobody_counted_there_is_no_row():
    assert not_mail_tables([source()])["public/not_mail"].num_rows == 0
