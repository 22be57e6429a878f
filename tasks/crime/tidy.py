"""A block of crime records in its final form: id, whether of the year, type, and location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.settings import ALL_CRIMES, Crime
from data.text import collapse
from tasks.crime.dates import readings
from tasks.crime.days import NotADateError, texts_of
from tasks.crime.locations import Degrees
from tasks.crime.plan import FilePlan
from tasks.layers.coordinates import Bounds
from tasks.places.odd_points import EXCHANGED, exchanged, odd_points
from tasks.places.points import locations
from tasks.rows.content import ROUNDED_TO, Words, bits_of, mixed
from tasks.rows.ids import as_text, ids_of, odd_ids
from tasks.rows.reader import OddRows, Tidied, Wanted, noted

OTHER: Final = -1
"""The type of a crime that is not one of those examined."""

_ID: Final = {"crime_id": pa.string(), "content": pa.uint64(), "row": pa.uint32()}
_OTHERS: Final = {
    "of_year": pa.bool_(),
    "type": pa.int16(),
    "lon": pa.float64(),
    "lat": pa.float64(),
}
_MOST_OTHERS: Final = 1000
"""At most so many other types are kept of a block: should the wrong column be named, each row has its own."""


@dataclass(frozen=True)
class CrimeReader:
    """How a city's crime records are read (:class:`tasks.rows.reader.Reader`).

    Attributes:
        key: The folder below ``crime/``.
        settings: The section ``[crime.<key>]``, complete.
        plan: How the file is read.
        with_ids: Whether any file of the folder has ids: then all rows get one.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.
    """

    key: str
    settings: Crime
    plan: FilePlan
    with_ids: bool = True
    bounds: Bounds | None = None

    @property
    def id(self) -> str | None:
        """The column of the ids; None where no file of the folder has any."""
        return "crime_id" if self.with_ids else None

    @property
    def schema(self) -> pa.Schema:
        """What a crime is between reading and counting.

        crime_id, content, a hash of what must be equal in two rows of one crime, and row, its place in its
        file from 1 (where there are ids),
        of_year, type (its position among the configured ones, or :data:`OTHER`), lon and lat, which are both
        missing where it has no location.
        """
        return pa.schema(_ID | _OTHERS if self.with_ids else _OTHERS)

    @property
    def wanted(self) -> Wanted:
        """The columns of the file that are read."""
        return self.plan.wanted

    def tidied(self, block: pa.RecordBatch, label: str, before: int) -> Tidied:
        """Bring a block into its final form.

        Args:
            block: The wanted columns, as :func:`tasks.rows.large_tables.blocks` gives them.
            label: How the file is named in an error.
            before: Crimes of the file before this block; rows in errors are counted from 1, without the
                header.

        Returns:
            The same crimes with the reader's schema; as words, the configured types that are in the block,
            then other types in it; as odd, what the coordinates and ids show.

        Raises:
            InputError: A crime has no id, its date cannot be read, or a coordinate is not a number; the
                message names the file, column, row and value.
        """
        days = self._days(block, label, before)
        of_year = pc.fill_null(pc.equal(pc.year(days), self.settings.year), False)
        types, kinds, words = self._types(block, label)
        degrees = self.plan.degrees(block, label, before).without(self.plan.nowhere)
        lon, lat = locations(degrees.lon, degrees.lat)
        columns = [of_year, types, lon, lat]
        odd = self._odd_points(degrees, before)
        if self.with_ids:
            by_incident = self.settings.rows == "incident"
            content = kinds if by_incident else content_of(days, kinds, lon, lat)
            ids = self._ids(block, label, before)
            odd += [] if self.plan.key is None else odd_ids(ids, before)
            rows = np.arange(before + 1, before + block.num_rows + 1, dtype=np.uint32)
            columns = [ids, pa.array(content), pa.array(rows), *columns]
        return Tidied(pa.RecordBatch.from_arrays(columns, schema=self.schema), words, tuple(odd))

    def _odd_points(self, degrees: Degrees, before: int) -> list[OddRows]:
        """What the coordinates show; those of a plane are known to be no degrees."""
        if self.plan.crs:
            return []
        turned = exchanged(degrees.lat, degrees.lon, self.bounds)
        odd = [noted(EXCHANGED, turned, before)] if turned.any() else []
        return odd + odd_points(degrees.lat, degrees.lon, self.bounds, before)

    def _ids(self, block: pa.RecordBatch, label: str, before: int) -> pa.Array:
        """The id of each crime; where the file has none, one that no other crime has."""
        name = self.plan.key
        if name is not None and self.plan.is_row:
            fix = (
                "a crime without an id cannot be counted once; give it one, or write columns = "
                f'{{ id = "" }} in [crime.{self.key}] if no crime appears twice in the files'
            )
            return ids_of(block.column(name), label, name, before, fix)
        ids = None if name is None else as_text(block.column(name), label, name)
        if ids is not None and not ids.null_count:
            return ids
        own = pa.array([f"{label}\0{row}" for row in range(before, before + block.num_rows)], pa.string())
        return own if ids is None else pc.coalesce(ids, own)

    def _days(self, block: pa.RecordBatch, label: str, before: int) -> pa.Array:
        name = self.plan.date
        try:
            return self.plan.dates.days(block.column(name))
        except NotADateError as error:
            row = before + error.index + 1
            wanted, fix = self._date_wanted(error.text)
            raise file_faults.wrong_value(label, name, row, error.text[:80], wanted, fix=fix) from None
        except TypeError:
            raise file_faults.wrong_type(label, name, block.column(name).type, "dates") from None

    def _date_wanted(self, text: str) -> tuple[str, str]:
        """What a date should be, and what to do about one that is not."""
        given, shown = self.plan.dates.format, self.plan.dates.shown_by
        if given is not None:
            return f"a date in date_format of [crime.{self.key}] ({given!r})", "correct one of the two"
        order = self.plan.dates.order if readings(text) else ""
        as_shown = f", as row {shown[0]:,} ({shown[1][:80]!r}) shows" if shown else ""
        return (
            f"a date with the {order}{as_shown}" if order else "a date",
            "write month/day/year, as 07/29/2019, or ISO 8601, as 2019-07-29, or say in "
            f'[crime.{self.key}] how dates are written, as date_format = "%d/%m/%Y"',
        )

    def _crimes(self, block: pa.RecordBatch) -> pa.Array:
        """The type of each row where all crimes are of one; what the layout marks as no crime is of none."""
        none = pa.array(np.zeros(block.num_rows, np.int16))
        if self.plan.only is None:
            return none
        name, value = self.plan.only
        marks = pc.utf8_trim_whitespace(texts_of(block.column(name)))
        is_crime = pc.fill_null(pc.equal(marks, value), True)
        return pc.if_else(is_crime, none, pa.scalar(OTHER, pa.int16()))

    def _types(self, block: pa.RecordBatch, label: str) -> tuple[pa.Array, Words, tuple[str, ...]]:
        """The position of each type among the configured ones, a hash of each, and the types as words."""
        column = block.column(self.plan.type)
        coded = (
            column if _is_text(column.type) else as_text(column, label, self.plan.type)
        ).dictionary_encode()
        texts = [collapse(text) for text in coded.dictionary.to_pylist()]
        hashes = _hashes([*texts, ""])
        codes = np.asarray(pc.fill_null(coded.indices, len(texts)))
        kinds = hashes[codes]
        once = dict.fromkeys(texts)
        if self.settings.examined == (ALL_CRIMES,):
            everything = self._crimes(block)
            return everything, kinds * np.uint64(self.settings.rows != "incident"), _first(once, _MOST_OTHERS)
        configured = {collapse(name): position for position, name in enumerate(self.settings.examined)}
        positions = np.array([*(configured.get(text, OTHER) for text in texts), OTHER], np.int16)
        others = _first([text for text in once if text not in configured], _MOST_OTHERS)
        words = (*(text for text in once if text in configured), *others)
        return pa.array(positions[codes]), kinds, words


def content_of(days: pa.Array, kinds: Words, lon: pa.Array, lat: pa.Array) -> Words:
    """A hash of the day, type and location of each crime: equal where all four are (method 9.1).

    Locations are equal where they are within some ten meters: another download may write fewer digits.

    Args:
        days: date32, may be missing.
        kinds: A hash of each type.
        lon: float64, may be missing.
        lat: Likewise.

    Returns:
        The same on every machine and in every run.
    """
    place = (bits_of(pc.round(side, ROUNDED_TO)) for side in (lon, lat))
    return mixed(kinds, bits_of(days.cast(pa.int32()).cast(pa.int64())), *place)


def _hashes(texts: Sequence[str]) -> Words:
    """A hash of each text: the same on every machine and in every run."""
    found = (blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(found), np.dtype("<u8")).astype(np.uint64)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind))


def _first(words: Mapping[str, None] | Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(islice(words, most))
