"""GDAL, which reads map layers: held to the formats that we name, and kept from the network (method 6.14).

GDAL chooses a driver by what a file contains, whatever its name, and some drivers do no more than follow what
the file points to: another file, a database, a web service. Here every other driver is taken out, once per
process, before anything is opened.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyogrio
from pyogrio import _ogr
from pyogrio._err import CPLE_BaseError
from pyogrio.errors import DataLayerError, DataSourceError

from data.errors import InputError
from data.printable import printable

DRIVERS: Final = ("ESRI Shapefile", "GPKG", "GeoJSON", "GeoJSONSeq", "LIBKML", "KML", "OpenFileGDB", "MEM")
"""The drivers that stay. None of them follows a link inside a file."""

_OFFLINE: Final = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",  # the discard port, where nobody answers
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "LIBKML_RESOLVE_STYLE": "NO",
}
"""GDAL's settings, each of which alone would keep it from the network."""

BATCH: Final = 4_096
"""Rows that are read at a time."""

_FAULTS: Final = (DataSourceError, DataLayerError, CPLE_BaseError, pa.ArrowException, UnicodeError, OSError,
                  ValueError, RuntimeError)  # fmt: skip
"""What pyogrio raises for a file that is not what it should be."""


@cache
def hold() -> None:
    """Take all other drivers out of GDAL, and close its ways to the network.

    Raises:
        RuntimeError: GDAL kept another driver.
    """
    others = [name for name in pyogrio.list_drivers() if name not in DRIVERS]
    pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(others), **_OFFLINE})
    # GDAL skips drivers only as it registers them, which pyogrio has done when it was imported.
    _ogr._register_drivers()
    if left := set(pyogrio.list_drivers()) - set(DRIVERS):
        raise RuntimeError(f"GDAL keeps the drivers {', '.join(sorted(left))}")


@contextmanager
def reading(label: str) -> Iterator[None]:
    """Turn what GDAL says of a file into one line, and keep its warnings, which quote the file, to ourselves.

    What GDAL only warns of (an unclosed ring, a value cut) is found again by the checks of the polygons.

    Raises:
        InputError: The block could not read the file.
    """
    hold()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        try:
            yield
        except _FAULTS as error:
            raise InputError(
                f"{label}: cannot be opened as a layer of polygons, or not be read to its end "
                f"({first_line(error)}); download it again"
            ) from error


def first_line(error: Exception) -> str:
    """The first line of what a library says, without the path, fit to be shown."""
    return printable(str(error).split("\n", 1)[0].split(": ")[-1].strip()[:120])


def layer_names(opened: str, *, with_tables: bool = False) -> list[str]:
    """The layers of a file that have geometries, or also those that have none."""
    return [
        str(name) for name, geometry in pyogrio.list_layers(opened) if with_tables or geometry is not None
    ]


def info(opened: str, layer: str | None, *, count: bool = False) -> dict[str, Any]:
    """What the header of a layer says; with ``count``, the rows are counted where it does not say."""
    found: dict[str, Any] = pyogrio.read_info(
        opened, layer=layer, force_feature_count=count, force_total_bounds=False
    )
    return found


def first_rows(opened: str, layer: str | None, columns: Sequence[str], rows: int | None = 1) -> pa.Table:
    """Some columns of the first rows (None: of all), without geometry."""
    _, table = pyogrio.read_arrow(
        opened, layer=layer, columns=list(columns), read_geometry=False, max_features=rows
    )
    return table


def batches(opened: str, layer: str | None, columns: Sequence[str]) -> Iterator[tuple[pa.RecordBatch, str]]:
    """A layer in batches, with the name of the column that holds the geometry (WKB)."""
    with pyogrio.open_arrow(
        opened, layer=layer, columns=list(columns), batch_size=BATCH, use_pyarrow=True
    ) as (meta, reader):
        name = str(meta["geometry_name"] or "wkb_geometry")
        for batch in reader:
            yield batch, name
