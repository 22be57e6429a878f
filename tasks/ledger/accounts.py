"""The ledger: what entered, where it went, and identities that hold exactly or end the run (method 10).

The numbers on the two sides of an identity are counted independently: what a file lists, by the reader of
its index; what was read, by the reading; kinds and parsed alerts, from the tables. An :class:`Account` is
what is known of a mailbox, a file or a whole part; ``LEDGER`` in the area's ``ledger.py`` says what must be
equal in it. A number that cannot be known is None: the identities that need it are not checked, and a warning
says why. A zero is always a zero that was counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import LedgerError
from tasks.ledger.identities import EVERY_KIND, Identity, Ledger
from tasks.ledger.results import PartClosed, Row
from tasks.ledger.table import write_ledger


@dataclass(frozen=True)
class Account:
    """The counts of a mailbox, of one folder of it, of a file of posts, or of all of a part together.

    Attributes:
        part: As in :class:`~tasks.ledger.identities.Identity`.
        source: The source id; empty for all together.
        place: The words that name it in an error, as ``records/lapd/a.pst, folder Inbox``.
        lines: The counts by line; None where unknown.
        kinds: The counts by kind of message, or by type of crime.
    """

    part: str
    source: str
    place: str
    lines: Mapping[str, int | None]
    kinds: Mapping[str, int] = field(default_factory=dict)

    def value(self, line: str) -> int | None:
        """The count of a line, :data:`~tasks.ledger.identities.EVERY_KIND` included; None where unknown."""
        return sum(self.kinds.values()) if line == EVERY_KIND else self.lines[line]

    def has(self, identity: Identity) -> bool:
        """Whether the identity speaks of lines that this account keeps."""
        lines = {identity.whole, *identity.parts} - {EVERY_KIND}
        return identity.part == self.part and lines <= self.lines.keys()


def check(accounts: Iterable[Account], identities: Iterable[Identity]) -> None:
    """Check that every identity holds in every account.

    Args:
        accounts: The accounts; an identity with an unknown number is skipped.
        identities: What must add up.

    Raises:
        LedgerError: The first that does not hold; names file and folder, the identity and its numbers.

    Example:
        >>> account = Account("alerts", "0123456789ab", "a.pst", {"messages read": 3}, {"safety tip": 2})
        >>> check([account], [Identity("alerts", "messages read", (EVERY_KIND,))])
        Traceback (most recent call last):
        data.errors.LedgerError: a.pst: messages read = every kind does not hold: 3 = 2
    """
    identities = tuple(identities)
    for account in accounts:
        for identity in identities:
            if not account.has(identity):
                continue
            whole = account.value(identity.whole)
            parts = [account.value(line) for line in identity.parts]
            if whole is None or None in parts:
                continue
            if whole != sum(part for part in parts if part is not None):
                numbers = f"{whole} = {' + '.join(map(str, parts))}"
                raise LedgerError(f"{account.place}: {identity} does not hold: {numbers}")


def close_part(accounts: Sequence[Account], ledger: Ledger, warnings: Iterable[str], out: Path) -> PartClosed:
    """Check the accounts of a part, then enter them into the ledger.

    Args:
        accounts: All that is known of the part.
        ledger: What must add up in it.
        warnings: What a person must not overlook.
        out: The folder of the tables; the rows of other parts in its ledger stay.

    Returns:
        The rows and the warnings.

    Raises:
        LedgerError: An identity does not hold; nothing is written then.
    """
    check(accounts, ledger.identities)
    rows = ledger_rows(accounts)
    write_ledger(rows, out)
    return PartClosed(tuple(rows), tuple(warnings))


def ledger_rows(accounts: Iterable[Account]) -> list[Row]:
    """The accounts as rows of ``public/ledger``, in order of its key.

    A mailbox that two agencies handed over is one source with one set of lines; what is counted in both must
    agree.

    Raises:
        LedgerError: Two accounts of one source differ.
    """
    rows: dict[tuple[str, str, str], int | None] = {}
    for account in accounts:
        for line, count in (*account.lines.items(), *account.kinds.items()):
            key = (account.part, account.source, line)
            if rows.setdefault(key, count) != count:
                raise LedgerError(
                    f"{account.place}: '{line}' is {count} for one agency and {rows[key]} for another"
                )
    return [(*key, count) for key, count in sorted(rows.items())]
