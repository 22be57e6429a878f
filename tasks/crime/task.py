"""The door of the crime room: the Prefect tasks that flows call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from distributed import Client
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.settings import Crime
from tasks.crime.gather import gather_crimes
from tasks.crime.results import CrimeCounts, GatheredCrimes
from tasks.crime.tabulate import count_crimes
from tasks.places.results import Census
from tasks.rows.reader import OnProgress

__all__ = ["CrimeCounts", "GatheredCrimes", "count", "gather"]


@task(name="gather the crimes", cache_policy=NO_CACHE, persist_result=False)
def gather(  # noqa: PLR0917 - in the order in which the flow has them
    key: str,
    files: Sequence[tuple[str, Path]],
    settings: Crime,
    work: Path,
    client: Client,
    buckets: int | None = None,
    on_progress: OnProgress | None = None,
) -> GatheredCrimes:
    """Read all crime records of a folder and count each once.

    Args:
        key: The folder below ``crime/``.
        files: Path inside the investigation folder, and where to open it, in order of the former.
        settings: The section ``[crime.<key>]``.
        work: The investigation's work folder; ``crime/<key>/`` in it is made anew.
        client: Where to run.
        buckets: In how many pieces; by default after the number of crimes. It changes no count.
        on_progress: Told how many files are read, and of how many.

    Returns:
        The files, the crimes of the year and the types that have a location, and the numbers of the others.

    Raises:
        InputError: A file cannot be read, or a type stands in no row; names file, column and row, or the type
            and the nearest that was found.
    """
    return gather_crimes(key, files, settings, work, client, buckets=buckets, on_progress=on_progress)


@task(name="count the crimes", cache_policy=NO_CACHE, persist_result=False)
def count(located: Sequence[Path], settings: Crime, key: str, census: Census) -> CrimeCounts:
    """Count the crimes of a folder by type and tract of the city.

    Args:
        located: The files of crimes that know their tract; those of other folders are passed over.
        settings: The section ``[crime.<key>]``.
        key: The folder below ``crime/``.
        census: The Census and the lists of all cities.

    Returns:
        The numbers that the ledger and the tests need.
    """
    return count_crimes(located, settings, key, census)
