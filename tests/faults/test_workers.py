"""Workers that die while reading: killed from outside, by a segmentation fault, by a hang. No row changes.

The workers are real processes with real deaths. The process that they are forked from loads a
``sitecustomize`` that wraps the reader's own ``read_item`` and ``folder_facts``: what it does to which
message, or to the folders, is read from a file, so that one such process serves all tests. Each test has a
cluster of its own, as a nanny may give up after several deaths.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from distributed import Client

from cluster import ClusterSettings, connect, forking
from data.catalog import RecordFile
from data.errors import UnreadableError
from data.synthetic import mailbox
from tasks.mail.execute import examine_files, read_mailboxes
from tasks.mail.partitions import PartitionSummary, gaps
from tasks.mail.settings import READER_VERSION, MailSettings
from tasks.mail.sources import Mailbox, examine, group
from tests.waiting import until

pytestmark = pytest.mark.slow

MESSAGES = 120
SEGFAULT = "import ctypes; ctypes.string_at(0)"
HANG = "import time; time.sleep(600)"
SLOW = "import time; time.sleep(0.02)"

# What a worker and a child process run when they start: something is done to the messages named in the file
# before they are read.
SABOTAGE = """
import importlib.abc, importlib.util, json, os, resource, sys

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # deaths are meant here, and leave no file

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "tasks.mail.pff":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        def exec_module(module):
            load(module)
            read = module.read_item
            def read_item(item, *given):
                with open(os.environ["TEST_DEEDS"]) as file:
                    exec(json.load(file).get(str(item.identifier), ""))
                return read(item, *given)
            module.read_item = read_item
            facts = module.folder_facts
            def folder_facts(file):
                with open(os.environ["TEST_DEEDS"]) as file_of_deeds:
                    exec(json.load(file_of_deeds).get("folders", ""))
                return facts(file)
            module.folder_facts = folder_facts
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""


@dataclass
class Crew:
    """Two workers, and what they do when they meet certain messages."""

    client: Client
    deeds: Path

    def shall(self, deed: str, *nodes: int | str) -> None:
        """Do it on meeting one of these messages, or the "folders", and nothing on meeting any other."""
        self.deeds.write_text(json.dumps(dict.fromkeys(map(str, nodes), deed)))


@pytest.fixture(scope="module")
def deeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of what workers do; the process that they are forked from is another one meanwhile."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(SABOTAGE)
    (folder / "deeds.json").write_text("{}")
    before = os.environ.get("PYTHONPATH")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), before])))
        patch.setenv("TEST_DEEDS", str(folder / "deeds.json"))
        end_fork_server()  # it may run already, without this
        forking.prepare(["tasks.mail.execute"])
        try:
            yield folder / "deeds.json"
        finally:
            end_fork_server()


def end_fork_server() -> None:
    """End the process that workers are forked from; the next cluster starts another."""
    if forking.POSSIBLE:
        forkserver._forkserver._stop()  # type: ignore[attr-defined]


@pytest.fixture
def cluster(deeds: Path) -> Iterator[Crew]:
    with connect(ClusterSettings(workers=2)) as client:
        yield Crew(client, deeds)


@pytest.fixture
def crew(cluster: Crew) -> Crew:
    """Both workers, harmless so far."""
    cluster.shall("")
    cluster.client.wait_for_workers(2, timeout=300)
    return cluster


@dataclass
class Box:
    """A mailbox, its messages, and its table when nothing goes wrong."""

    mailbox: Mailbox
    nodes: list[int]
    table: pa.Table

    def without(self, *nodes: int) -> pa.Table:
        return self.table.filter(pc.invert(pc.is_in(self.table["node_id"], pa.array(nodes, pa.int64()))))


@pytest.fixture(scope="module")
def box(deeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Box:
    """Read once, by workers that do no harm; its mailbox is not to be changed."""
    folder = tmp_path_factory.mktemp("box")
    nodes = mailbox(folder / "box.pst", MESSAGES)
    found = examined(folder / "box.pst")
    deeds.write_text("{}")
    with connect(ClusterSettings(workers=2)) as client:
        read_mailboxes(client, [found], folder / "work", MailSettings())
    table = rows(found, folder / "work")
    assert table.num_rows == MESSAGES
    return Box(found, nodes, table)


def examined(path: Path) -> Mailbox:
    file = RecordFile("lapd", path, f"records/lapd/{path.name}")
    return group([file], {path: examine(path, None)})[0]


def rows(mail: Mailbox, work: Path) -> pa.Table:
    return pa.concat_tables(
        [pq.read_table(part) for part in sorted(mail.mail_folder(work).glob("part-*.parquet"))]
    )


def read(crew: Crew, mail: Mailbox, work: Path, **knobs: Any) -> list[PartitionSummary]:
    return read_mailboxes(crew.client, [mail], work, MailSettings(**knobs))[mail.source]


def times(mail: Mailbox, work: Path) -> dict[str, int]:
    """When each partition was written, by its name."""
    return {part.name: part.stat().st_mtime_ns for part in mail.mail_folder(work).glob("part-*.parquet")}


class Killer(threading.Thread):
    """Kills whichever worker is writing a partition, a given number of times."""

    def __init__(self, parts: Path, times: int) -> None:
        super().__init__(daemon=True)
        self.folder = parts
        self.left = times
        self.killed: set[int] = set()
        self.stop = threading.Event()

    def run(self) -> None:
        while self.left and not self.stop.is_set():
            # A partition that is being written has the process id of its writer in its name.
            for path in self.folder.glob(".part-*.partial"):
                writer = int(path.name.split(".")[-2])
                if writer not in self.killed and self.left:
                    os.kill(writer, signal.SIGKILL)
                    self.killed.add(writer)
                    self.left -= 1
            time.sleep(0.01)


def test_workers_killed_repeatedly_while_reading_change_no_row(crew: Crew, box: Box, tmp_path: Path):
    crew.shall(SLOW, *box.nodes)  # so that there is time to kill it
    killer = Killer(box.mailbox.mail_folder(tmp_path), 3)
    killer.start()
    parts = read(crew, box.mailbox, tmp_path, partition=20, extract=5)
    killer.stop.set()
    killer.join()
    assert len(killer.killed) == 3
    assert rows(box.mailbox, tmp_path).equals(box.table)
    assert [len(part.quarantine) for part in parts] == [0] * 6


def test_a_segmentation_fault_costs_the_one_message_that_caused_it(crew: Crew, box: Box, tmp_path: Path):
    bad = box.nodes[50]
    crew.shall(SEGFAULT, bad)
    parts = read(crew, box.mailbox, tmp_path, partition=30)
    (lost,) = [row for part in parts for row in part.quarantine]
    assert (lost.node_id, lost.reason) == (bad, "crashes libpff")
    assert lost.folder == "Top of Personal Folders/Inbox"
    assert "SIGSEGV" in lost.detail
    assert rows(box.mailbox, tmp_path).equals(box.without(bad))


def test_every_one_of_several_messages_that_crash_the_reader_is_found(crew: Crew, box: Box, tmp_path: Path):
    bad = (box.nodes[0], box.nodes[3], box.nodes[119])
    crew.shall(SEGFAULT, *bad)
    parts = read(crew, box.mailbox, tmp_path, partition=4)
    assert [row.node_id for part in parts for row in part.quarantine] == list(bad)
    assert sum(part.accounted for part in parts) == MESSAGES
    assert rows(box.mailbox, tmp_path).equals(box.without(*bad))


def test_folders_keep_their_names_if_a_worker_is_killed_while_it_lists_them(
    crew: Crew, box: Box, tmp_path: Path
):
    crew.shall(
        f"import pathlib\nif not pathlib.Path({str(tmp_path / 'done')!r}).exists():\n"
        f"    pathlib.Path({str(tmp_path / 'done')!r}).touch()\n    os.kill(os.getpid(), 9)",
        "folders",
    )
    found = examine_files(crew.client, {on_disk(box): None})
    assert (tmp_path / "done").exists()
    assert repr(found[on_disk(box)]) == repr(box.mailbox.examined)


def test_folders_whose_names_crash_libpff_are_called_by_their_ids(crew: Crew, box: Box):
    crew.shall(SEGFAULT, "folders")
    found = examine_files(crew.client, {on_disk(box): None})[on_disk(box)]
    assert not found.named
    assert found.plan is not None
    assert found.plan.listed == MESSAGES


def test_a_hang_in_the_library_costs_the_one_message_that_caused_it(crew: Crew, box: Box, tmp_path: Path):
    bad = box.nodes[7]
    crew.shall(HANG, bad)
    parts = read(crew, box.mailbox, tmp_path, partition=4, watchdog_seconds=1.5)
    (lost,) = [row for part in parts for row in part.quarantine]
    assert (lost.node_id, lost.reason) == (bad, "crashes libpff")
    assert "hung for 1.5 s" in lost.detail
    assert rows(box.mailbox, tmp_path).equals(box.without(bad))


def on_disk(box: Box) -> Path:
    assert isinstance(box.mailbox.path, Path)
    return box.mailbox.path


def test_a_file_that_vanishes_during_the_run_is_an_error_that_names_it(crew: Crew, box: Box, tmp_path: Path):
    crew.shall(SLOW, *box.nodes)
    path = tmp_path / "vanishing.pst"
    shutil.copy(on_disk(box), path)
    mail = examined(path)

    def vanish(done: int, total: int) -> None:
        if done:
            path.unlink(missing_ok=True)

    with pytest.raises(UnreadableError, match=r"vanishing\.pst: is gone: it was deleted"):
        read_mailboxes(crew.client, [mail], tmp_path, MailSettings(partition=10), vanish)
    # Once the file is back the run continues; no message was quarantined. What still read when the run ended
    # has ended too: it would find a file of which half is copied.
    crew.shall("")
    until(
        lambda: not any(crew.client.run(lambda dask_worker: len(dask_worker.state.executing)).values()),
        "a worker is still at work",
    )
    shutil.copy(on_disk(box), path)
    parts = read(crew, mail, tmp_path, partition=10)
    assert [row for part in parts for row in part.quarantine] == []
    assert rows(mail, tmp_path).equals(box.table)


def test_an_interrupted_run_continues_where_it_stopped(crew: Crew, box: Box, tmp_path: Path):
    crew.shall(SLOW, *box.nodes)

    def interrupt(done: int, total: int) -> None:
        if done >= 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_mailboxes(crew.client, [box.mailbox], tmp_path, MailSettings(partition=10), interrupt)
    settle(box.mailbox, tmp_path)
    before = times(box.mailbox, tmp_path)
    assert 4 <= len(before) < 12
    crew.shall("")
    progress: list[tuple[int, int]] = []
    read_mailboxes(
        crew.client, [box.mailbox], tmp_path, MailSettings(partition=7), lambda *now: progress.append(now)
    )
    assert progress[0] == (10 * len(before), MESSAGES)
    after = times(box.mailbox, tmp_path)
    assert {name: after[name] for name in before} == before
    ranges = [tuple(int(word) for word in name[:-8].split("-")[1:]) for name in before]
    assert len(after) == len(before) + len(gaps(MESSAGES, ranges, 7))  # type: ignore[arg-type]
    assert rows(box.mailbox, tmp_path).equals(box.table)


def settle(mail: Mailbox, work: Path) -> None:
    """Wait until the work of the interrupted run has ended."""
    until = time.monotonic() + 300
    while list(mail.mail_folder(work).glob(".part-*.partial")) and time.monotonic() < until:
        time.sleep(0.05)


def test_a_second_run_reads_nothing_but_a_new_reader_reads_everything(
    crew: Crew, box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    read(crew, box.mailbox, tmp_path, partition=30)
    first = box.mailbox.mail_folder(tmp_path)
    before = times(box.mailbox, tmp_path)
    crew.shall(SEGFAULT, *box.nodes)  # a worker that reads a message now dies
    parts = read(crew, box.mailbox, tmp_path, partition=50)
    assert times(box.mailbox, tmp_path) == before
    assert sum(part.read for part in parts) == MESSAGES
    crew.shall("")
    monkeypatch.setattr("tasks.mail.sources.READER_VERSION", READER_VERSION + 1)
    read(crew, box.mailbox, tmp_path, partition=60)
    assert box.mailbox.mail_folder(tmp_path) != first
    assert len(times(box.mailbox, tmp_path)) == 2
    assert rows(box.mailbox, tmp_path).equals(box.table)


def test_half_written_files_of_an_interrupted_worker_are_removed(crew: Crew, box: Box, tmp_path: Path):
    crew.shall(SLOW, *box.nodes)
    killer = Killer(box.mailbox.mail_folder(tmp_path), 1)
    killer.start()
    read(crew, box.mailbox, tmp_path, partition=60)
    killer.stop.set()
    killer.join()
    assert len(killer.killed) == 1
    assert [path.name for path in box.mailbox.mail_folder(tmp_path).iterdir() if "partial" in path.name] == []
