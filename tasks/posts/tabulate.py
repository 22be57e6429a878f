"""From located posts to the tables: where each post is, how borders were decided, and counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.schema import TABLES
from data.tables import write_table
from tasks.census.results import Census
from tasks.places.usable import usable_geoids
from tasks.posts.external_sort import write_long
from tasks.posts.results import PostsTables

NATION: Final = "nation"
"""The scope of border_posts that covers everything."""

ALL_YEARS: Final = "all"

_SUMS: Final = ("posts", "posts_on_borders", "extra_rows", "ties")

_RANGE: Final = 250_000
"""Posts that are in memory at a time."""


@dataclass(frozen=True)
class Tally:
    """The counts of one located file.

    Attributes:
        outside: Posts in no tract.
        sums: GEOID, analysed (whether of the analysed year), and the sums of ``_SUMS`` (int64).
    """

    outside: int
    sums: pa.Table


def tabulate_posts(located: Sequence[Path], census: Census, year: int, out: Path) -> PostsTables:
    """Write private/posts_in_tracts and public/border_posts, and count.

    Args:
        located: Parquet files, one at least, with post_id (string), year (int32), GEOID (string),
            tracts_matched (int32) and tied (bool); GEOID is missing for posts in no tract.
        census: The Census and the examined cities.
        year: The analysed year.
        out: Where the tables go.

    Returns:
        The numbers that the ledger needs, and the posts of the year by tract.
    """
    tallies: list[Tally] = []
    rows = sum(pq.read_metadata(path).num_rows for path in located)
    write_long(
        _placed(located, year, tallies),
        max(1, -(-rows // _RANGE)),
        lambda found: _in_cities(found, census.cities),
        TABLES["private/posts_in_tracts"],
        out,
        scratch=located[0].parent,
    )
    sums = _summed(pa.concat_tables([tally.sums for tally in tallies]), ["GEOID", "analysed"])
    write_table(border_posts(sums, census.cities, year), TABLES["public/border_posts"], out)
    whole = _totals(sums)
    usable = pc.is_in(sums["GEOID"], usable_geoids(census.tracts))
    known = pc.is_in(sums["GEOID"], census.tracts["GEOID"])
    with_income = _totals(sums.filter(usable))["posts"]
    return PostsTables(
        outside=sum(tally.outside for tally in tallies),
        in_one_tract=whole["posts"] - whole["posts_on_borders"],
        on_borders=whole["posts_on_borders"],
        with_income=with_income,
        without=whole["posts"] - with_income,
        no_row=_totals(sums.filter(pc.invert(known)))["posts"],
        unpeopled=_totals(sums.filter(pc.and_not(known, usable)))["posts"],
        counts=_counts(sums),
    )


def _placed(located: Sequence[Path], year: int, tallies: list[Tally]) -> Iterator[pa.Table]:
    """The posts in tracts, post_id, year, GEOID, tracts_matched; each file's tally is added to the list."""
    for path in located:
        rows = pq.read_table(path)
        placed = rows.filter(pc.is_valid(rows["GEOID"]))
        tallies.append(Tally(len(rows) - len(placed), _tallied(placed, year)))
        yield placed.drop_columns(["tied"])


def _tallied(placed: pa.Table, year: int) -> pa.Table:
    """The sums by tract and whether of the analysed year."""
    beyond = pc.subtract(placed["tracts_matched"].cast(pa.int64()), 1)
    each = pa.table(
        {
            "GEOID": placed["GEOID"],
            "analysed": pc.fill_null(pc.equal(placed["year"], year), False),
            "posts": pa.repeat(pa.scalar(1, pa.int64()), len(placed)),
            "posts_on_borders": pc.greater(beyond, 0).cast(pa.int64()),
            "extra_rows": beyond,
            "ties": placed["tied"].cast(pa.int64()),
        }
    )
    return _summed(each, ["GEOID", "analysed"])


def _summed(rows: pa.Table, keys: list[str]) -> pa.Table:
    """The four sums by key, in order of the keys."""
    found = rows.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in _SUMS])
    found = found.rename_columns([name.removesuffix("_sum") for name in found.column_names])
    return found.sort_by([(key, "ascending") for key in keys])


def _totals(sums: pa.Table) -> dict[str, int]:
    return {name: int(pc.sum(sums[name], min_count=0).as_py()) for name in _SUMS}


def _counts(sums: pa.Table) -> pa.Table:
    found = sums.filter(sums["analysed"]).sort_by("GEOID")
    return pa.table({"GEOID": found["GEOID"], "count": found["posts"]}).combine_chunks()


def _in_cities(placed: pa.Table, cities: pa.Table) -> pa.Table:
    """One row per post and examined city that has its tract; where none has, one row without a city."""
    return placed.join(cities, keys="GEOID", join_type="left outer", use_threads=False)


def border_posts(sums: pa.Table, cities: pa.Table, year: int) -> pa.Table:
    """How many posts are on borders, everywhere and in each examined city by the assigned tract.

    Args:
        sums: GEOID, analysed, and the four sums (int64).
        cities: city and GEOID, each pair once.
        year: The analysed year.

    Returns:
        The rows of public/border_posts; a city without posts has zeros.

    Example:
        >>> sums = pa.table({"GEOID": ["1", "2"], "analysed": [True, False], "posts": [3, 4],
        ...                  "posts_on_borders": [1, 0], "extra_rows": [2, 0], "ties": [1, 0]})
        >>> rows = border_posts(sums, pa.table({"city": ["A"], "GEOID": ["2"]}), 2019).to_pylist()
        >>> [(row["scope"], row["year"], row["posts"]) for row in rows]
        [('nation', 'all', 7), ('nation', '2019', 3), ('A', 'all', 4), ('A', '2019', 0)]
    """
    of_city = cities.join(sums, keys="GEOID", join_type="inner", use_threads=False)
    scopes = [(NATION, sums)]
    for city in pc.unique(cities["city"]).to_pylist():
        scopes.append((city, of_city.filter(pc.equal(of_city["city"], city))))
    rows = []
    for scope, found in scopes:
        rows.append({"scope": scope, "year": ALL_YEARS, **_totals(found)})
        rows.append({"scope": scope, "year": str(year), **_totals(found.filter(found["analysed"]))})
    return pa.Table.from_pylist(rows, TABLES["public/border_posts"].arrow)
