"""The door of the posts room: the Prefect tasks that flows call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from distributed import Client
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.settings import Posts
from tasks.places.results import Census
from tasks.posts.gather import gather_posts
from tasks.posts.results import Gathered, PostsTables
from tasks.posts.tabulate import tabulate_posts
from tasks.rows.reader import OnProgress

__all__ = ["Gathered", "PostsTables", "gather", "tabulate"]


@task(name="gather the posts", cache_policy=NO_CACHE, persist_result=False)
def gather(  # noqa: PLR0917 - in the order in which the flow has them
    files: Sequence[tuple[str, Path]],
    settings: Posts,
    work: Path,
    client: Client,
    buckets: int | None = None,
    on_progress: OnProgress | None = None,
) -> Gathered:
    """Read all posts and count each once.

    Args:
        files: Path inside the investigation folder, and where to open it, in order of the former.
        settings: The section ``[posts]``.
        work: The investigation's work folder; ``posts/`` in it is made anew.
        client: Where to run.
        buckets: In how many pieces; by default after the number of posts. It changes no byte of a table.
        on_progress: Told how many files are read, and of how many.

    Returns:
        The files, the posts that have a location, and the numbers of the others.

    Raises:
        InputError: A file cannot be read; names file, column and row.
    """
    return gather_posts(files, settings, work, client, buckets=buckets, on_progress=on_progress)


@task(name="tabulate the posts", cache_policy=NO_CACHE, persist_result=False)
def tabulate(located: Sequence[Path], census: Census, year: int, out: Path) -> PostsTables:
    """Write the tables of the posts and count them.

    Args:
        located: The files of posts that know their tract.
        census: The Census and the examined cities.
        year: The year analysed.
        out: Where the tables go.

    Returns:
        The numbers that the ledger and the tests need.
    """
    return tabulate_posts(located, census, year, out)
