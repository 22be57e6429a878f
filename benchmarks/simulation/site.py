"""The mail of a site, and the pieces into which the program cuts it, phase by phase."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from benchmarks.simulation.kinds import (
    AHEAD,
    EXAMINE,
    HASH,
    INVENTORY,
    LIST,
    LISTED,
    MESSAGES,
    NEW,
    PARSE,
    READ,
    READ_ON,
    TAKE,
    WHOLE,
    WRITE,
    Sizes,
    attachments_of,
    held,
)
from tasks.alerts.parts import DEALT
from tasks.alerts.pieces import USUAL
from tasks.mail.partitions import gaps
from tasks.mail.settings import MailSettings

T = TypeVar("T")
PARTITION: Final = MailSettings().partition
LIGHT: Final = 1_000
"""How heavy a piece of ``weigh`` is (``tasks.alerts.agencies``)."""


@dataclass(frozen=True)
class Box:
    """A mailbox.

    Attributes:
        agency: Whose, as a number.
        messages: In it.
        bytes: Of the file.
        attachments: In it.
        copy: Whether it is a mailbox that was there before: it is hashed, and not read again.
    """

    agency: int
    messages: int
    bytes: float
    attachments: float
    copy: bool = False


@dataclass(frozen=True)
class Asked:
    """A site, as it is asked for.

    Attributes:
        agencies: How many.
        bytes: Of all mailboxes.
        mailboxes: How many of an agency, on average.
        largest: Bytes of the largest mailbox. Outlook lets a file grow to 50 GiB, if nobody says otherwise.
        spread: How unlike the mailboxes are: the standard deviation of the logarithm of their size.
        seed: Decides the sizes, and which piece is dearer than its size says.
    """

    agencies: int = 1_000
    bytes: float = 30e12
    mailboxes: float = 5.0
    largest: float = 50 * 2.0**30
    spread: float = 1.0
    seed: int = 16


def boxes_of(asked: Asked, mail: dict[str, float]) -> list[Box]:
    """The mailboxes of a site, in order of agency; each agency has at least one.

    Args:
        asked: What is asked for.
        mail: Bytes and attachments of a message.
    """
    draw = random.Random(f"site-{asked.seed}")
    number = max(asked.agencies, round(asked.agencies * asked.mailboxes))
    weights = [draw.lognormvariate(0, asked.spread) for _ in range(number)]
    owners = sorted([*range(asked.agencies), *draw.choices(range(asked.agencies), k=number - asked.agencies)])
    return [
        Box(
            owner,
            max(1, round(size / mail["bytes"])),
            size,
            round(size / mail["bytes"] * mail["attachments"]),
        )
        for owner, size in zip(owners, _cut(weights, asked.bytes, asked.largest), strict=True)
    ]


def _cut(weights: Sequence[float], total: float, most: float) -> list[float]:
    """Sizes in proportion to the weights, none above the most; what is cut off goes to the others."""
    if total > most * len(weights):
        raise ValueError(f"{total:,.0f} bytes do not fit into {len(weights):,} mailboxes of {most:,.0f}")
    sizes = [0.0] * len(weights)
    left = sorted(range(len(weights)), key=lambda place: -weights[place])
    rest, sum_of_weights = total, sum(weights)
    for rank, place in enumerate(left):
        # No two of the largest are alike to the byte: the program would take them for copies.
        sizes[place] = min(most - rank, rest * weights[place] / sum_of_weights)
        rest -= sizes[place]
        sum_of_weights -= weights[place]
    return sizes


def boxes_recorded(record: Mapping[str, Any]) -> list[Box]:
    """The mailboxes of a run that was recorded, in order of agency."""
    every = [task for phase in record["phases"] for task in phase["tasks"]]
    attachments = attachments_of(every)
    found = [(task["agency"], task["sizes"]) for task in every if task["kind"] in LISTED]
    each = attachments / sum(sizes["messages"] for _, sizes in found)
    names = sorted({agency for agency, _ in found})
    boxes, seen = [], set[tuple[float, ...]]()
    for agency, sizes in sorted(found, key=lambda item: item[0]):
        content = (names.index(agency), sizes["bytes"], sizes["messages"])
        boxes.append(
            Box(content[0], int(sizes["messages"]), sizes["bytes"], each * sizes["messages"], content in seen)
        )
        seen.add(content)
    return boxes


@dataclass(frozen=True)
class Work:
    """A piece of work.

    Attributes:
        kind: Which kind.
        sizes: How large.
        urgency: Of those that wait for a worker, the most urgent is begun first.
        box: The mailbox, where pieces of it follow on this one; else -1.
        rank: The place of that mailbox among those of the first pass.
    """

    kind: str
    sizes: Sizes
    urgency: int = 0
    box: int = -1
    rank: int = -1


class Site:
    """A site's mail, cut into pieces.

    Args:
        boxes: The mailboxes, in order of agency.
        order: The kinds of each phase: whether new mailboxes are read while they are hashed.
    """

    def __init__(self, boxes: Sequence[Box], order: Sequence[Sequence[str]]) -> None:
        self.boxes = boxes
        self.rows = [0] * (1 + max(box.agency for box in boxes))
        self._files: list[list[int]] = [[] for _ in self.rows]
        for box in boxes:
            if box.copy:
                continue
            self.rows[box.agency] += box.messages
            self._files[box.agency] += [stop - start for start, stop in _spans(box)]
        self.messages = sum(self.rows)
        self._pieces = [list(_pieces(files)) for files in self._files]
        self._buckets = [USUAL.buckets(rows) for rows in self.rows]
        sizes = Counter(box.bytes for box in boxes)
        # One of a size that another has may be the same mailbox, and is read when its hash is known.
        has_first = any(NEW in kinds for kinds in order)
        self._ahead = [has_first and sizes[box.bytes] == 1 for box in boxes]

    @property
    def sizes(self) -> Sizes:
        """What the work of the run's own process grows with."""
        return {
            "agencies": len(self.rows),
            "mailboxes": len(self.boxes),
            "messages": self.messages,
        }

    def first_pass(self) -> Iterator[tuple[int, Work]]:
        """The first piece of each mailbox by rank, the largest first (``tasks.mail.first_pass``)."""
        ranked = sorted(range(len(self.boxes)), key=lambda number: -self.boxes[number].bytes)
        for rank, number in enumerate(ranked):
            kind = NEW if self._ahead[number] else WHOLE
            yield rank, Work(kind, _sizes_of(self.boxes[number]), -2 * rank, number, rank)

    def rest(self, rank: int, number: int) -> Iterator[Work]:
        """The pieces of a new mailbox that was listed."""
        yield Work(HASH, {"items": 1, "bytes": self.boxes[number].bytes}, -2 * rank)
        for sizes in self._of_box(AHEAD, number):
            yield Work(AHEAD, sizes, -2 * rank - 1)

    def _of_box(self, kind: str, number: int) -> Iterator[Sizes]:
        """The pieces of one mailbox."""
        box = self.boxes[number]
        for start, stop in () if box.copy else _spans(box):
            sizes: Sizes = {"items": 1, "messages": stop - start}
            if kind == LIST:
                sizes["attachments"] = box.attachments * (stop - start) / box.messages
            yield sizes

    def works(self, kind: str) -> Iterator[Work]:
        """The pieces of a kind, in the order of the program."""
        make: dict[str, Callable[[], Iterator[Sizes]]] = {
            EXAMINE: lambda: map(_sizes_of, self.boxes),
            TAKE: self._taken,
            READ: lambda: self._read(READ),
            READ_ON: lambda: self._read(READ_ON),
            LIST: lambda: self._read(LIST),
            PARSE: lambda: self._read(PARSE),
            INVENTORY: self._listed,
            "look": self._looked,
            "weigh": self._weighed,
            "deal_part": self._looked,
            "sum_up": self._summed,
            "mark_contents": self._summed,
            "compare": self._compared,
        }
        for sizes in make[kind]() if kind in make else self._written(kind):
            yield Work(kind, sizes)

    def _read(self, kind: str) -> Iterator[Sizes]:
        """Ranges of all mailboxes, but for reading without those that were read while they were hashed."""
        for number, ahead in enumerate(self._ahead):
            if kind == PARSE or not ahead:
                yield from self._of_box(kind, number)

    def _taken(self) -> Iterator[Sizes]:
        for box, ahead in zip(self.boxes, self._ahead, strict=True):
            if ahead:
                yield {"items": 1, "files": len(_spans(box))}

    def _listed(self) -> Iterator[Sizes]:
        attachments = sum(box.attachments for box in self.boxes if not box.copy)
        files = sum(map(len, self._files))
        yield {"items": 1, "files": files, "attachments": attachments, "held": held(attachments)}

    def _looked(self) -> Iterator[Sizes]:
        rows = [rows for mine in self._pieces for rows in mine]
        for bundle in bundles(rows, [float(each) for each in rows], USUAL.rows):
            yield {"items": len(bundle), "messages": sum(bundle)}

    def _weighed(self) -> Iterator[Sizes]:
        files = [len(mine) for mine in self._pieces]
        for bundle in bundles(files, [LIGHT] * len(files), USUAL.rows):
            yield {"items": len(bundle), "files": sum(bundle)}

    def _summed(self) -> Iterator[Sizes]:
        each = [
            (len(DEALT) * len(mine), rows / count, rows // 4 // count)
            for mine, rows, count in zip(self._pieces, self.rows, self._buckets, strict=True)
            for _ in range(count)
        ]
        for bundle in bundles(each, [weight for _, _, weight in each], USUAL.rows):
            yield {
                "items": len(bundle),
                "files": sum(files for files, _, _ in bundle),
                "messages": sum(rows for _, rows, _ in bundle),
            }

    def _compared(self) -> Iterator[Sizes]:
        ranges = USUAL.buckets(self.messages) if len(self.rows) > 1 else 0
        files = sum(map(len, self._pieces))
        for _ in range(ranges):
            yield {"items": 1, "files": files, "messages": self.messages / ranges}

    def _written(self, kind: str) -> Iterator[Sizes]:
        if not kind.startswith(WRITE):
            raise ValueError(f"{kind}: how is it cut? Say it in benchmarks/simulation/site.py")
        files = sum(map(len, self._files)) if kind == MESSAGES else len(self.rows)
        yield {"items": 1, "files": files, "messages": self.messages, "held": held(self.messages)}


def _sizes_of(box: Box) -> Sizes:
    return {"items": 1, "bytes": box.bytes, "messages": box.messages}


def _spans(box: Box) -> list[tuple[int, int]]:
    return gaps(box.messages, (), PARTITION)


def _pieces(files: Sequence[int]) -> Iterator[int]:
    """Messages of each piece of an agency (``tasks.alerts.pieces``)."""
    held = 0
    for rows in files:
        if held and held + rows > USUAL.rows:
            yield held
            held = 0
        held += rows
    if held:
        yield held


def bundles(items: Sequence[T], weights: Sequence[float], most: float) -> Iterator[list[T]]:
    """What is done together (:func:`tasks.scatter.run_together`)."""
    bundle, held = list[T](), 0.0
    for item, weight in zip(items, weights, strict=True):
        if bundle and held + weight > most:
            yield bundle
            bundle, held = [], 0.0
        bundle.append(item)
        held += weight
    if bundle:
        yield bundle
