"""What entered, and what became of it: the ledger in a few lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.ledger.identities import EVERY_KIND, Identity, Ledger

Counts = dict[tuple[str, str], int | None]
"""Count by part and line."""


@dataclass(frozen=True)
class Balance:
    """What entered, and what became of it.

    Attributes:
        name: What is counted.
        count: How many entered; None where that is not known.
        parts: The numbers that it is the sum of, by name; zeros are left out, except in quarantine.
        part: Whose numbers these are, as in the column ``part`` of public/ledger.
    """

    name: str
    count: int | None
    parts: tuple[tuple[str, int | None], ...]
    part: str = ""


def balances(rows: Iterable[Mapping[str, Any]], ledgers: Iterable[Ledger]) -> Iterator[Balance]:
    """What entered a run, in as few lines as it takes to see that nothing is missing.

    Args:
        rows: The rows of public/ledger.
        ledgers: What each part of the run writes into the ledger.

    Yields:
        One for each kind of thing that can enter with these parts.

    Example:
        >>> lines = ("messages read", "quarantined while reading")
        >>> whole = Identity("mail", "listed in the file", lines, "mails")
        >>> counts = {"listed in the file": 3, "messages read": 3, "quarantined while reading": 0}
        >>> rows = [{"part": "mail", "source": "a", "line": line, "count": n} for line, n in counts.items()]
        >>> [balance] = balances(rows, [Ledger((whole,))])
        >>> balance.count, balance.parts
        (3, (('messages read', 3), ('quarantined while reading', 0)))
    """
    rows, shown = list(rows), set[Identity]()
    for ledger in ledgers:
        accounts = accounts_of(rows, ledger.sections)
        for identity in (*ledger.identities, *ledger.shared):
            total = in_all(accounts, identity)
            if identity.balance and (identity.part, identity.whole) in total and identity not in shown:
                yield _balance(identity, total)
        shown.update(ledger.shared)


def _balance(identity: Identity, total: Counts) -> Balance:
    whole = total[identity.part, identity.whole]
    counts = [(line, total.get((identity.part, line), 0)) for line in identity.parts]
    kept = [(line, n) for line, n in counts if n != 0 or (whole != 0 and line.startswith("quarantined"))]
    return Balance(identity.balance, whole, tuple(kept), identity.part)


def accounts_of(rows: Iterable[Mapping[str, Any]], sections: Collection[str]) -> dict[str, Counts]:
    """The counts of some sections by source.

    Args:
        rows: The rows of public/ledger.
        sections: The sections, as in its column ``part``.
    """
    accounts: dict[str, Counts] = {}
    for row in rows:
        if row["part"] in sections:
            accounts.setdefault(row["source"], {})[row["part"], row["line"]] = row["count"]
    return accounts


def together(accounts: Mapping[str, Counts]) -> Counts:
    """The counts of all sources together; a line that was counted over all sources is not summed again.

    Args:
        accounts: The counts by source; "" is all sources.
    """
    return {**_sum(counts for source, counts in accounts.items() if source), **accounts.get("", {})}


def in_all(accounts: Mapping[str, Counts], identity: Identity) -> Counts:
    """The counts of all sources together in which an identity holds.

    A mailbox that two agencies have is one source; what is counted over all sources counts it for each of
    them. So the parts of a whole that is counted by source are summed by source, too.

    Args:
        accounts: The counts by source; "" is all sources.
        identity: The identity.

    Example:
        >>> whole, part = ("alerts", "alert messages"), ("alerts", "alerts parsed")
        >>> accounts = {"a": {whole: 3, part: 3}, "": {part: 6}}
        >>> in_all(accounts, Identity("alerts", "alert messages", ("alerts parsed",)))[part]
        3
    """
    if (identity.part, identity.whole) in accounts.get("", {}):
        return together(accounts)
    return accounts.get("", {}) | _sum(counts for source, counts in accounts.items() if source)


def _sum(accounts: Iterable[Counts]) -> Counts:
    """The counts of all accounts together; where one is unknown, so is the sum."""
    total: Counts = {}
    for counts in accounts:
        for key, count in counts.items():
            before = total.get(key, 0)
            total[key] = None if before is None or count is None else before + count
    return total


def right_side(ledger: Ledger, identity: Identity, counts: Counts) -> Sequence[str]:
    """The lines that a whole is the sum of; kinds by their count, the largest first.

    Args:
        ledger: What the part writes.
        identity: One of its identities.
        counts: An account of the part.
    """
    if EVERY_KIND not in identity.parts:
        return identity.parts
    named = {line for each in ledger.identities for line in (each.whole, *each.parts)}
    named.update((*ledger.beside, ledger.rows_of_file))
    kinds = [line for section, line in counts if section == identity.part and line not in named]
    return sorted(kinds, key=lambda kind: (-(counts[identity.part, kind] or 0), kind))
