"""One city, or one type of crime in it, on a worker: all that is found of it, as rows of the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from data.settings import Tests
from tasks.income.deciles import decile_rows
from tasks.income.effects import effect_row
from tasks.income.inside import VARIANT, judged_inside
from tasks.income.judge import Judged, Verdict, judge
from tasks.income.models import model_rows
from tasks.income.sample import Sample, sample_of
from tasks.income.uncertain import Exactness, income_error_row
from tasks.income.words import named
from tasks.statistics.relation import Direction, Relation, decile_relation, direction
from tasks.statistics.spatial import seed_of

Row = dict[str, Any]

PUBLISHED: Final = "published"
"""The variant of the rule that is published: tracts with at least ``least_population`` people."""
EVERYONE: Final = "every tract with people"
"""The variant without that rule."""
PATTERN_ALPHA: Final = 0.05
"""Level of the words on Moran's I, which describe and decide nothing."""


@dataclass(frozen=True)
class City:
    """A city to examine, or a type of crime in it.

    Attributes:
        name: As in the census lists.
        tracts: Its used tracts, as :func:`tasks.income.cities.used_tracts` makes them, with what
            :class:`tasks.income.details.Details` adds.
        threshold: What p is compared with: alpha divided by the tests of the family.
        crime: The type of crime that is counted; None where posts are.
        small: Its tracts that are left out only for having few people, in the same form.
    """

    name: str
    tracts: pd.DataFrame
    threshold: float
    crime: str | None = None
    small: pd.DataFrame | None = None

    @property
    def key(self) -> dict[str, str]:
        """The columns that name it in every table."""
        return {"city": self.name} if self.crime is None else {"city": self.name, "crime": self.crime}

    @property
    def counted(self) -> str:
        """What is counted, which is also the name of a column: ``posts`` or ``crimes``."""
        return "posts" if self.crime is None else "crimes"


@dataclass(frozen=True)
class Examined:
    """What was found of one city.

    Attributes:
        rows: The rows of each table, by its role (:data:`tasks.income.results.ROLES`).
        direction: The plain finding.
        verdict: What is known.
    """

    rows: Mapping[str, list[Row]]
    direction: Direction
    verdict: Verdict


def examine(work: tuple[City, Path, Tests]) -> Examined:
    """Examine one city.

    Args:
        work: The city, the tract layer, which must hold a polygon of each of its tracts, and the settings of
            the tests.

    Returns:
        Its rows in every table, without the columns that cannot be told.
    """
    city, layer, tests = work
    sample, whole = sample_of(city.tracts, layer, seed_of(city.name), city.small)
    judged = judge(sample, city.threshold, tests)
    deciles = decile_rows(city.tracts)
    variants = {PUBLISHED: (sample, judged), EVERYONE: (whole, judged)}
    if sample is not whole:
        variants[EVERYONE] = (whole, judge(whole, city.threshold, tests, clustering=False))
    shares = city.tracts["share"].to_numpy(np.float64) if "share" in city.tracts else None
    variants[VARIANT] = judged_inside(sample, judged, shares, tests)
    exactness = Exactness.of(city.tracts)
    drawn = income_error_row(sample, judged, exactness, city.threshold, tests)
    return Examined(
        rows={
            "deciles": _decile_table_rows(city, deciles),
            "tests": _relation_rows(city, judged, deciles),
            "robust": [robust_row(city, judged)],
            "variants": [variant_row(city, name, *found) for name, found in variants.items()],
            "effects": [effect_row(city.key, city.counted, sample, judged)],
            "income_error": [city.key | drawn],
            "models": [city.key | row for row in model_rows(sample, judged)],
        },
        direction=judged.direction,
        verdict=judged.verdict,
    )


def examine_each(work: tuple[Sequence[City], Path, Tests]) -> list[Examined]:
    """Examine a city's types of crime, or a few cities, one after the other.

    Args:
        work: What is examined, best with one city's types together, and the rest as for :func:`examine`.
    """
    cities, layer, tests = work
    return [examine((city, layer, tests)) for city in cities]


def variant_row(city: City, variant: str, sample: Sample, judged: Judged) -> Row:
    """A row of ``public/city_variants`` or ``public/crime_variants``: the result over other tracts.

    Args:
        city: The city.
        variant: By which rule the tracts are chosen.
        sample: These tracts.
        judged: What is found over them.
    """
    line, found = judged.relation, judged.contrast
    return {
        **city.key,
        "variant": variant,
        "n": judged.n,
        city.counted: int(sample.count.sum()),
        **({} if line is None else {"pearson_r": line.r, "pearson_p": line.p}),
        "alpha": city.threshold,
        "direction": judged.direction,
        **({} if found is None else {"ratio_90_10": found.ratio}),
        "verdict": judged.verdict,
        "why": judged.why,
    }


def _decile_table_rows(city: City, deciles: pd.DataFrame) -> list[Row]:
    """The rows of ``public/city_deciles`` or ``public/crime_deciles``: one row per decile with a tract."""
    rows = deciles.drop(columns="income").assign(**city.key)
    rows = rows.rename(columns={"count": city.counted, "rate": f"{city.counted}_per_1000"})
    return [{str(column): value for column, value in row.items()} for row in rows.to_dict("records")]


def _relation_rows(city: City, judged: Judged, deciles: pd.DataFrame) -> list[Row]:
    """The two rows of ``public/city_tests`` or ``public/crime_tests``: over tracts and over deciles."""
    by_decile = decile_relation(city.tracts, deciles)
    levels = (("tract", len(city.tracts), judged.relation), ("decile", len(deciles), by_decile))
    return [
        {
            **city.key,
            "level": level,
            "n": n,
            city.counted: int(city.tracts["count"].sum()),
            **_relation_columns(relation),
            "alpha": city.threshold,
            "direction": direction(relation, city.threshold),
            "use": "test" if level == "tract" else "description",
        }
        for level, n, relation in levels
    ]


def _relation_columns(relation: Relation | None) -> Row:
    """A relation as columns; none where there is no relation, so that the values are missing."""
    if relation is None:
        return {}
    return {
        "pearson_r": relation.r,
        "pearson_p": relation.p,
        "slope": relation.slope,
        "intercept": relation.intercept,
        "r_squared": relation.r_squared,
        "slope_p": relation.slope_p,
    }


def robust_row(city: City, judged: Judged) -> Row:
    """The row of ``public/city_tests_robust``, without the columns of a test that could not be made."""
    row: Row = {**city.key, "n": judged.n, "alpha": city.threshold, "direction": judged.direction}
    if judged.ranks is not None:
        row |= {"spearman_rho": judged.ranks.rho, "spearman_p": judged.ranks.p}
    if judged.model is not None:
        model = judged.model
        row |= {"rate_ratio": model.ratio, "rate_p": model.p, "dispersion": model.dispersion}
    if judged.clustering is not None:
        row |= {"moran_i": judged.clustering.i, "moran_p": judged.clustering.p}
        row |= {"moran_words": judged.clustering.words(PATTERN_ALPHA)}
    if judged.modified is not None:
        row |= {"effective_n": judged.modified.effective_n, "modified_t_p": judged.modified.p}
        if judged.errors is not None:
            row |= {"error_slope": judged.errors.slope, "error_lambda": judged.errors.alike}
            row |= {"error_p": judged.errors.cautious_p(judged.n, judged.modified.effective_n)}
    return (
        row
        | _sensitivity_columns(judged)
        | _contrast_columns(judged)
        | {"verdict": judged.verdict, "why": judged.why}
    )


def _sensitivity_columns(judged: Judged) -> Row:
    """Each tract by its people, and without each tract."""
    row: Row = {}
    if judged.weighted is not None:
        line = judged.weighted
        row |= {"weighted_r": line.r, "weighted_p": line.p}
        row |= {"weighted_slope": line.slope, "weighted_intercept": line.intercept}
    if judged.influential is not None:
        found = judged.influential
        row |= {"r_lowest": found.r_lowest, "r_highest": found.r_highest}
        row |= {"influential_tracts": len(found.geoids)}
        row |= {"influential_geoids": named(found.geoids) if found.geoids else ""}
    return row


def _contrast_columns(judged: Judged) -> Row:
    """The ratio of rich and poor tracts."""
    found = judged.contrast
    if found is None:
        return {}
    ends = {"ratio_low": found.low, "ratio_high": found.high}
    return {"ratio_90_10": found.ratio, **ends, "smallest_ratio": found.smallest}
