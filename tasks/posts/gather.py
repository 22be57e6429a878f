"""The posts of all files, each counted once (method 6.1), read as :mod:`tasks.rows` reads large files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from data.file_faults import shown
from data.printable import printable
from data.settings import FIRST, Posts
from tasks.layers.coordinates import Bounds
from tasks.places.coarse import coarse_file, decimals_of
from tasks.posts.columns import ID, wanted
from tasks.posts.odd_rows import check_odd
from tasks.posts.results import Gathered
from tasks.posts.tidy import PostReader
from tasks.rows.gather import ONE_IN, gather_rows
from tasks.rows.ids import check_ids, cut_by_a_spreadsheet
from tasks.rows.reader import Counted, OnProgress
from tasks.rows.results import GatheredRows

if TYPE_CHECKING:
    from distributed import Client

NEAR: Final = {"lon": 0.01, "lat": 0.01, "year": 1}
"""Degrees, and years, by which a post may differ in two files, which may write times and places otherwise."""

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
            (:func:`tasks.posts.odd_rows.check_odd`); ids are rounded numbers, or many posts share one.
    """
    found = gather_rows(
        files,
        PostReader(settings, bounds),
        PostCount(),
        work / "posts",
        client,
        buckets=buckets,
        on_progress=on_progress,
        content="content",
        near=NEAR,
        splits=False,
    )
    name = settings.columns.id or ID
    for file in found.files:
        check_odd(file.file, file.odd)
        check_ids(file.file, name, file.odd)
    _check_same_ids(found, name, settings)
    return Gathered(
        files=found.files,
        batches=found.batches,
        duplicates=found.duplicates,
        excluded=found.counts[EXCLUDED],
        no_location=found.counts[NO_LOCATION],
        unlike=found.unlike,
        unlike_as=f"{printable(found.unlike_as[:80])} ({found.unlike_in})" if found.unlike else "",
        coarse=tuple(
            coarse_file(file, path, wanted(settings))
            for file, (_, path) in zip(found.files, files, strict=True)
            if decimals_of(file.odd) is not None
        ),
    )


def _check_same_ids(found: GatheredRows, name: str, settings: Posts) -> None:
    """See that an id is that of one post, a few rows aside.

    Raises:
        InputError: More than one row in a hundred has the id of an earlier row, and is otherwise another
            post; the message shows the first two.
    """
    rows = sum(file.rows for file in found.files)
    if settings.same_id == FIRST or found.unlike * ONE_IN <= rows:
        return
    why = f" ({cut})" if (cut := cut_by_a_spreadsheet(found.unlike_as)) else ""
    raise InputError(
        f"{found.unlike_in}: column {shown(name)} is {shown(found.unlike_as)}{why} in both, but time, "
        f"location or account differ, as in {found.unlike:,} of {rows:,} rows, so that these are no "
        'duplicates; name the column of the post\'s own id, as id = "…" in [posts.columns], or write '
        f'same_id = "{FIRST}" in [posts] to count the first row of each id'
    )


def _sum(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(mask, min_count=0).as_py())
