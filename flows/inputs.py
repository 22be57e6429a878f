"""The input of the posts, looked at before any work is done: what is wrong is said now, in one line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.catalog import Investigation
from data.errors import InputError
from data.settings import FILE, Posts
from tasks.places.census import read_census
from tasks.places.layer import check_layer, find_layer
from tasks.places.results import Census
from tasks.posts.check import check_posts


@dataclass(frozen=True)
class PostsInput:
    """What the posts' part of a run goes out from.

    Attributes:
        files: The files of posts: path inside the folder, and where to open it; in order of the first.
        settings: The section ``[posts]``.
        layer: The tract layer's file.
        census: The Census and the examined cities.
    """

    files: tuple[tuple[str, Path], ...]
    settings: Posts
    layer: Path
    census: Census


def posts_input(investigation: Investigation) -> PostsInput:
    """Look at the posts, the tract layer, the Census and the cities.

    Args:
        investigation: One whose folder has files for all of them.

    Returns:
        What a run needs of them.

    Raises:
        InputError: A file, a column, a city or a setting is missing or wrong; it is named, with the mend.
    """
    settings = investigation.config.posts
    if settings is None:
        raise InputError(
            f"{FILE}: posts/ holds files, but there is no section [posts]; write which year to analyse:\n"
            "[posts]\nyear = 2019"
        )
    layer = find_layer(investigation.layer_files())
    bounds = check_layer(layer)
    census = read_census(
        investigation.census_file("acs"),
        investigation.census_file("city_tracts"),
        investigation.config.cities.include,
    )
    files = investigation.post_files()
    check_posts(files, bounds)
    return PostsInput(tuple(files), settings, layer, census)
