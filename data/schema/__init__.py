"""Every table that the program writes: its columns, their types, their meaning.

One place on purpose. The Arrow schemas, the checks before a table is written (:mod:`data.tables`), the data
dictionary and the tests all come from :data:`TABLES`; a column that is not here does not exist. The columns
are those of DESIGN 4, in its order, a module a part.

Example:
    >>> TABLES["public/kinds"].key
    ('agency', 'kind')
    >>> TABLES["public/kinds"].arrow.field("share").type
    DataType(double)
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from data.schema import crime, mail, posts, requests, selection
from data.schema.model import MOMENT, Column, Table, Visibility

__all__ = ["MOMENT", "PARTS_OF_LEDGER", "TABLES", "TABLES_OF", "Column", "Table", "Visibility"]

_PRIVATE: Final[Mapping[str, tuple[Table, ...]]] = {
    "mail": mail.PRIVATE,
    "posts": posts.PRIVATE,
    "crime": crime.PRIVATE,
    "selection": selection.PRIVATE,
}
_PUBLIC: Final[Mapping[str, tuple[Table, ...]]] = {
    "mail": mail.PUBLIC,
    "posts": posts.PUBLIC,
    "crime": crime.PUBLIC,
    "gentrification": selection.OF_TRACTS,
    "selection": selection.PUBLIC,
    "requests": requests.PUBLIC,
}

TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {table.name: table for tables in (*_PRIVATE.values(), *_PUBLIC.values(), mail.WORK) for table in tables}
)
"""All tables by name, private ones first, in the order of DESIGN 4."""

PARTS_OF_LEDGER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "mail": ("mail", "alerts"),
        "posts": ("posts", "cities"),
        "crime": ("crime",),
        "gentrification": ("gentrification",),
        "selection": ("selection",),
        "requests": ("requests",),
    }
)
"""The parts of a run, and the parts of public/ledger that each writes."""

TABLES_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        part: tuple(
            table.name for table in (*_PRIVATE.get(part, ()), *_PUBLIC[part]) if table.stem != "ledger"
        )
        for part in PARTS_OF_LEDGER
    }
)
"""The parts of a run, and the tables that each publishes beside the ledger."""
