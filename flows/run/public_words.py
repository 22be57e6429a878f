"""A warning of a run without the names in it, for places that more people see than its log (method 13.12)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_FOLDER: Final = "records/"
_CUT: Final = " …"
"""What a line ends with that goes on in the log."""

_BEFORE_NAMES: Final = re.compile(r": | \(as in ")
_CLAUSE: Final = re.compile(r"[,:;]|\s[\"'(]")
"""Where the first words of a clause end: names come in quotes or brackets, or behind a mark."""


def in_public(line: str) -> str:
    """A warning without the name of a mailbox, of a folder in it, or of an attachment.

    Lines name a mailbox by its place, ``records/<agency>/…``. Those that do are cut where names may begin,
    and end with "…"; all others are as they were.

    Args:
        line: The warning, as a person at the keyboard reads it.

    Example:
        >>> in_public("records/lapd/jo.pst: folder 'Jo/Me' states 3 messages, its index holds 2")
        'a mailbox of lapd: folder …'
        >>> in_public("12 messages have odd characters (as in records/lapd/jo.pst); set its code_page")
        '12 messages have odd characters …'
        >>> in_public("3 in quarantine")
        '3 in quarantine'
    """
    place = line.find(_FOLDER)
    if place < 0:
        return line
    agency, slash, rest = line[place + len(_FOLDER) :].partition("/")
    if place:
        found = _BEFORE_NAMES.search(line, 0, place + 1)
        return f"{line[: found.start()] if found else 'a file in records'}{_CUT}"
    _, colon, clause = rest.partition(": ")
    of = f"a mailbox of {agency}" if slash else "a file in records"
    return f"{of}: {_CLAUSE.split(clause, maxsplit=1)[0]}{_CUT}" if slash and colon else f"{of}{_CUT}"


def is_cut(lines: Iterable[str]) -> bool:
    """Whether one of the lines goes on in the log.

    Args:
        lines: From :func:`in_public`.
    """
    return any(line.endswith(_CUT) for line in lines)
