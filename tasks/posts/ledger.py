"""Close the posts' part of the ledger: from the rows of the files to the verdicts of the cities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from data.settings import FILE
from data.tables import read_table
from tasks.income.results import Findings
from tasks.ledger import identities
from tasks.ledger.accounts import Account, close_part
from tasks.ledger.results import PartClosed
from tasks.ledger.table import write_files
from tasks.places.results import Census, Layer
from tasks.posts.results import Gathered, PostsTables


def close_posts(
    gathered: Gathered, tables: PostsTables, layer: Layer, census: Census, findings: Findings, *, out: Path
) -> PartClosed:
    """Check every identity of the posts, then write their rows of the ledger and ``private/post_files``.

    What the files hold was counted as they were read, what became of the posts as they were put into tracts,
    and the posts in tracts are counted here, from the table that is published.

    Args:
        gathered: The files, and the posts that were left out.
        tables: What became of the others.
        layer: The tracts.
        census: The Census and the cities.
        findings: The verdicts.
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
        identities.POSTS: posts,
        identities.DUPLICATES: gathered.duplicates,
        identities.EXCLUDED: gathered.excluded,
        identities.NO_LOCATION: gathered.no_location,
        identities.OUTSIDE: tables.outside,
        identities.IN_ONE: tables.in_one_tract,
        identities.ON_BORDERS: tables.on_borders,
        identities.IN_TRACTS: in_tracts,
        identities.WITH_INCOME: tables.with_income,
        identities.WITHOUT: tables.without,
        identities.TRACTS: layer.tracts,
        identities.REPAIRED: layer.repaired,
    }
    examined = pc.count_distinct(census.cities.column("city")).as_py()
    verdicts = {direction: findings.verdicts.get(direction, 0) for direction in identities.DIRECTIONS}
    files = gathered.files
    accounts = [
        *(Account("posts", file.source, file.file, {identities.POSTS_IN_FILE: file.rows}) for file in files),
        Account("posts", "", "posts/", counts),
        Account("cities", "", "census/city_tracts", {identities.CITIES: examined, **verdicts}),
    ]
    warnings = [*_warnings(tables, layer, posts, in_tracts), *_of_no_use(tables, placed)]
    closed = close_part(accounts, warnings, out)
    write_files(files, "private/post_files", "posts", out)
    return closed


def _warnings(tables: PostsTables, layer: Layer, posts: int, in_tracts: int) -> Iterator[str]:
    """What nobody may miss."""
    located = tables.outside + in_tracts
    if located and tables.outside > located / 2:
        yield (
            f"{tables.outside:,} of {located:,} posts with a location lie in no tract: "
            "does census/tracts cover the posts' country?"
        )
    if not posts:
        yield "the files of posts hold no post"
    if layer.repaired:
        yield f"{layer.repaired:,} polygons of the tract layer were invalid and have been repaired"


def _of_no_use(tables: PostsTables, placed: pa.Table) -> Iterator[str]:
    """A year of which there is no post, as a mistyped one."""
    if not placed.num_rows or pc.sum(tables.counts.column("count")).as_py():
        return
    years = pc.min_max(placed.column("year")).as_py()
    there = f"they are of {years['min']} to {years['max']}" if years["min"] else "they have no time"
    yield f"no post in a tract is of the year analysed ({there}): correct posts.year in {FILE}"
