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

from data.schema import mail, posts
from data.schema.model import MOMENT, Column, Table, Visibility

__all__ = ["MOMENT", "PARTS_OF_LEDGER", "TABLES", "TABLES_OF", "Column", "Table", "Visibility"]

TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {table.name: table for table in (*mail.PRIVATE, *posts.PRIVATE, *mail.PUBLIC, *posts.PUBLIC, *mail.WORK)}
)
"""All tables by name, private ones first, in the order of DESIGN 4."""

PARTS_OF_LEDGER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"mail": ("mail", "alerts"), "posts": ("posts", "cities")}
)
"""The parts of a run, and the parts of public/ledger that each writes."""

TABLES_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        part: tuple(table.name for table in (*module.PRIVATE, *module.PUBLIC) if table.stem != "ledger")
        for part, module in (("mail", mail), ("posts", posts))
    }
)
"""The parts of a run, and the tables that each publishes beside the ledger."""
