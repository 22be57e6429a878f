"""The tables of the findings: whether richer tracts have more posts, or more crimes of a type (method 7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from data.schema import second_looks
from data.schema.model import COUNT, NUMBER, SMALL_COUNT, TEXT, Column, Table, optional

CITY: Final = Column("city", TEXT, "The city, spelled as in census/city_tracts.")
CRIME: Final = Column("crime", TEXT, "The type of crime, as the city's records call it.")
_UNTESTABLE: Final = "missing where not testable."
_NO_MODEL: Final = "missing where not testable, or where the model cannot be made."

OF_POSTS: Final = (
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
            Column("posts", COUNT, "Posts of the year in these tracts."),
            Column("posts_per_1000", NUMBER, "Posts of the year per 1,000 residents."),
        ),
    ),
    Table(
        "public/city_tests",
        ("city", "level"),
        "One row per city and level: do richer tracts, or deciles, post more?",
        (
            CITY,
            Column("level", TEXT, "'tract' or 'decile'."),
            Column("n", COUNT, "Tracts with population and income, or deciles that hold one."),
            Column("posts", COUNT, "Posts of the year in them."),
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
            Column("alpha", NUMBER, "What p is held against: the configured alpha over the cities examined."),
            Column("direction", TEXT, "'positive', 'negative', 'none' or 'not testable', at this level."),
        ),
    ),
    Table(
        "public/city_tests_robust",
        ("city",),
        "One row per city: does the finding at tract level hold under tests with fewer assumptions?",
        (
            CITY,
            Column("n", COUNT, "Tracts with population and income."),
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
                "Moran's I of the residuals of the line, neighbours are tracts that touch; missing where not "
                "testable, where no two tracts touch, or where the line leaves nothing.",
            ),
            optional("moran_p", NUMBER, "Its one-sided permutation p; missing where Moran's I is."),
            optional(
                "effective_n",
                NUMBER,
                "Tracts that would tell as much if they were independent (Dutilleul); missing where not "
                "testable, where a tract has no polygon, or where they are not above 2.",
            ),
            optional(
                "modified_t_p", NUMBER, "Two-sided p of Pearson's r for so many; missing where they are."
            ),
            Column(
                "verdict",
                TEXT,
                "What is known: 'positive, robust', 'negative, robust', 'positive, not robust', "
                "'negative, not robust', 'none', 'no clear relation', 'too few to tell', 'not testable' "
                "or 'not checked for neighbors'.",
            ),
            Column("why", TEXT, "What speaks against a finding that is not robust; else empty."),
        ),
    ),
    *second_looks.of_posts(CITY),
)


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
    return Table(name, ("city", "crime", *table.key[1:]), meaning, (columns[0], CRIME, *columns[1:]))


OF_CRIMES: Final = (
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
            Column("crimes", COUNT, "Crimes of the type and year in these tracts."),
            Column("crimes_per_1000", NUMBER, "Crimes of the type and year per 1,000 residents."),
        ),
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
    *second_looks.of_crimes(CITY, CRIME),
)
