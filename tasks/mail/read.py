"""Reads a run of messages of one mailbox: copy out, verify, decode, and account for every single one.

`read_nodes` yields exactly one outcome for every node it is given: a mail, an item that is no mail, or a
failure with its reason. What fails, fails alone: a file of several messages that libpff refuses is halved
until the message is found.
"""

from __future__ import annotations

import faulthandler
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pypff

from tasks.mail.extract import BlockError, BlockReader, Extract, Node, without_folder
from tasks.mail.layout import Header
from tasks.mail.ndb import Bytes
from tasks.mail.pff import Mail, NotMail, read_item, short_reason
from tasks.mail.settings import MailSettings

LIBPFF_VERSION: Final[str] = pypff.get_version()


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that could not be read.

    Attributes:
        node_id: its node id.
        reason: a few words to count by.
        detail: what exactly, for a person.
    """

    node_id: int
    reason: str
    detail: str


Outcome = Mail | NotMail | Failure


@dataclass(frozen=True, slots=True)
class _Ready:
    """A message whose blocks were copied and verified."""

    node: Node
    blocks: Sequence[Any]
    attachments: int
    bytes: int


def read_nodes(
    file: Bytes, header: Header, nodes: Iterable[Node], settings: MailSettings
) -> Iterator[Outcome]:
    """Read messages, in the order given.

    Args:
        file: the mailbox.
        header: its header.
        nodes: nodes of type message.
        settings: how much goes into one copied-out file, and how long libpff may take over it.

    Yields:
        One outcome a node.
    """
    blocks = BlockReader(file, header)
    with _Watchdog(settings.watchdog_seconds) as watchdog:
        for group in _groups(blocks, nodes, settings):
            watchdog.feed()
            ready = [item for item in group if isinstance(item, _Ready)]
            outcomes = {outcome.node_id: outcome for outcome in _decode(header, ready)}
            for item in group:
                yield outcomes[item.node.nid] if isinstance(item, _Ready) else item


def _groups(
    blocks: BlockReader, nodes: Iterable[Node], settings: MailSettings
) -> Iterator[list[_Ready | Failure]]:
    """Copy messages out until a group is full by number or by bytes."""
    group: list[_Ready | Failure] = []
    size = 0
    for node in nodes:
        try:
            copied, attachments = blocks.blocks_of(node)
        except BlockError as fault:
            group.append(Failure(node.nid, fault.reason, fault.detail))
            continue
        length = sum(len(block.raw) for block in copied)
        group.append(_Ready(node, copied, attachments, length))
        size += length
        if len(group) >= settings.extract or size >= settings.extract_bytes:
            yield group
            group, size = [], 0
    if group:
        yield group


def _decode(header: Header, ready: Sequence[_Ready]) -> list[Outcome]:
    """Let libpff read the messages; halve what it refuses as a whole."""
    if not ready:
        return []
    extract = Extract(header)
    for item in ready:
        extract.add(without_folder(item.node), item.blocks)
    file = pypff.file()
    try:
        file.open_file_object(extract.finish())
    except OSError as error:
        if len(ready) > 1:
            half = len(ready) // 2
            return _decode(header, ready[:half]) + _decode(header, ready[half:])
        return [Failure(ready[0].node.nid, "libpff opens no file that holds it", short_reason(error))]
    try:
        return _items(file, ready)
    finally:
        file.close()


def _items(file: Any, ready: Sequence[_Ready]) -> list[Outcome]:
    """One outcome a message of an open file; libpff lists them in order of node id, and may lose one."""
    expected = {item.node.nid: item for item in ready}
    found: dict[int, Outcome] = {}
    refused: list[str] = []
    top = file.root_item
    for index in range(top.number_of_sub_items if top is not None else 0):
        try:
            item = top.get_sub_item(index)
        except (OSError, MemoryError) as error:
            # pypff says MemoryError where it cannot tell an item's type; there is no identifier to ask for
            # then.
            refused.append(short_reason(error))
            continue
        node_id: int = item.identifier
        try:
            if node_id in expected:
                found[node_id] = read_item(item, expected[node_id].attachments)
        except (OSError, MemoryError) as error:
            found[node_id] = Failure(node_id, "libpff cannot read it", short_reason(error))
        except Exception as error:
            found[node_id] = Failure(
                node_id, "the reader failed on it", f"{type(error).__name__}: {short_reason(error)}"
            )
        del item  # libpff wants every item gone before the file is closed
    del top
    lost = sorted(expected.keys() - found.keys())
    # libpff lists in order of node id, so the refused items are the lost messages, one by one.
    told = refused if len(refused) == len(lost) else ["libpff lists no such item"] * len(lost)
    found |= {
        node_id: Failure(node_id, "libpff cannot read it", why)
        for node_id, why in zip(lost, told, strict=True)
    }
    return list(found.values())


class _Watchdog:
    """Ends the process when the C library hangs: nothing else can stop it in the middle of a call.

    Arming it starts a thread, so it is armed again only when a part of its time has gone.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0

    def feed(self) -> None:
        """Something was done: from now on there is the whole time again, or at least three quarters of it."""
        now = time.monotonic()
        if now > self._until:
            faulthandler.dump_traceback_later(self._seconds, exit=True)
            self._until = now + self._seconds / 4

    def __enter__(self) -> _Watchdog:
        self.feed()
        return self

    def __exit__(self, *_: object) -> None:
        faulthandler.cancel_dump_traceback_later()
