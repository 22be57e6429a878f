"""The door of the places room: the Prefect tasks that flows call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from distributed import Client
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.places.locate import OnProgress, locate
from tasks.places.prepare import prepare_layer
from tasks.places.results import Census, Layer

__all__ = ["Census", "Layer", "prepare", "put_into_tracts"]


@task(name="prepare the tracts", cache_policy=NO_CACHE, persist_result=False)
def prepare(layer_path: Path, work: Path) -> Layer:
    """Read the tract layer, repair it and keep it as GeoParquet; one that is kept already is taken as it is.

    Args:
        layer_path: The layer as it was handed in.
        work: The investigation's work folder.

    Returns:
        The layer as it is kept.

    Raises:
        InputError: It cannot be used; the message says why, and the mend.
    """
    return prepare_layer(layer_path, work)


@task(name="put points into tracts", cache_policy=NO_CACHE, persist_result=False)
def put_into_tracts(  # noqa: PLR0917 - in the order in which the flow has them
    batches: Sequence[Path],
    layer: Layer,
    census: Census,
    out: Path,
    client: Client,
    on_progress: OnProgress | None = None,
) -> tuple[Path, ...]:
    """Find the tract of every point.

    Args:
        batches: Parquet files of posts or crimes with lon and lat; their names must differ.
        layer: The tract layer.
        census: Population by tract, which decides on borders.
        out: The folder for the results; made if absent.
        client: Where to run.
        on_progress: Told how many batches are done, and of how many.

    Returns:
        A file for each batch (:func:`tasks.places.locate.locate`).
    """
    return tuple(locate(client, batches, layer, census.tracts, out, on_progress=on_progress))
