"""A block of posts in its final form: id, year, whether the account is excluded, and the location."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError
from data.settings import Posts
from tasks.layers.coordinates import Bounds
from tasks.places.points import locations
from tasks.posts import columns
from tasks.posts.odd_rows import EXCHANGED, exchanged
from tasks.posts.times import read_times, understood
from tasks.rows.ids import as_text, ids_of
from tasks.rows.reader import OddRows, Tidied, Wanted

TIDY: Final = pa.schema(
    {
        "post_id": pa.string(),
        "year": pa.int32(),
        "excluded": pa.bool_(),
        "lon": pa.float64(),
        "lat": pa.float64(),
    }
)
"""A post between reading and counting; lon and lat are both missing where it has no location."""


@dataclass(frozen=True)
class PostReader:
    """How files of posts are read (:class:`tasks.rows.reader.Reader`).

    Attributes:
        settings: The section ``[posts]``: the names of columns, excluded accounts, and the time zone.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.
    """

    settings: Posts
    bounds: Bounds | None = None
    schema: pa.Schema = TIDY
    id: str = "post_id"

    @property
    def wanted(self) -> Wanted:
        """The columns that a file must have."""
        return columns.wanted(self.settings)

    def tidied(self, block: pa.RecordBatch, label: str, before: int) -> Tidied:
        """Bring a block into its final form.

        Args:
            block: The wanted columns, as :func:`tasks.rows.large_tables.blocks` gives them.
            label: How the file is named in an error.
            before: Posts of the file before this block; rows in errors are counted from 1, without the
                header.

        Returns:
            The same posts with :data:`TIDY` as schema; as odd, rows whose coordinates are exchanged, and in
            which unit times are counted.

        Raises:
            InputError: A post has no id, or its time cannot be read; the message names the file, the row and
                the value.
        """
        posts = ids_of(block.column("id"), label, "id", before, "a post without an id cannot be counted once")
        created = block.column("created_at")
        if not understood(created.type):
            raise file_faults.wrong_type(
                label, "created_at", created.type, "times", "save it as ISO 8601 text"
            )

        def complaint(row: int, value: object) -> InputError:
            fix = "write it as 2019-07-01T12:30:00Z (ISO 8601), or as seconds or milliseconds since 1970"
            return file_faults.wrong_value(label, "created_at", before + row + 1, value, "a time", fix=fix)

        year, units = read_times(created, self.settings.timezone, complaint)
        lat, lon = block.column("latitude"), block.column("longitude")
        turned = exchanged(lat, lon, self.bounds)
        odd = [noted(unit, rows, before) for unit, rows in units.items()]
        if turned.any():
            odd.append(noted(EXCHANGED, turned, before))
        lon, lat = locations(lon, lat)
        excluded = self._excluded(block, label)
        return Tidied(
            pa.RecordBatch.from_arrays([posts, year, excluded, lon, lat], schema=TIDY), odd=tuple(odd)
        )

    def _excluded(self, block: pa.RecordBatch, label: str) -> pa.Array:
        if not self.settings.exclude_users:
            return pa.array(np.zeros(block.num_rows, np.bool_))
        users = as_text(block.column("user_id"), label, "user_id")
        return pc.is_in(users, pa.array(self.settings.exclude_users, pa.string()))


def noted(kind: str, rows: npt.NDArray[np.bool_], before: int) -> OddRows:
    """Rows of a block, as they are noted: how many, and the first in the file."""
    return OddRows(kind, int(rows.sum()), before + int(rows.argmax()) + 1)
