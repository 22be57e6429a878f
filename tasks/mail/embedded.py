"""Messages that are attached to messages: found, and read like any other, at any depth within limits.

An attached message is a node inside its attachment, built like a message of a folder. So its blocks are
copied into an extract as a node at the top level, and libpff reads it there (``tasks.mail.extract``). Its id
inside the attachment will not do for that: such ids are only unique inside their attachment, and are often
those of messages of the mailbox (pffexport takes one for the other, and goes round in circles). So it gets an
id of its own, and is known to everybody else by its *path*: the node id of the message of the mailbox, and
those of the attachments down to it, as ``2097188/32837``.

A damaged or malicious file may let a message contain itself, or the same blocks a million times. Three limits
end that, and what lies beyond each is counted and put into quarantine with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tasks.mail.attached import Attached
from tasks.mail.attachments import Listed, Plain, paths, recognise
from tasks.mail.copy_group import GroupCopier
from tasks.mail.extract import Copier
from tasks.mail.layout import TYPE_MESSAGE
from tasks.mail.outcomes import Failure, Inside, Outcome
from tasks.mail.references import BlockError, Node

DEPTH: Final = 20
"""Messages inside each other at most: no mail program nests them half as deep."""
MESSAGES: Final = 1000
"""Messages that are opened inside one message of the mailbox."""
ATTACHMENTS: Final = 10_000
"""Attachments that are listed inside one message of the mailbox."""
_TOP_ID: Final = 0xFFFFFFFF & ~0x1F | TYPE_MESSAGE
"""The highest node id of a message; ids of attached messages count down from it."""

ReadNodes = Callable[[Sequence[Node]], Iterator[tuple[dict[int, Outcome], dict[int, list[Node]]]]]
"""Reads some nodes: gives, in one or several steps, their outcomes and attachments by node id."""


@dataclass(frozen=True, slots=True)
class _Attached:
    """A message that waits to be read.

    Attributes:
        top: Node id of the message of the mailbox.
        path: Where it is attached.
        place: Its data block and subnode block.
        around: Those of the messages around it, from the mailbox's own message down.
    """

    top: int
    path: str
    place: tuple[int, int]
    around: tuple[tuple[int, int], ...]

    def failed(self, reason: str, detail: str) -> Failure:
        """It, as one that could not be read."""
        return Failure(self.top, reason, detail, self.path)


class InsideReader:
    """Lists what is attached to some messages of a mailbox, and reads the messages among it.

    Attributes:
        found: What is inside each message, by its node id.
    """

    def __init__(self, copier: Copier, group_copier: GroupCopier, tops: Sequence[Node]) -> None:
        """Prepare for the messages of one group.

        Args:
            copier: Reads blocks of the mailbox.
            group_copier: Reads many at once.
            tops: The messages of the mailbox.
        """
        self.found: dict[int, Inside] = {}
        self._copier = copier
        self._group_copier = group_copier
        self._tops = {node.nid: node for node in tops}
        self._waiting: list[_Attached] = []
        self._opened: dict[int, int] = {}

    def list_top(self, attached: Mapping[int, Sequence[Node]]) -> frozenset[int]:
        """List the attachments of the messages themselves.

        Args:
            attached: Their attachments, by the message's node id.

        Returns:
            The ids of the messages of which the only attachment is a message: they may be journal reports.
        """
        wanted = {nid: paths(str(nid), nodes)[:ATTACHMENTS] for nid, nodes in attached.items()}
        flat = [one for each in wanted.values() for one in each]
        listed = iter(recognise(self._copier, self._group_copier, Plain(self._copier.crypt), flat))
        carriers = []
        for nid, each in wanted.items():
            mine = [next(listed) for _ in each]
            node = self._tops[nid]
            self._keep(nid, mine, ((node.data & ~1, node.sub & ~1),))
            if len(mine) < len(attached[nid]):
                self._cut(nid, str(nid), len(attached[nid]) - len(mine))
            if len(mine) == 1 and mine[0].message is not None:
                carriers.append(nid)
        return frozenset(carriers)

    def read(self, read_nodes: ReadNodes) -> None:
        """Read the attached messages, those attached to them, and so on.

        Args:
            read_nodes: Reads some nodes through libpff.
        """
        while self._waiting:
            now, self._waiting = self._waiting, []
            todo = [each for each in now if self._may_open(each)]
            named = {_TOP_ID - 32 * number: each for number, each in enumerate(todo)}
            nodes = [Node(nid, *each.place, 0) for nid, each in named.items()]
            for outcomes, attached in read_nodes(nodes):
                for nid, outcome in outcomes.items():
                    one = named[nid]
                    self.found[one.top].messages.append(replace(outcome, node_id=one.top, path=one.path))
                for nid, below in attached.items():
                    self._descend(named[nid], below)
        for nid in self._opened:
            inside = self.found[nid]
            inside.messages.sort(key=lambda outcome: steps(outcome.path))
            inside.attachments.sort(key=lambda attached: steps(attached.path))

    def refuse(self, reason: str, detail: str) -> None:
        """Read none of the attached messages: each is a failure for this reason."""
        for each in self._waiting:
            self._failed(each, reason, detail)
        self._waiting = []

    def _may_open(self, each: _Attached) -> bool:
        """Whether a message is within the limits; if not, it is a failure."""
        opened = self._opened[each.top] = self._opened.get(each.top, 0) + 1
        if each.place in each.around:
            self._failed(
                each, "attached message contains itself", "its blocks are those of a message around it"
            )
        elif len(each.around) > DEPTH:
            self._failed(each, "attached messages are too deep", f"more than {DEPTH} inside each other")
        elif opened > MESSAGES:
            self._failed(each, "too many attached messages", f"more than {MESSAGES:,} inside one message")
        else:
            return True
        return False

    def _failed(self, each: _Attached, reason: str, detail: str) -> None:
        self.found[each.top].messages.append(each.failed(reason, detail))

    def _descend(self, one: _Attached, below: Sequence[Node]) -> None:
        """List the attachments of an attached message."""
        room = max(0, ATTACHMENTS - len(self.found[one.top].attachments))
        wanted = paths(one.path, below)
        plain = Plain(self._copier.crypt)
        listed = recognise(self._copier, self._group_copier, plain, wanted[:room])
        self._keep(one.top, listed, (*one.around, one.place))
        if len(wanted) > room:
            self._cut(one.top, one.path, len(wanted) - room)

    def _keep(self, top: int, listed: Sequence[Listed], around: tuple[tuple[int, int], ...]) -> None:
        """Keep attachments, and note the messages among them to be read."""
        inside = self.found.setdefault(top, Inside())
        for attached, message in listed:
            inside.attachments.append(attached)
            if isinstance(message, BlockError):
                inside.messages.append(Failure(top, message.reason, message.detail, attached.path))
            elif message is not None:
                place = message[0] & ~1, message[1] & ~1
                self._waiting.append(_Attached(top, attached.path, place, around))

    def _cut(self, top: int, path: str, count: int) -> None:
        """Note attachments beyond the limit: as one that has a problem."""
        why = "too many attachments", f"{count:,} more than {ATTACHMENTS:,} inside one message"
        self.found[top].attachments.append(Attached(f"{path}/", problem=why))


def steps(path: str) -> tuple[tuple[int, int], ...]:
    """The order of paths: by the node ids of their steps.

    >>> sorted(["8/37/37", "8/37.2", "8/37", "8/100", "8/"], key=steps)
    ['8/', '8/37', '8/37/37', '8/37.2', '8/100']
    """
    parts = (step.partition(".") for step in path.split("/"))
    return tuple((int(number or 0), int(again or 0)) for number, _, again in parts)
