"""What the mail room returns: sources that add up, and the quarantine."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

from data.catalog import RecordFile
from data.schema import TABLES
from tasks.mail.layout import NBT
from tasks.mail.partitions import PartitionSummary, Quarantined
from tasks.mail.results import quarantine_table, to_sources
from tasks.mail.sources import Mailbox, examine, group

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Surgery

PARTS = [
    PartitionSummary(0, 200, 197, {"IPM.Contact": 2}, (Quarantined(7, "Inbox", "no good", "at all"),)),
    PartitionSummary(200, 340, 139, {"IPM.Appointment": 1}),
]


def mailbox_of(path: Path, agency: str = "lapd") -> Mailbox:
    file = RecordFile(agency, path, f"records/{agency}/{path.name}")
    return group([file], {path: examine(path, None)})[0]


def test_the_counts_of_a_source_are_those_of_its_partitions(box: Box, tmp_path: Path):
    mailbox = mailbox_of(box.path)
    (source,) = to_sources([mailbox], tmp_path, {mailbox.source: PARTS})
    assert (source.messages_listed, source.read, source.not_mail, source.quarantined) == (340, 336, 3, 1)
    assert source.messages_listed == source.read + source.not_mail + source.quarantined == source.stated
    assert (source.format, source.unknown, source.warnings) == ("Unicode PST", None, ())
    assert (source.agency, source.files, source.bytes) == (
        "lapd",
        ("records/lapd/box.pst",),
        box.path.stat().st_size,
    )
    assert source.mail == mailbox.mail_folder(tmp_path)
    assert source.unaccounted == ()
    assert pickle.loads(pickle.dumps(source)) == source


def test_mails_without_a_body_and_with_lost_characters_are_counted_over_the_partitions(
    box: Box, tmp_path: Path
):
    mailbox = mailbox_of(box.path)
    parts = [
        PartitionSummary(0, 200, 200, without_body=3, replacement_characters=1),
        PartitionSummary(200, 340, 140, without_body=4),
    ]
    (source,) = to_sources([mailbox], tmp_path, {mailbox.reading: parts})
    assert (source.without_body, source.replacement_characters) == (7, 1)


def test_folders_with_messages_in_no_partition_are_named(box: Box, tmp_path: Path):
    mailbox = mailbox_of(box.path)
    (source,) = to_sources([mailbox], tmp_path, {mailbox.source: PARTS[:1]})
    assert source.unaccounted == ("Top of Personal Folders/Inbox",)


def test_a_file_that_is_not_a_mailbox_is_a_source_with_nothing_but_its_problem(tmp_path: Path):
    path = tmp_path / "broken.pst"
    path.write_bytes(b"PK")
    mailbox = mailbox_of(path)
    (source,) = to_sources([mailbox], tmp_path, {})
    assert (source.format, source.messages_listed, source.mail, source.read) == (None, None, None, 0)
    assert source.unknown is not None
    assert source.warnings == (f"not read: {source.unknown}",)
    (row,) = quarantine_table([mailbox], {}).to_pylist()
    assert (row["stage"], row["reason"], row["node_id"]) == ("opening", "not a mailbox", None)
    assert row["detail"] == source.unknown


def test_messages_in_quarantine_are_rows_with_folder_reason_and_detail(box: Box):
    mailbox = mailbox_of(box.path)
    table = quarantine_table([mailbox], {mailbox.source: PARTS})
    assert table.schema.equals(TABLES["private/quarantine"].arrow)
    assert table.to_pylist() == [
        {
            "source": mailbox.source,
            "node_id": 7,
            "folder": "Inbox",
            "stage": "reading",
            "reason": "no good",
            "detail": "at all",
            "embedded_in": None,
        }
    ]


def test_a_mailbox_of_two_agencies_is_in_quarantine_once(box: Box):
    mailboxes = [mailbox_of(box.path, agency) for agency in ("lapd", "rialto")]
    assert quarantine_table(mailboxes, {mailboxes[0].source: PARTS}).num_rows == 1


def test_a_lost_page_is_a_row_of_the_listing(damaged: Surgery, tmp_path: Path):
    offset, _ = damaged.leaves(NBT)[12]
    damaged.zero(offset)
    mailbox = mailbox_of(damaged.save())
    (row,) = quarantine_table([mailbox], {mailbox.source: []}).to_pylist()
    assert (row["stage"], row["reason"]) == ("listing", "page of the node index is unreadable")
    assert row["detail"] == f"page of the node index at byte {offset:,}: is zeroed"
    (source,) = to_sources([mailbox], tmp_path, {})
    assert source.messages_listed is None
    assert source.unknown is not None
    assert row["detail"] in source.unknown


def test_a_cut_file_is_a_row_of_the_opening_and_keeps_its_other_rows(damaged: Surgery):
    leaves = [offset for offset, _ in damaged.leaves(NBT)]
    mailbox = mailbox_of(damaged.save(leaves[len(leaves) // 2]))
    rows = quarantine_table([mailbox], {}).to_pylist()
    assert (rows[0]["stage"], rows[0]["reason"]) == ("opening", "file is cut")
    assert {row["stage"] for row in rows[1:]} == {"listing"}


def test_no_mailboxes_give_an_empty_quarantine():
    assert quarantine_table([], {}).num_rows == 0
    assert to_sources([], Path("work"), {}) == ()
