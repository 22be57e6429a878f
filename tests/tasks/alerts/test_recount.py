"""The ledger of the mail is closed from the published tables, whoever made them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.crosswalk import Crosswalk
from data.errors import LedgerError
from data.schema import TABLES
from data.tables import empty_table, write_table
from tasks.alerts.batches import parse_sources
from tasks.alerts.recount import close_recounted, recount
from tasks.alerts.results import AlertTables
from tasks.alerts.tabulate import tabulate_parsed
from tasks.mail.results import NOTHING, MailSource

Build = Callable[..., Any]
QUARANTINE = TABLES["private/quarantine"].arrow.empty_table()


@dataclass
class Made:
    """The tables of a mailbox with two folders, an alert twice, and one that cannot be parsed."""

    source: MailSource
    tables: AlertTables
    out: Path

    def close(self, **given: Any) -> Any:
        return close_recounted(**{"sources": [self.source], "alerts": self.tables, "quarantine": QUARANTINE,
                                  "out": self.out, **given})  # fmt: skip

    def change(self, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
        path = self.out / f"{name}.parquet"
        pq.write_table(change(pq.read_table(path)), path)


@pytest.fixture
def made(mailbox: Build, mail_row: Build, crosswalk: Crosswalk, tmp_path: Path) -> Made:
    rows = [
        mail_row(32),
        mail_row(64, message_id="<32@mail.example.org>"),
        mail_row(96, folder="Top of Outlook data file/Sent"),
        mail_row(128, html=None, text=None),
        mail_row(160, subject="Lunch"),
    ]
    source = mailbox(rows)
    parsed = parse_sources([source], {"lapd": "UTC"}, crosswalk, tmp_path / "work")
    tables = tabulate_parsed(parsed, [source], tmp_path / "out")
    write_table(empty_table(TABLES["private/attachments"]), TABLES["private/attachments"], tmp_path / "out")
    return Made(source, tables, tmp_path / "out")


def test_what_is_counted_in_the_tables_is_what_was_counted_as_they_were_made(made: Made):
    assert recount(made.tables, made.out) == made.tables
    blank = replace(made.tables, messages=0, unique_alerts=0, emails_over_unique=0)
    assert recount(blank, made.out) == made.tables
    assert made.close().rows


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("private/messages", lambda table: table.slice(1)),
        ("private/messages", lambda table: pa.concat_tables([table, table.slice(0, 1)])),
        ("private/alerts", lambda table: table.slice(1)),
    ],
    ids=["a message less", "a message twice", "an alert less"],
)
def test_a_table_with_other_rows_ends_the_run(made: Made, name: str, change: Callable[[pa.Table], pa.Table]):
    made.change(name, change)
    with pytest.raises(LedgerError):
        made.close()


def test_rows_of_another_mailbox_end_the_run_and_are_named(made: Made):
    with pytest.raises(LedgerError, match="rows of the source 0123456789ab of lapd, which is no mailbox"):
        made.close(sources=[replace(made.source, source="ba9876543210")])


def test_a_list_of_attachments_of_another_length_is_said(made: Made):
    with pytest.raises(LedgerError, match="private/attachments: 0 rows, but 3 were listed"):
        made.close(inventory=replace(NOTHING, attachments=3))
