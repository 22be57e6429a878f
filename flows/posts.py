"""The subflow `posts`: which tracts post, and what income has to do with it (DESIGN 5.6, 5.7)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from prefect import flow

from data.catalog import Investigation
from data.schema import TABLES
from data.tables import read_table
from flows.artifacts import show_table, with_artifact
from flows.inputs import posts_input
from flows.progress import reporter
from flows.workers import workers
from tasks.income.task import examine
from tasks.ledger.task import close_of_posts
from tasks.places.results import Census, Layer
from tasks.places.task import prepare, put_into_tracts
from tasks.posts.results import Gathered
from tasks.posts.task import gather, tabulate


@dataclass(frozen=True)
class PostsResult:
    """What the subflow found, for the summary and the provenance.

    Attributes:
        gathered: The files, and the posts that were left out.
        layer: The tracts.
        census: The Census and the cities.
        posts: Rows in the files of posts.
        in_tracts: Posts in tracts.
        on_borders: Those of them that lie in several.
        tests: Rows of public/city_tests.
        robust: Rows of public/city_tests_robust.
        warnings: What the run must end with.
    """

    gathered: Gathered
    layer: Layer
    census: Census
    posts: int
    in_tracts: int
    on_borders: int
    tests: pa.Table
    robust: pa.Table
    warnings: tuple[str, ...]


@flow(name="posts", flow_run_name="posts {folder.name}")
def posts(folder: Path, out: Path, buckets: int | None = None) -> PostsResult:
    """Put the posts of an investigation into tracts, and hold them against the income there.

    Args:
        folder: The investigation folder.
        out: Where the tables go; the caller publishes them.
        buckets: Into how many pieces the posts are sorted; by default after their number. It changes no byte
            of a table.

    Returns:
        What was found.

    Raises:
        InputError: A file, a column, a city or a setting is wrong.
        LedgerError: A post that entered has left no trace.
    """
    tell = reporter()
    investigation = Investigation.open(folder)
    given, work = posts_input(investigation), investigation.work
    with workers("posts") as client:
        with tell.stage("prepare the tracts"):
            layer = prepare(given.layer, work)
        with tell.stage("gather the posts", "files") as on_progress:
            gathered = gather(given.files, given.settings, work, client, buckets, on_progress)
        with tell.stage("put posts into tracts", "batches") as on_progress:
            shown = with_artifact("posts-placed", "Batches of posts put into tracts", on_progress)
            placed = put_into_tracts(
                gathered.batches, layer, given.census, work / "posts" / "located", client, shown
            )
        with tell.stage("tabulate the posts"):
            tables = tabulate(placed, given.census, given.settings.year, out)
        with tell.stage("test the cities"):
            alpha = investigation.config.tests.alpha
            findings = examine(given.census, tables.counts, layer, alpha, client, out)
    with tell.stage("close the ledger of the posts"):
        closed = close_of_posts(gathered, tables, layer, given.census, findings, out=out)
    show_table("city-tests", read_table(TABLES["public/city_tests"], out), "Do richer tracts post more?")
    show_table(
        "city-tests-robust", read_table(TABLES["public/city_tests_robust"], out), "Does the finding stand?"
    )
    return PostsResult(
        gathered=gathered,
        layer=layer,
        census=given.census,
        posts=closed.posts,
        in_tracts=closed.in_tracts,
        on_borders=tables.on_borders,
        tests=findings.tests,
        robust=findings.robust,
        warnings=closed.warnings,
    )
