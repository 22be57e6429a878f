"""Reads a mailbox as a worker does, and compares what a damaged one gave with the sound one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tasks.mail.layout import Header, NotAMailboxError
from tasks.mail.ndb import Bytes
from tasks.mail.outcomes import Mail
from tasks.mail.partitions import write_partition
from tasks.mail.plan import ORPHANED, MailPlan, plan_mailbox, to_node
from tasks.mail.read import Failure, Outcome, read_nodes
from tasks.mail.settings import MailSettings
from tests.faults.anatomy import Anatomy
from tests.faults.mutations import Mutant

UNNAMED = "(folder 0x"


class InMemory:
    """A mailbox held in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def read(self, offset: int, size: int) -> bytes:
        """Bytes at a position."""
        return self.data[offset : offset + size]


@dataclass
class Taken:
    """What was read from a mailbox; or why it is not one."""

    listed: int | None = None
    damages: int = 0
    cut: int = 0
    warnings: list[str] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    folders: dict[int, str] = field(default_factory=dict)
    refused: str | None = None


def planned(file: Bytes, *, names: bool = True) -> tuple[Taken, MailPlan | None]:
    """List a mailbox."""
    try:
        plan = plan_mailbox(file, facts=None if names else {})
    except NotAMailboxError as error:
        return Taken(refused=str(error)), None
    return (
        Taken(
            plan.listed,
            len(plan.damages),
            plan.cut,
            plan.warnings,
            [int(nid) for nid in plan.nodes["nid"]],
            folders=plan.folder_names(0, len(plan.nodes)),
        ),
        plan,
    )


def read_all(file: Bytes, plan: MailPlan, taken: Taken, settings: MailSettings, parts: Path) -> None:
    """Read and write everything that was listed, as a worker would.

    Raises:
        ValueError: Outcomes and messages do not add up.
    """
    header = Header.parse(plan.header.raw)
    taken.outcomes = list(read_nodes(file, header, [to_node(row) for row in plan.nodes], settings))
    count = len(plan.nodes)
    summary = write_partition(parts, 0, count, taken.outcomes, taken.folders)
    (parts / f"part-{0:010d}-{count:010d}.parquet").unlink()
    if summary.accounted != count:
        raise ValueError(f"{summary.accounted} accounted for of {count}")


@dataclass
class Verdict:
    """What happened to the messages, and what is wrong with that."""

    verdict: str = ""
    equal: int = 0
    quarantined: int = 0
    missing: int = 0
    flawed: int = 0
    changed: int = 0
    extra: int = 0
    renamed: int = 0
    faults: list[str] = field(default_factory=list)


def judge(mutant: Mutant, anatomy: Anatomy, sound: Taken, taken: Taken) -> Verdict:
    """Compare, message by message."""
    found = Verdict()
    if taken.refused is not None:
        found.verdict = "not a mailbox"
        if not mutant.reach & {"header", "root", "anywhere"}:
            found.faults.append(f"refused though header and root are sound: {taken.refused}")
        if not taken.refused.strip() or "\n" in taken.refused:
            found.faults.append(f"refused in other than one line: {taken.refused!r}")
        return found
    if [outcome.node_id for outcome in taken.outcomes] != taken.nodes:
        found.faults.append("the outcomes are not those of the messages listed, in their order")
    if taken.listed is not None and taken.listed != len(taken.nodes):
        found.faults.append(f"lists {taken.listed} and holds {len(taken.nodes)}")
    if taken.listed is None and not taken.damages:
        found.faults.append("unknown without a line of damage")
    _compare(mutant, anatomy, sound, taken, found)
    if not mutant.kind.sealed:
        _strictly(mutant, sound, taken, found)
    if mutant.kind.name == "sealed: a folder lies about its messages" and not any(
        "states" in line for line in taken.warnings
    ):
        found.faults.append("nobody says that the folder lies")
    found.verdict = (
        "unknown" if taken.listed is None
        else "lost" if found.missing
        else "changed" if found.changed
        else "quarantined" if found.quarantined or found.flawed
        else "equal"
    )  # fmt: skip
    return found


def _compare(mutant: Mutant, anatomy: Anatomy, sound: Taken, taken: Taken, found: Verdict) -> None:
    """What happened to each message of the sound mailbox; damaged blocks reach only their owners."""
    of_blocks = not mutant.reach & {"header", "index", "root", "anywhere"}
    owners = {nid for item in mutant.reach if isinstance(item, int) for nid in anatomy.blocks[item].owners}
    now = {outcome.node_id: outcome for outcome in taken.outcomes}
    for before in sound.outcomes:
        nid = before.node_id
        after = now.pop(nid, None)
        if after is None:
            found.missing += 1
            if of_blocks:
                found.faults.append(f"{nid:#x} is lost, though no index was touched")
            continue
        same = after == before or (isinstance(before, Failure) and isinstance(after, Failure))
        found.equal += same
        if not same:
            why = _difference(before, after)
            if isinstance(after, Failure):
                found.quarantined += 1
            elif (
                isinstance(after, Mail) and isinstance(before, Mail) and set(after.flaws) - set(before.flaws)
            ):
                found.flawed += 1
            else:
                found.changed += 1
                if not mutant.kind.sealed:
                    found.faults.append(f"{nid:#x} changed in silence: {why}")
            if of_blocks and nid not in owners:
                found.faults.append(f"{nid:#x} changed, though none of its blocks was touched: {why}")
        if taken.folders[nid] != sound.folders[nid]:
            found.renamed += 1
            if not mutant.kind.sealed and not any(mark in taken.folders[nid] for mark in (UNNAMED, ORPHANED)):
                found.faults.append(
                    f"{nid:#x} is in {taken.folders[nid]!r}, no more in {sound.folders[nid]!r}"
                )
    found.extra = len(now)


def _strictly(mutant: Mutant, sound: Taken, taken: Taken, found: Verdict) -> None:
    """What must hold under wrong checksums: no number changes without a note."""
    if mutant.kind.name == "cut" and not any(line.startswith("cut: ") for line in taken.warnings):
        found.faults.append("nobody says that the file is cut")
    if taken.listed is not None:
        if found.missing:
            found.faults.append(f"{found.missing} messages lost in silence")
        if found.extra:
            found.faults.append(f"{found.extra} messages from nowhere")
    if mutant.kind.name in ("outside of every message", "bytes after the end"):
        changes = found.missing or found.quarantined or found.flawed or found.renamed or found.extra
        if changes or taken.listed != sound.listed or taken.damages:
            found.faults.append("damage outside of every message changed something")


def _difference(before: Outcome, after: Outcome) -> str:
    if type(before) is not type(after):
        return f"{type(before).__name__} is now {str(after)[:200]}"
    names = [
        item.name
        for item in dataclasses.fields(before)
        if getattr(before, item.name) != getattr(after, item.name)
    ]
    return ", ".join(
        f"{name}: {str(getattr(before, name))[:80]!r} -> {str(getattr(after, name))[:80]!r}" for name in names
    )


def partitions_agree(
    file: Bytes, plan: MailPlan, taken: Taken, settings: MailSettings, cuts: Iterable[int]
) -> str | None:
    """Whether ranges read separately give the same as one reading of everything; else what differs."""
    outcomes: list[Outcome] = []
    bounds = [0, *cuts, len(plan.nodes)]
    for start, stop in pairwise(bounds):
        nodes = [to_node(row) for row in plan.nodes[start:stop]]
        outcomes += read_nodes(file, plan.header, nodes, settings)
    for one, other in zip(taken.outcomes, outcomes, strict=True):
        if one != other:
            return f"{one.node_id:#x} depends on the partition: {_difference(one, other)}"
    return None
