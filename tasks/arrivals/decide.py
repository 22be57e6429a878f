"""Which agencies have arrived: one look compared with what is remembered of the looks before. Pure functions.

What is to be done about an agency is judged for each by itself (``tasks.arrivals.agency``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from data.records import Look, Seen
from tasks.arrivals.agency import Arrival, Facts, Verdict, judge
from tasks.arrivals.memory import Memory

PLACES: Final = 8
"""Agencies that are announced and not read yet, at most: each has a process that waits for the others."""


@dataclass(frozen=True)
class Stuck:
    """An agency that only a person can help.

    Attributes:
        agency: Its folder's name, or the file's that lies where a folder should.
        line: Why, and the mend.
    """

    agency: str
    line: str


@dataclass(frozen=True)
class Decision:
    """What a look led to.

    Attributes:
        arrived: The agencies to be announced, in order.
        waiting: What is not announced and why, a line each; without what is stuck.
        stuck: What is not announced and waits for a person, who was told already or not.
        again: Seconds until a look may find more of them settled, if nothing changes; None where no look
            will by the mere passing of time.
        memory: What is to be remembered; agencies to be announced, and what a person is to be told, are not
            yet marked in it.
    """

    arrived: tuple[Arrival, ...]
    waiting: tuple[str, ...]
    stuck: tuple[Stuck, ...]
    again: float | None
    memory: Memory


def decide(look: Look, memory: Memory, now: float, settle: float, facts: Facts) -> Decision:
    """Compare a look with the ones before.

    Args:
        look: What there is.
        memory: What is remembered.
        now: Our clock at the look, seconds since 1970.
        settle: Seconds for which nothing may have changed.
        facts: What there is to know besides.

    Returns:
        What to announce, what to wait for, what to remember.
    """
    own = _by_agency(look)
    verdicts = {
        agency: judge(
            agency,
            own.get(agency, ()),
            memory.get(agency),
            now=now,
            settle=settle,
            facts=facts,
            trouble=look.troubles.get(agency),
        )
        for agency in sorted({*own, *look.troubles, *facts.published})
    }
    places = PLACES - sum(verdict.unread for verdict in verdicts.values())
    for agency, verdict in verdicts.items():
        if verdict.arrival is not None and not verdict.unread:
            places -= 1
            if places < 0:
                verdicts[agency] = _behind_others(agency, verdict)
    found = verdicts.values()
    return Decision(
        arrived=tuple(one.arrival for one in found if one.arrival is not None),
        waiting=tuple(one.line for one in found if one.line is not None and not one.stuck),
        stuck=tuple(Stuck(name, one.line) for name, one in verdicts.items() if one.stuck and one.line),
        again=min((one.wait for one in found if one.wait is not None), default=None),
        memory={
            agency: one.remembered if one.stuck else replace(one.remembered, reported="")
            for agency, one in verdicts.items()
        },
    )


def _behind_others(agency: str, verdict: Verdict) -> Verdict:
    line = f"{agency}: has arrived, and is announced when fewer than {PLACES} others wait to be read"
    return Verdict(verdict.remembered, line=line)


def _by_agency(look: Look) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = {}
    for one in sorted(look.seen, key=lambda one: (one.agency, one.file)):
        found.setdefault(one.agency, []).append(one)
    return found
