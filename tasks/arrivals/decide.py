"""Which agencies have arrived: one look compared with what is remembered of the looks before. Pure functions.

Each agency is judged by itself (``tasks.arrivals.agency``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from data.records import Scan, Seen
from tasks.arrivals.agency import Arrival, Facts, Verdict, judge
from tasks.arrivals.memory import Memory

PLACES: Final = 8
"""How many agencies may be announced and not yet read: each has a process that waits its turn."""


@dataclass(frozen=True)
class Stuck:
    """An agency that needs a person.

    Attributes:
        agency: Its folder's name, or the name of a file that is where an agency's folder should be.
        line: Why, and what to do.
    """

    agency: str
    line: str


@dataclass(frozen=True)
class Decision:
    """What a look led to.

    Attributes:
        arrived: The agencies to announce, in order.
        waiting: Why agencies are not announced, one line each; without those that are stuck.
        stuck: Agencies that need a person, reported already or not.
        again: Seconds until a look may find more of them settled if nothing changes; None if time alone will
            not help.
        memory: What to remember; announcements and reports are not yet marked in it.
    """

    arrived: tuple[Arrival, ...]
    waiting: tuple[str, ...]
    stuck: tuple[Stuck, ...]
    again: float | None
    memory: Memory


def decide(look: Scan, memory: Memory, now: float, settle: float, facts: Facts) -> Decision:
    """Compare a look with the ones before.

    Args:
        look: What the look found.
        memory: What is remembered.
        now: Our clock at the look, seconds since 1970.
        settle: Seconds for which nothing may have changed.
        facts: What else is known.

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
    line = f"{agency}: has arrived, and will be announced when fewer than {PLACES} others wait to be read"
    return Verdict(verdict.remembered, line=line)


def _by_agency(look: Scan) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = {}
    for one in sorted(look.seen, key=lambda one: (one.agency, one.file)):
        found.setdefault(one.agency, []).append(one)
    return found
