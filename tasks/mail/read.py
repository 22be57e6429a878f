"""Reads a range of messages of one mailbox: copy, verify, decode, and account for every single one.

``read_nodes`` yields exactly one outcome for every node that it gets: a mail, an item that is not mail, or a
failure with its reason. What is attached to a message comes with its outcome. A message that fails does not
take others with it: a file of several messages that libpff refuses is halved until the message at fault is
found.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

import pypff

from data.errors import InputError
from tasks.mail.copy_group import GroupCopier
from tasks.mail.embedded import InsideReader
from tasks.mail.extract import Copier, Extract
from tasks.mail.journal import carried, is_report
from tasks.mail.layout import Header
from tasks.mail.ndb import Bytes
from tasks.mail.outcomes import Failure, Inside, Mail, Outcome
from tasks.mail.pff import ClassUnreadableError, read_item
from tasks.mail.prefetch import prefetch_nodes
from tasks.mail.properties import HEADERS, Properties, short_reason
from tasks.mail.references import BlockError, Node
from tasks.mail.settings import MailSettings
from tasks.mail.watchdog import Watchdog

__all__ = ["LIBPFF_VERSION", "Failure", "Outcome", "read_nodes"]

LIBPFF_VERSION: Final[str] = pypff.get_version()
CLASS_UNREADABLE: Final = "the class could not be read"
READER_FAILED: Final = "the reader failed"
"""Reasons in ``private/quarantine``. The second means an odd value that nobody has thought of yet."""


@dataclass
class _Group:
    """The messages of one extract.

    Attributes:
        extract: The file.
        attachments: Of each message that is in it, by node id.
        failures: Of the messages that could not be copied, by node id.
        nodes: All of them, in order.
        attached: The attachments of those that have some, by node id.
        carriers: Ids of the messages whose only attachment is a message.
        headers: Transport headers of those, by node id.
    """

    extract: Extract
    attachments: dict[int, int] = field(default_factory=dict)
    failures: dict[int, Outcome] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    attached: dict[int, list[Node]] = field(default_factory=dict)
    carriers: frozenset[int] = frozenset()
    headers: dict[int, str | None] = field(default_factory=dict)


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
    group_copier = GroupCopier(copier, settings.extract_bytes)
    with Watchdog(settings.watchdog_seconds) as watchdog:
        fetched = _fetched(copier, nodes, settings.extract, watchdog)
        for group in _groups(copier, group_copier, header, fetched, settings):
            watchdog.feed()
            inside = InsideReader(copier, group_copier, group.nodes)
            if group.attached:
                group.carriers = inside.list_top(group.attached)
            outcomes = _decode(copier, header, group, code_page) | group.failures
            if group.attached:
                _read_inside(inside, copier, header, settings, watchdog, code_page)
            for node in group.nodes:
                outcome = outcomes[node.nid]
                found = inside.found.get(node.nid)
                yield outcome if found is None else _with(outcome, found, group)


def _read_inside(  # noqa: PLR0917
    inside: InsideReader,
    copier: Copier,
    header: Header,
    settings: MailSettings,
    watchdog: Watchdog,
    code_page: str | None,
) -> None:
    """Read the messages that are attached to those of a group."""
    if not settings.open_attached:
        inside.refuse("crashes libpff", "this message, or another one attached to the same message")

    def read(nodes: Sequence[Node]) -> Iterator[tuple[dict[int, Outcome], dict[int, list[Node]]]]:
        memory = io.BytesIO()
        for start in range(0, len(nodes), settings.extract):
            some = nodes[start : start + settings.extract]
            prefetch_nodes(copier, some)
            for group in _one_by_one(copier, header, some, settings, memory):
                watchdog.feed()
                yield _decode(copier, header, group, code_page) | group.failures, group.attached

    inside.read(read)


def _with(outcome: Outcome, inside: Inside, group: _Group) -> Outcome:
    """An outcome with what is attached to its message; a journal report becomes the mail that it carries."""
    node_id = outcome.node_id
    if (
        isinstance(outcome, Mail)
        and node_id in group.carriers
        and is_report(outcome, group.headers.get(node_id))
    ):
        [path] = [attached.path for attached in inside.attachments if attached.path.count("/") == 1]
        mail = next((one for one in inside.messages if one.path == path), None)
        if isinstance(mail, Mail):
            outcome = carried(outcome, mail)
    if isinstance(outcome, Mail):
        outcome.inside = inside  # a copy of every mail with a picture would be felt
        return outcome
    return replace(outcome, inside=inside)


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
    copier: Copier, group_copier: GroupCopier, header: Header, nodes: Iterable[Node], settings: MailSettings
) -> Iterator[_Group]:
    """Copy messages, a group at a time; one by one if that is not possible."""
    memory = io.BytesIO()
    rest = iter(nodes)
    while together := list(islice(rest, settings.extract)):
        extract = Extract(header, memory)
        attached: dict[int, list[Node]] = {}
        attachments = _copied(group_copier, together, extract, attached)
        if attachments is None:
            yield from _one_by_one(copier, header, together, settings, memory)
        else:
            yield _Group(extract, attachments, nodes=together, attached=attached)


def _copied(
    copier: GroupCopier, nodes: Sequence[Node], extract: Extract, attached: dict[int, list[Node]]
) -> dict[int, int] | None:
    """The attachments of each node of a group that was copied; None if it must be copied one by one."""
    try:
        return copier.copy(nodes, extract, attached)
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
        attached: list[Node] = []
        try:
            group.attachments[node.nid] = copier.copy(node, group.extract, attached)
            if attached:
                group.attached[node.nid] = attached
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
        return _halved(copier, header, group, alone, code_page)
    try:
        return _items(file, group, code_page)
    except (OSError, MemoryError) as error:  # raised where libpff cannot even list what is in the file
        alone = Failure(nodes[0].nid, "libpff cannot read it", short_reason(error))
        return _halved(copier, header, group, alone, code_page)
    finally:
        file.close()


def _halved(
    copier: Copier, header: Header, group: _Group, alone: Failure, code_page: str | None
) -> dict[int, Outcome]:
    """The outcomes of a group that libpff refuses, from its two halves; ``alone`` for a single message."""
    nodes = group.extract.nodes
    if len(nodes) == 1:
        return {nodes[0].nid: alone}
    found: dict[int, Outcome] = {}
    for half in (nodes[: len(nodes) // 2], nodes[len(nodes) // 2 :]):
        smaller = _Group(Extract(header), carriers=group.carriers, headers=group.headers)
        for node in half:
            smaller.attachments[node.nid] = copier.copy(node, smaller.extract)
        found |= _decode(copier, header, smaller, code_page)
    return found


def _items(file: Any, group: _Group, code_page: str | None) -> dict[int, Outcome]:
    """One outcome per message of a group, whose file is open."""
    expected = group.attachments
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
                if node_id in group.carriers and isinstance(found[node_id], Mail):
                    group.headers[node_id] = Properties(item.get_record_set(0), []).text(HEADERS, "headers")
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
