"""The truth about the country: the tables that a faultless run writes, counted from the plan.

Nothing here uses the program's own tasks: the plan says which tract each post is in, and the statistics are
textbook formulas in plain Python.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv
from scipy.special import stdtr

from data.schema import TABLES
from data.synthetic.country.census import Census
from data.synthetic.country.dump import WrittenDump
from data.synthetic.country.families import with_family
from data.synthetic.country.figures import YEAR, Kind, Numbers
from data.synthetic.country.grid import Ints
from data.synthetic.country.layout import Layout, Placed
from data.synthetic.country.model import Country
from data.synthetic.country.resident_posts import Posts
from data.synthetic.country.tracts_truth import lines_of_tracts, rows_of_tracts
from data.tables import replacing, write_table

Line = tuple[str, str, str, int]
"""A row of the ledger: part, source, line, count."""
ALPHA: Final = 0.05
_FEWEST: Final = 10  # usable tracts of a city that can be tested
_FEWEST_DECILES: Final = 3


def write_country_truth(
    out: Path, country: Country, posts: Posts, files: Sequence[WrittenDump]
) -> tuple[Line, ...]:
    """Write the tables of truth about posts and cities.

    Args:
        out: The folder ``truth`` of an investigation.
        country: The tracts, the cities and the people.
        posts: The posts.
        files: The files as they were written.

    Returns:
        The ledger's lines, which go into one table with those of the mail.

    Raises:
        ValueError: A city's verdict is not the one it was made for, so the made-up numbers are wrong.
    """
    layout, census = country.layout, country.census
    in_year = posts.inside & (posts.year == YEAR)
    counts = np.bincount(posts.tract[in_year], minlength=len(census.people))
    write_table(_posts_in_tracts(layout, posts), TABLES["private/posts_in_tracts"], out)
    write_rows(out, "public/border_posts", _border_posts(layout, posts))
    deciles, tests = [], []
    for placed in layout.cities:
        mine, its = city_rows(placed, census, counts, ALPHA / len(layout.cities))
        deciles += mine
        tests += its
        if its[0][-1] != placed.city.kind:
            raise ValueError(f"{placed.city.name} was made {placed.city.kind} and is {its[0][-1]}")
    write_rows(out, "public/city_deciles", deciles)
    write_rows(out, "public/city_tests", with_family(tests, len(layout.cities)))
    verdicts = [
        (placed.city.name, expected_verdict(placed.city.kind, robust=placed.city.plant != "one slope"))
        for placed in layout.cities
    ]
    write_texts(out / "city_verdicts.csv", ("city", "verdict"), verdicts)
    of_tracts = [
        row
        for placed in layout.cities
        for row in rows_of_tracts(placed, layout, census, counts, _cut_points(_incomes(placed, census)))
    ]
    write_rows(out, "public/tracts_used", of_tracts)
    return (
        *_posts_lines(census, posts, files, country.numbers),
        *_cities_lines(layout),
        *lines_of_tracts(layout, census),
    )


def _incomes(placed: Placed, census: Census) -> list[int]:
    """The incomes of a city's used tracts."""
    return [int(census.income[tract]) for tract in placed.tracts if census.used[tract]]


def write_rows(out: Path, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write a table of truth.

    Args:
        out: The folder ``truth`` of an investigation.
        name: The table's name.
        rows: Its rows, with values in the order of its columns.
    """
    spec = TABLES[name]
    columns = [column.name for column in spec.columns]
    table = pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema=spec.arrow)
    write_table(table, spec, out)


def expected_verdict(kind: Kind | None, *, robust: bool = True) -> str:
    """The verdict beside a plain finding.

    Args:
        kind: The finding that a city, or a type of crime, was made for.
        robust: Whether every test confirms it.

    Returns:
        The verdict. What has no relation is *none* or *no clear relation*, by the width of the interval; the
        latter stands here for both.
    """
    if kind in ("positive", "negative"):
        return f"{kind}, robust" if robust else f"{kind}, not robust"
    return "no clear relation" if kind == "none" else "not testable"


def write_texts(path: Path, names: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Write what a program must find and no table of its own has the form of.

    Args:
        path: The CSV file.
        names: Its columns.
        rows: Its rows, in order; at least one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    with replacing(path) as beside:
        pa.csv.write_csv(table, beside)


def _posts_in_tracts(layout: Layout, posts: Posts) -> pa.Table:
    """One row per post and city; a post in no city has one row without a city."""
    inside = np.flatnonzero(posts.inside)
    home = np.full(len(layout.geoids), -1)
    post, city = [], []
    for number, placed in enumerate(layout.cities):
        twice = home[placed.first] >= 0
        home[placed.first + twice : placed.stop] = number
        if twice:  # its first tract is another city's too
            there = inside[posts.tract[inside] == placed.first]
            post.append(there)
            city.append(np.full(len(there), number))
    post.append(inside)
    city.append(home[posts.tract[inside]])
    rows, cities = np.concatenate(post), np.concatenate(city)
    names = pa.array([placed.city.name for placed in layout.cities])
    year = posts.year[rows]
    return pa.table(
        {
            "post_id": pa.array(posts.ids[rows]).cast(pa.string()),
            "city": names.take(pa.array(cities, mask=cities < 0)),
            "GEOID": pa.array(layout.geoids).take(pa.array(posts.tract[rows])),
            "year": pa.array(year, mask=year == 0).cast(pa.int32()),
            "tracts_matched": pa.array(posts.matched[rows]).cast(pa.int32()),
        }
    )


def _border_posts(layout: Layout, posts: Posts) -> list[tuple[Any, ...]]:
    """Nation and cities, all years and the one analysed."""
    rows = []
    for year, kept in (("all", posts.inside), (str(YEAR), posts.inside & (posts.year == YEAR))):
        tract, matched, tied = posts.tract[kept], posts.matched[kept], posts.tied[kept]
        scopes: Iterator[tuple[str, int, int]] = (
            (each.city.name, each.first, each.stop) for each in layout.cities
        )
        for scope, first, stop in (("nation", 0, len(layout.geoids)), *scopes):
            here = (tract >= first) & (tract < stop)
            more = matched[here] - 1
            numbers = (here.sum(), (more > 0).sum(), more.sum(), tied[here].sum())
            rows.append((scope, year, *map(int, numbers)))
    return rows


def city_rows(
    placed: Placed, census: Census, counts: Ints, alpha: float
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """A city's rows of ``city_deciles`` and ``city_tests``; a type of crime has rows of the same form.

    Args:
        placed: The city.
        census: Population and income.
        counts: Posts of the year, or crimes of the year and type, by tract.
        alpha: The significance level that p is compared with.

    Returns:
        One row per decile that holds a tract; one row for tracts and one for deciles.
    """
    tracts = [
        (int(census.income[tract]), int(census.population[tract]), int(counts[tract]))
        for tract in placed.tracts
        if census.used[tract]
    ]
    cuts = _cut_points([income for income, _, _ in tracts])
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for tract in tracts:
        groups.setdefault(1 + sum(cut <= tract[0] for cut in cuts[1:10]), []).append(tract)
    deciles, means, rates = [], [], []
    for decile, group in sorted(groups.items()):
        people, posts = sum(people for _, people, _ in group), sum(count for _, _, count in group)
        means.append(statistics.fmean(income for income, _, _ in group))
        rates.append(posts / people * 1000)
        low, high = cuts[decile - 1], cuts[decile]
        deciles.append((placed.city.name, decile, low, high, len(group), people, posts, rates[-1]))
    total = sum(count for _, _, count in tracts)
    by_tract = [count / people * 1000 for _, people, count in tracts]
    enough = len(tracts) >= _FEWEST
    found = _test([float(income) for income, _, _ in tracts], by_tract, alpha, enough)
    found_over = _test(means, rates, alpha, found[-1] != "not testable" and len(means) >= _FEWEST_DECILES)
    return deciles, [
        (placed.city.name, "tract", len(tracts), total, *found),
        (placed.city.name, "decile", len(means), total, *found_over),
    ]


def _cut_points(incomes: Sequence[int]) -> list[float]:
    """The lowest income, the 10th to 90th percentiles by linear interpolation, the highest; none of none.

    Example:
        >>> _cut_points([10, 20, 40])
        [10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 24.0, 28.0, 32.0, 36.0, 40.0]
    """
    if not incomes:
        return []
    ordered = sorted(incomes)
    steps = [divmod(tenth * (len(ordered) - 1), 10) for tenth in range(11)]
    return [
        (ordered[at] * (10 - rest) + ordered[min(at + 1, len(ordered) - 1)] * rest) / 10 for at, rest in steps
    ]


def _test(x: Sequence[float], y: Sequence[float], alpha: float, enough: bool) -> tuple[Any, ...]:
    """r, p, slope, intercept, r squared, p of the slope, alpha, direction; None if it cannot be tested.

    Both p are from Student's t distribution with t = r * sqrt((n - 2) / (1 - r^2)): the two tests are the
    same.
    """
    if not enough or len(set(x)) < 2 or len(set(y)) < 2:
        return *(None,) * 6, alpha, "not testable"
    r = statistics.correlation(x, y)
    line = statistics.linear_regression(x, y)
    t = r * math.sqrt((len(x) - 2) / (1 - r * r)) if abs(r) < 1 else math.copysign(math.inf, r)
    p = 2 * float(stdtr(len(x) - 2, -abs(t)))
    direction = "none" if p >= alpha else "positive" if r > 0 else "negative"
    return r, p, line.slope, line.intercept, r * r, p, alpha, direction


def _posts_lines(
    census: Census, posts: Posts, files: Sequence[WrittenDump], wanted: Numbers
) -> Iterator[Line]:
    """The lines of the posts, for each file and over all."""
    for file in files:
        yield "posts", file.source, "posts in the file", file.rows
    inside = posts.inside
    lines: Mapping[str, int] = {
        "posts in the files": wanted.posts + wanted.repeats,
        "duplicates": wanted.repeats,
        "excluded accounts": int(posts.excluded.sum()),
        "no location": int((~posts.located & ~posts.excluded).sum()),
        "outside": int((posts.located & (posts.tract < 0) & ~posts.excluded).sum()),
        "in one tract": int((posts.matched[inside] == 1).sum()),
        "on borders": int((posts.matched[inside] > 1).sum()),
        "posts in tracts": int(inside.sum()),
        "in tracts with population and income": int(census.usable[posts.tract[inside]].sum()),
        "in tracts without": int((~census.usable[posts.tract[inside]]).sum()),
        "in tracts without a Census row": int((census.population[posts.tract[inside]] < 0).sum()),
        "in tracts without people or income": int(
            (~census.usable & (census.population >= 0))[posts.tract[inside]].sum()
        ),
        "tracts in the layer": wanted.tracts,
        "polygons repaired": wanted.invalid,
    }
    for line, count in lines.items():
        yield "posts", "", line, count


def _cities_lines(layout: Layout) -> Iterator[Line]:
    """The lines of the cities by plain finding: how many there are, and one line per finding."""
    kinds = Counter(placed.city.kind for placed in layout.cities)
    yield "plain findings", "", "cities examined", len(layout.cities)
    for kind in ("positive", "negative", "none", "not testable"):
        yield "plain findings", "", kind, kinds[kind]
