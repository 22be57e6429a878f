"""The table that says how much was left out of the others (method 12.6)."""

from __future__ import annotations

from typing import Final

from data.schema.model import COUNT, TEXT, Column, Table

LEFT_OUT: Final = Table(
    "public/left_out",
    ("table", "column"),
    "One row per column of counts of posts or crimes in a place: how many were left out because they are "
    "small, or because a small one could be computed from them. It is there where the settings leave out "
    "small counts.",
    (
        Column("table", TEXT, "The table, as 'public/city_deciles'."),
        Column("column", TEXT, "Its column of counts."),
        Column("counts", COUNT, "Counts of places in it."),
        Column("left_out", COUNT, "Those that were left out."),
        Column("least_count", COUNT, "A count below this, and not 0, is small."),
    ),
)
