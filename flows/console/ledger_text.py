"""The ledger in print: each number above the numbers that it is the sum of, or in one line with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from data.schema import PARTS_OF_LEDGER
from flows.console.printing import number, printable
from tasks.ledger import identities as ledger
from tasks.ledger.results import IDENTITIES, Identity

_WIDTH: Final = 48

_PART_OF: Final = {line: part for part, lines in PARTS_OF_LEDGER.items() for line in lines}
"""The part of a run that each part of the ledger belongs to."""

_OF_FILES: Final = {("posts", ledger.POSTS_IN_FILE), ("crime", ledger.CRIMES_IN_FILE)}
_BESIDE: Final = (ledger.TRACTS, ledger.REPAIRED)
"""Lines that no identity speaks of."""

Counts = dict[tuple[str, str], int | None]
"""Count by part and line."""


_BALANCES: Final = {
    ("mail", ledger.LISTED): "items in the mailboxes",
    ("alerts", ledger.ALERT_MESSAGES): "alerts among them",
    ("posts", ledger.POSTS): "posts",
    ("crime", ledger.CRIMES): "crimes",
}
"""What enters a run, by part of the ledger and line, and what it is called where it is said in one line."""


@dataclass(frozen=True)
class Balance:
    """What entered, and what became of it.

    Attributes:
        name: What is counted.
        count: How many entered; None where that is not known.
        parts: The numbers that it is the sum of, by name; those that are 0 are left out, but for quarantine.
    """

    name: str
    count: int | None
    parts: tuple[tuple[str, int | None], ...]


def balances(rows: Iterable[Mapping[str, Any]], parts: Collection[str]) -> Iterator[Balance]:
    """What entered a run, in as few lines as it takes to see that nothing is missing.

    Args:
        rows: The rows of public/ledger.
        parts: The parts of a run that are asked for.

    Yields:
        One for each kind of thing that can enter with these parts.

    Example:
        >>> counts = {"listed in the file": 3, "messages read": 3, "quarantined while reading": 0}
        >>> rows = [{"part": "mail", "source": "a", "line": line, "count": n} for line, n in counts.items()]
        >>> [balance] = balances(rows, ["mail"])
        >>> balance.count, balance.parts
        (3, (('messages read', 3), ('quarantined while reading', 0)))
    """
    accounts: dict[str, Counts] = {}
    for row in rows:
        if _PART_OF[row["part"]] in parts:
            accounts.setdefault(row["source"], {})[row["part"], row["line"]] = row["count"]
    total = _together(accounts)
    for identity in IDENTITIES:
        key = (identity.part, identity.whole)
        if key in _BALANCES and key in total:
            counts = [(line, total.get((identity.part, line), 0)) for line in identity.parts]
            told = total[key] != 0
            kept = [(line, n) for line, n in counts if n != 0 or (told and line.startswith("quarantined"))]
            yield Balance(_BALANCES[key], total[key], tuple(kept))


def account_lines(rows: Iterable[Mapping[str, Any]], files: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The ledger in print.

    Args:
        rows: The rows of public/ledger.
        files: The names of each source, sorted.

    Yields:
        Lines: a heading a mailbox, below it the identities with their numbers, all mailboxes together last.

    Example:
        >>> row = {"part": "alerts", "source": "0123456789ab", "line": "messages read", "count": 2}
        >>> for line in account_lines([row, {**row, "line": "safety tip"}], {"0123456789ab": ["a.pst"]}):
        ...     print(line)
        a.pst (0123456789ab)
          messages read                                          2
            safety tip                                           2
        <BLANKLINE>
        all mailboxes
          messages read                                          2
            safety tip                                           2
    """
    parts: dict[str, dict[str, Counts]] = {part: {} for part in PARTS_OF_LEDGER}
    for row in rows:
        counts = parts[_PART_OF[row["part"]]].setdefault(row["source"], {})
        counts[row["part"], row["line"]] = row["count"]
    sections = [
        list(_mailboxes(accounts, files) if part == "mail" else _section(part, accounts, files))
        for part, accounts in parts.items()
        if accounts
    ]
    for place, section in enumerate(sections):
        yield from ["", *section] if place else section


def _mailboxes(accounts: dict[str, Counts], files: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A heading and the identities of each mailbox, then of all together."""
    each = {source: counts for source, counts in accounts.items() if source}
    for source, counts in _by_name(each, files):
        yield _named(source, files)
        yield from _identities(counts)
        yield ""
    yield "all mailboxes"
    yield from _identities(_together(accounts))


def _section(part: str, accounts: dict[str, Counts], files: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A part beside the mail: its files, then its identities, those of a folder under the folder's name."""
    yield part
    of_files = {source: counts for source, counts in accounts.items() if counts.keys() & _OF_FILES}
    for source, counts in _by_name(of_files, files):
        yield from (_line(2, _named(source, files), count) for count in counts.values())
    for source, counts in sorted(accounts.items()):
        if source in of_files:
            continue
        if source:
            yield f"{part}/{printable(source)}"
        yield from _identities(counts)
        yield from (_line(2, line, counts[key]) for line in _BESIDE if (key := (part, line)) in counts)


def _by_name(sources: Mapping[str, Counts], files: Mapping[str, Sequence[str]]) -> list[tuple[str, Counts]]:
    return sorted(sources.items(), key=lambda item: files.get(item[0], [item[0]])[0])


def _named(source: str, files: Mapping[str, Sequence[str]]) -> str:
    return f"{printable(', '.join(files.get(source, ['?'])))} ({source})"


def _together(accounts: Mapping[str, Counts]) -> Counts:
    """The counts of all sources together; a line that was counted over all is taken as it was counted."""
    return {**_sum(counts for source, counts in accounts.items() if source), **accounts.get("", {})}


def _sum(accounts: Iterable[Counts]) -> Counts:
    """The counts of all accounts together; where one is unknown, so is the sum."""
    total: Counts = {}
    for counts in accounts:
        for key, count in counts.items():
            before = total.get(key, 0)
            total[key] = None if before is None or count is None else before + count
    return total


def _identities(counts: Counts) -> Iterator[str]:
    for identity in IDENTITIES:
        if (identity.part, identity.whole) not in counts:
            continue
        parts = [line for line in _parts(identity, counts) if (identity.part, line) in counts]
        if parts:
            yield _line(2, identity.whole, counts[identity.part, identity.whole])
            yield from (_line(4, line, counts[identity.part, line]) for line in parts)


def _parts(identity: Identity, counts: Counts) -> Iterable[str]:
    if ledger.EVERY_KIND not in identity.parts:
        return identity.parts
    named = {line for each in IDENTITIES for line in (each.whole, *each.parts)}
    kinds = [line for part, line in counts if part == identity.part and line not in named]
    return sorted(kinds, key=lambda kind: (-(counts[identity.part, kind] or 0), kind))


def _line(indent: int, name: str, count: int | None) -> str:
    return f"{' ' * indent}{name:<{_WIDTH - indent}}{number(count):>10}"
