"""The posts of all files, each counted once (method 6.1), read as :mod:`tasks.rows` reads large files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from data.settings import Posts
from tasks.layers.coordinates import Bounds
from tasks.posts.odd_rows import check_odd
from tasks.posts.results import Gathered
from tasks.posts.tidy import PostReader
from tasks.rows.gather import gather_rows
from tasks.rows.reader import Counted, OnProgress

if TYPE_CHECKING:
    from distributed import Client

EXCLUDED: Final = "excluded"
NO_LOCATION: Final = "no location"


@dataclass(frozen=True)
class PostCount:
    """What becomes of posts (:class:`tasks.rows.reader.Count`).

    Posts of excluded accounts are taken out, then posts without a location; each is counted under the first
    reason that applies.
    """

    repeated: tuple[str, ...] = ("year",)

    def __call__(self, rows: pa.Table) -> Counted:
        """Take out the posts that are not located.

        Args:
            rows: Posts with the columns of :data:`tasks.posts.tidy.TIDY`.
        """
        counted = pc.invert(rows["excluded"])
        located = pc.and_(counted, pc.is_valid(rows["lon"]))
        batch = rows.select(["post_id", "year", "lon", "lat"]).filter(located)
        batch = batch.set_column(0, "post_id", batch["post_id"].cast(pa.string()))
        kept = _sum(counted)
        return Counted({EXCLUDED: len(rows) - kept, NO_LOCATION: kept - len(batch)}, batch)


def gather_posts(
    files: Sequence[tuple[str, Path]],
    settings: Posts,
    work: Path,
    client: Client,
    *,
    bounds: Bounds | None = None,
    buckets: int | None = None,
    on_progress: OnProgress | None = None,
) -> Gathered:
    """Read all files and leave each post that has a location in one batch.

    Args:
        files: Path inside the investigation folder, and where to open it, in order of the former.
        settings: The section ``[posts]``.
        work: The investigation's work folder; ``posts/`` in it is emptied first.
        client: Where to run; its workers must see the files under the same paths.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.
        buckets: How many buckets; by default by the number of posts. It changes no byte of a table.
        on_progress: Called with the number of files read and the number of all.

    Returns:
        The files, the batches and the counts.

    Raises:
        InputError: A file cannot be read, changed while it was read, or is odd as a whole
            (:func:`tasks.posts.odd_rows.check_odd`).
    """
    found = gather_rows(
        files,
        PostReader(settings, bounds),
        PostCount(),
        work / "posts",
        client,
        buckets=buckets,
        on_progress=on_progress,
    )
    for file in found.files:
        check_odd(file.file, file.odd)
    return Gathered(
        files=found.files,
        batches=found.batches,
        duplicates=found.duplicates,
        excluded=found.counts[EXCLUDED],
        no_location=found.counts[NO_LOCATION],
    )


def _sum(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(mask, min_count=0).as_py())
