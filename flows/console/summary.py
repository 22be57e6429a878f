"""The end of a run: what it found, whether anything is missing, and the warnings, which come last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from data.full_tables import read_full
from data.printable import printable
from data.schema import TABLES
from flows import parts as registry
from flows.console.printing import command, number, print_listing, shown
from flows.console.verify import REPORT
from flows.run.answer import QUESTION, answer
from tasks.ledger.balances import balances

if TYPE_CHECKING:
    from rich.console import Console

    from flows.investigate import RunResult
    from flows.run.part import Told

LONGEST: Final = 3
"""How many stages the summary names: those that took longest."""


def summary(result: RunResult, seconds: Mapping[str, float], to: Console) -> None:
    """Print what a run found, whether anything is missing, where tables and report are; the warnings last.

    Args:
        result: What the run found; its tables are published.
        seconds: What each stage took.
        to: The console.
    """
    told = [part.tell(result.found[part.name]) for part in registry.load(result.found)]
    facts: dict[str, int | None] = {}
    for each in told:
        for listing in each.listings:
            to.print()
            print_listing(listing, to)
        facts |= each.facts
    to.print()
    for name, value in facts.items():
        to.print(f"{name:<18}{number(value):>10}", markup=False)
    to.print()
    print_balances(result, told, to)
    to.print(f"{'seconds':<18}{_seconds(seconds)}")
    for note in result.notes:
        to.print(f"{'note':<18}{printable(note)}", markup=False)
    to.print(f"{'tables':<18}{shown(result.out)}", markup=False)
    report = result.out / REPORT
    if report.is_file():
        hint = command("nwatch open", result.out.parent)
        to.print(f"{'report':<18}{shown(report)} (open it: {hint})", markup=False)
    warnings(result, told, to)


def print_balances(result: RunResult, told: list[Told], to: Console) -> None:
    """Print whether anything is missing: what entered, and what became of it, in numbers that add up."""
    rows = read_full(TABLES["public/ledger"], result.out).to_pylist()
    found = list(balances(rows, (part.ledger for part in registry.load(result.found))))
    if not found:
        return
    to.print(QUESTION, style="bold" if to.is_terminal else "")
    width = max(len(number(each.count)) for each in found)
    for each in found:
        of = " + ".join(f"{number(count)} {name}" for name, count in each.parts)
        to.print(f"  {number(each.count):>{width}} {each.name}{' = ' if of else ''}{of}", markup=False)
    known = answer(registry.load(result.found), result.out, [each.unknown for each in told])
    for line in known.lines(f"line by line: {command('nwatch ledger', result.out.parent)}"):
        to.print(line, markup=False)
    to.print()


def _seconds(seconds: Mapping[str, float]) -> str:
    """The total, and what took longest."""
    longest = sorted(seconds, key=lambda name: -seconds[name])[:LONGEST]
    named = ", ".join(f"{name} {seconds[name]:.1f}" for name in longest)
    return f"{sum(seconds.values()):.1f} ({named})"


def warnings(result: RunResult, told: list[Told], to: Console) -> None:
    """Print, as the last lines of a run, what it could not read and what it cannot know."""
    if not result.warnings:
        return
    to.print()
    for line in result.warnings:
        to.print(f"WARNING: {printable(line)}", style="bold red" if to.is_terminal else "", markup=False)
    for each in told:
        for what, words in each.see.items():
            to.print(f"{what}: {command(words, result.out.parent)}", markup=False)
