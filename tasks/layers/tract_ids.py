"""The GEOIDs of a tract layer, without its polygons: for checks before a run (method 6.16)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.layers import gdal, geoparquet
from tasks.layers.id_columns import geoids_in, plain, without_larger
from tasks.layers.layer import Source
from tasks.layers.prepare import kept_layer
from tasks.layers.staging import staged

_COLUMN_YEAR: Final = re.compile(r"(00|10|20)$")
_NAME_YEAR: Final = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")


def tract_ids(sources: Sequence[Source]) -> frozenset[str]:
    """The GEOIDs of a layer as it was handed in; no geometry is read where the format allows that.

    Args:
        sources: How to read its files.

    Returns:
        Its tracts.

    Raises:
        InputError: A file is damaged, or a row names no tract.
    """
    return frozenset(geoid for source in sources for geoid in _ids_of(source))


def _ids_of(source: Source) -> Iterator[str]:
    before = 0
    for table in _tables(source):
        own, _ = without_larger(table, source.ids)
        yield from geoids_in(own, source.ids, source.label, before=before).to_pylist()
        before += len(table)


def _tables(source: Source) -> Iterator[pa.Table]:
    """The columns of the ids."""
    if source.stated is not None:
        yield from geoparquet.columns_of(source.path, source.label, source.ids.columns)
        return
    with staged(source.path, source.inside) as opened, gdal.reading(source.label):
        found = gdal.first_rows(opened, source.layer, source.ids.columns, None)
    yield found


def kept_ids(work: Path, sha256: str) -> frozenset[str] | None:
    """The GEOIDs of a layer that an earlier run has kept; None where it has not, or not whole.

    Only the column is read, not the checksum of the file: who finds a tract missing here looks into the
    layer itself.

    Args:
        work: The investigation's work folder.
        sha256: The hash of the layer's files.
    """
    path = kept_layer(work, sha256)
    try:
        return frozenset(pq.read_table(path, columns=["GEOID"])["GEOID"].to_pylist())
    except (OSError, pa.ArrowException, KeyError, UnicodeError):
        return None


def stated_year(sources: Sequence[Source]) -> tuple[int, str] | None:
    """The year that a layer states for its tracts, and where; None where it states none, or several.

    Args:
        sources: Its files.

    Returns:
        The year of the Bureau's name or of a column (``GEOID10`` is 2010), else a year in the file's name.
    """
    found = {_stated(source) for source in sources}
    years = {each[0] for each in found if each is not None}
    return min(filter(None, found)) if len(years) == 1 and None not in found else None


def _stated(source: Source) -> tuple[int, str] | None:
    if source.edition is not None and source.edition.year:
        return source.edition.year, "its name"
    for column in source.ids.columns:
        if year := _COLUMN_YEAR.search(plain(column)):
            return 2000 + int(year[1]), f"column {column}"
    years = set(_NAME_YEAR.findall(source.inside or source.path.name))
    return (int(years.pop()), "its name") if len(years) == 1 else None
