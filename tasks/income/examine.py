"""One city, or one type of crime in it, on a worker: all that is found of it, as rows of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data.settings import Tests
from tasks.income.deciles import decile_rows
from tasks.income.judge import Judged, Verdict, judge
from tasks.income.models import model_rows
from tasks.income.sample import sample_of
from tasks.income.uncertain import Exactness, income_error_row
from tasks.statistics.relation import Direction, Relation, decile_relation, direction
from tasks.statistics.spatial import seed_of

Row = dict[str, Any]


@dataclass(frozen=True)
class City:
    """A city to examine, or a type of crime in it.

    Attributes:
        name: As in the census lists.
        tracts: Its used tracts, as :func:`tasks.income.cities.used_tracts` makes them, with what
            :func:`tasks.income.details.with_details` adds.
        threshold: What p is compared with: alpha divided by the tests of the family.
        crime: The type of crime that is counted; None where posts are.
    """

    name: str
    tracts: pd.DataFrame
    threshold: float
    crime: str | None = None

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
    sample = sample_of(city.tracts, layer, seed_of(city.name))
    judged = judge(sample, city.threshold, tests)
    deciles = decile_rows(city.tracts)
    exactness = Exactness.of(city.tracts)
    drawn = income_error_row(sample, judged, exactness, city.threshold, tests)
    return Examined(
        rows={
            "deciles": _decile_table_rows(city, deciles),
            "tests": _relation_rows(city, judged, deciles),
            "robust": [_robust_row(city, judged)],
            "income_error": [city.key | drawn],
            "models": [city.key | row for row in model_rows(sample, judged)],
        },
        direction=judged.direction,
        verdict=judged.verdict,
    )


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


def _robust_row(city: City, judged: Judged) -> Row:
    """The row of ``public/city_tests_robust``, without the columns of a test that could not be made."""
    row: Row = {**city.key, "n": len(city.tracts), "direction": judged.direction}
    if judged.ranks is not None:
        row |= {"spearman_rho": judged.ranks.rho, "spearman_p": judged.ranks.p}
    if judged.model is not None:
        model = judged.model
        row |= {"rate_ratio": model.ratio, "rate_p": model.p, "dispersion": model.dispersion}
    if judged.clustering is not None:
        row |= {"moran_i": judged.clustering.i, "moran_p": judged.clustering.p}
    if judged.modified is not None:
        row |= {"effective_n": judged.modified.effective_n, "modified_t_p": judged.modified.p}
    return row | {"verdict": judged.verdict, "why": judged.why}
