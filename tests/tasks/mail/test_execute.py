"""The plan on a Dask client; dying workers are in tests/faults."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from distributed import Client, KilledWorker

from data.catalog import RecordFile
from tasks.mail.execute import examine_files, read_mailboxes, run_all, unread_spans
from tasks.mail.parts import part_name
from tasks.mail.settings import MailSettings
from tasks.mail.sources import Mailbox, examine, group

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit

LOST = SimpleNamespace(address="tcp://127.0.0.1:1")


def double(number: int) -> int:
    return 2 * number


def dies(number: int) -> int:
    if number % 2:
        raise KilledWorker(f"work-{number}", LOST, 0)
    return double(number)


def always_dies(number: int) -> int:
    raise KilledWorker(f"work-{number}", LOST, 0)


def fails_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return double(number)


def test_every_piece_of_work_is_done_once(threads: Client):
    results: list[tuple[int, int]] = []
    run_all(threads, range(20), double, always_dies, lambda piece, result: results.append((piece, result)))
    assert sorted(results) == [(number, 2 * number) for number in range(20)]


def test_no_work_is_no_matter(threads: Client):
    run_all(threads, [], double, double, lambda *_: pytest.fail("there was no work"))


def test_work_that_killed_its_worker_is_done_the_careful_way(threads: Client):
    results: list[tuple[int, int]] = []
    run_all(threads, range(10), dies, double, lambda piece, result: results.append((piece, result)))
    assert sorted(results) == [(number, 2 * number) for number in range(10)]


def test_work_that_kills_workers_for_ever_ends_the_run(threads: Client):
    with pytest.raises(KilledWorker):
        run_all(threads, [1], always_dies, always_dies, lambda *_: None)


def test_an_error_of_the_work_is_raised_as_it_is(threads: Client):
    with pytest.raises(ValueError, match="three"):
        run_all(threads, range(10), fails_at_three, double, lambda *_: None)


def test_an_error_of_whoever_is_told_ends_the_run(threads: Client):
    def tired(piece: int, result: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all(threads, range(10), double, double, tired)


def test_files_are_examined_and_progress_is_told(threads: Client, box: Box, tmp_path: Path):
    broken = tmp_path / "broken.pst"
    broken.write_bytes(b"!BDN")
    told: list[tuple[int, int]] = []
    found = examine_files(threads, {box.path: None, broken: None}, lambda *now: told.append(now))
    assert found[box.path].sha256 == examine(box.path, None).sha256
    assert found[broken].plan is None
    assert told == [(1, 2), (2, 2)]


def mailbox_of(path: Path, agency: str = "lapd") -> Mailbox:
    files = [RecordFile(agency, path, f"records/{agency}/{path.name}")]
    return group(files, {path: examine(path, None)})[0]


@pytest.mark.parametrize("partition", [1000, 50, 13])
def test_the_table_is_the_same_for_any_number_of_partitions(
    threads: Client, alerts_box: Box, kit: Kit, tmp_path: Path, partition: int
):
    mailbox = mailbox_of(alerts_box.path)
    parts = read_mailboxes(threads, [mailbox], tmp_path / "work", MailSettings(partition=partition))
    assert len(parts[mailbox.source]) == -(-100 // partition)
    read_mailboxes(threads, [mailbox], tmp_path / "whole", MailSettings(partition=100))
    table = kit.part_tables(mailbox.parts(tmp_path / "work"))
    assert table.equals(kit.part_tables(mailbox.parts(tmp_path / "whole")))
    assert table.num_rows == 100


def test_what_an_earlier_run_has_read_is_not_read_again(threads: Client, alerts_box: Box, tmp_path: Path):
    mailbox = mailbox_of(alerts_box.path)
    read_mailboxes(threads, [mailbox], tmp_path, MailSettings(partition=25))
    folder = mailbox.parts(tmp_path)
    (folder / part_name(25, 50)).unlink()
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    settings = MailSettings(partition=10)
    assert [(span.start, len(span)) for span in unread_spans(mailbox, tmp_path, settings)] == [
        (25, 8), (33, 8), (41, 9),
    ]  # fmt: skip
    told: list[tuple[int, int]] = []
    read_mailboxes(threads, [mailbox], tmp_path, settings, lambda *now: told.append(now))
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {name: after[name] for name in before} == before
    assert told[0] == (75, 100)
    assert told[-1] == (100, 100)
    assert unread_spans(mailbox, tmp_path, settings) == []


def test_a_mailbox_of_two_agencies_is_read_once(threads: Client, alerts_box: Box, tmp_path: Path):
    mailboxes = [mailbox_of(alerts_box.path, agency) for agency in ("lapd", "rialto")]
    told: list[tuple[int, int]] = []
    parts = read_mailboxes(threads, mailboxes, tmp_path, MailSettings(), lambda *now: told.append(now))
    assert list(parts) == [mailboxes[0].source]
    assert told == [(0, 100), (100, 100)]


def test_a_file_that_is_no_mailbox_has_no_spans_and_stops_no_other(
    threads: Client, alerts_box: Box, tmp_path: Path
):
    broken = tmp_path / "broken.pst"
    broken.write_bytes(b"")
    good = tmp_path / "good.pst"
    shutil.copy(alerts_box.path, good)
    mailboxes = [mailbox_of(broken), mailbox_of(good)]
    assert unread_spans(mailboxes[0], tmp_path, MailSettings()) == []
    parts = read_mailboxes(threads, mailboxes, tmp_path / "work", MailSettings())
    assert list(parts) == [mailboxes[1].source]
    assert sum(part.read for part in parts[mailboxes[1].source]) == 100


def test_a_mailbox_without_messages_has_no_parts(threads: Client, kit: Kit, tmp_path: Path):
    mailbox = mailbox_of(kit.write(tmp_path / "box.pst", []).path)
    assert read_mailboxes(threads, [mailbox], tmp_path, MailSettings()) == {mailbox.source: []}
