"""Every table that the program writes: its columns, their types, their meaning.

One place on purpose. The Arrow schemas, the checks before a table is written (:mod:`data.tables`), the data
dictionary and the tests all come from :data:`TABLES`; a column that is not here does not exist. The columns
are those that docs/tables.md shows, in its order; each part has a module.

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

from data.schema import attachments, coding, crime, mail, posts, requests, selection, tracts
from data.schema.left_out import LEFT_OUT
from data.schema.model import MOMENT, Column, Table, Visibility

__all__ = ["MOMENT", "TABLES", "Column", "Table", "Visibility"]

_PRIVATE: Final = (
    *mail.PRIVATE,
    *attachments.PRIVATE,
    *posts.PRIVATE,
    *crime.PRIVATE,
    *selection.PRIVATE,
    *coding.PRIVATE,
)
_PUBLIC: Final = (
    *mail.PUBLIC,
    *posts.PUBLIC,
    *crime.PUBLIC,
    tracts.USED,
    tracts.CRIMES,
    *selection.OF_TRACTS,
    *selection.PUBLIC,
    *requests.PUBLIC,
    *coding.PUBLIC,
    LEFT_OUT,
)

TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {table.name: table for table in (*_PRIVATE, *_PUBLIC, *mail.WORK, *attachments.WORK)}
)
"""All tables by name, private ones first. The pages of ``flows/parts`` say which part writes which."""
