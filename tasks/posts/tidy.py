"""A block of posts in its final form: id, year, whether the account is excluded, and the location."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError
from data.settings import Posts
from tasks.places.points import locations
from tasks.posts.times import understood, years
from tasks.rows.ids import as_text, ids_of
from tasks.rows.reader import Tidied, Wanted

WANTED: Final = Wanted(
    names=("id", "user_id", "created_at", "latitude", "longitude"), degrees=("latitude", "longitude")
)
"""The columns that a post must have."""

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
        settings: The section ``[posts]``: excluded accounts, and the time zone.
    """

    settings: Posts
    wanted: Wanted = WANTED
    schema: pa.Schema = TIDY
    id: str = "post_id"

    def tidied(self, block: pa.RecordBatch, label: str, before: int) -> Tidied:
        """Bring a block into its final form.

        Args:
            block: The five columns, as :func:`tasks.rows.large_tables.blocks` gives them.
            label: How the file is named in an error.
            before: Posts of the file before this block; rows in errors are counted from 1, without the
                header.

        Returns:
            The same posts with :data:`TIDY` as schema.

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
            fix = "write it as 2019-07-01T12:30:00Z (ISO 8601), or as seconds since 1970"
            return file_faults.wrong_value(label, "created_at", before + row + 1, value, "a time", fix=fix)

        year = years(created, self.settings.timezone, complaint)
        users = as_text(block.column("user_id"), label, "user_id")
        excluded = pc.is_in(users, pa.array(self.settings.exclude_users, pa.string()))
        lon, lat = locations(block.column("longitude"), block.column("latitude"))
        return Tidied(pa.RecordBatch.from_arrays([posts, year, excluded, lon, lat], schema=TIDY))
