"""The columns of a file of posts, and what its names are called (method 6.11)."""

from __future__ import annotations

from typing import Final

from data.file_faults import RENAME
from data.settings import Posts
from tasks.rows.columns import folded
from tasks.rows.reader import Wanted

ID: Final = "id"
USER: Final = "user_id"
TIME: Final = "created_at"
LATITUDE: Final = "latitude"
LONGITUDE: Final = "longitude"

_ACCEPTED: Final = {LATITUDE: ("latitude", "lat"), LONGITUDE: ("longitude", "lng", "lon", "long")}
_INSTEAD: Final = {LATITUDE: ("y",), LONGITUDE: ("x",)}
"""Taken where a file has none of the others: of tables with both, x and y are often feet."""

_ARTICLE: Final = frozenset(
    map(folded, ("type", "id", "title", "description", "category", "created_at", "lat", "lng"))
)
"""The columns that the article lists."""


def wanted(settings: Posts) -> Wanted:
    """The columns of a file that are read.

    Args:
        settings: The section ``[posts]``: which names the columns have, and whether accounts are excluded;
            only then a column of accounts is needed.

    Example:
        >>> wanted(Posts(year=2019)).names
        ('id', 'created_at', 'latitude', 'longitude')
    """
    users = (USER,) if settings.exclude_users else ()
    named = {name: (given,) for name, given in settings.columns.model_dump().items() if given is not None}
    return Wanted(
        names=(ID, *users, TIME, LATITUDE, LONGITUDE),
        degrees=(LATITUDE, LONGITUDE),
        accepted=_ACCEPTED | named,
        instead={} if {LATITUDE, LONGITUDE} & named.keys() else _INSTEAD,
        fix=f"{RENAME}, or name it in [posts.columns]",
    )


def words_of(columns: list[str]) -> str:
    """What is said of the columns of a file; empty where nothing is.

    Example:
        >>> words_of(["type", "id", "title", "description", "category", "created_at", "Lat", "lng"])
        "the article's columns"
    """
    return "the article's columns" if set(map(folded, columns)) >= _ARTICLE else ""
