"""Close the posts' part of the ledger: from the rows of the files to the verdicts of the cities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from data.settings import FILE
from data.tables import distinct_in_order, read_table
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
from tasks.places.coarse import coarse_lines, tract_width
from tasks.places.lost_points import Points, lost_lines
from tasks.posts.columns import LATITUDE, LONGITUDE
from tasks.posts.results import Gathered, PostsTables
from tasks.tracts.ledger import TRACTS as OF_TRACTS

POSTS_IN_FILE: Final = "posts in the file"
POSTS: Final = "posts in the files"
EXCLUDED: Final = "excluded accounts"
IN_ONE: Final = "in one tract"
ON_BORDERS: Final = "on borders"
IN_TRACTS: Final = "posts in tracts"
NO_ROW: Final = "in tracts without a Census row"
UNPEOPLED: Final = "in tracts without people or income"
TRACTS: Final = "tracts in the layer"
REPAIRED: Final = "polygons repaired"
PLAIN_FINDINGS: Final = "plain findings"
"""The section of what Pearson's test alone says."""
LEDGER: Final = Ledger(
    identities=(
        Identity("posts", POSTS, (DUPLICATES, EXCLUDED, NO_LOCATION, OUTSIDE, IN_ONE, ON_BORDERS), "posts"),
        Identity("posts", IN_TRACTS, (IN_ONE, ON_BORDERS)),
        Identity("posts", IN_TRACTS, (WITH_INCOME, WITHOUT)),
        Identity("posts", WITHOUT, (NO_ROW, UNPEOPLED)),
        Identity("cities", CITIES, VERDICTS),
        Identity(PLAIN_FINDINGS, CITIES, PLAIN, by=", by plain finding"),
    ),
    files="private/post_files",
    rows_of_file=POSTS_IN_FILE,
    beside=(TRACTS, REPAIRED),
    shared=OF_TRACTS,
)


def close_posts(
    gathered: Gathered,
    tables: PostsTables,
    layer: Layer,
    census: Census,
    findings: Findings,
    *,
    out: Path,
    columns: Mapping[str, str | None] | None = None,
) -> PartClosed:
    """Check every identity of the posts, then write their rows of the ledger and ``private/post_files``.

    What the files hold was counted as they were read, what became of the posts as they were placed in tracts,
    and the posts in tracts are counted here, from the table that is published.

    Args:
        gathered: The files, and the posts that were left out.
        tables: What became of the others.
        layer: The tracts; their file is read where coordinates are coarse.
        census: The Census and the cities.
        findings: What is found of the cities.
        out: The folder of the tables.
        columns: What the settings call the columns, where they do.

    Returns:
        The rows and the warnings.

    Raises:
        LedgerError: An identity does not hold; nothing is written then.
    """
    placed = read_table(TABLES["private/posts_in_tracts"], out, ["post_id", "year"])
    in_tracts = distinct_in_order(placed, "post_id")
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
        NO_ROW: tables.no_row,
        UNPEOPLED: tables.unpeopled,
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
    width = tract_width(layer, census.cities["GEOID"].to_pylist()) if gathered.coarse else 0.0
    warnings = [
        *_same_ids(gathered),
        *lost_lines(_points(gathered, tables, in_tracts, columns or {}), files),
        *coarse_lines(gathered.coarse, width, "posts"),
        *_warnings(layer, posts),
        *_wrong_year(tables, placed),
    ]
    closed = close_part(accounts, LEDGER, warnings, out)
    write_files(files, "private/post_files", "posts", out)
    return closed


def _same_ids(gathered: Gathered) -> Iterator[str]:
    """Duplicates that may be none."""
    if gathered.unlike:
        yield (
            f"{gathered.unlike:,} of {gathered.duplicates:,} duplicate posts have the id of an earlier row "
            f"and another time, location or account, as {gathered.unlike_as}; the earlier row is counted"
        )


def _points(
    gathered: Gathered, tables: PostsTables, in_tracts: int, columns: Mapping[str, str | None]
) -> Points:
    """What became of the posts, as far as their coordinates matter."""
    lat, lon = (columns.get(name) or name for name in (LATITUDE, LONGITUDE))
    return Points(
        things="posts",
        columns={file.file: f"{lat} and {lon}" for file in gathered.files},
        section="[posts.columns]",
        no_location=gathered.no_location,
        outside=tables.outside,
        inside=in_tracts,
        tracts="",
        question="does census/tracts cover the posts' country?",
    )


def _warnings(layer: Layer, posts: int) -> Iterator[str]:
    """What a person must not overlook."""
    if not posts:
        yield "the files of posts hold no posts"
    if layer.repaired:
        yield f"{layer.repaired:,} polygons of the tract layer were invalid and have been repaired"


def _wrong_year(tables: PostsTables, placed: pa.Table) -> Iterator[str]:
    """A year, perhaps mistyped, of which there is no post."""
    if not placed.num_rows or pc.sum(tables.counts.column("count")).as_py():
        return
    years = pc.min_max(placed.column("year")).as_py()
    there = f"they are from {years['min']} to {years['max']}" if years["min"] else "they have no time"
    yield f"no post in a tract is from the year analysed ({there}); correct posts.year in {FILE}"
