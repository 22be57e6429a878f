"""The ledger in print: each number above the numbers that add up to it, or in one line with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from data.printable import printable
from flows.console.printing import number
from tasks.ledger.balances import Counts, accounts_of, in_all, right_side, together
from tasks.ledger.identities import Identity

if TYPE_CHECKING:
    from flows.run.part import Part

_WIDTH: Final = 48


def account_lines(
    rows: Iterable[Mapping[str, Any]], files: Mapping[str, Sequence[str]], parts: Iterable[Part]
) -> Iterator[str]:
    """The ledger in print.

    Args:
        rows: The rows of public/ledger.
        files: The names of each source, sorted.
        parts: The parts whose sections are shown.

    Yields:
        Lines: a heading for each mailbox, below it the identities with their numbers, all mailboxes together
        last; then the other parts.

    Example:
        >>> from flows.parts import load
        >>> row = {"part": "alerts", "source": "0123456789ab", "line": "messages read", "count": 2}
        >>> rows = [row, {**row, "line": "safety tip"}]
        >>> for line in account_lines(rows, {"0123456789ab": ["a.pst"]}, load(["mail"])):
        ...     print(line)
        a.pst (0123456789ab)
          messages read                                          2
            safety tip                                           2
        <BLANKLINE>
        all mailboxes
          messages read                                          2
            safety tip                                           2
    """
    rows, first, parts = list(rows), True, list(parts)
    for part in parts:
        accounts = accounts_of(rows, part.ledger.own)
        if accounts:
            yield from [] if first else [""]
            shown = _by_source if part.ledger.together else _section
            yield from shown(part, accounts, files)
            first = False
    for section, identities in _shared(parts).items():
        accounts = accounts_of(rows, {section})
        for source, counts in sorted(accounts.items()):
            yield from [] if source else [""] * (not first) + [section]
            yield from [f"{section} of {printable(source)}"] if source else []
            yield from _numbers(identities, counts)


def _shared(parts: Iterable[Part]) -> dict[str, list[Identity]]:
    """The sections that several parts write, each once, with what must add up in it."""
    found: dict[str, list[Identity]] = {}
    for identity in dict.fromkeys(each for part in parts for each in part.ledger.shared):
        found.setdefault(identity.part, []).append(identity)
    return found


def _numbers(identities: Iterable[Identity], counts: Counts) -> Iterator[str]:
    """Identities with their numbers; on the right side, zeros are left out."""
    for identity in identities:
        if (identity.part, identity.whole) in counts:
            yield _line(2, identity.whole, counts[identity.part, identity.whole])
            right = [(line, counts.get((identity.part, line), 0)) for line in identity.parts]
            yield from (_line(4, line, count) for line, count in right if count != 0)


def _by_source(part: Part, accounts: dict[str, Counts], files: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A heading and the identities of each source, then of all together."""
    each = {source: counts for source, counts in accounts.items() if source}
    for source, counts in _by_name(each, files):
        yield _named(source, files)
        yield from _identities(part, partial(_of_one, counts))
        yield from _beside(part, counts)
        yield ""
    yield part.ledger.together
    yield from _identities(part, partial(in_all, accounts))
    yield from _beside(part, together(accounts))


def _beside(part: Part, counts: Counts) -> Iterator[str]:
    """The lines that no identity has."""
    for section in part.ledger.sections:
        beside = [line for line in part.ledger.beside if (section, line) in counts]
        yield from (_line(2, line, counts[section, line]) for line in beside)


def _section(part: Part, accounts: dict[str, Counts], files: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The part's files, then its identities, those of a folder under the folder's name."""
    yield part.name
    line_of_file = (part.name, part.ledger.rows_of_file)
    of_files = {source: counts for source, counts in accounts.items() if line_of_file in counts}
    for source, counts in _by_name(of_files, files):
        yield from (_line(2, _named(source, files), count) for count in counts.values())
    for source, counts in sorted(accounts.items()):
        if source in of_files:
            continue
        if source:
            yield f"{part.name}/{printable(source)}"
        yield from _identities(part, partial(_of_one, counts))
        yield from _beside(part, counts)


def _by_name(sources: Mapping[str, Counts], files: Mapping[str, Sequence[str]]) -> list[tuple[str, Counts]]:
    return sorted(sources.items(), key=lambda item: files.get(item[0], [item[0]])[0])


def _named(source: str, files: Mapping[str, Sequence[str]]) -> str:
    return f"{printable(', '.join(files.get(source, ['?'])))} ({source})"


def _of_one(counts: Counts, _: Identity) -> Counts:
    """The counts of one source are the same for all identities."""
    return counts


def _identities(part: Part, of: Callable[[Identity], Counts]) -> Iterator[str]:
    for identity in part.ledger.identities:
        counts = of(identity)
        if (identity.part, identity.whole) not in counts:
            continue
        lines = [
            line for line in right_side(part.ledger, identity, counts) if (identity.part, line) in counts
        ]
        if lines:
            yield _line(2, identity.whole + identity.by, counts[identity.part, identity.whole])
            yield from (_line(4, line, counts[identity.part, line]) for line in lines)


def _line(indent: int, name: str, count: int | None) -> str:
    return f"{' ' * indent}{name:<{_WIDTH - indent}}{number(count):>10}"
