"""The tables beside the findings: incomes that are only so exact, and other models (method 7.19, 7.21)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from data.schema.model import COUNT, NUMBER, SHARE, TEXT, Column, Table, optional

_NO_DRAWS: Final = "missing where nothing is drawn."
_NO_MODEL: Final = "missing where the model cannot be made."

_ERROR_COLUMNS: Final = (
    Column(
        "draws", COUNT, "How often incomes were drawn within their margins of error; 0 where they were not."
    ),
    Column("n", COUNT, "Tracts that are tested."),
    Column("tracts_with_margin", COUNT, "Those with a margin of error above 0, which are drawn."),
    Column(
        "top_coded",
        COUNT,
        "Those whose income is only known to be above 250,000 dollars. They stay; the rank test asks for "
        "order alone and is the one that they do not hurt.",
    ),
    Column("bottom_coded", COUNT, "Those whose income is only known to be below 2,500 dollars. They stay."),
    optional(
        "relative_margin",
        NUMBER,
        "Median of margin by income, 90 % margins; missing where no tract has one.",
    ),
    optional(
        "reliability",
        SHARE,
        f"Share of the variance of the published incomes that is not sampling error; {_NO_DRAWS}",
    ),
    optional("pearson_r", NUMBER, f"Pearson's r with the published incomes; {_NO_DRAWS}"),
    optional(
        "r_low",
        NUMBER,
        f"2.5th percentile of r over the draws, which are nearer to 0 than the truth; {_NO_DRAWS}",
    ),
    optional("r_high", NUMBER, f"97.5th percentile, likewise; {_NO_DRAWS}"),
    optional("same_direction", SHARE, f"Share of draws with the same plain finding; {_NO_DRAWS}"),
    optional("same_verdict", SHARE, f"Share of draws with the same verdict; {_NO_DRAWS}"),
    optional("same_decile", SHARE, f"Share of tracts that stay in their decile, mean of draws; {_NO_DRAWS}"),
    Column("words", TEXT, "The same in words, or why nothing is drawn."),
)
_MODEL_COLUMNS: Final = (
    Column("model", TEXT, "'spatial error', 'spatial lag', 'quasi-Poisson' or 'negative binomial'."),
    Column("n", COUNT, "Tracts that are tested."),
    optional("zero_share", SHARE, "Share of these without any posts; missing where there is none."),
    optional(
        "estimate",
        NUMBER,
        "For 10,000 dollars more income, the change of posts per 1,000 (spatial models), or of the "
        f"logarithm of the rate (the others); {_NO_MODEL}",
    ),
    optional("se", NUMBER, f"Its standard error; {_NO_MODEL}"),
    optional("p", NUMBER, f"Its two-sided p; {_NO_MODEL}"),
    optional(
        "rate_ratio",
        NUMBER,
        f"The factor by which the rate changes; missing for spatial models, {_NO_MODEL}",
    ),
    optional(
        "spatial",
        NUMBER,
        "lambda of the error model, rho of the lag model: how far neighbors go together, -1 to 1; "
        f"missing for the others, {_NO_MODEL}",
    ),
    optional(
        "total",
        NUMBER,
        "The change of posts per 1,000 once it has spread to neighbors and back, mean of the tracts; "
        f"missing for models that are not spatial, {_NO_MODEL}",
    ),
    optional(
        "dispersion",
        NUMBER,
        "quasi-Poisson: the variance by the mean. Negative binomial: alpha, variance = mean + alpha mean². "
        f"Missing for spatial models, {_NO_MODEL}",
    ),
    optional(
        "log_likelihood",
        NUMBER,
        "Natural logarithm. Those of the spatial models, of rates, are not to be compared with that of the "
        f"negative binomial, of counts; missing for quasi-Poisson, which has none, {_NO_MODEL}",
    ),
    optional("aic", NUMBER, f"Akaike's criterion, likewise; missing for quasi-Poisson, {_NO_MODEL}"),
    Column("why", TEXT, "Why the model cannot be made; else empty."),
)


def of_posts(city: Column) -> tuple[Table, ...]:
    """The tables of the posts, with the column that names the city."""
    return (
        Table(
            "public/city_income_error",
            ("city",),
            "One row per city: does the finding hold if incomes are drawn within their margins of error?",
            (city, *_ERROR_COLUMNS),
        ),
        Table(
            "public/city_models",
            ("city", "model"),
            "One row per city and model: what other models say of income and posts.",
            (city, *_MODEL_COLUMNS),
        ),
    )


def of_crimes(city: Column, crime: Column) -> tuple[Table, ...]:
    """The tables of the crimes, with the columns that name city and type."""
    columns = [replace(each, meaning=each.meaning.replace("posts", "crimes")) for each in _MODEL_COLUMNS]
    return (
        Table(
            "public/crime_income_error",
            ("city", "crime"),
            "One row per city and type of crime: does the finding hold if incomes are drawn within their "
            "margins of error?",
            (city, crime, *_ERROR_COLUMNS),
        ),
        Table(
            "public/crime_models",
            ("city", "crime", "model"),
            "One row per city, type of crime and model: what other models say of income and crimes.",
            (city, crime, *columns),
        ),
    )
