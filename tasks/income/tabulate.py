"""From counts by tract to the findings on each city: the tables of method 7 and 9."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.schema import TABLES
from data.settings import Tests
from data.tables import conform
from tasks.census.results import Census
from tasks.income.cities import used_tracts
from tasks.income.details import Details
from tasks.income.examine import City, Examined, Row, examine_each
from tasks.income.judge import VERDICTS
from tasks.income.results import ROLES, CityCrime, Findings, table_of
from tasks.income.together import Family, together
from tasks.layers.results import Layer
from tasks.scatter import run_each
from tasks.statistics.families import bonferroni
from tasks.statistics.relation import DIRECTIONS
from tasks.tracts.status import FEW_PEOPLE, statuses

if TYPE_CHECKING:
    from distributed import Client

OnProgress = Callable[[int, int], None]

_FEW_CITIES: Final = 4
"""With fewer, types of crime are examined one by one."""


def examine_posts(
    census: Census,
    counts: pa.Table,
    layer: Layer,
    tests: Tests,
    client: Client,
    *,
    on_progress: OnProgress | None = None,
) -> Findings:
    """Examine the posts of every city, one task per city on the workers.

    Args:
        census: The tracts with population and income, and the lists of the cities examined.
        counts: GEOID (string, unique) and count (int64) of the tracts with at least one.
        layer: The tract layer, which the workers must see under the same path.
        tests: The settings of the tests; alpha is divided here by the number of cities.
        client: Where to run.
        on_progress: Called with the number of cities that are examined, and the number of all.

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
        >>> examine_posts(none, counts, None, Tests(), None).directions
        {'positive': 0, 'negative': 0, 'none': 0, 'not testable': 0}
    """
    if not len(census.cities):
        return _findings([], Family("posts", 0))
    listed = _statuses(census, layer, tests)
    tracts = Details(census)(used_tracts(listed, counts))
    small = used_tracts(listed, counts, FEW_PEOPLE)
    threshold = bonferroni(tests.alpha, len(tracts))
    cities = [City(name, rows, threshold, small=small[name]) for name, rows in tracts.items()]
    return _examined(cities, layer, tests, client, Family("posts", len(cities)), on_progress=on_progress)


def examine_crimes(
    census: Census,
    crimes: Sequence[CityCrime],
    layer: Layer,
    tests: Tests,
    client: Client,
    *,
    family: int,
    on_progress: OnProgress | None = None,
) -> Findings:
    """Examine each type of crime in its city, by the same rules as the posts (method 9).

    Args:
        census: The tracts with population and income, and lists that hold every city of `crimes`.
        crimes: What was counted; each pair of city and crime once.
        layer: As for :func:`examine_posts`.
        tests: The settings of the tests; alpha is divided here by the tests of the family.
        family: The size of the family (:func:`tasks.statistics.families.family_of_crimes`), at least as many
            as `crimes`.
        client: Where to run.
        on_progress: Called with the number of batches that are examined, and the number of all.

    Returns:
        The tables, in their schemas' form and order.
    """
    listed = _statuses(census, layer, tests)
    threshold = bonferroni(tests.alpha, family)
    add_details = Details(census)
    cities = []
    for each in crimes:
        its = listed.filter(pc.equal(listed["city"], each.city))
        (tracts,) = add_details(used_tracts(its, each.counts)).values()
        (small,) = used_tracts(its, each.counts, FEW_PEOPLE).values()
        cities.append(City(each.city, tracts, threshold, each.crime, small))
    return _examined(cities, layer, tests, client, Family("crimes", family), on_progress=on_progress)


def _statuses(census: Census, layer: Layer, tests: Tests) -> pa.Table:
    """Which listed tracts are used; one without a polygon is not observed."""
    in_layer = pq.read_table(layer.path, columns=["GEOID"])["GEOID"].to_pylist()
    return statuses(census, in_layer, tests.least_population)


def _examined(
    cities: Sequence[City],
    layer: Layer,
    tests: Tests,
    client: Client,
    family: Family,
    *,
    on_progress: OnProgress | None,
) -> Findings:
    """Examine every city on the workers, again if a worker dies."""
    groups = _groups(cities)
    pieces = [([cities[at] for at in own], layer.path, tests) for own in groups]

    def examined(done: int) -> None:
        if on_progress is not None:
            on_progress(done, len(groups))

    found = run_each(client, examine_each, pieces, examined)
    in_order = {
        at: each
        for own, several in zip(groups, found, strict=True)
        for at, each in zip(own, several, strict=True)
    }
    return _findings([in_order[city] for city in range(len(cities))], family)


def _groups(cities: Sequence[City]) -> list[list[int]]:
    """Which of them a worker does in one go: the types of crime of a city, as its polygons are read once.

    Where there are so few cities that workers would be idle, each type is a piece of its own.
    """
    # Largest first: a large city that starts last would keep one worker busy while the others wait.
    largest_first = sorted(range(len(cities)), key=lambda city: (-len(cities[city].tracts), city))
    by_city: dict[str, list[int]] = {}
    for city in largest_first:
        by_city.setdefault(cities[city].name, []).append(city)
    if len(by_city) < _FEW_CITIES:
        return [[city] for city in largest_first]
    return sorted(by_city.values(), key=lambda own: -sum(len(cities[city].tracts) for city in own))


def _findings(examined: Sequence[Examined], family: Family) -> Findings:
    """The tables of all cities, and how many cities have which finding and verdict."""
    directions = Counter(each.direction for each in examined)
    verdicts = Counter(each.verdict for each in examined)
    return Findings(
        tables={
            role: _table(rows, table_of(role, family.counted))
            for role, rows in together({role: _rows(examined, role) for role in ROLES}, family).items()
        },
        directions={word: directions[word] for word in DIRECTIONS},
        verdicts={word: verdicts[word] for word in VERDICTS},
    )


def _rows(examined: Sequence[Examined], role: str) -> list[Row]:
    """The rows of all cities in a table."""
    return [row for each in examined for row in each.rows[role]]


def _table(rows: Sequence[Row], name: str) -> pa.Table:
    """Rows as a table of the schema, where a column that a row does not have is missing."""
    return conform(pa.Table.from_pylist(list(rows), schema=TABLES[name].arrow), TABLES[name])
