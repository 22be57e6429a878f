"""A room of the tests' own: rows with an id, a word and a place, how they are read, and what is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tasks.rows.ids import ids_of
from tasks.rows.reader import Counted, Tidied, Wanted

WANTED = Wanted(names=("id", "word", "latitude", "longitude"), degrees=("latitude", "longitude"))


@dataclass(frozen=True)
class WordReader:
    """Reads the columns as they are; with ``counts`` false the rows have no id."""

    counts: bool = True
    wanted: Wanted = WANTED

    @property
    def id(self) -> str | None:
        return "key" if self.counts else None

    @property
    def schema(self) -> pa.Schema:
        names = {"key": pa.string()} if self.counts else {}
        return pa.schema(names | {"word": pa.string(), "lon": pa.float64(), "lat": pa.float64()})

    def tidied(self, block: pa.RecordBatch, label: str, before: int) -> Tidied:
        ids = [ids_of(block.column("id"), label, "id", before, "give it one")] if self.counts else []
        words = block.column("word").cast(pa.string())
        columns = [*ids, words, block.column("longitude"), block.column("latitude")]
        said = tuple(word for word in pc.unique(words).to_pylist() if word is not None)
        return Tidied(pa.RecordBatch.from_arrays(columns, schema=self.schema), said)


@dataclass(frozen=True)
class WordCount:
    """Takes out rows with the word "bad", then those without a longitude."""

    repeated: tuple[str, ...] = ("word",)

    def __call__(self, rows: pa.Table) -> Counted:
        bad = pc.fill_null(pc.equal(rows["word"], "bad"), False)
        kept = rows.filter(pc.invert(bad))
        placed = kept.filter(pc.is_valid(kept["lon"]))
        return Counted({"bad": len(rows) - len(kept), "placeless": len(kept) - len(placed)}, placed)


def row(number: int, **given: Any) -> dict[str, Any]:
    """A row; what is given replaces its part."""
    return {
        "id": str(number),
        "word": "bad" if number % 11 == 0 else f"word {number % 5}",
        "title": 'A "quoted", long\ntitle',
        "latitude": 34.0 + number / 1000,
        "longitude": -118.0 - number / 1000,
    } | given


@pytest.fixture
def rows() -> Callable[..., dict[str, Any]]:
    """Makes a row."""
    return row


@pytest.fixture
def wanted() -> Wanted:
    """The columns of the rows."""
    return WANTED


@pytest.fixture
def reader() -> Callable[..., WordReader]:
    """Makes a reader of the rows."""
    return WordReader


@pytest.fixture
def count() -> WordCount:
    """What is counted of them."""
    return WordCount()
