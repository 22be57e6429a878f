"""From counts by tract to the findings on each city: the tables of method 7 and 9, with robust tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from data.tables import conform
from tasks.census.results import Census
from tasks.income.cities import PER, usable_tracts
from tasks.income.deciles import decile_rows
from tasks.income.polygons import centroids_km, read_polygons, touching
from tasks.income.relation import (
    DIRECTIONS,
    Direction,
    Relation,
    decile_relation,
    direction,
    residuals,
    tract_relation,
)
from tasks.income.results import NAMES, CityCrime, Findings
from tasks.income.robust import rate_model, spearman, verdict
from tasks.income.spatial import modified_t, morans_i, seed_of
from tasks.income.threshold import bonferroni
from tasks.layers.results import Layer
from tasks.scatter import run_each

if TYPE_CHECKING:
    from distributed import Client

Row = dict[str, Any]


@dataclass(frozen=True)
class City:
    """An examined city, or a type of crime in it, before the robust tests.

    Attributes:
        name: As in the census lists.
        tracts: Its usable tracts.
        deciles: The numbers of each decile of them.
        by_tract: The relation over tracts; None where not testable.
        by_decile: The relation over deciles; None where not testable.
        alpha: What p is compared with.
        crime: The type of crime that is counted; None where posts are.
    """

    name: str
    tracts: pd.DataFrame
    deciles: pd.DataFrame
    by_tract: Relation | None
    by_decile: Relation | None
    alpha: float
    crime: str | None = None

    @property
    def key(self) -> dict[str, str]:
        """The columns that name it in every table."""
        return {"city": self.name} if self.crime is None else {"city": self.name, "crime": self.crime}

    @property
    def finding(self) -> Direction:
        """The city's verdict: the direction at tract level."""
        return direction(self.by_tract, self.alpha)


def examine_posts(census: Census, counts: pa.Table, layer: Layer, alpha: float, client: Client) -> Findings:
    """Examine the posts of every city: deciles, tests, and the robust tests on the workers.

    Args:
        census: The tracts with population and income, and the lists of the cities examined.
        counts: GEOID (string, unique) and count (int64) of the tracts with at least one.
        layer: The tract layer, which the workers must see under the same path.
        alpha: The configured alpha, 0 to 1; divided here by the number of cities.
        client: Where the robust tests run, one task per city.

    Returns:
        The tables, in their schemas' form and order.

    Example:
        Without cities there is nothing to find:

        >>> none = Census(
        ...     tracts=pa.table({"GEOID": pa.array([], pa.string()), "population": pa.array([], pa.int64()),
        ...                      "income": pa.array([], pa.float64())}),
        ...     cities=pa.table({"city": pa.array([], pa.string()), "GEOID": pa.array([], pa.string())}),
        ...     files=())
        >>> counts = pa.table({"GEOID": pa.array([], pa.string()), "count": pa.array([], pa.int64())})
        >>> examine_posts(none, counts, None, 0.05, None).verdicts
        {'positive': 0, 'negative': 0, 'none': 0, 'not testable': 0}
    """
    cities = relate_cities(usable_tracts(census.tracts, census.cities, counts), alpha)
    return _with_robust_tests(cities, layer, client, "posts")


def examine_crimes(
    census: Census, crimes: Sequence[CityCrime], layer: Layer, threshold: float, client: Client
) -> Findings:
    """Examine each type of crime in its city, by the same rules as the posts (method 9).

    Args:
        census: The tracts with population and income, and lists that hold every city of `crimes`.
        crimes: What was counted; each pair of city and crime once.
        layer: As for :func:`examine_posts`.
        threshold: What p is compared with: the threshold of the posts' tests, already divided by the number
            of cities examined there.
        client: Where the robust tests run.

    Returns:
        The tables, in their schemas' form and order.
    """
    cities = []
    for each in crimes:
        mine = census.cities.filter(pc.equal(census.cities["city"], each.city))
        (tracts,) = usable_tracts(census.tracts, mine, each.counts).values()
        cities.append(_related(each.city, tracts, threshold, each.crime))
    return _with_robust_tests(cities, layer, client, "crimes")


def _with_robust_tests(cities: Sequence[City], layer: Layer, client: Client, counted: str) -> Findings:
    """Test the testable cities again, and make the tables on what was counted (a key of :data:`NAMES`)."""
    names = NAMES[counted]
    testable = [city for city in cities if city.by_tract is not None]
    tested = run_robust_tests(testable, layer.path, client) if testable else []
    of_tested = {tuple(city.key.values()): row for city, row in zip(testable, tested, strict=True)}
    found = Counter(city.finding for city in cities)
    robust = [{**_untested(city), **of_tested.get(tuple(city.key.values()), {})} for city in cities]
    return Findings(
        deciles=_table([row for city in cities for row in decile_table_rows(city, counted)], names.deciles),
        tests=_table([row for city in cities for row in relation_rows(city, counted)], names.tests),
        robust=_table(robust, names.robust),
        verdicts={word: found[word] for word in DIRECTIONS},
    )


def relate_cities(tracts: Mapping[str, pd.DataFrame], alpha: float) -> list[City]:
    """Deciles of every city, and the relation of income and rate.

    Args:
        tracts: As :func:`tasks.income.cities.usable_tracts` makes them.
        alpha: The configured alpha, which is divided by the number of cities.

    Returns:
        The cities in the order given.
    """
    return [_related(name, rows, bonferroni(alpha, len(tracts))) for name, rows in tracts.items()]


def _related(name: str, tracts: pd.DataFrame, threshold: float, crime: str | None = None) -> City:
    """Deciles and relations over the usable tracts of a city."""
    deciles = decile_rows(tracts)
    by_decile = decile_relation(tracts, deciles)
    return City(name, tracts, deciles, tract_relation(tracts), by_decile, threshold, crime)


def decile_table_rows(city: City, counted: str) -> list[Row]:
    """The rows of ``public/city_deciles`` or ``public/crime_deciles``: one row per decile with a tract."""
    rows = city.deciles.drop(columns="income").assign(**city.key)
    rows = rows.rename(columns={"count": counted, "rate": f"{counted}_per_{PER}"})
    return [{str(column): value for column, value in row.items()} for row in rows.to_dict("records")]


def relation_rows(city: City, counted: str) -> list[Row]:
    """The two rows of ``public/city_tests`` or ``public/crime_tests``: over tracts and over deciles."""
    levels = (("tract", len(city.tracts), city.by_tract), ("decile", len(city.deciles), city.by_decile))
    return [
        {
            **city.key,
            "level": level,
            "n": n,
            counted: int(city.tracts["count"].sum()),
            **_relation_columns(relation),
            "alpha": city.alpha,
            "direction": direction(relation, city.alpha),
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


def run_robust_tests(cities: Sequence[City], layer: Path, client: Client) -> list[Row]:
    """Run the robust tests of every city on the workers, one task per city, again if a worker dies.

    Args:
        cities: Testable ones.
        layer: The tract layer; each worker reads the polygons that it needs.
        client: Where to run.

    Returns:
        For each city, in their order, the columns of :func:`robust_columns`.
    """
    # Largest first: a large city that starts last would keep one worker busy while the others wait.
    largest_first = sorted(range(len(cities)), key=lambda city: (-len(cities[city].tracts), city))
    found = run_each(client, _robust_work, [(cities[city], layer) for city in largest_first])
    rows = dict(zip(largest_first, found, strict=True))
    return [rows[city] for city in range(len(cities))]


def _robust_work(work: tuple[City, Path]) -> Row:
    return robust_columns(*work)


def robust_columns(city: City, layer: Path) -> Row:
    """The robust tests of a testable city, as columns of ``public/city_tests_robust``.

    Args:
        city: With a relation over its tracts.
        layer: The tract layer.

    Returns:
        The verdict and the tests' columns, without those of a test that is not possible. Moran's I does not
        count for the verdict: it says whether the line's p can be trusted, not what the relation is.

    Raises:
        ValueError: The city is not testable.
    """
    line = city.by_tract
    if line is None:
        raise ValueError(f"{city.name}: not testable, there is no finding to test again")
    income, rate, count, population = (
        city.tracts[name].to_numpy(dtype=np.float64) for name in ("income", "rate", "count", "population")
    )
    polygons, crs = read_polygons(layer, city.tracts["GEOID"].tolist())
    ranks = spearman(income, rate)
    model = rate_model(count, population, income)
    clustering = morans_i(residuals(income, rate, line), touching(polygons), seed_of(city.name))
    whole = all(polygon is not None for polygon in polygons)
    modified = modified_t(income, rate, centroids_km(polygons, crs)) if whole else None
    tests = [(ranks.rho, ranks.p)]
    columns: Row = {"spearman_rho": ranks.rho, "spearman_p": ranks.p}
    if model is not None:
        tests.append((model.ratio - 1.0, model.p))
        columns |= {"rate_ratio": model.ratio, "rate_p": model.p, "dispersion": model.dispersion}
    if clustering is not None:
        columns |= {"moran_i": clustering.i, "moran_p": clustering.p}
    if modified is not None:
        tests.append((line.r, modified.p))
        columns |= {"effective_n": modified.effective_n, "modified_t_p": modified.p}
    return {**columns, "verdict": verdict(city.finding, tests, city.alpha)}


def _untested(city: City) -> Row:
    """The row of a city before, or without, its robust tests."""
    return {
        **city.key,
        "n": len(city.tracts),
        "direction": city.finding,
        "verdict": verdict("not testable", [], city.alpha),
    }


def _table(rows: Sequence[Row], name: str) -> pa.Table:
    """Rows as a table of the schema, where a column that a row does not have is missing."""
    return conform(pa.Table.from_pylist(list(rows), schema=TABLES[name].arrow), TABLES[name])
