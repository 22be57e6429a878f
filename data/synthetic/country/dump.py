"""The files of posts, as dumps of an app are: several, in several formats, with rows that repeat an id.

Rows are rendered and written some ten thousand at a time, so that memory does not grow with the files.
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
from data.synthetic.mail.posts import filled
from data.tables import replacing

PIECE: Final = 50_000
"""Rows rendered at a time; the bytes of the Parquet file depend on it."""
_COLUMNS: Final = ("id", "user_id", "created_at", "latitude", "longitude", "title", "description", "category")
_OTHER_ORDER: Final = ("created_at", "id", "title", "description", "longitude", "latitude", "user_id")
_ZONES: Final = (("Z", 0), ("+02:00", 7200), ("-08:00", -28800), ("+0530", 19800), ("", 0))
_MICRO: Final = 1e6


@dataclass(frozen=True)
class Dump:
    """One file of posts.

    Attributes:
        name: Its name in the folder ``posts``; files are in order of name.
        until: Where it ends, as a share of all rows.
        columns: Its columns.
        times: How it writes times: with an offset, without one, or as Parquet does.
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
    """The rows of all files one after another.

    Attributes:
        post: Which post a row has the id of.
        repeat: Whether a row before it has the same id.
    """

    post: Ints
    repeat: NDArray[np.bool_]


def order_rows(posts: Posts, repeats: int, rng: np.random.Generator) -> Rows:
    """Put rows that repeat an id behind the first, half of them near it and half anywhere later.

    Args:
        posts: The posts.
        repeats: How many rows to add. Some repeat posts that are counted for another reason already, some
            repeat an id for the second time.
        rng: Decides which.

    Returns:
        The rows in order; without the repeats they are the posts in order.
    """
    count = len(posts.ids)
    special = [np.flatnonzero(sort)[:2] for sort in (posts.excluded, ~posts.located, posts.matched > 1)]
    picked = rng.choice(count * 9 // 10, repeats - 8, replace=False)
    again = np.concatenate([*special, picked, picked[:2]])
    span = np.where(np.arange(repeats) % 2 == 0, 40, count - again)
    place = np.concatenate([np.arange(count), again + 0.5 + rng.random(repeats) * span])
    order = np.argsort(place, kind="stable")
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
                write(_render(dump, _told(grid, posts, rows.post[piece], rows.repeat[piece]), texts))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        written.append(WrittenDump(dump.name, digest[:12], stop - first))
        first = stop
    return tuple(written)


@contextmanager
def _open(path: Path, dump: Dump) -> Iterator[Callable[[pa.Table], None]]:
    """A file that tables are written to one after another."""
    schema = pa.schema([(name, _type(name, dump)) for name in dump.columns])
    if dump.times == "parquet":
        with pq.ParquetWriter(path, schema, compression="zstd") as parquet:
            yield parquet.write_table
        return
    with path.open("wb") as file:
        # A name and a time in the header of the gzip file would be other bytes each time.
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


def _told(grid: Grid, posts: Posts, post: Ints, repeat: NDArray[np.bool_]) -> Posts:
    """What rows say of their posts; one that repeats an id says something else, and a wrong choice shows.

    It lies in a tract half a country further on, was written two years earlier, by the account before.
    """
    whole = {name: array[post] for name, array in vars(posts).items()}
    told = Posts(**whole)
    x, y = grid.centre((np.maximum(told.tract, 0) + grid.tracts // 2) % grid.tracts)
    early = np.where(told.moment == NO_TIME, 0, told.moment - 2 * 365 * 86_400)
    return replace(
        told,
        x=np.where(repeat, x, told.x),
        y=np.where(repeat, y, told.y),
        moment=np.where(repeat, early, told.moment),
        users=told.users - repeat,
    )


def _render(dump: Dump, told: Posts, texts: dict[str, pa.Array]) -> pa.Table:
    """Rows as a table of the file's columns."""
    columns = {
        "id": pa.array(told.ids),
        "user_id": pa.array(told.users),
        "created_at": _times(dump, told),
        "latitude": pa.array(told.y / _MICRO, mask=told.y == NULL),
        "longitude": pa.array(told.x / _MICRO, mask=told.x == NULL),
    } | {
        name: pool.take(pa.array(told.ids * factor % len(pool)))
        for factor, (name, pool) in zip((1, 7919, 104_729), texts.items(), strict=True)
    }
    return pa.table({name: columns[name] for name in dump.columns})


def _times(dump: Dump, told: Posts) -> pa.Array:
    """Times as the file writes them; which form a row has follows from its id."""
    missing = told.moment == NO_TIME
    moment = np.where(missing, 0, told.moment)
    if dump.times == "parquet":
        return pa.array((moment * 1000 + told.ids % 1000), mask=missing).cast(_type("created_at", dump))
    if dump.times == "plain":
        text = pa.array(moment.astype("datetime64[s]").astype(str)).cast(pa.string())
        text = pc.replace_substring(text, "T", " ")
        suffix = pa.array(["", ".5", ".25", " UTC"]).take(pa.array(told.ids % 4))
    else:
        zone = told.ids % len(_ZONES)
        offset = np.array([seconds for _, seconds in _ZONES])[zone]
        text = pa.array((moment + offset).astype("datetime64[s]").astype(str)).cast(pa.string())
        suffix = pa.array([name for name, _ in _ZONES]).take(pa.array(zone))
    return pc.if_else(pa.array(missing), None, pc.binary_join_element_wise(text, suffix, ""))


def _texts(rng: random.Random) -> dict[str, pa.Array]:
    """Texts to draw from, with all that makes a CSV file hard to read."""
    odd = [
        '"Quoted", she said',
        "a, b, and c",
        "two\nlines, and\r\na third",
        "",
        'half a "quote',
        "O'Hollow\ttab",
    ]
    titles = [filled(rng, rng.choice(words.CRIME_TITLES)) for _ in range(250)]
    several = [" ".join(filled(rng, s) for s in rng.sample(words.SENTENCES, 3)) for _ in range(800)]
    paragraphs = [text.replace(". ", ".\n", 1) for text in several[::3]]
    return {
        "title": pa.array([*titles, *words.ODD_TITLES, *odd]),
        "description": pa.array(
            [*several, *paragraphs, *(" ".join(each) for each in words.ODD_DESCRIPTIONS), *odd]
        ),
        "category": pa.array(["crime", "safety", "unknown visitor", "stranger", "lost pet"]),
    }
