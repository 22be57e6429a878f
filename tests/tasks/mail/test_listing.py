"""The lists of attachments are completed after the reading, once, as the reading would have done it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from distributed import Client

from data.catalog import RecordFile
from data.synthetic.pst import Enclosed
from tasks.mail.execute import examine_files, read_mailboxes
from tasks.mail.inventory import write_inventory
from tasks.mail.listing import list_files, listed_file
from tasks.mail.partitions import attachments_folder
from tasks.mail.results import to_sources
from tasks.mail.settings import MailSettings
from tasks.mail.sources import Mailbox, group

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Kit


def mailbox_of(client: Client, path: Path) -> Mailbox:
    file = RecordFile("pd", path, "records/pd/a.pst")
    return group([file], examine_files(client, {path: None}))[0]


def test_a_list_is_completed_once(threads: Client, kit: Kit, tmp_path: Path):
    letters = [kit.letter(n, attachments=(kit.enclosure(n * 5000, f"{n}.png"),)) for n in range(6)]
    box = kit.write(tmp_path / "a.pst", letters)
    mailbox = mailbox_of(threads, box.path)
    parts = read_mailboxes(threads, [mailbox], tmp_path, MailSettings(partition=4))
    assert [part.unlisted for part in parts[mailbox.source]] == [3, 3]
    assert list_files(threads, [mailbox], tmp_path, parts) == parts
    found = sorted(attachments_folder(mailbox.mail_folder(tmp_path)).glob("listed-*"))
    times = [path.stat().st_mtime_ns for path in found]
    assert [pq.read_table(path)["name"].to_pylist() for path in found] == [
        ["0.png", "1.png", "2.png"], ["3.png", "4.png", "5.png"],
    ]  # fmt: skip
    list_files(threads, [mailbox], tmp_path, parts)
    assert [path.stat().st_mtime_ns for path in found] == times
    found[0].write_bytes(b"no table")
    list_files(threads, [mailbox], tmp_path, parts)
    assert pq.read_table(found[0]).num_rows == 3


def test_an_attachment_that_says_both_is_not_lost(threads: Client, kit: Kit, tmp_path: Path):
    # Its record says that it is a message; elsewhere in the block are the bytes that say that it is a file.
    inner = kit.letter(2, subject="Crime Alert: hidden")
    fake = struct.pack("<HHI", 0x3705, 3, 1).decode("utf-16-le", "surrogatepass")
    box = kit.write(
        tmp_path / "a.pst",
        [kit.letter(1, attachments=(Enclosed(inner, name=f"xx{fake}"), kit.enclosure(10)))],
        encoding="none",
    )
    mailbox = mailbox_of(threads, box.path)
    parts = read_mailboxes(threads, [mailbox], tmp_path, MailSettings())
    # Both patterns are there, so that the reading looked at it, and read the message.
    assert [(part.attached, part.unlisted) for part in parts[mailbox.source]] == [(1, 1)]


def test_a_message_that_passes_for_a_file_is_in_quarantine(threads: Client, kit: Kit, tmp_path: Path):
    box = kit.write(
        tmp_path / "a.pst",
        [kit.letter(1, attachments=(Enclosed(kit.letter(2), name="\u3705\u0003\u0001\0"),))],
        encoding="none",
    )
    surgery = kit.surgery(box.path, tmp_path / "b.pst")
    # An unknown method, with the content of a message, and the bytes that say that it is a file.
    record, other = struct.pack("<HHI", 0x3705, 3, 5), struct.pack("<HHI", 0x3705, 3, 9)
    at = surgery.data.find(record)
    surgery.data[at : at + 8] = other
    held = kit.read(box.path).outcomes[box.nodes[0]].inside
    assert held is not None
    surgery.seal_block(held.attachments[0].data)
    mailbox = mailbox_of(threads, surgery.save())
    read = read_mailboxes(threads, [mailbox], tmp_path, MailSettings())
    parts = list_files(threads, [mailbox], tmp_path, read)
    [part] = parts[mailbox.source]
    assert (part.attached, part.unlisted, part.attached_quarantined) == (0, 1, 1)
    assert part.quarantine[0].reason == "attached message was not opened"
    assert part.quarantine[0].folder == "Top of Personal Folders/Inbox"
    sources = to_sources([mailbox], tmp_path, parts)
    assert write_inventory(sources, tmp_path / "out").embedded == {mailbox.source: 1}
    assert listed_file(tmp_path / "part-1.parquet").name == "listed-1.parquet"
