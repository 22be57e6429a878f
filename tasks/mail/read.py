"""Reads a range of messages of one mailbox: copy, verify, decode, and account for every single one.

``read_nodes`` yields exactly one outcome for every node that it gets: a mail, an item that is not mail, or a
failure with its reason. A message that fails does not take others with it: a file of several messages that
libpff refuses is halved until the message at fault is found.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import pypff

from data.errors import InputError
from tasks.mail.copy_group import GroupCopier
from tasks.mail.extract import Copier, Extract
from tasks.mail.layout import Header
from tasks.mail.ndb import Bytes
from tasks.mail.pff import ClassUnreadableError, Mail, NotMail, read_item
from tasks.mail.prefetch import prefetch_nodes
from tasks.mail.properties import short_reason
from tasks.mail.references import BlockError, Node
from tasks.mail.settings import MailSettings
from tasks.mail.watchdog import Watchdog

LIBPFF_VERSION: Final[str] = pypff.get_version()
CLASS_UNREADABLE: Final = "the class could not be read"
READER_FAILED: Final = "the reader failed"
"""Reasons in ``private/quarantine``. The second means an odd value that nobody has thought of yet."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that could not be read.

    Attributes:
        node_id: Its node id.
        reason: A few words, the same for every such failure, so that failures can be counted.
        detail: What exactly is wrong.
    """

    node_id: int
    reason: str
    detail: str


Outcome = Mail | NotMail | Failure


@dataclass
class _Group:
    """The messages of one extract.

    Attributes:
        extract: The file.
        attachments: Of each message that is in it, by node id.
        failures: Of the messages that could not be copied, by node id.
        nodes: All of them, in order.
    """

    extract: Extract
    attachments: dict[int, int] = field(default_factory=dict)
    failures: dict[int, Outcome] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)


def read_nodes(
    file: Bytes,
    header: Header,
    nodes: Iterable[Node],
    settings: MailSettings,
    code_page: str | None = None,
) -> Iterator[Outcome]:
    """Read messages, in the order given.

    Args:
        file: The mailbox.
        header: Its header.
        nodes: Nodes of type message.
        settings: How much goes into one copied-out file, and how long libpff may take over it.
        code_page: The codec of the agency's setting ``code_page``; None where it has none.

    Yields:
        One outcome per node.
    """
    copier = Copier(file, header)
    with Watchdog(settings.watchdog_seconds) as watchdog:
        for group in _groups(copier, header, _fetched(copier, nodes, settings.extract, watchdog), settings):
            watchdog.feed()
            outcomes = _decode(copier, header, group, code_page) | group.failures
            for node in group.nodes:
                yield outcomes[node.nid]


def _fetched(copier: Copier, nodes: Iterable[Node], together: int, watchdog: Watchdog) -> Iterator[Node]:
    """The nodes; the blocks of those that are copied together are fetched before the first of them.

    Waiting for a store is not a hang: the watchdog is fed afterwards.
    """
    rest = iter(nodes)
    while group := list(islice(rest, together)):
        prefetch_nodes(copier, group)
        watchdog.feed()
        yield from group


def _groups(
    copier: Copier, header: Header, nodes: Iterable[Node], settings: MailSettings
) -> Iterator[_Group]:
    """Copy messages, a group at a time; one by one if that is not possible."""
    memory = io.BytesIO()
    group_copier = GroupCopier(copier, settings.extract_bytes)
    rest = iter(nodes)
    while together := list(islice(rest, settings.extract)):
        extract = Extract(header, memory)
        attachments = _copied(group_copier, together, extract)
        if attachments is None:
            yield from _one_by_one(copier, header, together, settings, memory)
        else:
            yield _Group(extract, attachments, nodes=together)


def _copied(copier: GroupCopier, nodes: Sequence[Node], extract: Extract) -> dict[int, int] | None:
    """The attachments of each node of a group that was copied; None if it must be copied one by one."""
    try:
        return copier.copy(nodes, extract)
    except (InputError, OSError):
        raise  # the disk or the store, not a message
    except Exception:  # copied one by one, the message at fault is found and gets its reason
        return None


def _one_by_one(
    copier: Copier, header: Header, nodes: Sequence[Node], settings: MailSettings, memory: io.BytesIO
) -> Iterator[_Group]:
    """Copy messages one by one, into a new extract whenever one has reached its size."""
    group = _Group(Extract(header, memory))
    for node in nodes:
        group.nodes.append(node)
        try:
            group.attachments[node.nid] = copier.copy(node, group.extract)
        except BlockError as error:
            group.failures[node.nid] = Failure(node.nid, error.reason, error.detail)
        except (InputError, OSError):
            raise
        except Exception as error:
            group.extract.undo()
            group.failures[node.nid] = _failed(node.nid, error)
        if group.extract.size >= settings.extract_bytes:
            yield group
            group = _Group(Extract(header, memory))
    if group.nodes:
        yield group


def _failed(node_id: int, error: Exception) -> Failure:
    return Failure(node_id, READER_FAILED, f"{type(error).__name__}: {short_reason(error)}")


def _decode(copier: Copier, header: Header, group: _Group, code_page: str | None) -> dict[int, Outcome]:
    """Let libpff read the messages of a group; halve the group if libpff refuses the whole file."""
    nodes = group.extract.nodes
    if not nodes:
        return {}
    file = pypff.file()
    try:
        file.open_file_object(group.extract.finish())
    except (OSError, MemoryError) as error:
        reason = "libpff cannot open a file that holds it"
        alone = Failure(nodes[0].nid, reason, short_reason(error))
        return _halved(copier, header, nodes, alone, code_page)
    try:
        return _items(file, group.attachments, code_page)
    except (OSError, MemoryError) as error:  # raised where libpff cannot even list what is in the file
        alone = Failure(nodes[0].nid, "libpff cannot read it", short_reason(error))
        return _halved(copier, header, nodes, alone, code_page)
    finally:
        file.close()


def _halved(
    copier: Copier, header: Header, nodes: Sequence[Node], alone: Failure, code_page: str | None
) -> dict[int, Outcome]:
    """The outcomes of a group that libpff refuses, from its two halves; ``alone`` for a single message."""
    if len(nodes) == 1:
        return {nodes[0].nid: alone}
    found: dict[int, Outcome] = {}
    for half in (nodes[: len(nodes) // 2], nodes[len(nodes) // 2 :]):
        smaller = _Group(Extract(header))
        for node in half:
            smaller.attachments[node.nid] = copier.copy(node, smaller.extract)
        found |= _decode(copier, header, smaller, code_page)
    return found


def _items(file: Any, expected: Mapping[int, int], code_page: str | None) -> dict[int, Outcome]:
    """One outcome per message of an open file; ``expected`` has the attachments of each by node id."""
    found: dict[int, Outcome] = {}
    refused: list[str] = []
    top = file.root_item
    for index in range(top.number_of_sub_items if top is not None else 0):
        try:
            item = top.get_sub_item(index)
            node_id: int = item.identifier
        except (OSError, MemoryError) as error:
            # pypff raises MemoryError where it cannot tell an item's type. Such an item has no identifier to
            # ask for.
            refused.append(short_reason(error))
            continue
        try:
            if node_id in expected:
                found[node_id] = read_item(item, expected[node_id], code_page)
        except ClassUnreadableError as error:
            found[node_id] = Failure(node_id, CLASS_UNREADABLE, short_reason(error))
        except (OSError, MemoryError) as error:
            found[node_id] = Failure(node_id, "libpff cannot read it", short_reason(error))
        except Exception as error:
            found[node_id] = _failed(node_id, error)
        del item  # libpff needs every item to be gone before the file is closed
    del top
    lost = sorted(expected.keys() - found.keys())
    # libpff lists in order of node id, so the refused items are the lost messages, one by one.
    reasons = refused if len(refused) == len(lost) else ["libpff does not list it"] * len(lost)
    found |= {
        node_id: Failure(node_id, "libpff cannot read it", why)
        for node_id, why in zip(lost, reasons, strict=True)
    }
    return found
