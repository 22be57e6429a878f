"""Mailboxes for the tests of the mail room: real ones, written ones, and written ones that were damaged."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import LocalCluster

from data.synthetic import mailbox
from data.synthetic.pst import Attachment, Message, PstWriter, Recipient
from tasks.mail.layout import BBT, HEADER_BYTES, NBT, Header, checksum
from tasks.mail.ndb import LocalFile
from tasks.mail.plan import MailPlan, plan_mailbox
from tasks.mail.read import Failure, Outcome, read_nodes
from tasks.mail.settings import MailSettings
from tests.conftest import hear_again

REAL = (
    "ansi.pst",
    "body-types.pst",
    "dist-list.pst",
    "enron.pst",
    "faulty-items.pst",
    "ingest-file.pst",
    "outlook2013-4k.ost",
    "outlook2019.pst",
    "passworded.pst",
    "sample.ost",
)
MARK = b"<ATTACHED-BYTES>"
"""What the attachments of written mailboxes consist of, so that they can be found in the file."""


@pytest.fixture(params=REAL)
def real_pst(request: pytest.FixtureRequest, real: Path) -> Path:
    """Each of the real mailboxes."""
    return real / "pst" / request.param


def letter(number: int = 0, **given: Any) -> Message:
    """A message with everything that a message has; keyword arguments replace single fields."""
    made: dict[str, Any] = {
        "subject": f"Crime Alert: number {number}",
        "sender_name": "Neighbors Team",
        "sender_address": "no-reply@alerts.example.org",
        "recipients": (Recipient(1, "Desk", f"desk{number}@example.org"),),
        "html": f"<p>letter-{number:05d} in HTML</p>".encode(),
        "text": f"letter-{number:05d} in plain text",
        "headers": None,
        "message_id": f"<{number}@example.org>",
        "submitted_at": datetime(2021, 5, 1, 12, number % 60, tzinfo=UTC),
        "delivered_at": datetime(2021, 5, 1, 13, number % 60, 1, 500000, tzinfo=UTC),
    }
    return Message(**{**made, **given})


def enclosure(size: int = 40_000, name: str = "map.png") -> Attachment:
    """An attachment of nothing but MARK, over and over."""
    return Attachment(name, "image/png", size, lambda: [(MARK * (size // len(MARK) + 1))[:size]])


@dataclass
class Box:
    """A written mailbox: its path, and the node ids of its messages in order."""

    path: Path
    nodes: list[int] = field(default_factory=list)


def write_box(
    path: Path, letters: Sequence[Message], folder: tuple[str, ...] = ("Inbox",), **how: Any
) -> Box:
    """Write messages into one folder of a new mailbox."""
    with PstWriter(path, **how) as writer:
        place = writer.add_folder(folder)
        return Box(path, [writer.add_message(place, one) for one in letters])


@dataclass
class Read:
    """A mailbox, listed and read by the program."""

    plan: MailPlan
    outcomes: dict[int, Outcome]

    @property
    def failures(self) -> dict[int, tuple[str, str]]:
        """Reason and detail by node id."""
        return {
            node: (outcome.reason, outcome.detail)
            for node, outcome in self.outcomes.items()
            if isinstance(outcome, Failure)
        }


def read_box(path: Path, settings: MailSettings | None = None) -> Read:
    """List a mailbox and read all its messages in this process."""
    with LocalFile(path) as file:
        plan = plan_mailbox(file)
        nodes = [plan.node(place) for place in range(len(plan.nodes))]
        outcomes = list(read_nodes(file, plan.header, nodes, settings or MailSettings()))
    assert [outcome.node_id for outcome in outcomes] == [node.nid for node in nodes]
    return Read(plan, {outcome.node_id: outcome for outcome in outcomes})


class Surgery:
    """A copy of a mailbox that can be damaged byte by byte, with checksums put right on request."""

    def __init__(self, source: Path, target: Path) -> None:
        self.path = target
        self.data = bytearray(source.read_bytes())
        self.header = Header.parse(bytes(self.data[:HEADER_BYTES]))

    def pages(self, tree: int) -> list[tuple[int, int, Any]]:
        """Offset, level and entries of every page of a tree, root first; entries can be written to."""
        layout = self.header.layout
        wanted = [(self.header.nbt if tree == NBT else self.header.bbt)[1]]
        found = []
        while wanted:
            offset = wanted.pop(0)
            count, _, _, level = struct.unpack_from(layout.counts_format, self.data, offset + layout.counts)
            kind = layout.branch if level else (layout.node if tree == NBT else layout.block)
            entries = np.frombuffer(self.data, kind, count, offset)
            found.append((offset, level, entries))
            wanted += [int(one) for one in entries["offset"]] if level else []
        return found

    def leaves(self, tree: int) -> list[tuple[int, Any]]:
        """Offset and entries of the leaves of a tree, in order of key."""
        return [(offset, entries) for offset, level, entries in self.pages(tree) if level == 0]

    def entry(self, tree: int, key: int) -> tuple[int, Any]:
        """The page's offset and the entry of a node id or block id, to be written to."""
        name = "nid" if tree == NBT else "bid"
        for offset, entries in self.leaves(tree):
            for row in range(len(entries)):
                if int(entries[name][row]) & ~(0 if tree == NBT else 1) == key:
                    return offset, entries[row : row + 1]
        raise KeyError(key)

    def set(self, tree: int, key: int, **values: int) -> None:
        """Change fields of an entry, and put its page's checksum right."""
        offset, entry = self.entry(tree, key)
        for name, value in values.items():
            entry[name] = value
        self.seal(offset)

    def seal(self, offset: int) -> None:
        """Put the checksum of a page right."""
        layout = self.header.layout
        crc = checksum(memoryview(self.data)[offset : offset + layout.page_checked])
        struct.pack_into("<I", self.data, offset + layout.page_crc, crc)

    def block(self, key: int) -> tuple[int, int]:
        """Offset and size of a block."""
        _, entry = self.entry(BBT, key & ~1)
        return int(entry["offset"][0]), int(entry["size"][0])

    def seal_block(self, key: int) -> None:
        """Put the checksum of a block right."""
        layout = self.header.layout
        offset, size = self.block(key)
        place = offset + layout.block_span(size) - layout.trailer + layout.block_crc
        struct.pack_into("<I", self.data, place, checksum(memoryview(self.data)[offset : offset + size]))

    def node(self, nid: int) -> tuple[int, int]:
        """Data block and subnode block of a node."""
        _, entry = self.entry(NBT, nid)
        return int(entry["data"][0]), int(entry["sub"][0])

    def zero(self, offset: int) -> None:
        """Destroy a page."""
        self.data[offset : offset + self.header.layout.page] = bytes(self.header.layout.page)

    def flip(self, offset: int) -> None:
        """Change one bit."""
        self.data[offset] ^= 0x10

    def append_page(self, page: bytes) -> None:
        """Add an intact page to the end of the file, to which nothing refers."""
        # A new array: the old one cannot grow while views of its entries exist.
        self.data = bytearray(bytes(self.data) + bytes(-len(self.data) % len(page)) + page)
        self.seal(len(self.data) - len(page))

    def save(self, size: int | None = None) -> Path:
        """Write the file, or the first ``size`` bytes of it."""
        self.path.write_bytes(self.data[:size])
        return self.path


def partition_tables(folder: Path) -> pa.Table:
    """All mail of a folder of partitions, in the order of their names."""
    return pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("part-*.parquet"))])


class Kit:
    """Helpers for the tests of this folder."""

    letter = staticmethod(letter)
    enclosure = staticmethod(enclosure)
    write = staticmethod(write_box)
    read = staticmethod(read_box)
    surgery = Surgery
    partition_tables = staticmethod(partition_tables)
    mark = MARK


@pytest.fixture(scope="session")
def kit() -> Kit:
    """Helpers that build and damage mailboxes."""
    return Kit()


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """340 small letters in one folder: both trees have branches above branches. Blocks are not encoded."""
    path = tmp_path_factory.mktemp("mail") / "box.pst"
    return write_box(path, [letter(number) for number in range(340)], encoding="none")


@pytest.fixture(scope="session")
def box_read(box: Box) -> Read:
    """What is in ``box``, read once."""
    return read_box(box.path)


@pytest.fixture(scope="session")
def enclosed(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """12 letters with bodies over several blocks and 0, 1 or 2 attachments. Blocks are not encoded."""
    path = tmp_path_factory.mktemp("mail") / "enclosed.pst"
    letters = [
        letter(
            number,
            html=b"<p>" + b"long-%05d " % number * 4000 + b"</p>",
            attachments=(enclosure(),) * (number % 3),
        )
        for number in range(12)
    ]
    return write_box(path, letters, encoding="none")


@pytest.fixture(scope="session")
def alerts_box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """100 alert messages as the synthetic investigation has them, in two folders, encoded."""
    path = tmp_path_factory.mktemp("mail") / "alerts.pst"
    return Box(path, mailbox(path, 100, image_bytes=3_000, folders=2))


@pytest.fixture
def damaged(box: Box, tmp_path: Path) -> Surgery:
    """A copy of ``box`` to be damaged."""
    return Surgery(box.path, tmp_path / "damaged.pst")


@pytest.fixture(scope="session")
def worker_threads() -> Iterator[LocalCluster]:
    """One worker, in this process: libpff is for one thread a process."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        hear_again()
        yield cluster
