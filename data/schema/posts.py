"""The tables of the posts: the tract of each post, and whether richer tracts post more."""

from __future__ import annotations

from typing import Final

from data.schema import findings
from data.schema.model import (
    COUNT,
    SMALL_COUNT,
    TEXT,
    Column,
    SmallCells,
    Sort,
    Table,
    countable,
    optional,
)

GEOID: Final = Column("GEOID", TEXT, "The Census tract: 11 digits, state, county and tract.")

PRIVATE: Final = (
    Table(
        "private/post_files",
        ("file",),
        "One row per file of posts.",
        (
            Column("file", TEXT, "The file's path inside the investigation folder."),
            Column("source", TEXT, "Its id everywhere else: first 12 digits of its SHA-256."),
            Column("bytes", COUNT, "Size of the file in bytes."),
            Column("sha256", TEXT, "SHA-256 of the file, 64 hexadecimal digits."),
            Column("posts", COUNT, "Rows read from it."),
        ),
    ),
    Table(
        "private/posts_in_tracts",
        ("post_id", "city"),
        "One row per post in a tract, and per examined city that contains the tract.",
        (
            Column("post_id", TEXT, "The post's id as found."),
            optional("city", TEXT, "An examined city that holds the tract; missing where none does."),
            GEOID,
            optional(
                "year", SMALL_COUNT, "Year of created_at in the configured time zone; missing where untold."
            ),
            Column("tracts_matched", SMALL_COUNT, "Tracts that the post intersects; above 1 on a border."),
        ),
    ),
)

PUBLIC: Final = (
    Table(
        "public/border_posts",
        ("scope", "year"),
        "One row per scope and year: how many posts are on borders of tracts, and how each was decided.",
        (
            Column("scope", TEXT, "'nation', or a city, which counts by the tract assigned."),
            Column("year", TEXT, "'all', or the year analysed."),
            countable("posts", "Posts in a tract."),
            countable("posts_on_borders", "Those that intersect more than one."),
            countable("extra_rows", "Pairs of post and tract beyond the first of each post."),
            countable(
                "ties", "Posts on borders whose most populous tracts are equal: the first GEOID has it."
            ),
        ),
        order=(Sort("scope", values=("nation",)), Sort("year", values=("all",))),
        small=SmallCells(("posts", "posts_on_borders", "extra_rows", "ties")),
    ),
    *findings.OF_POSTS,
)
