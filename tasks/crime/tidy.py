"""A block of crime records in its final form: id, whether of the year, type, and location."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.settings import Crime
from data.text import collapse
from tasks.crime.dates import year_of
from tasks.places.points import locations
from tasks.rows.ids import ids_of
from tasks.rows.reader import Tidied, Wanted

OTHER: Final = -1
"""The type of a crime that is not one of those examined."""

_ID: Final = {"crime_id": pa.string()}
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
        settings: The section ``[crime.<key>]``.
    """

    key: str
    settings: Crime

    @property
    def id(self) -> str | None:
        """The column of the ids; None where the settings name none."""
        return None if self.settings.columns.id is None else "crime_id"

    @property
    def schema(self) -> pa.Schema:
        """What a crime is between reading and counting.

        crime_id (where there are ids), of_year, type (its position among the configured ones,
        or :data:`OTHER`), lon and lat, which are both missing where it has no location.
        """
        return pa.schema(_OTHERS if self.id is None else _ID | _OTHERS)

    @property
    def wanted(self) -> Wanted:
        """The columns that the settings name, without blanks around them."""
        columns = self.settings.columns
        degrees = (columns.latitude.strip(), columns.longitude.strip())
        ids = () if columns.id is None else (columns.id.strip(),)
        return Wanted(
            names=(*ids, columns.date.strip(), columns.type.strip(), *degrees),
            degrees=degrees,
            fix=f"{file_faults.RENAME}, or name it in columns of [crime.{self.key}]",
        )

    def tidied(self, block: pa.RecordBatch, label: str, before: int) -> Tidied:
        """Bring a block into its final form.

        Args:
            block: The wanted columns, as :func:`tasks.rows.large_tables.blocks` gives them.
            label: How the file is named in an error.
            before: Crimes of the file before this block; rows in errors are counted from 1, without the
                header.

        Returns:
            The same crimes with the reader's schema; as words, the configured types that are in the block,
            then other types in it.

        Raises:
            InputError: A crime has no id, or its date cannot be read; the message names the file, column,
                row and value.
        """
        columns = self.settings.columns
        ids = []
        if columns.id is not None:
            name = columns.id.strip()
            fix = (
                "a crime without an id cannot be counted once; give it one, or leave out id in columns of "
                f"[crime.{self.key}] if no crime appears twice in the files"
            )
            ids = [ids_of(block.column(name), label, name, before, fix)]
        of_year = self._of_year(block.column(columns.date.strip()), label, before)
        types, words = self._types(block.column(columns.type.strip()))
        lon, lat = locations(block.column(columns.longitude.strip()), block.column(columns.latitude.strip()))
        rows = pa.RecordBatch.from_arrays([*ids, of_year, types, lon, lat], schema=self.schema)
        return Tidied(rows, words)

    def _of_year(self, dates: pa.Array, label: str, before: int) -> pa.Array:
        """Whether each date is of the year analysed; one that is missing is not."""
        # Files hold each date many times: it is read once per block.
        coded = dates.dictionary_encode()
        found = []
        for code, text in enumerate(coded.dictionary.to_pylist()):
            try:
                found.append(year_of(text, self.settings.date_format) == self.settings.year)
            except ValueError:
                row = before + pc.index(coded.indices, code).as_py() + 1
                name = self.settings.columns.date.strip()
                wanted, fix = self._date_wanted()
                raise file_faults.wrong_value(label, name, row, text, wanted, fix=fix) from None
        return pc.fill_null(pc.take(pa.array(found, pa.bool_()), coded.indices), False)

    def _date_wanted(self) -> tuple[str, str]:
        """What a date should be, and what to do about one that is not."""
        given = self.settings.date_format
        if given is not None:
            return f"a date in date_format of [crime.{self.key}] ({given!r})", "correct one of the two"
        return (
            "a date",
            "write month/day/year, as 07/29/2019, or ISO 8601, as 2019-07-29, or say in "
            f'[crime.{self.key}] how dates are written, as date_format = "%d/%m/%Y"',
        )

    def _types(self, types: pa.Array) -> tuple[pa.Array, tuple[str, ...]]:
        """The position of each type among the configured ones; and the types of the block, as words."""
        configured = {collapse(name): position for position, name in enumerate(self.settings.types)}
        coded = types.dictionary_encode()
        texts = [collapse(text) for text in coded.dictionary.to_pylist()]
        once = dict.fromkeys(texts)
        positions = pa.array([configured.get(text, OTHER) for text in texts], pa.int16())
        found = pc.fill_null(pc.take(positions, coded.indices), OTHER)
        others = islice((text for text in once if text not in configured), _MOST_OTHERS)
        return found, (*(text for text in once if text in configured), *others)
