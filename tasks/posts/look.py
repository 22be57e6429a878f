"""The posts, checked before any work is done: each file's header and first block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from data.errors import InputError
from data.settings import Posts
from tasks.layers.coordinates import Bounds
from tasks.places.odd_points import EXCHANGED
from tasks.places.points import swapped
from tasks.posts.columns import ID, LATITUDE, LONGITUDE, words_of
from tasks.posts.odd_rows import check_odd
from tasks.posts.tidy import PostReader
from tasks.rows.form import form_of
from tasks.rows.ids import check_ids
from tasks.rows.large_tables import blocks, columns_of, estimated_rows
from tasks.rows.reader import OddRows, added
from tasks.rows.results import Recognised


def check_posts(
    files: Sequence[tuple[str, Path]], settings: Posts, bounds: Bounds | None = None
) -> tuple[Recognised, ...]:
    """See that every file can be read, and say what it was recognised as.

    Args:
        files: Path inside the investigation folder, and where to open it.
        settings: The section ``[posts]``.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.

    Returns:
        What each file is. How many posts it holds is said where its first block, or its footer, shows it; to
        count the others would be to read them twice.

    Raises:
        InputError: There is no file, one is of another kind, empty or damaged; a column is missing or holds
            something else; or latitude and longitude are swapped. The message names the file, the column and
            the fix.
    """
    if not files:
        raise InputError(
            "posts/: no file in it; put a table of posts there (.csv, .jsonl, .geojson, .parquet …)"
        )
    reader = PostReader(settings, bounds)
    return tuple(_looked_at(label, path, reader) for label, path in files)


def _looked_at(label: str, path: Path, reader: PostReader) -> Recognised:
    found = blocks(path, label, reader.wanted)
    first = next(found, None)
    rows: int | None = 0
    if first is not None:
        if swapped(first.column(LATITUDE), first.column(LONGITUDE), reader.bounds):
            raise InputError(
                f"{label}: columns {LATITUDE} and {LONGITUDE} are swapped (most posts would lie in the tract "
                "layer the other way round); rename each to the other"
            )
        odd = list(reader.tidied(first, label, 0).odd)
        rows = first.num_rows
        if any(each.kind == EXCHANGED for each in odd):
            odd += _others(found, label, reader, rows)
        check_odd(label, added(odd))
        rows = _whole(label, path, found, rows)
        if rows == first.num_rows:
            check_ids(label, reader.settings.columns.id or ID, odd)
    said = [words_of(columns_of(path, label)), form_of(path, label).words]
    said.append("" if rows is None else f"{rows:,} {'post' if rows == 1 else 'posts'}")
    return Recognised(label, ", ".join(filter(None, said)) or "CSV")


def _others(found: Iterator[pa.RecordBatch], label: str, reader: PostReader, before: int) -> list[OddRows]:
    """What the rest of a file has of odd rows, to say of all how many there are."""
    odd: list[OddRows] = []
    for block in found:
        odd += reader.tidied(block, label, before).odd
        before += block.num_rows
    return odd


def _whole(label: str, path: Path, found: Iterator[pa.RecordBatch], rows: int) -> int | None:
    """How many rows a file has, where that is known without reading it; None where it is not."""
    if form_of(path, label).kind == "parquet":
        return estimated_rows(path, label)
    return None if next(found, None) is not None else rows
