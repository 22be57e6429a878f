"""What a watched run shows of its results in the Prefect UI, under keys that stay (method 13.12).

*Is anything missing?* and *What was found* are pages in Markdown; the ledger is a table for each part;
figures are images. All of it is made from public tables: no name of a mailbox, of a person or of a folder in
a mailbox is in it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.printable import markdown
from data.schema import TABLES
from data.tables import read_table
from flows.run.answer import QUESTION, Answer, answer
from flows.run.part import Part, Told
from flows.run.watched import run_log
from flows.service.artifacts import show_image, show_link, show_markdown, show_rows, show_table
from flows.service.ledger import BELOW, rows_of_part
from flows.service.markdown import UNKNOWN, counted, missing_in, page, points, table
from tasks.ledger.balances import Balance, balances
from tasks.report.look import what_was_found

if TYPE_CHECKING:
    from tasks.report.results import Story

MISSING: Final = "is-anything-missing"
FOUND: Final = "what-was-found"
REPORT: Final = "report"
"""The keys of the artifacts; besides, ``ledger-<part>`` and ``figure-<its key>``."""

MOST_FIGURES: Final = 20
"""How many figures are shown; all are in the report."""

IN_FULL: Final = "Files and examples are named in the log of this run."
"""What a reader of the warnings should know."""

OF_ONE_CITY: Final = ("deciles-", "scatter-", "map-", "maps-")
"""How the keys of the figures of a single city begin: these are in the report alone."""

MOST_BYTES: Final = 300_000
"""The largest PNG that is put into the database of the server, where no address of the report is known."""


@dataclass(frozen=True)
class Results:
    """What a run has to show.

    Attributes:
        parts: The parts that ran.
        out: Where their tables are.
        told: What the summary says of each.
        whole: Whether these are all parts that have their input.
        folder: The investigation folder, for the commands that show more.
    """

    parts: Sequence[Part]
    out: Path
    told: Sequence[Told]
    whole: bool
    folder: Path

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """The rows of the ledger."""
        return list(read_table(TABLES["public/ledger"], self.out).to_pylist())

    @property
    def answer(self) -> Answer:
        """Whether anything is missing, as far as these parts know."""
        return answer(self.parts, self.out, [each.unknown for each in self.told])

    @property
    def headline(self) -> str:
        """The question with its answer, such as "Is anything missing? No: everything is accounted for"."""
        asked = QUESTION if self.whole else f"{QUESTION} Of {', '.join(part.name for part in self.parts)}:"
        return f"{asked} {self.answer.headline.rstrip(':')}"


def show_results(results: Results, story: Story) -> None:
    """Show whether anything is missing, what was found, the ledger and the figures.

    Args:
        results: What ran.
        story: All public tables, with those that earlier runs left.
    """
    rows = results.ledger
    in_one_line = ": ".join(filter(None, [results.headline, "; ".join(map(str, results.answer.perhaps))]))
    for line in (in_one_line, *_balances(results, rows)):
        run_log().info("%s", line)
    show_markdown(MISSING, missing_page(results, rows, story.warnings), in_one_line)
    show_markdown(FOUND, found_page(story), f"What was found in {story.name}")
    for part in results.parts:
        own = rows_of_part(part, rows)
        if own:
            show_rows(f"ledger-{part.name}", own, f"{in_one_line} (the ledger of {part.name})")
        for name, about in part.shown.items():
            if (public := story.tables.get(name)) is not None:
                show_table(name.removeprefix("public/").replace("_", "-"), public, about)
    url = story.config.report.url
    files = story.provenance.get("outputs", {})
    if url is not None and "report.html" in files:
        show_link(REPORT, f"{str(url).rstrip('/')}/report.html", "The report", f"The report of {story.name}")
    _show_figures(results.out, files, None if url is None else str(url).rstrip("/"))


def missing_page(results: Results, rows: Iterable[Mapping[str, Any]], warnings: Sequence[str]) -> str:
    """Whether anything is missing, in Markdown: the answer, what entered, and the warnings.

    Args:
        results: What ran.
        rows: The rows of the ledger.
        warnings: The warnings of the run, as the report has them.
    """
    found = balances(rows, (part.ledger for part in results.parts))
    entered = [row for each in found for row in _entered(each)]
    perhaps = results.answer.perhaps
    return page(
        f"# {markdown(results.headline)}{':' if perhaps else ''}",
        points(map(str, perhaps)),
        "Everything else is accounted for." if perhaps and UNKNOWN not in results.headline.lower() else "",
        _warnings(results, warnings),
        "## What entered, and what became of it" if entered else "",
        table(("what", "how many"), entered) if entered else "",
    )


def _balances(results: Results, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What entered, in a line each, as the summary of a run shows it."""
    for each in balances(rows, (part.ledger for part in results.parts)):
        missing = missing_in(each.part)
        of = " + ".join(f"{counted(count, missing)} {name}" for name, count in each.parts)
        yield f"{counted(each.count, missing)} {each.name}{' = ' if of else ''}{of}"


def _entered(balance: Balance) -> Iterator[tuple[str, int | str]]:
    """What entered, and below it the numbers that it is the sum of."""
    missing = missing_in(balance.part)
    for name, count in ((balance.name, balance.count), *((f"{BELOW}{name}", n) for name, n in balance.parts)):
        yield name, missing if count is None else count


def _warnings(results: Results, warnings: Sequence[str]) -> str:
    """The warnings, and the commands that show what they are about."""
    if not warnings:
        return "This run has no warning."
    see = [
        markdown(f"{what}: {words} {results.folder}")
        for each in results.told
        for what, words in each.see.items()
    ]
    return page("## Warnings", points(warnings), IN_FULL, *see).rstrip()


def found_page(story: Story) -> str:
    """What was found, in Markdown: sentences, and small tables of the verdicts and the kinds.

    Args:
        story: All public tables, from which small counts are left out.
    """
    return page(
        f"# What was found in {markdown(story.name)}",
        points(what_was_found(story)),
        _verdicts(story, "city_tests_robust", ("city",), "Do richer tracts post more?"),
        _verdicts(story, "crime_tests_robust", ("city", "crime"), "Do richer tracts suffer more crime?"),
        _kinds(story),
    )


def _verdicts(story: Story, stem: str, key: tuple[str, ...], asked: str) -> str:
    """The verdicts of some tests, and why they are no others."""
    given = story.rows(stem)
    rows = [
        (
            *(row[column] for column in key),
            row["verdict"],
            row["n"],
            row["ratio_90_10"],
            _interval(row["ratio_low"], row["ratio_high"]),
        )
        for row in given
    ]
    why = [f"{', '.join(row[column] for column in key)}: {row['why']}" for row in given if row["why"]]
    about = "Ratio: the rate in rich tracts by that in poor ones (90th and 10th percentile of income)."
    shown = table((*key, "verdict", "tracts", "ratio", "95 % interval"), rows)
    return page(f"## {asked}", shown, about, points(why)).rstrip() if rows else ""


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.3g} to {high:.3g}"


def _kinds(story: Story) -> str:
    """The e-mails by kind, of all agencies together; a count that the table withholds is left out."""
    total: dict[str, int] = {}
    for row in story.rows("kinds"):
        total[row["kind"]] = total.get(row["kind"], 0) + (row["emails"] or 0)
    every = sum(total.values())
    rows = [
        (kind, count, 100 * count / every)
        for kind, count in sorted(total.items(), key=lambda item: (-item[1], item[0]))
        if count
    ]
    return f"## Kinds of mail\n\n{table(('kind', 'e-mails', 'percent'), rows)}" if rows else ""


def _show_figures(out: Path, files: Iterable[str], url: str | None) -> None:
    """The figures of the report that show more than a city as images; without an address the small ones."""
    names = sorted(Path(file).stem for file in files if file.startswith("figures/") and file.endswith(".png"))
    for name in [each for each in names if not each.startswith(OF_ONE_CITY)][:MOST_FIGURES]:
        title = name.replace("-", " ")
        if url is not None:
            show_image(f"figure-{name}", f"{url}/figures/{name}.png", title)
        elif inside := _inside(out / f"figures/{name}.png"):
            show_markdown(f"figure-{name}", f"![{title}]({inside})\n", title)


def _inside(file: Path) -> str:
    """A picture as an address that holds it; "" where it is too large, or an earlier run's.

    It is shown on a page: below an image, the UI writes the address, which would be as long as the picture.
    """
    if not file.is_file() or file.stat().st_size > MOST_BYTES:
        return ""
    return f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
