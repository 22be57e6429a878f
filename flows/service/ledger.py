"""The ledger in the Prefect UI: a table for each part, the totals of all sources first (method 13.12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from data.printable import markdown
from flows.run.part import Part
from flows.service.markdown import counted, missing_in
from tasks.ledger.balances import Counts, accounts_of, in_all, right_side, together
from tasks.ledger.identities import Identity

ALL: Final = "all together"
"""What the rows of a part's totals are of."""

BELOW: Final = "– "
"""Before a line that is a part of the one above it."""

Row = dict[str, str]


def rows_of_part(part: Part, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The ledger of a part as a table: each number above the numbers that add up to it.

    Args:
        part: The part; its sections are shown.
        rows: The rows of public/ledger.

    Returns:
        Rows with ``of``, ``line`` and ``count`` as text for the UI: those of all sources together first, then
        those of each source, as a mailbox or a folder. Where there is one source alone, it is not repeated.
    """
    accounts = accounts_of(rows, part.ledger.sections)
    all_of_them = partial(in_all, accounts)
    shown = list(_account(part, part.ledger.together or ALL, together(accounts), all_of_them))
    each = sorted((source, counts) for source, counts in accounts.items() if source)
    for source, counts in each if len(each) > 1 else ():
        shown += _account(part, source, counts)
    return shown


def _account(
    part: Part, name: str, counts: Counts, of: Callable[[Identity], Counts] | None = None
) -> Iterator[Row]:
    identities = [*part.ledger.identities, *part.ledger.shared]
    for identity in identities:
        if (identity.part, identity.whole) in counts:
            yield from _identity(part, name, identity, of(identity) if of else counts)
    named = {(each.part, line) for each in identities for line in (each.whole, *each.parts)}
    beside = [*part.ledger.beside, *([part.ledger.rows_of_file] if part.ledger.rows_of_file else [])]
    for section, line in counts:
        if (section, line) not in named and line in beside:
            yield _row(name, section, line, counts)


def _identity(part: Part, name: str, identity: Identity, counts: Counts) -> Iterator[Row]:
    right: Sequence[str] = right_side(part.ledger, identity, counts)
    whole = identity.whole + identity.by
    yield _row(name, identity.part, whole, {(identity.part, whole): counts[identity.part, identity.whole]})
    for line in right:
        if (identity.part, line) in counts:
            yield _row(name, identity.part, line, counts, BELOW)


def _row(name: str, part: str, line: str, counts: Counts, before: str = "") -> Row:
    count = counted(counts[part, line], missing_in(part))
    return {"of": markdown(name), "line": markdown(f"{before}{line}"), "count": count}
