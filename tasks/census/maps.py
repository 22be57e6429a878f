"""Map layers that carry population or income beside their polygons (method 6.5).

Census Reporter gives its tables as GeoJSON and as shapefiles, and tidycensus joins the polygons to them.
Their columns are read like those of a table; the polygons are left where they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final

import pyarrow as pa

from data.errors import InputError
from data.printable import escaped
from data.record_names import as_label
from tasks.census.columns import Measure, is_wanted, measure_of
from tasks.census.layouts import layout_of
from tasks.census.sheets import Sheet, sheets
from tasks.layers import archives, gdal
from tasks.layers.files import edition_in, is_layer
from tasks.layers.layer import Source, open_layer
from tasks.layers.staging import staged

_TEXTS: Final = (".geojson", ".geojsonl", ".geojsons", ".json")
_PARQUET: Final = (".parquet", ".geoparquet")
_FORMATS: Final = (*_TEXTS, *_PARQUET, ".gpkg", ".shp", ".gdb", ".zip")
_HEAD: Final = 1 << 16
_QUOTED: Final = re.compile(rb'"([^"\\]{3,40})"')


def tables_of(path: Path, label: str) -> list[Sheet]:
    """The tables of a file of the Census, be it a map layer or a file of rows.

    Args:
        path: The file.
        label: How it is named in an error.

    Raises:
        InputError: As :func:`tasks.census.sheets.sheets`.
    """
    return map_tables(path, label) or sheets(path, label)


def map_tables(path: Path, label: str) -> list[Sheet]:
    """The tables of a map layer that has population or income; none for any other file.

    The Census Bureau's own boundaries have neither, and are not opened. Of GeoJSON the beginning decides.
    What cannot be opened is no table: it is said where the polygons are read.

    Args:
        path: The file, or ``.gdb`` folder.
        label: How it is named in an error.
    """
    if path.suffix.lower() not in _FORMATS or not is_layer(path) or edition_in(path):
        return []
    status = path.stat()
    return list(_tables(path, label, (status.st_mtime_ns, status.st_size)))


@lru_cache(maxsize=64)
def _tables(path: Path, label: str, state: tuple[int, int]) -> Sequence[Sheet]:
    """The same; a run asks several times, and GDAL reads text from its beginning each time."""
    try:
        if not _may_have(path, label):
            return []
        if path.suffix.lower() in _PARQUET:
            found = sheets(path, label)
        else:
            found = [_sheet(source, label) for source in open_layer(path)]
        return [sheet for sheet in found if layout_of(sheet) is not None]
    except InputError:
        return []


def measures_of(found: Collection[Sheet]) -> frozenset[Measure]:
    """The measures that some tables have.

    Raises:
        InputError: A table is of the Census and cannot be used.
    """
    layouts = [layout_of(sheet) for sheet in found]
    return frozenset(measure for layout in layouts if layout is not None for measure in layout.measures)


def _may_have(path: Path, label: str) -> bool:
    """Whether a layer may have a measure: text is read whole by GDAL, so its beginning is looked at first."""
    suffix = path.suffix.lower()
    if suffix in _TEXTS and path.is_file():
        with path.open("rb") as file:
            return _has_measure(file.read(_HEAD))
    if suffix == ".zip":
        inside = [name for name in archives.layers_in(archives.names_in(path, label)) if _is_text(name)]
        heads = archives.heads_of(path, label, inside, _HEAD)
        return all(_has_measure(head) for head, _ in heads.values())
    return True


def _is_text(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in _TEXTS


def _has_measure(head: bytes) -> bool:
    """Whether a measure is named: as a column, or in a column of variables."""
    return any(measure_of(word.decode("utf-8", "replace")) is not None for word in _QUOTED.findall(head))


def _sheet(source: Source, label: str) -> Sheet:
    with staged(source.path, source.inside) as opened, gdal.reading(label):
        names = tuple(str(name) for name in gdal.info(opened, source.layer)["fields"])
    inside = PurePosixPath(source.inside).name
    shown = f"{label}: {escaped(inside)}" if inside else label
    file = escaped(inside) or as_label(source.path, source.path.parent)
    return Sheet(shown, file, names, _loader(source, label, names), form="map layer")


def _loader(source: Source, label: str, names: Sequence[str]) -> Callable[[Collection[str]], pa.Table]:
    """Reads columns, each once: with the first, all that may be asked for."""
    found: dict[str, pa.ChunkedArray] = {}

    def load(wanted: Collection[str]) -> pa.Table:
        new = [name for name in dict.fromkeys(wanted) if name not in found]
        if new:
            more = [] if found else [name for name in names if is_wanted(name) and name not in new]
            table = _columns(source, label, [*new, *more])
            found.update(zip(table.column_names, table.columns, strict=True))
        return pa.table([found[name] for name in wanted], names=list(wanted))

    return load


def _columns(source: Source, label: str, wanted: Collection[str]) -> pa.Table:
    with staged(source.path, source.inside) as opened, gdal.reading(label):
        table = gdal.first_rows(opened, source.layer, list(dict.fromkeys(wanted)), None)
    return table.select(list(wanted))
