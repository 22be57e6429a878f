"""How a run prints the tests of posts and crimes: a short table, and what explains each verdict below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flows.run.part import Listing

if TYPE_CHECKING:
    from tasks.income.results import Findings

_KEY: Final = {"posts": ("city",), "crimes": ("city", "crime")}

_RATIO: Final = (
    "ratio: the rate in rich tracts by that in poor ones (90th and 10th percentile of income)",
    "could have shown: the smallest ratio that would be found in 4 of 5 cases (method 7.10)",
)


def listings(findings: Findings, counted: str) -> tuple[Listing, ...]:
    """The tests as printed: a row per city, or per type of crime in it, and the details of the verdicts.

    The details have a table of their own, which a narrow terminal folds in one place only.

    Args:
        findings: What the tests say.
        counted: Of what: ``posts`` or ``crimes``, for which r over deciles describes a chart of them.

    Returns:
        The table of the tests, with the threshold below it; that of the details, where there are any.
    """
    from tasks.income.look import details

    key = _KEY[counted]
    tests, robust = findings.tests.to_pylist(), findings.robust.to_pylist()
    verdicts = {_named(row, key): row["verdict"] for row in robust}
    over = {_named(row, key): (_r(row),) for row in tests if row["level"] == "decile"}
    made = [row for row in tests if row["level"] == "tract"]
    described = counted == "crimes"
    rows = [
        (
            *(name := _named(row, key)),
            row["n"],
            row[counted],
            _r(row),
            "" if row["pearson_p"] is None else f"{row['pearson_p']:.2g}",
            *(over[name] if described else ()),
            row["direction"],
            verdicts[name],
        )
        for row in made
    ]
    decile = ("decile r",) if described else ()
    titles = (*key, "tracts", counted, "r", "p", *decile, "finding", "verdict")
    explained = [(*_named(row, key), text) for row in robust if (text := details(row))]
    shown = Listing(titles, rows, below=tuple(map(_threshold, made[:1])))
    if not explained:
        return (shown,)
    return shown, Listing((*key, "details of the verdict"), explained, below=_RATIO)


def _named(row: dict[str, Any], key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[column] for column in key)


def _r(row: dict[str, Any]) -> str:
    """Correlation of a row of the tests; empty where not testable."""
    return "" if row["pearson_r"] is None else f"{row['pearson_r']:+.2f}"


def _threshold(row: dict[str, Any]) -> str:
    """What every p of a family is compared with."""
    tests = row["tests"]
    divided = f": alpha divided by {tests} tests" if tests > 1 else ""
    return f"threshold of p: {row['alpha']:.2g}{divided}"
