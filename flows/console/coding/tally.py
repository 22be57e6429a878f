"""What `nwatch tally` does: count what came back of the sheets, and print what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.errors import InputError
from data.printable import printable, shortened
from data.question_words import QuestionWords
from data.schema import TABLES
from data.tables import read_table
from flows.console.printing import command, print_table, shown
from flows.console.run import run
from flows.console.verify import REPORT
from flows.run.named_server import honor_profile
from flows.run.watched import server_named

if TYPE_CHECKING:
    from rich.console import Console

    from flows.investigate import RunResult
    from flows.parts.coding import CodingFound
    from tasks.coding.results import Tally

PART: Final = "coding"
ALL: Final = "all"

_MOST: Final = 60
"""Characters of a question that a line shows."""


def tally(folder: Path, *, wait: bool = False) -> None:
    """Run the part coding alone, and print its tables and every line on what is wrong.

    Args:
        folder: The investigation folder.
        wait: Whether to wait until all sheets are back, as a paused run on a server.

    Raises:
        InputError: It is to wait and no server is named, no sample is drawn, a file of ``coding/`` is wrong,
            or as in ``flows.console.run``.
        LedgerError: An alert or a review is not accounted for.
    """
    honor_profile()
    if wait and not server_named():
        raise InputError(
            "--wait: no Prefect server is named on which a person can let the run go on; set "
            "PREFECT_API_URL, or leave out --wait and call nwatch tally again when more sheets are back"
        )
    run(folder, only=[PART], wait_for_sheets=wait, show=_show)


def _show(result: RunResult, seconds: Mapping[str, float], to: Console) -> None:
    found: CodingFound = result.found[PART]
    if found.tally is None:
        for line in found.warnings:
            to.print(f"WARNING: {line}", markup=False)
        return
    for title, titles, rows in _tables(result.out):
        if rows:
            to.print()
            to.print(title, markup=False)
            print_table(titles, rows, to=to)
    to.print()
    for fault in found.tally.faults:
        to.print(f"WARNING: {fault}", style="bold red" if to.is_terminal else "", markup=False)
    # Last, as hundreds of lines may be wrong: what remains on the screen is what to do next.
    for line in lines_of(found.tally, result.out.parent):
        to.print(line, markup=False)
    report = result.out / REPORT
    if report.is_file():
        to.print(f"report: {shown(report)}", markup=False)


def lines_of(tally: Tally, folder: Path) -> Iterator[str]:
    """What became of the alerts and the reviews, and what to do next.

    Args:
        tally: The tally.
        folder: The investigation folder.
    """
    alerts = tally.decided + tally.to_decide + tally.not_reviewed
    yield (
        f"{alerts:,} alerts drawn = {tally.decided:,} decided + {tally.to_decide:,} to decide + "
        f"{tally.not_reviewed:,} not yet reviewed"
    )
    reviews = tally.given + tally.missing + tally.unusable
    yield (
        f"{reviews:,} reviews asked = {tally.given:,} given + {tally.missing:,} missing + "
        f"{tally.unusable:,} not usable"
    )
    if tally.waiting:
        yield (
            f"still to come: {', '.join(tally.waiting)}; put what comes back into "
            f"{shown(folder / 'coding/returned')}/, then: {command('nwatch tally', folder)}"
        )
    if tally.faults:
        lines = "1 line above says" if len(tally.faults) == 1 else f"{len(tally.faults):,} lines above say"
        yield f"{lines} what is wrong with the sheets and how to mend it"
    if tally.to_decide:
        yield (
            f"ties: write 'answer' and 'decided_by' into {shown(folder / 'coding/to_decide.csv')}, then: "
            f"{command('nwatch tally', folder)}"
        )


def _tables(out: Path) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Shares of all alerts, the agreement, and each reader against the others."""
    words = QuestionWords(read_table(TABLES["public/coding_questions"], out).to_pylist())
    counted = {(row["question"], row["answer"]): row for row in _rows("public/coding_tally", out)}
    shares = [row for row in _rows("public/coding_shares", out) if row["by"] == "alerts"]
    for question in dict.fromkeys(row["question"] for row in shares):
        yield (
            f"Shares of all alerts: {_asked(words, question)}",
            ("answer", "key", "alerts", "share", "95 % interval"),
            [
                (
                    _in_a_line(words.answer(question, row["answer"])),
                    row["answer"],
                    counted[question, row["answer"]]["alerts"],
                    *_interval(row),
                )
                for row in shares
                if row["question"] == question and row["share"] is not None
            ],
        )
    yield (
        "Agreement",
        ("question", "alerts", "unanimous", "equal pairs", "alpha", "95 % interval"),
        [
            (
                _asked(words, row["question"]),
                row["alerts"],
                _percent(row["unanimous"]),
                _percent(row["percent_agreement"]),
                _alpha(row["krippendorff_alpha"]),
                _range(_alpha(row["alpha_low"]), _alpha(row["alpha_high"])),
            )
            for row in _rows("public/coding_agreement", out)
            if row["alerts"]
        ],
    )
    titles, rows = _versions(out, words)
    yield "Answers by version of the codebook that the reader had", titles, rows
    yield (
        "Each reader against the others",
        ("reader", "question", "alerts", "equal pairs", "alpha", "alpha of the others"),
        [
            (
                *(row["reader"], _asked(words, row["question"]), row["alerts"]),
                *(_percent(row["percent_agreement"]), _alpha(row["krippendorff_alpha"])),
                _alpha(row["alpha_without"]),
            )
            for row in read_table(TABLES["private/coding_readers"], out).to_pylist()
            if row["alerts"]
        ],
    )


def _versions(out: Path, words: QuestionWords) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """How often each answer was given with each version of the codebook, where there are several."""
    rows = read_table(TABLES["private/coding_reviews"], out).to_pylist()
    known = {row["question"] for row in _rows("public/coding_tally", out)}
    given = Counter(
        (row["question"], row["answer"], row["codebook"]) for row in rows if row["question"] in known
    )
    versions = sorted({row["codebook"] for row in rows})
    if len(versions) <= 1:
        return (), []
    names = (f"version {printable(shortened(name, 20))}" if name else "no version" for name in versions)
    pairs = sorted({(question, answer) for question, answer, _ in given})
    counted = [
        (
            _asked(words, question),
            _in_a_line(words.answer(question, answer)),
            *(given[question, answer, version] for version in versions),
        )
        for question, answer in pairs
    ]
    return ("question", "answer", *names), counted


def _asked(words: QuestionWords, question: str) -> str:
    """A question in its words, with the key that files and tables have."""
    return f"{shortened(_in_a_line(words.question(question)), _MOST)} ({question})"


def _in_a_line(text: str) -> str:
    return printable(" ".join(text.split()))


def _rows(name: str, out: Path) -> list[dict[str, Any]]:
    """Rows over all agencies."""
    return [row for row in read_table(TABLES[name], out).to_pylist() if row["agency"] == ALL]


def _interval(row: Mapping[str, Any]) -> tuple[str, str]:
    return _percent(row["share"]), _range(_percent(row["ci_low"]), _percent(row["ci_high"]))


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"


def _alpha(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _range(low: str, high: str) -> str:
    return f"{low} to {high}" if low and high else ""
