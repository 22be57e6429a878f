"""The reading on a Dask client; for dying workers see tests/faults."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from distributed import Client

from data.catalog import RecordFile
from tasks.mail.execute import drop_damaged_mail, examine_files, read_mailboxes, unread_spans
from tasks.mail.partitions import finished, partition_file
from tasks.mail.results import to_sources
from tasks.mail.settings import MailSettings
from tasks.mail.sources import Mailbox, examine, group

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit


def test_files_are_examined_and_progress_is_reported(threads: Client, box: Box, tmp_path: Path):
    broken = tmp_path / "broken.pst"
    broken.write_bytes(b"!BDN")
    progress: list[tuple[int, int]] = []
    found = examine_files(threads, {box.path: None, broken: None}, lambda *now: progress.append(now))
    assert found[box.path].sha256 == examine(box.path, None).sha256
    assert found[broken].plan is None
    assert progress == [(1, 2), (2, 2)]


def mailbox_of(path: Path, agency: str = "lapd") -> Mailbox:
    files = [RecordFile(agency, path, f"records/{agency}/{path.name}")]
    return group(files, {path: examine(path, None)})[0]


@pytest.mark.long
@pytest.mark.parametrize("partition", [1000, 50, 13])
def test_the_table_is_the_same_for_any_number_of_partitions(
    threads: Client, alerts_box: Box, kit: Kit, tmp_path: Path, partition: int
):
    mailbox = mailbox_of(alerts_box.path)
    partitions = read_mailboxes(threads, [mailbox], tmp_path / "work", MailSettings(partition=partition))
    assert len(partitions[mailbox.source]) == -(-100 // partition)
    read_mailboxes(threads, [mailbox], tmp_path / "whole", MailSettings(partition=100))
    table = kit.partition_tables(mailbox.mail_folder(tmp_path / "work"))
    assert table.equals(kit.partition_tables(mailbox.mail_folder(tmp_path / "whole")))
    assert table.num_rows == 100


@pytest.mark.long
def test_what_an_earlier_run_has_read_is_not_read_again(threads: Client, alerts_box: Box, tmp_path: Path):
    mailbox = mailbox_of(alerts_box.path)
    read_mailboxes(threads, [mailbox], tmp_path, MailSettings(partition=25))
    folder = mailbox.mail_folder(tmp_path)
    (folder / partition_file(25, 50)).unlink()
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    settings = MailSettings(partition=10)
    assert [(span.start, len(span)) for span in unread_spans(mailbox, tmp_path, settings)] == [
        (25, 8), (33, 8), (41, 9),
    ]  # fmt: skip
    progress: list[tuple[int, int]] = []
    read_mailboxes(threads, [mailbox], tmp_path, settings, lambda *now: progress.append(now))
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {name: after[name] for name in before} == before
    assert progress[0] == (75, 100)
    assert progress[-1] == (100, 100)
    assert list(unread_spans(mailbox, tmp_path, settings)) == []


def test_a_mailbox_of_two_agencies_is_read_once(threads: Client, alerts_box: Box, tmp_path: Path):
    mailboxes = [mailbox_of(alerts_box.path, agency) for agency in ("lapd", "rialto")]
    progress: list[tuple[int, int]] = []
    partitions = read_mailboxes(
        threads, mailboxes, tmp_path, MailSettings(), lambda *now: progress.append(now)
    )
    assert list(partitions) == [mailboxes[0].source]
    assert progress == [(0, 100), (100, 100)]


def test_a_mailbox_of_two_agencies_with_different_code_pages_is_read_for_each(
    threads: Client, kit: Kit, tmp_path: Path
):
    body = {"html": None, "text": None, "codepage": None, "text_8_bit": "Дверь".encode("cp1251")}
    path = kit.write(tmp_path / "box.pst", [kit.letter(0, **body)]).path
    files = [RecordFile(agency, path, f"records/{agency}/box.pst") for agency in ("a", "b")]
    mailboxes = group(files, {path: examine(path, None)}, {"a": "cp1251", "b": "koi8-r"})
    partitions = read_mailboxes(threads, mailboxes, tmp_path, MailSettings())
    assert list(partitions) == [mailbox.reading for mailbox in mailboxes]
    texts = [kit.partition_tables(mailbox.mail_folder(tmp_path))["text"].to_pylist() for mailbox in mailboxes]
    assert texts == [["Дверь"], ["Дверь".encode("cp1251").decode("koi8-r")]]
    sources = to_sources(mailboxes, tmp_path, partitions)
    assert [(source.read, source.code_page) for source in sources] == [(1, "cp1251"), (1, "koi8-r")]


def test_a_file_that_is_not_a_mailbox_has_no_spans_and_does_not_stop_the_others(
    threads: Client, alerts_box: Box, tmp_path: Path
):
    broken = tmp_path / "broken.pst"
    broken.write_bytes(b"")
    good = tmp_path / "good.pst"
    shutil.copy(alerts_box.path, good)
    mailboxes = [mailbox_of(broken), mailbox_of(good)]
    assert list(unread_spans(mailboxes[0], tmp_path, MailSettings())) == []
    partitions = read_mailboxes(threads, mailboxes, tmp_path / "work", MailSettings())
    assert list(partitions) == [mailboxes[1].source]
    assert sum(partition.read for partition in partitions[mailboxes[1].source]) == 100


def test_a_mailbox_without_messages_has_no_partitions(threads: Client, kit: Kit, tmp_path: Path):
    mailbox = mailbox_of(kit.write(tmp_path / "box.pst", []).path)
    assert read_mailboxes(threads, [mailbox], tmp_path, MailSettings()) == {mailbox.source: []}


@pytest.mark.long
@pytest.mark.parametrize("where", ["cut", "footer", "page"])
def test_a_damaged_partition_is_read_again_and_said(
    threads: Client, alerts_box: Box, kit: Kit, tmp_path: Path, where: str
):
    mailbox = mailbox_of(alerts_box.path)
    whole = read_mailboxes(threads, [mailbox], tmp_path, MailSettings(partition=25))
    folder = mailbox.mail_folder(tmp_path)
    table = kit.partition_tables(folder)
    assert drop_damaged_mail([mailbox], tmp_path) == []
    path = folder / partition_file(25, 50)
    content = bytearray(path.read_bytes())
    content[{"cut": 0, "footer": -100, "page": 100}[where]] ^= 0 if where == "cut" else 4
    path.write_bytes(content[:-10] if where == "cut" else content)
    [line] = drop_damaged_mail([mailbox, mailbox_of(alerts_box.path, "sfpd")], tmp_path)
    assert line == (
        f"work/mail/{folder.name}/{path.name}: was damaged; its messages of records/lapd/alerts.pst "
        "were read again"
    )
    assert read_mailboxes(threads, [mailbox], tmp_path, MailSettings(partition=25)) == whole
    assert kit.partition_tables(folder).equals(table)


def test_mail_of_an_earlier_version_is_one_line_and_not_counted_as_done(
    threads: Client, alerts_box: Box, tmp_path: Path
):
    mailbox = mailbox_of(alerts_box.path)
    read_mailboxes(threads, [mailbox], tmp_path, MailSettings(partition=25))
    folder = mailbox.mail_folder(tmp_path)
    for path in folder.glob("*.parquet"):
        path.write_bytes(path.read_bytes().replace(b"nwatch seal 2 ", b"nwatch sha256 "))
    assert len(finished(folder, 100)) == 4
    assert finished(folder, 100, usable=True) == []
    (line,) = drop_damaged_mail([mailbox], tmp_path)
    assert line == "work/mail: 4 files, each is of an earlier version; what they hold is read again"
