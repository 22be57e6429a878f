"""Close the posts' part of the ledger: from the rows of the files to the verdicts of the cities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from data.settings import FILE
from data.tables import read_table
from tasks.census.results import Census
from tasks.income.results import Findings
from tasks.income.verdicts import VERDICTS
from tasks.layers.results import Layer
from tasks.ledger.accounts import Account, close_part
from tasks.ledger.identities import (
    CITIES,
    DUPLICATES,
    NO_LOCATION,
    OUTSIDE,
    PLAIN,
    WITH_INCOME,
    WITHOUT,
    Identity,
    Ledger,
)
from tasks.ledger.results import PartClosed
from tasks.ledger.table import write_files
from tasks.posts.results import Gathered, PostsTables

POSTS_IN_FILE: Final = "posts in the file"
POSTS: Final = "posts in the files"
EXCLUDED: Final = "excluded accounts"
IN_ONE: Final = "in one tract"
ON_BORDERS: Final = "on borders"
IN_TRACTS: Final = "posts in tracts"
TRACTS: Final = "tracts in the layer"
REPAIRED: Final = "polygons repaired"
PLAIN_FINDINGS: Final = "plain findings"
"""The section of what Pearson's test alone says."""
LEDGER: Final = Ledger(
    identities=(
        Identity("posts", POSTS, (DUPLICATES, EXCLUDED, NO_LOCATION, OUTSIDE, IN_ONE, ON_BORDERS), "posts"),
        Identity("posts", IN_TRACTS, (IN_ONE, ON_BORDERS)),
        Identity("posts", IN_TRACTS, (WITH_INCOME, WITHOUT)),
        Identity("cities", CITIES, VERDICTS),
        Identity(PLAIN_FINDINGS, CITIES, PLAIN, by=", by plain finding"),
    ),
    files="private/post_files",
    rows_of_file=POSTS_IN_FILE,
    beside=(TRACTS, REPAIRED),
)


def close_posts(
    gathered: Gathered, tables: PostsTables, layer: Layer, census: Census, findings: Findings, *, out: Path
) -> PartClosed:
    """Check every identity of the posts, then write their rows of the ledger and ``private/post_files``.

    What the files hold was counted as they were read, what became of the posts as they were placed in tracts,
    and the posts in tracts are counted here, from the table that is published.

    Args:
        gathered: The files, and the posts that were left out.
        tables: What became of the others.
        layer: The tracts.
        census: The Census and the cities.
        findings: What is found of the cities.
        out: The folder of the tables.

    Returns:
        The rows and the warnings.

    Raises:
        LedgerError: An identity does not hold; nothing is written then.
    """
    placed = read_table(TABLES["private/posts_in_tracts"], out)
    in_tracts = pc.count_distinct(placed.column("post_id")).as_py()
    posts = sum(file.rows for file in gathered.files)
    counts = {
        POSTS: posts,
        DUPLICATES: gathered.duplicates,
        EXCLUDED: gathered.excluded,
        NO_LOCATION: gathered.no_location,
        OUTSIDE: tables.outside,
        IN_ONE: tables.in_one_tract,
        ON_BORDERS: tables.on_borders,
        IN_TRACTS: in_tracts,
        WITH_INCOME: tables.with_income,
        WITHOUT: tables.without,
        TRACTS: layer.tracts,
        REPAIRED: layer.repaired,
    }
    examined = pc.count_distinct(census.cities.column("city")).as_py()
    plain = {finding: findings.directions.get(finding, 0) for finding in PLAIN}
    verdicts: dict[str, int] = {verdict: findings.verdicts.get(verdict, 0) for verdict in VERDICTS}
    files = gathered.files
    accounts = [
        *(Account("posts", file.source, file.file, {POSTS_IN_FILE: file.rows}) for file in files),
        Account("posts", "", "posts/", counts),
        Account("cities", "", "census/city_tracts", {CITIES: examined, **verdicts}),
        Account(PLAIN_FINDINGS, "", "census/city_tracts", {CITIES: examined, **plain}),
    ]
    warnings = [
        *_without_location(gathered, tables.outside + in_tracts),
        *_warnings(tables, layer, posts, in_tracts),
        *_wrong_year(tables, placed),
    ]
    closed = close_part(accounts, LEDGER, warnings, out)
    write_files(files, "private/post_files", "posts", out)
    return closed


def _warnings(tables: PostsTables, layer: Layer, posts: int, in_tracts: int) -> Iterator[str]:
    """What a person must not overlook."""
    located = tables.outside + in_tracts
    if located and tables.outside > located / 2:
        yield (
            f"{tables.outside:,} of {located:,} posts with a location lie in no tract: "
            "does census/tracts cover the posts' country?"
        )
    if not posts:
        yield "the files of posts hold no posts"
    if layer.repaired:
        yield f"{layer.repaired:,} polygons of the tract layer were invalid and have been repaired"


def _without_location(gathered: Gathered, located: int) -> Iterator[str]:
    """Files of which most posts have no location."""
    if gathered.no_location > located:
        yield (
            f"{gathered.no_location:,} of {gathered.no_location + located:,} posts have no location: are the "
            "columns of the coordinates right, and in degrees, not feet? name them in [posts.columns]"
        )


def _wrong_year(tables: PostsTables, placed: pa.Table) -> Iterator[str]:
    """A year, perhaps mistyped, of which there is no post."""
    if not placed.num_rows or pc.sum(tables.counts.column("count")).as_py():
        return
    years = pc.min_max(placed.column("year")).as_py()
    there = f"they are from {years['min']} to {years['max']}" if years["min"] else "they have no time"
    yield f"no post in a tract is from the year analysed ({there}); correct posts.year in {FILE}"
