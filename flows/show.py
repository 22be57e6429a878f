"""How things look at the command line: tables, the summary of a run, the warning that nobody can miss."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.ledger.results import lines as ledger

if TYPE_CHECKING:
    import pyarrow as pa

    from flows.investigate import RunResult
    from flows.points import PointsResult
    from flows.selection import SelectionResult

LOG_WIDTH: Final = 1000
"""Columns of a log or a pipe, which have no width of their own: wide enough that nothing is folded."""


def console(*, error: bool = False) -> Console:
    """A console that colours a terminal and leaves a log plain."""
    stream = sys.stderr if error else sys.stdout
    return Console(
        stderr=error,
        width=None if stream.isatty() else LOG_WIDTH,
        highlight=False,
        soft_wrap=not stream.isatty(),
    )


def number(value: int | None) -> str:
    """A count with its thousands parted; what was not counted is `unknown`, never 0.

    Example:
        >>> number(202552), number(None)
        ('202,552', 'unknown')
    """
    return "unknown" if value is None else f"{value:,}"


def print_table(titles: Sequence[str], rows: Iterable[Sequence[Any]], *, to: Console) -> None:
    """Print rows in columns, numbers to the right; a terminal's lines are folded, a log's are not.

    Args:
        titles: The columns' names.
        rows: The values; None is an unknown number.
        to: The console.
    """
    rows = [list(row) for row in rows]
    numeric = [any(isinstance(row[at], int) for row in rows) for at in range(len(titles))]
    cells = [[_cell(value) for value in row] for row in rows]
    if to.is_terminal:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for name, right in zip(titles, numeric, strict=True):
            table.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=right)
        for row in cells:
            table.add_row(*map(Text, row))
        to.print(table)
        return
    lines = [list(titles), *cells]
    widths = [max(cell_len(line[at]) for line in lines) for at in range(len(titles))]
    for line in lines:
        padded = [
            " " * (width - cell_len(cell)) + cell if right else cell + " " * (width - cell_len(cell))
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ]
        to.out("  ".join(padded).rstrip(), highlight=False)


def _cell(value: Any) -> str:
    return number(value) if value is None or isinstance(value, int) else printable(str(value))


def printable(text: str) -> str:
    r"""Text from a mailbox or a disk, such that it cannot steer the terminal it is printed on.

    Example:
        >>> printable("in\x1bbox")
        'in�box'
    """
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def summary(result: RunResult, seconds: Mapping[str, float], to: Console) -> None:
    """Print what a run found, how long it took and where the tables lie; warnings last."""
    facts: dict[str, int | None] = {}
    if result.alerts is not None:
        to.print()
        print_table(("agency", "kind", "emails"), _kinds(result.alerts.kinds), to=to)
        facts |= {
            "mailboxes": len(result.alerts.sources),
            "messages read": result.alerts.messages,
            "unique alerts": result.alerts.unique_alerts,
            "recipients": result.alerts.recipients,
            "in quarantine": result.alerts.quarantine,
        }
    if result.posts is not None:
        to.print()
        print_table(("city", "tracts", "posts", "r", "p", "finding", "verdict"), _cities(result.posts), to=to)
        facts |= {
            "posts": result.posts.closed.total(ledger.POSTS),
            "in tracts": result.posts.closed.total(ledger.IN_TRACTS),
            "on borders": result.posts.closed.total(ledger.ON_BORDERS),
        }
    if result.crime is not None:
        to.print()
        titles = ("city", "crime", "tracts", "crimes", "r", "p", "finding", "over deciles", "verdict")
        print_table(titles, _crimes(result.crime), to=to)
        facts |= {
            "crimes": result.crime.closed.total(ledger.CRIMES),
            "crimes counted": result.crime.closed.total(ledger.COUNTED),
        }
    if result.selection is not None:
        if result.selection.chosen is not None:
            to.print()
            print_table(
                ("rank", "city chosen", "gentrified", "of its tracts"), _chosen(result.selection), to=to
            )
        facts |= _gentrified(result.selection)
    if result.requests is not None:
        to.print()
        print_requests(result.requests.table, to)
    to.print()
    for name, value in facts.items():
        to.print(f"{name:<16}{number(value):>12}")
    to.print()
    to.print("seconds         " + ", ".join(f"{name} {taken:.1f}" for name, taken in seconds.items()))
    for note in result.notes:
        to.print(f"note            {note}", markup=False)
    to.print(f"tables          {result.out}", markup=False)
    warnings(result, to)


def _cities(found: PointsResult) -> list[tuple[Any, ...]]:
    """A row a city: what the tests say at the level of tracts, and whether it stands."""
    verdicts = {row["city"]: row["verdict"] for row in found.findings.robust.to_pylist()}
    return [
        (
            row["city"], row["n"], row["posts"], *_r_and_p(row), row["direction"], verdicts[row["city"]],
        )
        for row in found.findings.tests.to_pylist()
        if row["level"] == "tract"
    ]  # fmt: skip


def _crimes(found: PointsResult) -> list[tuple[Any, ...]]:
    """A row a city and type of crime; what the deciles say beside it, for the two may differ."""
    verdicts = {(row["city"], row["crime"]): row["verdict"] for row in found.findings.robust.to_pylist()}
    rows = found.findings.tests.to_pylist()
    over = {(row["city"], row["crime"]): row["direction"] for row in rows if row["level"] == "decile"}
    return [
        (
            row["city"], row["crime"], row["n"], row["crimes"], *_r_and_p(row),
            row["direction"], over[row["city"], row["crime"]], verdicts[row["city"], row["crime"]],
        )
        for row in rows
        if row["level"] == "tract"
    ]  # fmt: skip


def _r_and_p(row: Mapping[str, Any]) -> tuple[str, str]:
    """Correlation and p; empty where not testable."""
    if row["pearson_r"] is None:
        return "", ""
    return f"{row['pearson_r']:+.2f}", f"{row['pearson_p']:.2g}"


def _chosen(found: SelectionResult) -> list[tuple[Any, ...]]:
    """A row a city that was chosen."""
    cities = {row["city"]: row for row in found.cities.to_pylist()}
    rows = found.chosen.to_pylist() if found.chosen is not None else []
    return [
        (row["rank"], row["city"], cities[row["city"]]["gentrified"], f"{row['gentrified_share']:.1%}")
        for row in rows
        if row["selected"]
    ]


def _gentrified(found: SelectionResult) -> dict[str, int | None]:
    rows = found.cities.to_pylist()
    facts = {name: sum(row[name] for row in rows) for name in ("tracts", "eligible", "gentrified")}
    return {
        "tracts of cities": facts["tracts"],
        "eligible": facts["eligible"],
        "gentrified": facts["gentrified"],
    }


def print_requests(requests: pa.Table, to: Console) -> None:
    """Print whom we asked, and what came."""
    from tasks.requests.results import summary_of

    rows = requests.to_pylist()
    titles = ("agency", "sent", "status", "received", "records", "mailboxes", "bytes")
    print_table(titles, [["" if row[name] is None else row[name] for name in titles] for row in rows], to=to)
    found = summary_of(requests)
    to.print(
        f"{number(found.asked)} asked, {number(found.answered)} answered, "
        f"{number(found.mailboxes)} mailboxes came"
    )


def _kinds(kinds: pa.Table) -> list[tuple[str, str, int]]:
    rows = sorted(kinds.to_pylist(), key=lambda row: (row["agency"], -row["emails"], row["kind"]))
    return [(row["agency"], row["kind"], row["emails"]) for row in rows]


def warnings(result: RunResult, to: Console) -> None:
    """Print, as the last lines of a run, what it could not read and what it cannot know."""
    if not result.warnings:
        return
    to.print()
    for line in result.warnings:
        to.print(f"WARNING: {line}", style="bold red" if to.is_terminal else "", markup=False)
    if result.alerts is not None and result.alerts.quarantine:
        to.print(f"See what and why: nwatch quarantine {result.out.parent}", markup=False)
