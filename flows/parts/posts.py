"""The subflow `posts`: which tracts post, and what income has to do with it (DESIGN 5.6, 5.7)."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.parts.points import PointsResult, placed
from flows.run.preflight import inputs
from flows.run.progress import reporter
from flows.run.workers import workers
from flows.service.artifacts import show_table
from tasks.income.task import examine
from tasks.ledger.task import close_of_posts
from tasks.places.task import prepare
from tasks.posts.task import gather, tabulate


@flow(name="posts", flow_run_name="posts {folder.name}")
def posts(folder: Path, out: Path, buckets: int | None = None) -> PointsResult:
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
    tell, known = reporter(), inputs(folder)
    given, work = known.posts, known.investigation.work
    with workers("posts") as client:
        with tell.stage("prepare the tracts"):
            layer = prepare(given.layer, work)
        with tell.stage("gather the posts", "files") as on_progress:
            gathered = gather(given.files, given.settings, work, client, buckets, on_progress)
        located = placed("posts", gathered.batches, layer, given.census, work / "posts" / "located", client)
        with tell.stage("tabulate the posts"):
            tables = tabulate(located, given.census, given.settings.year, out)
        with tell.stage("test the cities"):
            findings = examine(given.census, tables.counts, layer, given.alpha, client, out)
    with tell.stage("close the ledger of the posts"):
        closed = close_of_posts(gathered, tables, layer, given.census, findings, out=out)
    show_table("city-tests", findings.tests, "Do richer tracts post more?")
    show_table("city-tests-robust", findings.robust, "Does the finding stand?")
    return PointsResult(gathered.files, layer, given.census, findings, closed)
