"""Workers that die in mid-read: killed from outside, by a segmentation fault, by a hang. No row changes."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from cluster import ClusterSettings, connect
from data.catalog import RecordFile
from data.synthetic import mailbox
from tasks.mail.execute import read_mailboxes
from tasks.mail.parts import PartSummary
from tasks.mail.settings import MailSettings
from tasks.mail.sources import Mailbox, examine, group

MESSAGES = 240

# What a worker and a child process run as they start: the reader meets one message and dies of it, or hangs.
SABOTAGE = """
import importlib.abc, importlib.machinery, importlib.util, sys

NODE, DEED = {node}, {deed!r}

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
            def read_item(item, attachments):
                if item.identifier == NODE:
                    exec(DEED)
                return read(item, attachments)
            module.read_item = read_item
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mailbox, list[int]]:
    path = tmp_path_factory.mktemp("box") / "box.pst"
    nodes = mailbox(path, MESSAGES)
    files = [RecordFile("lapd", path, "records/lapd/box.pst")]
    return group(files, {path: examine(path, None)})[0], nodes


@pytest.fixture(scope="module")
def sound(box: tuple[Mailbox, list[int]], tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    work = tmp_path_factory.mktemp("sound")
    with connect(ClusterSettings(workers=1)) as client:
        read_mailboxes(client, [box[0]], work, MailSettings())
    return rows(box[0], work)


def rows(mail: Mailbox, work: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(part) for part in sorted(mail.parts(work).glob("part-*.parquet"))])


def read(box: Mailbox, work: Path, **knobs: float) -> list[PartSummary]:
    with connect(ClusterSettings(workers=2)) as client:
        return read_mailboxes(client, [box], work, MailSettings(partition=60, **knobs))[box.source]  # type: ignore[arg-type]


def sabotage(folder: Path, monkeypatch: pytest.MonkeyPatch, node: int, deed: str) -> None:
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SABOTAGE.format(node=node, deed=deed))
    monkeypatch.setenv("PYTHONPATH", str(folder))


@pytest.mark.slow
def test_a_worker_that_is_killed_again_and_again_changes_no_row(
    box: tuple[Mailbox, list[int]], sound: pa.Table, tmp_path: Path
) -> None:
    killed: list[int] = []
    with connect(ClusterSettings(workers=2)) as client:

        def kill() -> None:
            for _ in range(3):
                time.sleep(0.4)
                pids = list(client.run(os.getpid, on_error="ignore").values())
                if pids and isinstance(pids[0], int):
                    os.kill(pids[0], signal.SIGKILL)
                    killed.append(pids[0])

        killer = threading.Thread(target=kill)
        killer.start()
        # A hundred small partitions, so that some of them are under way whenever a worker is killed.
        read_mailboxes(client, [box[0]], tmp_path, MailSettings(partition=2))
        killer.join()
    assert killed
    assert rows(box[0], tmp_path).equals(sound)


@pytest.mark.slow
def test_a_segmentation_fault_costs_the_one_message_that_caused_it(
    box: tuple[Mailbox, list[int]], sound: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, nodes = box
    sabotage(tmp_path / "site", monkeypatch, nodes[100], "import ctypes; ctypes.string_at(0)")
    parts = read(mail, tmp_path)
    lost = [row for part in parts for row in part.quarantine]
    assert [(row.node_id, row.reason) for row in lost] == [(nodes[100], "libpff dies of it")]
    assert "SIGSEGV" in lost[0].detail
    kept = sound.filter(pc.not_equal(sound["node_id"], nodes[100]))
    assert rows(mail, tmp_path).equals(kept)


@pytest.mark.slow
def test_a_hang_in_the_library_costs_the_one_message_that_caused_it(
    box: tuple[Mailbox, list[int]], sound: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, nodes = box
    sabotage(tmp_path / "site", monkeypatch, nodes[7], "import time; time.sleep(600)")
    parts = read(mail, tmp_path, watchdog_seconds=2.0)
    lost = [row for part in parts for row in part.quarantine]
    assert [(row.node_id, row.reason) for row in lost] == [(nodes[7], "libpff dies of it")]
    assert "hung" in lost[0].detail
    kept = sound.filter(pc.not_equal(sound["node_id"], nodes[7]))
    assert rows(mail, tmp_path).equals(kept)
