"""A range of messages: as it is sent, and as it is read here or in child processes."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from data.errors import UnreadableError
from data.synthetic.pst import Enclosed
from tasks.mail.partitions import Quarantined, partition_file, summaries
from tasks.mail.plan import open_plan
from tasks.mail.settings import MailSettings
from tasks.mail.spans import Span, outcomes_of, read_span, read_span_apart, span_of

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit, Read


@pytest.fixture
def span(box: Box, tmp_path: Path) -> Span:
    """Messages 40 to 60 of ``box``."""
    return span_of(open_plan(box.path), box.path, (40, 60), tmp_path / "parts", MailSettings())


def test_a_range_that_was_pickled_reads_the_same(span: Span, box: Box, box_read: Read):
    arrived: Span = pickle.loads(pickle.dumps(span))
    assert outcomes_of(arrived) == [box_read.outcomes[node] for node in box.nodes[40:60]]


def test_a_pickled_range_is_small(span: Span):
    # A few bytes per message, whatever the mailbox's size.
    assert len(pickle.dumps(span)) < 4_000
    assert span.nodes.base is None  # a copy, so that the whole list is not sent with it


def test_a_slice_of_a_range_is_a_range_of_its_own(span: Span, box: Box):
    piece = span.slice(5, 8)
    assert (len(piece), piece.start) == (3, 45)
    assert [outcome.node_id for outcome in outcomes_of(piece)] == box.nodes[45:48]
    assert list(piece.folder_names()) == box.nodes[45:48]


def test_reading_a_range_writes_its_partition(span: Span, box: Box):
    summary = read_span(span)
    assert (summary.start, summary.stop, summary.read) == (40, 60, 20)
    assert summaries(span.mail_folder, 60) == [summary]
    table = pq.read_table(span.mail_folder / partition_file(40, 60))
    assert table["node_id"].to_pylist() == box.nodes[40:60]
    assert set(table["folder"].to_pylist()) == {"Top of Personal Folders/Inbox"}


@pytest.mark.long
def test_reading_in_child_processes_writes_the_same_partition(span: Span, tmp_path: Path):
    read_span(span)
    here = (span.mail_folder / partition_file(40, 60)).read_bytes()
    (span.mail_folder / partition_file(40, 60)).unlink()
    read_span_apart(span)
    assert (span.mail_folder / partition_file(40, 60)).read_bytes() == here


class Children:
    """Child processes whose end depends on the messages that they get."""

    def __init__(self, bad: set[int], ending: subprocess.CompletedProcess[bytes] | Exception) -> None:
        self.bad = bad
        self.ending = ending
        self.asked: list[list[int]] = []

    def __call__(self, command: list[str], *, input: bytes, **_: Any) -> subprocess.CompletedProcess[bytes]:
        _, span = pickle.loads(input)
        nodes = [int(node) for node in span.nodes["nid"]]
        self.asked.append(nodes)
        if self.bad & set(nodes):
            if isinstance(self.ending, Exception):
                raise self.ending
            return self.ending
        return subprocess.CompletedProcess(command, 0, pickle.dumps(outcomes_of(span)), b"")


def ended(code: int, stderr: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.CompletedProcess([], code, b"", stderr)


@pytest.mark.parametrize(
    ("ending", "verdict"),
    [
        (ended(-11), "was ended by SIGSEGV"),
        (ended(-6), "was ended by SIGABRT"),
        (ended(1, b"Timeout (0:02:00)!\nThread 0x1\n"), "hung for 120 s"),
        (subprocess.TimeoutExpired("x", 180), "had not ended after 180 s"),
    ],
)
def test_the_one_message_that_kills_its_reader_is_found_and_the_rest_kept(
    span: Span,
    box: Box,
    monkeypatch: pytest.MonkeyPatch,
    ending: subprocess.CompletedProcess[bytes] | Exception,
    verdict: str,
):
    bad = box.nodes[53]
    children = Children({bad}, ending)
    monkeypatch.setattr(subprocess, "run", children)
    summary = read_span_apart(span)
    assert summary.quarantine == (
        Quarantined(
            bad,
            "Top of Personal Folders/Inbox",
            "crashes libpff",
            f"the reader {verdict}, each time it was tried",
        ),
    )
    table = pq.read_table(span.mail_folder / partition_file(40, 60))
    assert table["node_id"].to_pylist() == [node for node in box.nodes[40:60] if node != bad]
    assert children.asked.count([bad]) == span.settings.deaths
    assert len(children.asked) < 14  # halving, not one by one


def test_a_message_is_kept_if_only_what_is_attached_to_it_kills_the_reader(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    letters = [kit.letter(n, attachments=(Enclosed(kit.letter(10 + n)),) * (n % 2)) for n in range(4)]
    made = kit.write(tmp_path / "a.pst", letters)
    span = span_of(open_plan(made.path), made.path, (0, 4), tmp_path / "parts", MailSettings())

    def run(command: list[str], *, input: bytes, **_: Any) -> subprocess.CompletedProcess[bytes]:
        _, asked = pickle.loads(input)
        if made.nodes[1] in asked.nodes["nid"] and asked.settings.open_attached:
            return ended(-11)
        return subprocess.CompletedProcess(command, 0, pickle.dumps(outcomes_of(asked)), b"")

    monkeypatch.setattr(subprocess, "run", run)
    summary = read_span_apart(span)
    assert (summary.read, summary.attached) == (4, 1)
    [row] = summary.quarantine
    assert (row.node_id, row.reason, row.path) == (
        made.nodes[1],
        "crashes libpff",
        f"{made.nodes[1]}/{0x8025}",
    )


def test_two_messages_that_kill_their_reader_are_both_found(
    span: Span, box: Box, monkeypatch: pytest.MonkeyPatch
):
    bad = {box.nodes[40], box.nodes[59]}
    monkeypatch.setattr(subprocess, "run", Children(bad, ended(-11)))
    summary = read_span_apart(span)
    assert {row.node_id for row in summary.quarantine} == bad
    assert summary.read == 18


def test_a_message_whose_reader_died_only_once_is_read(span: Span, box: Box, monkeypatch: pytest.MonkeyPatch):
    children = Children({box.nodes[50]}, ended(-9))
    plenty = 6

    def run(command: list[str], **given: Any) -> subprocess.CompletedProcess[bytes]:
        if len(children.asked) == plenty:
            children.bad = set()
        return children(command, **given)

    monkeypatch.setattr(subprocess, "run", run)
    assert read_span_apart(span).read == 20


def test_a_child_that_fails_for_another_reason_is_not_blamed_on_a_message(
    span: Span, box: Box, monkeypatch: pytest.MonkeyPatch
):
    broken = ended(1, b"ModuleNotFoundError: No module named 'tasks'")
    monkeypatch.setattr(subprocess, "run", Children(set(box.nodes), broken))
    with pytest.raises(RuntimeError, match=r"box\.pst ended with code 1: ModuleNotFoundError"):
        read_span_apart(span)
    assert not span.mail_folder.exists() or list(span.mail_folder.iterdir()) == []


@pytest.mark.long
def test_a_mailbox_that_is_gone_is_named(span: Span, tmp_path: Path):
    gone = Span(
        tmp_path / "gone.pst", span.header, span.nodes, span.folders, 40, span.mail_folder, span.settings
    )
    for read in (read_span, read_span_apart):
        with pytest.raises(UnreadableError, match=r"gone\.pst: is gone: it was deleted or moved") as raised:
            read(gone)
        assert raised.value.path == str(gone.path)
