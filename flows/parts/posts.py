"""The posts: which tracts post, and what income has to do with it (method 6, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.catalog import Investigation
from data.errors import InputError
from data.kept import FOLDER, Stage, file_name
from data.printable import escaped
from data.schema import TABLES, posts
from data.settings import FILE, Posts, Tests
from flows.parts import points, shares, tracts, verdicts
from flows.parts.ground import Ground, key_from
from flows.parts.points import Files, PointsFound
from flows.run.inputs import Inputs
from flows.run.part import Job, Part, Told
from flows.run.step import step
from tasks.posts.ledger import IN_TRACTS, LEDGER, ON_BORDERS, POSTS

if TYPE_CHECKING:
    from tasks.census.results import Census
    from tasks.income.results import Findings
    from tasks.layers.look import Bounds
    from tasks.posts.results import Gathered, PostsTables
    from tasks.rows.results import Recognised

TEST: Final = "test the cities"
PLACE: Final = "put posts into tracts"
TABULATED: Final = (TABLES["private/posts_in_tracts"], TABLES["public/border_posts"])
"""The tables that come from the posts in their tracts."""


@dataclass(frozen=True)
class PostsInput:
    """What the part starts from.

    Attributes:
        files: The files of posts.
        settings: The section ``[posts]``.
        layer: The files of the tract layer.
        census: The Census and the examined cities.
        tests: The section ``[tests]``.
        bounds: The tract layer's extent in degrees; None where it states none.
        recognised: What each file of posts is.
        gaps: Lines on the tracts that the layer or the Census lacks, where they are few.
        places: The files of the boundaries of places, beside lists of cities.
    """

    files: Files
    settings: Posts
    layer: tuple[Path, ...]
    census: Census
    tests: Tests
    bounds: Bounds | None
    recognised: tuple[Recognised, ...]
    gaps: tuple[str, ...] = ()
    places: tuple[Path, ...] = ()


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
    bounds, census = given.once(points.bounds), given.once(points.census_of_examined)
    gaps = tracts.check(given, points.cities(census))
    return PostsInput(
        files=tuple(files),
        settings=settings,
        layer=given.once(points.layer),
        census=census,
        tests=given.investigation.config.tests,
        bounds=bounds,
        recognised=check_posts(files, settings, bounds),
        gaps=gaps,
        places=given.once(shares.places),
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
    from tasks.income.results import write_findings
    from tasks.posts.task import close

    given: PostsInput = job.given.once(look)
    ground, out = Ground(job, PART.name, given.layer), job.out
    census, doubts = shares.with_shares(given.census, given.places, ground)
    given = replace(given, census=census)
    gathered, tables, findings = _stages(job, given, ground)
    write_findings(findings.value, "posts", out)
    # Coarse coordinates are held against the tracts, so that their file is read.
    layer = ground.readable_tracts if gathered.value.coarse else ground.tracts
    columns = given.settings.columns.model_dump()
    closed = step(close)(
        gathered.value, tables.value, layer, census, findings.value, out=out, columns=columns
    )
    tracts.write_posts(ground, tables.value.counts, findings.value.tests, census.shares)
    return PointsFound(
        gathered.value.files,
        ground.tracts,
        census,
        findings.value,
        closed,
        warnings=(
            *given.gaps,
            *closed.warnings,
            *tracts.rowless(job.given, tables.value.no_row, closed.total(IN_TRACTS) or 0),
            *doubts,
        ),
        notes=ground.keeper.notes(),
    )


def _stages(
    job: Job, given: PostsInput, ground: Ground
) -> tuple[Stage[Gathered], Stage[PostsTables], Stage[Findings]]:
    """The stages of the part, each with what it depends on; a stage is made when its result is asked for.

    What makes a result (Dask, geopandas) is loaded then, and workers are started then.
    """
    work, out, census, tracts = job.work, job.out, given.census, given.census.tracts

    def gather() -> Gathered:
        from tasks.posts.task import gather as gather_posts

        states = ground.hashes.states(given.files)
        found = step(gather_posts)(
            given.files, given.settings, work, job.client, bounds=given.bounds, buckets=job.buckets
        )
        ground.note(states, found.files)
        return found

    def locate() -> list[Path]:
        from tasks.places.task import locate_posts

        batches, layer = gathered.whole.batches, ground.readable_tracts
        return step(locate_posts)(job.client, batches, layer, tracts, work / "posts" / "located")

    def tabulate() -> PostsTables:
        from tasks.posts.task import tabulate as tabulate_posts

        return step(tabulate_posts)(located.whole, census, given.settings.year, out)

    def test() -> Findings:
        from tasks.income.task import test_cities

        counts, layer = tables.value.counts, ground.readable_tracts
        return step(test_cities)(census, counts, layer, given.tests, job.client)

    # Rows whose coordinates are exchanged are known by the bounds.
    on = (given.settings, given.bounds)
    keeper, layer = ground.keeper, ground.tracts.input.sha256
    gathered = keeper.stage(
        "gather the posts",
        ground.key_of(given.files, on),
        gather,
        lambda found: found.batches,
        key_after=lambda found: key_from(found.files, on),
        clears=[PLACE],
    )
    located = keeper.stage(PLACE, (gathered.full_key, layer, tracts), locate, lambda found: found)
    tables = keeper.stage(
        "tabulate the posts",
        (located.full_key, census.cities, given.settings.year),
        tabulate,
        lambda _: [out / file for table in TABULATED for file in table.files],
        copies=out,
    )
    compared = (tables.value.counts, tracts, census.cities, census.shares, layer, given.tests)
    return gathered, tables, keeper.stage(TEST, compared, test)


def origin(found: PointsFound) -> Mapping[str, Any]:
    """The files of posts, the tract layer and the Census."""
    return {PART.name: points.origin(found)}


def tell(found: PointsFound) -> Told:
    """One row per city: the plain finding over tracts, and what is known."""
    return Told(
        listings=verdicts.listings(found.findings, "posts"),
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
    tables=(*posts.PRIVATE, *posts.PUBLIC, TABLES["public/tracts_used"]),
    shown={
        "public/city_tests": "Do richer tracts post more?",
        "public/city_tests_robust": "What is known?",
        "public/city_effects": "How much more, in each city and over all?",
    },
    ledger=LEDGER,
    look=look,
    recognised=lambda given: given.once(look).recognised,
    run=run,
    origin=origin,
    tell=tell,
    notes=notes,
    found_otherwise=points.found_otherwise,
    unknown=points.unknown,
    kept=(f"{FOLDER}/{file_name('posts', TEST)}.json",),
    recognised_shared=points.recognised,
    worker_modules=("tasks.posts.gather", *points.WORKER_MODULES),
)
