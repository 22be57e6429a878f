"""How output looks on the command line: tables, numbers and paths, without control characters."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from data.printable import printable, printable_lines, quoted

if TYPE_CHECKING:
    from flows.run.part import Listing

LOG_WIDTH: Final = 1000
"""Columns of a log or a pipe, which have no width of their own: wide enough that no line is folded."""


_NUMBER: Final = re.compile(r"[+-]?[\d.,]+(e[+-]?\d+)?%?|unknown|")


class SafeConsole(Console):
    """A console that shows no control character of what it is given, as a name of a file may hold one."""

    def print(self, *objects: Any, **how: Any) -> None:
        """See :meth:`rich.console.Console.print`; of a text only its line feeds act."""
        super().print(*map(_safe, objects), **how)

    def out(self, *objects: Any, **how: Any) -> None:
        """See :meth:`rich.console.Console.out`; likewise."""
        super().out(*map(_safe, objects), **how)


def _safe(shown: Any) -> Any:
    return printable_lines(shown) if isinstance(shown, str) else shown


def console(*, error: bool = False) -> Console:
    """A console that colours a terminal and leaves a log plain."""
    stream = sys.stderr if error else sys.stdout
    return SafeConsole(
        stderr=error,
        width=None if stream.isatty() else LOG_WIDTH,
        highlight=False,
        soft_wrap=not stream.isatty(),
    )


def number(value: int | None) -> str:
    """A count with thousands separators; what was not counted is `unknown`, never 0.

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
        for at, name in enumerate(titles):
            whole = all(_NUMBER.fullmatch(row[at]) for row in cells)
            table.add_column(name, justify="right" if numeric[at] else "left", overflow="fold", no_wrap=whole)
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


def print_listing(listing: Listing, to: Console) -> None:
    """Print a table of a part, and the lines below it."""
    print_table(listing.titles, listing.rows, to=to)
    for line in listing.below:
        to.print(line, markup=False)


def _cell(value: Any) -> str:
    return number(value) if value is None or isinstance(value, int) else printable(str(value))


def shown(path: Path) -> str:
    """A path as a person would type it: relative if it is below the current folder, else absolute.

    Example:
        >>> shown(Path.cwd() / "demo/out"), shown(Path("/data/demo"))
        ('demo/out', '/data/demo')
    """
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def command(words: str, folder: Path) -> str:
    """A command for an investigation folder, quoted so that it can be pasted into a shell.

    Example:
        >>> command("nwatch ledger", Path("/data/a case"))
        "nwatch ledger '/data/a case'"
    """
    return f"{words} {quoted(shown(folder))}"
