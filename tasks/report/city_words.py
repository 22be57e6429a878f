"""What was found in a city, in sentences and in a table of its tests (methods 7.5 to 7.17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tasks.report.sentences.verdicts import WORDS
from tasks.report.sentences.words import ratio

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]

NOT_TESTABLE: Final = "not testable"
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

TELL_NOTHING: Final = frozenset({NOT_TESTABLE, "too few to tell"})
"""Verdicts beside which numbers would only look like a finding."""


def sentences(what: str, test: Row, robust: Row) -> Iterator[str]:
    """The verdict with its reasons, the test, the ratio with its interval, and what could have been shown.

    Args:
        what: What is counted, in words: "posts".
        test: Of ``public/city_tests`` or ``public/crime_tests``, at the level of tracts.
        robust: Of ``public/city_tests_robust`` or ``public/crime_tests_robust``.
    """
    yield verdict(robust, what)
    if robust["verdict"] in TELL_NOTHING:
        return
    count = test["posts"] if "posts" in test else test["crimes"]
    counted = "a number that is not published" if count is None else f"{count:,}"
    yield f"The test is over {test['n']:,} tracts; {what} in them: {counted}."
    if test["pearson_p"] is not None:
        side = "below" if test["pearson_p"] < test["alpha"] else "not below"
        yield (
            f"Pearson's r of income and {what} per 1,000 people is {_signed(test['pearson_r'])}, with "
            f"p = {p_value(test['pearson_p'])}: {side} the threshold of {test['alpha']:.3g}{_family(test)}."
        )
    yield from _size(what, robust)


def verdict(robust: Row, things: str = "posts") -> str:
    """The verdict and what it says, with what speaks against it.

    Example:
        >>> verdict({"verdict": "none", "why": ""})
        'Verdict: none. A relation of any size that matters is excluded.'
        >>> verdict({"verdict": "not testable", "why": "fewer than 10 tracts to test"})
        'Verdict: not testable (fewer than 10 tracts to test).'
    """
    why = f" ({robust['why']})" if robust["why"] else ""
    words = "" if robust["verdict"] in TELL_NOTHING else WORDS.get(robust["verdict"], "")
    says = words.format(things=things)
    same = not words or set(robust["verdict"].split()) <= set(says.split())
    return f"Verdict: {robust['verdict']}{why}." + ("" if same else f" {says[:1].upper()}{says[1:]}.")


def p_value(p: float) -> str:
    r"""A p as people write it.

    Example:
        >>> p_value(0.0412), p_value(6.9e-16)
        ('0.041', '7\xa0×\xa010⁻¹⁶')
    """
    if p >= 0.001 or p == 0:
        return f"{p:.2g}"
    digit, exponent = f"{p:.0e}".split("e-")
    return f"{digit}\xa0×\xa010⁻{str(int(exponent)).translate(_RAISED)}"


def _signed(value: float) -> str:
    """A number with two decimals and a minus sign."""
    return f"{value:,.2f}".replace("-", "−")


def _family(test: Row) -> str:
    if test["tests"] is None:
        return ""
    return f" ({test['alpha'] * test['tests']:.3g} divided by {test['tests']:,})"


def _size(what: str, robust: Row) -> Iterator[str]:
    """How large the relation is, and how large one could have been seen (method 7.10)."""
    if robust["ratio_90_10"] is None:
        return
    interval = (
        "it has no interval, since neighbors are too much alike"
        if robust["ratio_low"] is None
        else f"95 % interval {robust['ratio_low']:.2f} to {robust['ratio_high']:.2f}"
    )
    yield (
        f"Tracts at the 90th percentile of income have {robust['ratio_90_10']:.2f} times as many {what} per "
        f"1,000 people as tracts at the 10th ({interval})."
    )
    smallest = robust["smallest_ratio"]
    if smallest is not None and smallest < 1e6:
        yield (
            "What these tracts could have shown, with a probability of 80 %, is a ratio of "
            f"{ratio(smallest)} or more, or of {ratio(1 / smallest)} or less."
        )


def summary(robust: Row) -> str:
    """The verdict and the ratio in a line.

    Example:
        >>> summary({"verdict": "none", "ratio_90_10": 1.05, "ratio_low": 0.9, "ratio_high": 1.2})
        'none; rich tracts have 1.05 times as many as poor ones (0.90 to 1.20)'
    """
    if robust["ratio_90_10"] is None or robust["ratio_low"] is None:
        return str(robust["verdict"])
    interval = f"{robust['ratio_low']:.2f} to {robust['ratio_high']:.2f}"
    times = f"{robust['ratio_90_10']:.2f} times as many"
    return f"{robust['verdict']}; rich tracts have {times} as poor ones ({interval})"


def table_of_tests(test: Row, robust: Row) -> pa.Table:
    """The tests of a city as a table that people read.

    Args:
        test: As in :func:`sentences`.
        robust: As there.
    """
    import pyarrow as pa

    alpha = test["alpha"]
    tests = test["tests"]
    undivided = None if tests is None else alpha * tests
    rows = [
        ("Pearson's r", "7.5", test["pearson_r"], test["pearson_p"], alpha),
        ("Spearman's rho", "7.9", robust["spearman_rho"], robust["spearman_p"], undivided),
        ("rate model: ratio for $10,000", "7.10", robust["rate_ratio"], robust["rate_p"], undivided),
        (
            "modified t test: effective tracts",
            "7.12",
            robust["effective_n"],
            robust["modified_t_p"],
            undivided,
        ),
        ("spatial error model: per $10,000", "7.17", _times(robust["error_slope"]), robust["error_p"], alpha),
        ("Moran's I of the residuals", "7.11", robust["moran_i"], robust["moran_p"], None),
        ("r weighted by people", "7.8", robust["weighted_r"], robust["weighted_p"], None),
    ]
    names = ("test", "rule of the method", "value", "p", "threshold")
    columns = zip(*rows, strict=True)
    table = dict(zip(names, map(list, columns), strict=True))
    # Numbers and not words: the CSV is for computing.
    table["value"] = [None if each is None else round(each, 2) for each in table["value"]]
    table["p"] = [None if each is None else float(f"{each:.3g}") for each in table["p"]]
    table["threshold"] = [None if each is None else f"{each:.3g}" for each in table["threshold"]]
    kinds = (pa.string(), pa.string(), pa.float64(), pa.float64(), pa.string())
    return pa.table({name: pa.array(table[name], kind) for name, kind in zip(names, kinds, strict=True)})


def _times(slope: float | None) -> float | None:
    return None if slope is None else slope * 10_000
