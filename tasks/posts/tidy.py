"""A block of posts in its final form: id, year, whether the account is left out, and the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from data.settings import Posts
from tasks.posts.times import understood, years

TIDY: Final = pa.schema(
    {
        "post_id": pa.string(),
        "year": pa.int32(),
        "excluded": pa.bool_(),
        "lon": pa.float64(),
        "lat": pa.float64(),
    }
)
"""What a post is between reading and counting; lon and lat are missing together, where it has no location."""

_FAR_LON: Final = 180.0
_FAR_LAT: Final = 90.0


def tidied(block: pa.RecordBatch, settings: Posts, label: str, before: int) -> pa.RecordBatch:
    """Bring a block into its final form.

    Args:
        block: The five columns, as :func:`tasks.posts.files.blocks` gives them.
        settings: The section ``[posts]``: accounts that are left out, and the time zone.
        label: How the file is called in an error.
        before: Posts of the file before this block; rows in errors are counted from 1, without the header.

    Returns:
        The same posts with :data:`TIDY` as schema.

    Raises:
        InputError: A post has no id, or its time is no time; names file, row and value.
    """
    posts = as_text(block.column("id"), label, "id")
    if posts.null_count:
        row = before + pc.index(pc.is_null(posts), True).as_py() + 1
        raise InputError(
            f"{label}: column id, row {row}: is empty; a post without an id cannot be counted once"
        )
    created = block.column("created_at")
    if not understood(created.type):
        raise InputError(
            f"{label}: column created_at holds {created.type}, not times; save it as ISO 8601 text"
        )

    def complaint(row: int, value: object) -> InputError:
        return InputError(
            f"{label}: column created_at, row {before + row + 1}: {value!r} is no time; "
            "write it as 2019-07-01T12:30:00Z (ISO 8601), or as seconds since 1970"
        )

    year = years(created, settings.timezone, complaint)
    users = as_text(block.column("user_id"), label, "user_id")
    excluded = pc.is_in(users, pa.array(settings.exclude_users, pa.string()))
    lon, lat = places(block.column("longitude"), block.column("latitude"))
    return pa.RecordBatch.from_arrays([posts, year, excluded, lon, lat], schema=TIDY)


def as_text(values: pa.Array, label: str, name: str) -> pa.Array:
    """Identifiers as text, so that 7, "7" and the 7.0 of a column with gaps are one.

    Example:
        >>> as_text(pa.array([7.0, None, 8.5]), "a.parquet", "id").to_pylist()
        ['7', None, '8.5']
    """
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
        if pc.all(pc.equal(values, pc.floor(values)), min_count=0).as_py():
            values = values.cast(pa.int64())
    numeric = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    textual = any(
        test(values.type) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )
    if not (numeric or textual or pa.types.is_null(values.type)):
        raise InputError(
            f"{label}: column {name} holds {values.type}, neither text nor numbers; save it as text"
        )
    text = values.cast(pa.string())
    if pc.any(pc.ends_with(text, ".0"), min_count=0).as_py():
        text = pc.replace_substring_regex(text, r"^(-?[0-9]+)\.0$", r"\1")
    return text


def places(lon: pa.Array, lat: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Coordinates that are a location; both missing where they are not (DESIGN 5.6).

    Missing, not a number, out of range, and (0, 0), which apps write for "unknown", are no location.

    Example:
        >>> lon, lat = places(pa.array([-118.2, 0.0, 200.0, 0.0]), pa.array([34.1, 0.0, 5.0, 51.5]))
        >>> lon.to_pylist()
        [-118.2, None, None, 0.0]
    """
    # A comparison with NaN is false, and one with a missing value is missing: both are no location.
    fine: Sequence[Any] = (
        pc.less_equal(pc.abs(lon), _FAR_LON),
        pc.less_equal(pc.abs(lat), _FAR_LAT),
        pc.or_(pc.not_equal(lon, 0.0), pc.not_equal(lat, 0.0)),
    )
    good = pc.fill_null(pc.and_(pc.and_(fine[0], fine[1]), fine[2]), False)
    none = pa.scalar(None, pa.float64())
    return pc.if_else(good, lon, none), pc.if_else(good, lat, none)
