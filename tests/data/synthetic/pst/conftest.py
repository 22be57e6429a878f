"""Mailboxes to write, and two ways to read them: libpff, and a short reader made from the specification."""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

import pypff
import pytest

from data.synthetic.pst import Attachment, Message, PstWriter, Recipient
from data.synthetic.pst.layout import DECODE

SENT = datetime(2021, 5, 21, 3, 47, 11, 250_000, tzinfo=UTC)
PLAIN = Message(
    subject="New Crime Incident",
    sender_name="Ring Team",
    sender_address="no-reply@example.org",
    recipients=(Recipient(1, "Desk", "desk@example.org"),),
    html=None,
    text="Something happened.\r\n",
    headers=None,
    message_id="<1@example.org>",
    submitted_at=SENT,
    delivered_at=SENT + timedelta(seconds=2),
)


class Letter(Protocol):
    def __call__(self, **changes: Any) -> Message: ...


class Write(Protocol):
    def __call__(
        self,
        messages: Sequence[Message],
        encoding: Literal["none", "permute"] = "permute",
        folder: tuple[str, ...] = ("Inbox",),
    ) -> Path: ...


@dataclass
class Read:
    """A message as libpff gives it: raw values by tag; empty if the property is there and empty."""

    node: int
    folder: tuple[str, ...]
    properties: dict[int, bytes]
    recipients: list[dict[int, bytes]]
    attachments: list[tuple[dict[int, bytes], bytes]]
    said: dict[str, object] = field(default_factory=dict)

    def text(self, tag: int) -> str:
        return self.properties[tag].decode("utf-16-le", "surrogatepass")


def _values(record_set: Any) -> dict[int, bytes]:
    entries = (record_set.get_entry(i) for i in range(record_set.number_of_entries))
    return {entry.entry_type << 16 | entry.value_type: entry.data or b"" for entry in entries}


def _attachment(item: Any) -> tuple[dict[int, bytes], bytes]:
    content = b""
    while len(content) < item.size:
        content += item.read_buffer(item.size - len(content))
    return _values(item.get_record_set(0)), content


def _message(item: Any, folder: tuple[str, ...]) -> Read:
    people = item.recipients
    known = ("subject", "sender_name", "client_submit_time", "delivery_time", "transport_headers")
    return Read(
        item.identifier,
        folder,
        _values(item.get_record_set(0)),
        [_values(people.get_recipient(i)) for i in range(people.number_of_recipients)] if people else [],
        [_attachment(item.get_attachment(i)) for i in range(item.number_of_attachments)],
        {name: getattr(item, name) for name in known},
    )


def _walk(folder: Any, path: tuple[str, ...]) -> Iterator[Read]:
    for i in range(folder.number_of_sub_messages):
        yield _message(folder.get_sub_message(i), path)
    for i in range(folder.number_of_sub_folders):
        child = folder.get_sub_folder(i)
        yield from _walk(child, (*path, child.name))


class Nodes:
    """Nodes, heaps and tables of a small file, read as the specification says."""

    def __init__(self, path: Path) -> None:
        self._raw = path.read_bytes()
        self._encoded = self._raw[0x201] == 1
        n_at, b_at = (struct.unpack_from("<Q", self._raw, at)[0] for at in (0xE0, 0xF0))
        self.pages: dict[int, int] = {}  # B-tree pages: offset and level
        entries = [struct.unpack_from("<QQHH", entry) for entry in self._tree(b_at)]
        self.blocks = {bid: (at, size, refs) for bid, at, size, refs in entries}
        found = [struct.unpack_from("<QQQI", entry) for entry in self._tree(n_at)]
        self.nodes = {nid: (data, sub, parent) for nid, data, sub, parent in found}

    def _tree(self, at: int) -> Iterator[bytes]:
        page = self._raw[at : at + 512]
        count, _, width, level = page[488:492]
        self.pages[at] = level
        for i in range(count):
            entry = page[i * width : (i + 1) * width]
            yield from self._tree(struct.unpack_from("<Q", entry, 16)[0]) if level else (entry,)

    def raw(self, bid: int) -> bytes:
        at, size, _ = self.blocks[bid]
        return self._raw[at : at + size]

    def parts(self, bid: int) -> list[bytes]:
        """The data blocks of a data tree."""
        raw = self.raw(bid)
        if not bid & 2:
            return [raw.translate(DECODE) if self._encoded else raw]
        assert raw[0] == 1
        return [part for (child,) in struct.iter_unpack("<Q", raw[8:]) for part in self.parts(child)]

    def subnodes(self, bid: int) -> dict[int, tuple[int, int]]:
        if not bid:
            return {}
        raw = self.raw(bid)
        assert raw[0] == 2
        if raw[1] == 0:
            return {nid: (data, sub) for nid, data, sub in struct.iter_unpack("<QQQ", raw[8:])}
        leaves = (self.subnodes(child) for _, child in struct.iter_unpack("<QQ", raw[8:]))
        return {nid: found for leaf in leaves for nid, found in leaf.items()}

    def heap(self, data: int, sub: int = 0) -> "HeapReader":
        return HeapReader(self, self.parts(data), self.subnodes(sub))


class HeapReader:
    """One heap, and the property or table context in it."""

    def __init__(self, nodes: Nodes, blocks: list[bytes], subnodes: dict[int, tuple[int, int]]) -> None:
        self._nodes, self.blocks, self._subnodes = nodes, blocks, subnodes
        _, signature, self.client, self.root = struct.unpack_from("<HBBI", blocks[0])
        assert signature == 0xEC

    def item(self, hid: int) -> bytes:
        block, number = self.blocks[hid >> 16], hid >> 5 & 0x7FF
        (page_map,) = struct.unpack_from("<H", block)
        assert 0 < number <= struct.unpack_from("<H", block, page_map)[0]
        start, end = struct.unpack_from("<HH", block, page_map + 2 + 2 * number)
        return block[start:end]

    def value(self, reference: int) -> list[bytes]:
        """A value by its reference; in its blocks if it is in a subnode."""
        if reference & 0x1F:
            return self._nodes.parts(self._subnodes[reference][0])
        return [self.item(reference)] if reference else [b""]

    def tree(self, hid: int) -> tuple[int, list[tuple[bytes, bytes]]]:
        """The levels and records of a B-tree on the heap."""
        kind, key, value, levels, root = struct.unpack("<BBBBI", self.item(hid))
        assert kind == 0xB5

        def below(reference: int, level: int) -> Iterator[tuple[bytes, bytes]]:
            raw = self.item(reference) if reference else b""
            width = key + (4 if level else value)
            for at in range(0, len(raw), width):
                record = raw[at : at + width]
                if level:
                    yield from below(int.from_bytes(record[key:], "little"), level - 1)
                else:
                    yield record[:key], record[key:]

        return levels, list(below(root, levels))

    def rows(self) -> dict[int, dict[int, bytes]]:
        """The rows of a table by id, with the cells that exist and their references resolved."""
        raw = self.item(self.root)
        kind, count, *ends, index, rows, _ = struct.unpack_from("<BBHHHHIII", raw)
        assert kind == 0x7C
        width, bits = ends[3], ends[2]
        columns = [struct.unpack_from("<IHBB", raw, 22 + 8 * i) for i in range(count)]
        blocks = self.value(rows)
        lines = [b[at : at + width] for b in blocks for at in range(0, len(b) - width + 1, width)]
        found = {}
        for key, number in self.tree(index)[1]:
            line = lines[int.from_bytes(number, "little")]
            cells = {}
            for tag, at, size, bit in columns:
                if line[bits + bit // 8] & 0x80 >> bit % 8:
                    cell = line[at : at + size]
                    long = size == 4 and tag & 0xFFFF != 3
                    cells[tag] = b"".join(self.value(int.from_bytes(cell, "little"))) if long else cell
            found[int.from_bytes(key, "little")] = cells
        return found


@pytest.fixture(scope="session")
def letter() -> Letter:
    """A function that makes a short message, with the changes that a test wants."""
    return lambda **changes: replace(PLAIN, **changes)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes messages into one folder and returns the file."""

    def do(
        messages: Sequence[Message],
        encoding: Literal["none", "permute"] = "permute",
        folder: tuple[str, ...] = ("Inbox",),
    ) -> Path:
        path = tmp_path / f"{encoding}.pst"
        with PstWriter(path, encoding=encoding) as box:
            node = box.add_folder(folder)
            for message in messages:
                box.add_message(node, message)
        return path

    return do


@pytest.fixture(scope="session")
def read() -> Callable[[Path], list[Read]]:
    """A function that reads every message of a file with libpff, folder by folder."""

    def do(path: Path) -> list[Read]:
        file = pypff.file()
        with path.open("rb") as stream:
            file.open_file_object(stream)
            found = list(_walk(file.get_root_folder(), ()))
            file.close()
        return found

    return do


@pytest.fixture(scope="session")
def nodes() -> type[Nodes]:
    """The reader that follows the specification."""
    return Nodes


@pytest.fixture(scope="session")
def attached() -> Callable[..., Attachment]:
    """A function that makes an attachment of given bytes, which come in pieces of a given length."""

    def do(
        content: bytes, name: str = "image001.png", content_id: str | None = None, piece: int = 4000
    ) -> Attachment:
        pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
        return Attachment(name, "image/png", len(content), lambda: pieces, content_id)

    return do
