"""A block of posts in its final form: id, year, whether the account is excluded, and the location."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError
from data.settings import Posts
from tasks.layers.coordinates import Bounds
from tasks.places.odd_points import EXCHANGED, exchanged, odd_points
from tasks.places.points import locations
from tasks.posts import columns
from tasks.posts.times import read_times, understood
from tasks.rows.content import ROUNDED_TO, Words, bits_of, hashes_of, mixed
from tasks.rows.ids import as_text, ids_of, odd_ids
from tasks.rows.reader import OddRows, Tidied, Wanted, noted

TIDY: Final = pa.schema(
    {
        "post_id": pa.string(),
        "year": pa.int32(),
        "excluded": pa.bool_(),
        "lon": pa.float64(),
        "lat": pa.float64(),
        "content": pa.uint64(),
        "row": pa.uint32(),
    }
)
"""A post between reading and counting; lon and lat are both missing where it has no location. The content is
equal in rows that say the same of a post: its time, location and, where accounts are read, account."""


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
            The same posts with :data:`TIDY` as schema; as odd, rows whose coordinates are exchanged or no
            degrees, how many decimals they have, in which unit times are counted, and ids that may be rounded
            numbers.

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

        (year, moments), units = read_times(created, self.settings.timezone, complaint)
        odd = [noted(unit, rows, before) for unit, rows in units.items()]
        odd += [*odd_ids(posts, before), *self._odd_points(block, before)]
        lon, lat = locations(block.column("longitude"), block.column("latitude"))
        excluded, users = self._excluded(block, label)
        content = mixed(
            bits_of(moments), bits_of(pc.round(lon, ROUNDED_TO)), bits_of(pc.round(lat, ROUNDED_TO)), *users
        )
        rows = np.arange(before + 1, before + block.num_rows + 1, dtype=np.uint32)
        columns = [posts, year, excluded, lon, lat, pa.array(content), pa.array(rows)]
        return Tidied(pa.RecordBatch.from_arrays(columns, schema=TIDY), odd=tuple(odd))

    def _odd_points(self, block: pa.RecordBatch, before: int) -> list[OddRows]:
        lat, lon = block.column("latitude"), block.column("longitude")
        turned = exchanged(lat, lon, self.bounds)
        odd = [noted(EXCHANGED, turned, before)] if turned.any() else []
        return odd + odd_points(lat, lon, self.bounds, before)

    def _excluded(self, block: pa.RecordBatch, label: str) -> tuple[pa.Array, list[Words]]:
        """Which posts are of excluded accounts; and a hash of the accounts, where they are read."""
        if not self.settings.exclude_users:
            return pa.array(np.zeros(block.num_rows, np.bool_)), []
        users = as_text(block.column("user_id"), label, "user_id")
        return pc.is_in(users, pa.array(self.settings.exclude_users, pa.string())), [hashes_of(users)]
