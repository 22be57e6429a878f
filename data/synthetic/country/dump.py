"""The files of posts, like dumps of an app: several, in several formats, with rows that repeat an id.

Rows are rendered and written in pieces, so that memory does not grow with the files.
"""

from __future__ import annotations

import gzip
import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.synthetic import words
from data.synthetic.country.borders import NULL
from data.synthetic.country.grid import Grid, Ints
from data.synthetic.country.resident_posts import NO_TIME, Posts
from data.tables import replacing

PIECE: Final = 50_000
"""Rows per piece; the bytes of the Parquet file depend on it."""
_COLUMNS: Final = ("id", "user_id", "created_at", "latitude", "longitude", "title", "description", "category")
_OTHER_ORDER: Final = ("created_at", "id", "title", "description", "longitude", "latitude", "user_id")
_ZONES: Final = (("Z", 0), ("+02:00", 7200), ("-08:00", -28800), ("+0530", 19800), ("", 0))
_MICRO: Final = 1e6


@dataclass(frozen=True)
class Dump:
    """One file of posts.

    Attributes:
        name: Its name in the folder ``posts``; the files are in order of name.
        until: Where it ends, as a share of all rows.
        columns: Its columns.
        times: How it writes times: with an offset ("offsets"), without one ("plain"), or as Parquet does
            ("parquet").
    """

    name: str
    until: float
    columns: tuple[str, ...]
    times: str


DUMPS: Final = (
    Dump("2019-a.csv.gz", 0.45, _COLUMNS, "offsets"),
    Dump("2019-b.csv", 0.85, _OTHER_ORDER, "plain"),
    Dump("late.parquet", 1.0, _COLUMNS, "parquet"),
)


@dataclass(frozen=True)
class WrittenDump:
    """A file of posts that was written.

    Attributes:
        name: Its name.
        source: The first 12 hexadecimal digits of its SHA-256.
        rows: Its rows.
    """

    name: str
    source: str
    rows: int


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of all files, one after another.

    Attributes:
        post: The post whose id a row has.
        repeat: Whether an earlier row has the same id.
    """

    post: Ints
    repeat: NDArray[np.bool_]


def order_rows(posts: Posts, repeats: int, rng: np.random.Generator) -> Rows:
    """Insert rows that repeat an id, half of them shortly after the first one with it, half anywhere later.

    Args:
        posts: The posts.
        repeats: How many rows to add. Some repeat posts that are left out for another reason too, some repeat
            an id for the second time.
        rng: Decides which.

    Returns:
        The rows in order. Without the repeats they are the posts, in order.
    """
    count = len(posts.ids)
    special = [np.flatnonzero(sort)[:2] for sort in (posts.excluded, ~posts.located, posts.matched > 1)]
    picked = rng.choice(count * 9 // 10, repeats - 8, replace=False)
    again = np.concatenate([*special, picked, picked[:2]])
    span = np.where(np.arange(repeats) % 2 == 0, 40, count - again)
    # Posts are at whole positions; a repeat is at a fraction after its post.
    position = np.concatenate([np.arange(count), again + 0.5 + rng.random(repeats) * span])
    order = np.argsort(position, kind="stable")
    return Rows(np.concatenate([np.arange(count), again])[order], order >= count)


def write_posts(folder: Path, grid: Grid, posts: Posts, rows: Rows, seed: int) -> tuple[WrittenDump, ...]:
    """Write the files.

    Args:
        folder: The folder ``posts`` of an investigation.
        grid: The layer.
        posts: The posts.
        rows: Their rows.
        seed: Decides the texts.

    Returns:
        What was written, in order of name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = _texts(random.Random(f"resident posts-{seed}"))
    written = []
    first = 0
    for dump in DUMPS:
        stop = round(len(rows.post) * dump.until)
        path = folder / dump.name
        with replacing(path) as beside, _open(beside, dump) as write:
            for start in range(first, stop, PIECE):
                piece = slice(start, min(stop, start + PIECE))
                write(_render(dump, _shown(grid, posts, rows.post[piece], rows.repeat[piece]), texts))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        written.append(WrittenDump(dump.name, digest[:12], stop - first))
        first = stop
    return tuple(written)


@contextmanager
def _open(path: Path, dump: Dump) -> Iterator[Callable[[pa.Table], None]]:
    """Open a file, and give a function that appends a table to it."""
    schema = pa.schema([(name, _type(name, dump)) for name in dump.columns])
    if dump.times == "parquet":
        with pq.ParquetWriter(path, schema, compression="zstd") as parquet:
            yield parquet.write_table
        return
    with path.open("wb") as file:
        # No name and no time in the gzip header: the bytes would differ each time.
        packed = gzip.GzipFile("", "wb", 5, file, 0) if dump.name.endswith(".gz") else None
        with pyarrow.csv.CSVWriter(cast(Any, packed or file), schema) as writer:
            yield writer.write_table
        if packed is not None:
            packed.close()


def _type(name: str, dump: Dump) -> pa.DataType:
    if name == "created_at" and dump.times == "parquet":
        return pa.timestamp("ms", tz="UTC")
    types = {"id": pa.int64(), "user_id": pa.int64(), "latitude": pa.float64(), "longitude": pa.float64()}
    return types.get(name, pa.string())


def _shown(grid: Grid, posts: Posts, post: Ints, repeat: NDArray[np.bool_]) -> Posts:
    """The values in the rows of these posts.

    A row that repeats an id has other values, so that choosing the wrong row shows: it is in a tract half a
    country away, two years earlier, and by another account.
    """
    whole = {name: array[post] for name, array in vars(posts).items()}
    shown = Posts(**whole)
    x, y = grid.centre((np.maximum(shown.tract, 0) + grid.tracts // 2) % grid.tracts)
    early = np.where(shown.moment == NO_TIME, 0, shown.moment - 2 * 365 * 86_400)
    return replace(
        shown,
        x=np.where(repeat, x, shown.x),
        y=np.where(repeat, y, shown.y),
        moment=np.where(repeat, early, shown.moment),
        users=shown.users - repeat,
    )


def _render(dump: Dump, shown: Posts, texts: dict[str, pa.Array]) -> pa.Table:
    """Rows as a table with the file's columns."""
    columns = {
        "id": pa.array(shown.ids),
        "user_id": pa.array(shown.users),
        "created_at": _times(dump, shown),
        "latitude": pa.array(shown.y / _MICRO, mask=shown.y == NULL),
        "longitude": pa.array(shown.x / _MICRO, mask=shown.x == NULL),
    } | {
        name: pool.take(pa.array(shown.ids * factor % len(pool)))
        for factor, (name, pool) in zip((1, 7919, 104_729), texts.items(), strict=True)
    }
    return pa.table({name: columns[name] for name in dump.columns})


def _times(dump: Dump, shown: Posts) -> pa.Array:
    """Times as the file writes them; a row's id decides in which form."""
    missing = shown.moment == NO_TIME
    moment = np.where(missing, 0, shown.moment)
    if dump.times == "parquet":
        return pa.array((moment * 1000 + shown.ids % 1000), mask=missing).cast(_type("created_at", dump))
    if dump.times == "plain":
        text = pa.array(moment.astype("datetime64[s]").astype(str)).cast(pa.string())
        text = pc.replace_substring(text, "T", " ")
        suffix = pa.array(["", ".5", ".25", " UTC"]).take(pa.array(shown.ids % 4))
    else:
        zone = shown.ids % len(_ZONES)
        offset = np.array([seconds for _, seconds in _ZONES])[zone]
        text = pa.array((moment + offset).astype("datetime64[s]").astype(str)).cast(pa.string())
        suffix = pa.array([name for name, _ in _ZONES]).take(pa.array(zone))
    return pc.if_else(pa.array(missing), None, pc.binary_join_element_wise(text, suffix, ""))


def _texts(rng: random.Random) -> dict[str, pa.Array]:
    """Texts to draw from, with everything that makes a CSV file hard to read."""
    odd = [
        '"Quoted", she said',
        "a, b, and c",
        "two\nlines, and\r\na third",
        "",
        'half a "quote',
        "O'Hollow\ttab",
    ]
    titles = [words.fill(rng, rng.choice(words.CRIME_TITLES)) for _ in range(250)]
    several = [" ".join(words.fill(rng, s) for s in rng.sample(words.SENTENCES, 3)) for _ in range(800)]
    paragraphs = [text.replace(". ", ".\n", 1) for text in several[::3]]
    return {
        "title": pa.array([*titles, *words.ODD_TITLES, *odd]),
        "description": pa.array(
            [*several, *paragraphs, *(" ".join(each) for each in words.ODD_DESCRIPTIONS), *odd]
        ),
        "category": pa.array(["crime", "safety", "unknown visitor", "stranger", "lost pet"]),
    }
