"""The tables of the findings: whether richer tracts have more posts, or more crimes of a type (method 7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from data.schema import effects, second_looks
from data.schema.model import (
    COUNT,
    NUMBER,
    SMALL_COUNT,
    TEXT,
    Column,
    SmallCells,
    Sort,
    Table,
    countable,
    of_tests,
    optional,
)

CITY: Final = Column("city", TEXT, "The city, spelled as in census/city_tracts.")
CRIME: Final = Column("crime", TEXT, "The type of crime, as the city's records call it.")
_UNTESTABLE: Final = "missing where not testable."
_NO_INTERVAL: Final = (
    "missing where the ratio is, or where neighbors are so alike that the tracts tell hardly more than two "
    "would."
)
_ALPHA: Final = Column(
    "alpha", NUMBER, "What p is compared with: the configured alpha over the family of tests."
)
_OF_DECILES: Final = "missing for deciles."
_NO_MODEL: Final = "missing where not testable, or where the model cannot be made."
_BY_LEVEL: Final = (Sort("city"), Sort("level", values=("tract", "decile")))
_BY_VARIANT: Final = (Sort("city"), Sort("variant", values=("published",)))

_OF_POSTS: Final = (
    Table(
        "public/city_deciles",
        ("city", "decile"),
        "One row per city and decile of tract income; deciles without a tract are left out.",
        (
            CITY,
            Column("decile", SMALL_COUNT, "1 is the poorest, 10 the richest."),
            Column(
                "income_low", NUMBER, "Lower cut point, US dollars a year; of the first the lowest income."
            ),
            Column(
                "income_high", NUMBER, "Upper cut point, US dollars a year; of the last the highest income."
            ),
            Column("tracts", COUNT, "Tracts with population and income in it."),
            Column("population", COUNT, "People in these tracts."),
            countable("posts", "Posts of the year in these tracts."),
            countable("posts_per_1000", "Posts of the year per 1,000 residents.", NUMBER),
        ),
        small=SmallCells(("posts",), ("posts_per_1000",)),
    ),
    Table(
        "public/city_tests",
        ("city", "level"),
        "One row per city and level: do richer tracts, or deciles, post more?",
        (
            CITY,
            Column("level", TEXT, "'tract' or 'decile'."),
            Column("n", COUNT, "Tracts with population and income, or deciles that hold one."),
            countable("posts", "Posts of the year in them."),
            optional(
                "pearson_r", NUMBER, f"Pearson's correlation of income and posts per 1,000; {_UNTESTABLE}"
            ),
            optional("pearson_p", NUMBER, f"Its two-sided p; {_UNTESTABLE}"),
            optional(
                "slope", NUMBER, f"Least-squares line: posts per 1,000 for a dollar of income; {_UNTESTABLE}"
            ),
            optional("intercept", NUMBER, f"Least-squares line: posts per 1,000 at no income; {_UNTESTABLE}"),
            optional("r_squared", NUMBER, f"Share of the variance that the line tells; {_UNTESTABLE}"),
            optional("slope_p", NUMBER, f"Two-sided p of the slope; {_UNTESTABLE}"),
            _ALPHA,
            Column("direction", TEXT, "'positive', 'negative', 'none' or 'not testable', at this level."),
            Column(
                "use",
                TEXT,
                "'test' at the level of tracts; 'description' at that of deciles, which confirms nothing.",
            ),
            optional(
                "tests",
                COUNT,
                f"Size of the family of tests, also those that are not testable; {_OF_DECILES}",
            ),
            optional(
                "holm_p",
                NUMBER,
                "pearson_p adjusted for the family by Holm, to be compared with the configured alpha; "
                f"missing where not testable; {_OF_DECILES}",
            ),
            optional(
                "q",
                NUMBER,
                "Share of false findings to be expected among those up to this one (Benjamini and Hochberg); "
                f"missing where not testable; {_OF_DECILES}",
            ),
        ),
        order=_BY_LEVEL,
    ),
    Table(
        "public/city_tests_robust",
        ("city",),
        "One row per city: does the finding at tract level hold under tests with fewer assumptions?",
        (
            CITY,
            Column("n", COUNT, "Tracts that are tested."),
            _ALPHA,
            Column("direction", TEXT, "The finding: the direction of city_tests at tract level."),
            optional(
                "spearman_rho", NUMBER, f"Spearman's rank correlation of income and rate; {_UNTESTABLE}"
            ),
            optional("spearman_p", NUMBER, f"Its two-sided p; {_UNTESTABLE}"),
            optional(
                "rate_ratio",
                NUMBER,
                "Quasi-Poisson model of posts with population as exposure: the factor by which the rate "
                f"changes with 10,000 dollars more of income; {_NO_MODEL}",
            ),
            optional("rate_p", NUMBER, f"Its two-sided p; {_NO_MODEL}"),
            optional(
                "dispersion",
                NUMBER,
                f"Pearson's chi-squared a degree of freedom of that model; {_NO_MODEL}",
            ),
            optional(
                "moran_i",
                NUMBER,
                "Moran's I of the residuals of the line, neighbors are tracts that touch; missing where not "
                "testable, where no two tracts touch, or where the line leaves nothing.",
            ),
            optional(
                "moran_p",
                NUMBER,
                "Its permutation p of the upper tail: small where neighbors are alike; missing where Moran's "
                "I is.",
            ),
            optional(
                "moran_words",
                TEXT,
                "'neighbors are alike', 'neighbors are unlike' or 'no pattern', at 5 % two-sided; missing "
                "where Moran's I is.",
            ),
            optional(
                "effective_n",
                NUMBER,
                "Tracts that would tell as much if they were independent (Dutilleul), at most n; missing "
                "where not testable, or where they are not above 2.",
            ),
            optional(
                "modified_t_p", NUMBER, "Two-sided p of Pearson's r for so many; missing where they are."
            ),
            optional(
                "error_slope",
                NUMBER,
                "Spatial error model with a straight trend: posts per 1,000 for a dollar of income; missing "
                "where it cannot be made, or the effective number cannot be told.",
            ),
            optional(
                "error_lambda",
                NUMBER,
                "How much of a tract's error is the mean of its neighbors', -1 to 1; missing where the slope "
                "is.",
            ),
            optional(
                "error_p",
                NUMBER,
                "Two-sided p of that slope, with its standard error 1.10 to 1.45 times as large and as many "
                "degrees of freedom as the effective number leaves; missing where the slope is.",
            ),
            optional(
                "weighted_r",
                NUMBER,
                f"Correlation in which each tract counts by its population; {_UNTESTABLE}",
            ),
            optional("weighted_p", NUMBER, f"Its two-sided p; {_UNTESTABLE}"),
            optional(
                "weighted_slope",
                NUMBER,
                f"Line weighted by population: posts per 1,000 for a dollar of income; {_UNTESTABLE}",
            ),
            optional(
                "weighted_intercept",
                NUMBER,
                f"Line weighted by population: posts per 1,000 at no income; {_UNTESTABLE}",
            ),
            optional("r_lowest", NUMBER, f"Lowest Pearson's r with one tract left out; {_UNTESTABLE}"),
            optional("r_highest", NUMBER, f"Highest Pearson's r with one tract left out; {_UNTESTABLE}"),
            optional(
                "influential_tracts",
                COUNT,
                f"Tracts without which, each alone, the finding would be another; {_UNTESTABLE}",
            ),
            optional(
                "influential_geoids",
                TEXT,
                "Which they are, the most influential first, at most five by name; empty where there is "
                f"none, {_UNTESTABLE}",
            ),
            optional(
                "ratio_90_10",
                NUMBER,
                "Rate ratio: the rate at the 90th percentile of the tracts' income by that at the 10th, by "
                f"the rate model; {_NO_MODEL}",
            ),
            optional("ratio_low", NUMBER, f"Lower end of its 95 % interval; {_NO_INTERVAL}"),
            optional("ratio_high", NUMBER, f"Upper end of its 95 % interval; {_NO_INTERVAL}"),
            optional(
                "smallest_ratio",
                NUMBER,
                "The smallest ratio above 1 that could have been shown at the threshold with 80 % power (of "
                f"a falling rate 1 by it); {_NO_INTERVAL}",
            ),
            Column(
                "verdict",
                TEXT,
                "What is known: 'positive, robust', 'negative, robust', 'positive, not robust', "
                "'negative, not robust', 'none', 'no clear relation', 'too few to tell', 'not testable' "
                "or 'not checked for neighbors'.",
            ),
            Column(
                "why",
                TEXT,
                "What speaks against a finding, or why nothing can be told, in words; else empty.",
            ),
        ),
    ),
    Table(
        "public/city_variants",
        ("city", "variant"),
        "One row per city and choice of tracts: is the result another without the rules for tracts?",
        (
            CITY,
            Column(
                "variant",
                TEXT,
                "'published' (tracts with at least least_population people), 'every tract with people', or "
                "'at least half inside' (the published ones of which half is in the city).",
            ),
            Column("n", COUNT, "Tracts that are tested."),
            countable("posts", "Posts of the year in them."),
            optional(
                "pearson_r", NUMBER, f"Pearson's correlation of income and posts per 1,000; {_UNTESTABLE}"
            ),
            optional("pearson_p", NUMBER, f"Its two-sided p; {_UNTESTABLE}"),
            _ALPHA,
            Column("direction", TEXT, "'positive', 'negative', 'none' or 'not testable'."),
            optional("ratio_90_10", NUMBER, f"Rate ratio, as in city_tests_robust; {_NO_MODEL}"),
            Column("verdict", TEXT, "What is known, as in city_tests_robust."),
            Column("why", TEXT, "What speaks against it, or why nothing can be told; else empty."),
        ),
        order=_BY_VARIANT,
    ),
    effects.OF_POSTS,
    *second_looks.of_posts(CITY),
)
OF_POSTS: Final = tuple(table if table.small else of_tests(table) for table in _OF_POSTS)


def _tests_of_crimes(name: str, of_posts: str, meaning: str) -> Table:
    """A table of tests per city and type of crime, otherwise with the columns of the posts' table."""
    table = next(table for table in OF_POSTS if table.name == of_posts)
    columns = [
        replace(
            column,
            name="crimes" if column.name == "posts" else column.name,
            meaning=column.meaning.replace("city_tests", "crime_tests")
            .replace("Posts of the year", "Crimes of the year")
            .replace("posts", "crimes"),
        )
        for column in table.columns
    ]
    return Table(
        name,
        ("city", "crime", *table.key[1:]),
        meaning,
        (columns[0], CRIME, *columns[1:]),
        order=(Sort("city"), Sort("crime"), *table.order[1:]) if table.order else (),
    )


_OF_CRIMES: Final = (
    Table(
        "public/crime_deciles",
        ("city", "crime", "decile"),
        "One row per city, type of crime and decile of tract income; deciles without a tract are left out.",
        (
            CITY,
            CRIME,
            Column("decile", SMALL_COUNT, "1 is the poorest, 10 the richest."),
            Column("tracts", COUNT, "Tracts with population and income in it."),
            Column("population", COUNT, "People in these tracts."),
            countable("crimes", "Crimes of the type and year in these tracts."),
            countable("crimes_per_1000", "Crimes of the type and year per 1,000 residents.", NUMBER),
        ),
        small=SmallCells(("crimes",), ("crimes_per_1000",)),
    ),
    _tests_of_crimes(
        "public/crime_tests",
        "public/city_tests",
        "One row per city, type of crime and level: do richer tracts, or deciles, have more crime?",
    ),
    _tests_of_crimes(
        "public/crime_tests_robust",
        "public/city_tests_robust",
        "One row per city and type of crime: does the finding at tract level hold under tests with fewer "
        "assumptions?",
    ),
    _tests_of_crimes(
        "public/crime_variants",
        "public/city_variants",
        "One row per city, type of crime and choice of tracts: is the result another without the rules for "
        "tracts?",
    ),
    effects.OF_CRIMES,
    *second_looks.of_crimes(CITY, CRIME),
)
OF_CRIMES: Final = tuple(table if table.small else of_tests(table) for table in _OF_CRIMES)
