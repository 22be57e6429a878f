"""The posts: which tracts post, and what income has to do with it (method 6, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.catalog import Investigation
from data.errors import InputError
from data.printable import escaped
from data.schema import posts
from data.settings import FILE, Posts
from flows.parts import points
from flows.parts.points import Files, PointsFound
from flows.run.inputs import Inputs
from flows.run.part import Job, Listing, Part, Told
from flows.run.step import step
from tasks.posts.ledger import IN_TRACTS, LEDGER, ON_BORDERS, POSTS

if TYPE_CHECKING:
    from tasks.places.look import Bounds
    from tasks.places.results import Census
    from tasks.rows.results import Recognised


@dataclass(frozen=True)
class PostsInput:
    """What the part starts from.

    Attributes:
        files: The files of posts.
        settings: The section ``[posts]``.
        layer: The tract layer's file.
        census: The Census and the examined cities.
        alpha: The configured alpha, which is divided by the number of cities examined.
        bounds: The tract layer's extent in degrees; None where it states none.
        recognised: What each file of posts is.
    """

    files: Files
    settings: Posts
    layer: Path
    census: Census
    alpha: float
    bounds: Bounds | None
    recognised: tuple[Recognised, ...]


def look(given: Inputs) -> PostsInput:
    """Check the posts against the tract layer, the Census and the examined cities."""
    from tasks.posts.look import check_posts

    settings = given.investigation.config.posts
    if settings is None:
        raise InputError(
            f"{FILE}: posts/ holds files, but there is no section [posts]; write which year to analyse:\n"
            "[posts]\nyear = 2019"
        )
    files = given.investigation.post_files()
    bounds = given.once(points.bounds)
    return PostsInput(
        files=tuple(files),
        settings=settings,
        layer=given.once(points.layer),
        census=given.once(points.census_of_examined),
        alpha=given.investigation.config.tests.alpha,
        bounds=bounds,
        recognised=check_posts(files, settings, bounds),
    )


def run(job: Job) -> PointsFound:
    """Place the posts of an investigation in tracts, and compare them with the income there.

    Args:
        job: The job.

    Returns:
        What was found.

    Raises:
        InputError: A file, a column, a city or a setting is wrong.
        LedgerError: A post that entered is not accounted for.
    """
    from flows.service.artifacts import show_table
    from tasks.income import task as income
    from tasks.income.results import write_findings
    from tasks.places import task as places
    from tasks.posts import task as tasks

    given: PostsInput = job.given.once(look)
    client, out, census = job.client, job.out, given.census
    layer = step(places.prepare)(given.layer, job.work)
    gathered = step(tasks.gather)(
        given.files, given.settings, job.work, client, bounds=given.bounds, buckets=job.buckets
    )
    located = step(places.locate_posts)(
        client, gathered.batches, layer, census.tracts, job.work / "posts" / "located"
    )
    tables = step(tasks.tabulate)(located, census, given.settings.year, out)
    findings = step(income.test_cities)(census, tables.counts, layer, given.alpha, client)
    write_findings(findings, "posts", out)
    closed = step(tasks.close)(gathered, tables, layer, census, findings, out=out)
    show_table("city-tests", findings.tests, "Do richer tracts post more?")
    show_table("city-tests-robust", findings.robust, "Does the finding stand?")
    return PointsFound(gathered.files, layer, census, findings, closed, warnings=closed.warnings)


def origin(found: PointsFound) -> Mapping[str, Any]:
    """The files of posts, the tract layer and the Census."""
    return {PART.name: points.origin(found)}


def tell(found: PointsFound) -> Told:
    """One row per city: the finding over tracts, and its verdict."""
    verdicts = {row["city"]: row["verdict"] for row in found.findings.robust.to_pylist()}
    rows = [
        (
            row["city"],
            row["n"],
            row["posts"],
            *points.r_and_p(row),
            row["direction"],
            verdicts[row["city"]],
        )
        for row in found.findings.tests.to_pylist()
        if row["level"] == "tract"
    ]
    return Told(
        listings=(Listing(("city", "tracts", "posts", "r", "p", "finding", "verdict"), rows),),
        facts={
            "posts": found.closed.total(POSTS),
            "in tracts": found.closed.total(IN_TRACTS),
            "on borders": found.closed.total(ON_BORDERS),
        },
    )


def notes(investigation: Investigation) -> list[str]:
    """A line for each folder in ``posts/``; nothing in it is read."""
    return [
        f"not read: the folder posts/{escaped(path.name)}; put files of posts into posts/ itself"
        for path in sorted((investigation.folder / "posts").glob("*"))
        if path.is_dir() and not path.name.startswith(".")
    ]


PART = Part(
    name="posts",
    patterns=("posts/*", *points.CENSUS),
    tables=(*posts.PRIVATE, *posts.PUBLIC),
    ledger=LEDGER,
    look=look,
    recognised=lambda given: given.once(look).recognised,
    run=run,
    origin=origin,
    tell=tell,
    notes=notes,
    worker_modules=("tasks.posts.gather", *points.WORKER_MODULES),
)
