"""The table of the ledger: what entered, and what became of it."""

from __future__ import annotations

from typing import Final

from data.schema.ledger_lines import LINES_MEAN, ORDER, PARTS_MEAN
from data.schema.model import COUNT, TEXT, Column, SmallCells, Table, optional

LEDGER: Final = Table(
    "public/ledger",
    ("part", "source", "line"),
    "One row per line of the ledger. The lines add up as the method's identities say.",
    (
        Column("part", TEXT, PARTS_MEAN),
        Column(
            "source",
            TEXT,
            "The source id of a mailbox or file; for crimes also the folder of a city's records; for "
            "tracts the city; empty for a line over all.",
        ),
        Column("line", TEXT, LINES_MEAN),
        optional(
            "count",
            COUNT,
            "The number; missing where it cannot be known, and where small counts are left out.",
        ),
    ),
    order=ORDER,
    small=SmallCells(("count",)),
)
