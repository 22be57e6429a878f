"""The tables of the effects: how large the relation is in each city, and over all (method 7.14, 7.16).

A report draws a forest plot from them: the rows are in its order, ratios and intervals in its units.
"""

from __future__ import annotations

from typing import Final

from data.schema.model import (
    COUNT,
    NUMBER,
    SHARE,
    SMALL_COUNT,
    TEXT,
    Column,
    Sort,
    Table,
    countable,
    optional,
)
from data.schema.shown import DIGITS

_ONLY_SUMMARY: Final = "missing in the rows of cities, and where there is no summary."
_NO_INTERVAL: Final = "missing where `why` says why."


def _columns(counted: str) -> tuple[Column, ...]:
    """The columns after the key of cities; ``counted`` is what is counted, and the name of a column."""
    return (
        Column("scope", TEXT, "'city', or 'all cities' for the summary."),
        Column("city", TEXT, "The city, spelled as in census/city_tracts; 'all cities' in the summary."),
        Column("n", COUNT, "Tracts tested; in the summary those of the cities in it."),
        countable(counted, f"{counted.capitalize()} of the year in them."),
        optional("cities", SMALL_COUNT, "Cities in the summary; missing in the rows of cities."),
        optional(
            "ratio_10000",
            NUMBER,
            f"Factor by which {counted} per resident change with 10,000 dollars more of tract income (rate "
            f"model); above 1 richer tracts have more; {_NO_INTERVAL}",
        ),
        optional(
            "ratio_10000_low",
            NUMBER,
            f"Lower end of its 95 % interval, neighbors allowed for; {_NO_INTERVAL}",
        ),
        optional("ratio_10000_high", NUMBER, f"Upper end; {_NO_INTERVAL}"),
        optional("log_ratio", NUMBER, f"Natural logarithm of ratio_10000; {_NO_INTERVAL}"),
        optional("error", NUMBER, f"Standard error of log_ratio, neighbors allowed for; {_NO_INTERVAL}"),
        optional("df", NUMBER, f"Degrees of freedom of Student's t of the interval; {_NO_INTERVAL}"),
        optional("weight", SHARE, "The city's share in the summary, 0 to 1; missing where it is not in one."),
        optional(
            "income_10",
            NUMBER,
            "10th percentile of the tracts' incomes, US dollars a year; missing in the "
            "summary, and where no tract is tested.",
        ),
        optional("income_90", NUMBER, "90th percentile; missing where the 10th is."),
        optional(
            "ratio_90_10",
            NUMBER,
            "Factor between tracts at the 90th and at the 10th percentile of the city's income; missing in "
            "the summary, where ratio_10000 is, and where both incomes are the same.",
        ),
        optional(
            "ratio_90_10_low",
            NUMBER,
            "Lower end of its 95 % interval; missing where that of ratio_10000 is, or ratio_90_10.",
        ),
        optional("ratio_90_10_high", NUMBER, "Upper end; missing where the lower is."),
        optional(
            "predicted_low",
            NUMBER,
            "Summary: lower end of the interval that holds the ratio_10000 of one more such city in 95 of "
            "100 cases; missing for fewer than three cities, and in the rows of cities.",
        ),
        optional("predicted_high", NUMBER, "Upper end; missing where the lower is."),
        optional(
            "tau2",
            NUMBER,
            f"Summary: variance of the cities' true log_ratio (Paule and Mandel); {_ONLY_SUMMARY}",
        ),
        optional("tau2_low", NUMBER, f"Lower end of its 95 % interval (Q profile); {_ONLY_SUMMARY}"),
        optional("tau2_high", NUMBER, f"Upper end; {_ONLY_SUMMARY}"),
        optional(
            "i2",
            SHARE,
            f"Summary: share of the variance between estimates that is not chance; {_ONLY_SUMMARY}",
        ),
        Column(
            "q",
            NUMBER,
            f"Summary: Cochran's Q, whether all cities have one effect; {_ONLY_SUMMARY}",
            nullable=True,
            digits=DIGITS,
        ),
        optional("q_p", NUMBER, f"Its p, chi-squared; {_ONLY_SUMMARY}"),
        Column("why", TEXT, "Why numbers are missing; else empty."),
    )


_POSITION: Final = Column(
    "position",
    SMALL_COUNT,
    "Row of the forest plot, from 1: the largest ratio first, cities without an interval after them, the "
    "summary last.",
)

OF_POSTS: Final = Table(
    "public/city_effects",
    ("position",),
    "One row per city: how much more do richer tracts post? The row 'all cities' is the summary over them.",
    (_POSITION, *_columns("posts")),
    order=(Sort("scope"), Sort("position")),  # "all cities" above "city"
)
OF_CRIMES: Final = Table(
    "public/crime_effects",
    ("crime", "position"),
    "One row per type of crime and city: how much more of it do richer tracts have? A type that "
    "two cities or more have has a row 'all cities', the summary over them.",
    (
        Column("crime", TEXT, "The type of crime, as the cities' records call it."),
        _POSITION,
        *_columns("crimes"),
    ),
    order=(Sort("crime"), Sort("scope"), Sort("position")),
)
