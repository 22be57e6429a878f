"""Close the posts' part of the ledger: from the rows of the files to the verdicts of the cities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from data.schema import TABLES
from data.tables import read_table
from tasks.income.results import Findings
from tasks.ledger.ledger import (
    CITIES,
    DIRECTIONS,
    DUPLICATES,
    EXCLUDED,
    IN_ONE,
    IN_TRACTS,
    NO_LOCATION,
    ON_BORDERS,
    OUTSIDE,
    POSTS,
    POSTS_IN_FILE,
    REPAIRED,
    TRACTS,
    WITH_INCOME,
    WITHOUT,
    Account,
    check,
    ledger_rows,
)
from tasks.ledger.table import Row, write_files, write_ledger
from tasks.places.results import Census, Layer
from tasks.posts.results import Gathered, PostsTables


@dataclass(frozen=True)
class PostsClosed:
    """The posts' part of the ledger, closed.

    Attributes:
        rows: Its rows, as in the file.
        posts: Rows in the files of posts.
        in_tracts: Posts in tracts.
        warnings: One line each, for the run's last lines.
    """

    rows: tuple[Row, ...]
    posts: int
    in_tracts: int
    warnings: tuple[str, ...]


def close_posts(
    gathered: Gathered, tables: PostsTables, layer: Layer, census: Census, findings: Findings, *, out: Path
) -> PostsClosed:
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
    rows_read = sum(file.rows for file in gathered.files)
    posts = Account(
        "posts",
        "",
        "posts/",
        {
            POSTS: rows_read,
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
        },
        {},
    )
    examined = pc.count_distinct(census.cities.column("city")).as_py()
    verdicts = {direction: findings.verdicts.get(direction, 0) for direction in DIRECTIONS}
    cities = Account("cities", "", "census/city_tracts", {CITIES: examined, **verdicts}, {})
    files = [
        Account("posts", file.source, file.file, {POSTS_IN_FILE: file.rows}, {}) for file in gathered.files
    ]
    check([posts, cities])
    rows = ledger_rows([*files, posts, cities])
    write_ledger(rows, out)
    write_files(gathered.files, "private/post_files", "posts", out)
    return PostsClosed(
        rows=tuple(sorted(rows, key=lambda row: row[:3])),
        posts=rows_read,
        in_tracts=in_tracts,
        warnings=tuple(_warnings(tables, layer, rows_read, in_tracts)),
    )


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
