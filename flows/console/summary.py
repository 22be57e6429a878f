"""What a run ends with: what it found, whether anything is missing, and the warnings that nobody can miss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

from data.schema import TABLES
from data.tables import read_table
from flows.console.ledger_text import balances
from flows.console.printing import command, number, print_table, shown
from tasks.ledger import identities as ledger

if TYPE_CHECKING:
    import pyarrow as pa

    from flows.investigate import RunResult
    from flows.parts.mail import AlertsResult
    from flows.parts.points import PointsResult
    from flows.parts.selection import SelectionResult

LONGEST: Final = 3
"""How many stages the summary names, of those that took longest."""


def summary(result: RunResult, seconds: Mapping[str, float], to: Console) -> None:
    """Print what a run found, whether anything is missing, and where the tables lie; warnings last.

    Args:
        result: What the run found; its tables are published.
        seconds: What each stage took.
        to: The console.
    """
    facts: dict[str, int | None] = {}
    if result.alerts is not None:
        to.print()
        print_table(("agency", "kind", "emails"), _kinds(result.alerts.kinds), to=to)
        facts |= _of_mail(result.alerts)
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
        to.print(f"{name:<18}{number(value):>10}")
    to.print()
    print_balances(result, to)
    to.print(f"{'seconds':<18}{_seconds(seconds)}")
    for note in result.notes:
        to.print(f"{'note':<18}{note}", markup=False)
    to.print(f"{'tables':<18}{shown(result.out)}", markup=False)
    warnings(result, to)


def print_balances(result: RunResult, to: Console) -> None:
    """Print whether anything is missing: what entered, and what became of it, in numbers that add up."""
    done = {"mail": result.alerts, "posts": result.posts, "crime": result.crime}
    parts = [part for part, found in done.items() if found is not None]
    rows = read_table(TABLES["public/ledger"], result.out).to_pylist()
    found = list(balances(rows, parts))
    if not found:
        return
    to.print("Is anything missing?", style="bold" if to.is_terminal else "")
    width = max(len(number(each.count)) for each in found)
    for each in found:
        of = " + ".join(f"{number(count)} {name}" for name, count in each.parts)
        to.print(f"  {number(each.count):>{width}} {each.name}{' = ' if of else ''}{of}", markup=False)
    sources = result.alerts.sources if result.alerts is not None else ()
    unknown = sum(source.messages_listed is None for source in sources)
    answer = "No: every one is accounted for"
    if unknown:
        boxes = f"{number(unknown)} of {number(len(sources))} mailboxes"
        answer = f"That is not known of {boxes} (see the warnings); all else is accounted for"
    to.print(f"{answer}; line by line: {command('nwatch ledger', result.out.parent)}", markup=False)
    to.print()


def _of_mail(found: AlertsResult) -> dict[str, int | None]:
    twice = sum(len(source.files) - 1 for source in found.sources)
    return {
        "mailboxes": len(found.sources),
        **({"files given twice": twice} if twice else {}),
        "messages read": found.messages,
        "unique alerts": found.unique_alerts,
        "recipients": found.recipients,
        "in quarantine": found.quarantine,
    }


def _seconds(seconds: Mapping[str, float]) -> str:
    """All together, and what took longest of it."""
    longest = sorted(seconds, key=lambda name: -seconds[name])[:LONGEST]
    named = ", ".join(f"{name} {seconds[name]:.1f}" for name in longest)
    return f"{sum(seconds.values()):.1f} ({named})"


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
        see = command("nwatch quarantine", result.out.parent)
        to.print(f"See what and why: {see}", markup=False)
