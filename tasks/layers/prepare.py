"""The tract layer, read once: repaired, in spatial order, kept as GeoParquet (method 6.6)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyogrio
import shapely
from pyproj import CRS

from data.errors import InputError
from data.printable import escaped
from data.sealed import fault_of, read_json, seal, write_json
from data.writing import is_file, make_folder, replacing
from tasks.layers import repair
from tasks.layers.axes import check_degrees, check_each
from tasks.layers.coordinates import needs_transform
from tasks.layers.files import hash_of_all, two_editions
from tasks.layers.kept import write_layer
from tasks.layers.layer import Source, open_layers
from tasks.layers.read_source import in_degrees, tracts_of
from tasks.layers.results import Layer

ROW_GROUP: Final = 1_000
"""Tracts in a row group: small enough that a region is read without its neighbours."""

_LAYOUT: Final = "4"
"""Part of the folder's name; with another number, every layer is read again."""

_FACTS: Final = "layer.json"
_DEGREES: Final = CRS.from_epsg(4269)
"""NAD 83, in degrees: what the Census Bureau uses, and what files in several systems are brought into."""


@dataclass(frozen=True)
class Part:
    """The tracts of one file.

    Attributes:
        source: The file.
        geoids: Their GEOIDs (str), each once, sorted.
        wkb: Their valid polygons (bytes), in the common system.
        bounds: Their minx, miny, maxx, maxy.
        repaired: How many were repaired.
    """

    source: Source
    geoids: npt.NDArray[Any]
    wkb: npt.NDArray[Any]
    bounds: npt.NDArray[np.float64]
    repaired: int


def prepare_layer(paths: Path | Sequence[Path], work: Path) -> Layer:
    """Read the layer, or take it as an earlier run kept it.

    Polygons that are not valid by OGC's rules are repaired (``shapely.make_valid``; of what comes out, and of
    mixed collections, the areas are kept) and counted. Rows with the same GEOID become one tract. The rows
    follow a Hilbert curve, so that neighbours are together in the file. Several files become one layer; where
    they are in different systems, all are brought into degrees (NAD 83).

    Args:
        paths: The layer as it was handed in: one file, or several.
        work: The investigation's work folder; the layer is kept in ``places/`` there, under the hash of the
            bytes of all files and the versions of the libraries that read it.

    Returns:
        The layer as it is kept.

    Raises:
        InputError: As :func:`tasks.layers.layer.check_layer`; or a tract has no polygon, or is in two files.
    """
    own = [paths] if isinstance(paths, Path) else sorted(paths)
    given = hash_of_all(own)
    kept = kept_layer(work, given.sha256)
    folder = kept.parent
    facts = folder / _FACTS
    # The facts are written last: if they are there, the layer is complete.
    found = read_json(facts, _LAYOUT)
    fault = found.fault or (fault_of(kept) if os.path.lexists(kept) and found.value else "")
    if fault or found.value is None or not is_file(kept):
        sources = open_layers(own)
        crs = common_crs(sources)
        parts = [_part(source, crs, folder) for source in sources]
        _each_once(parts)
        make_folder(folder)
        with replacing(kept) as beside:
            write_layer(beside, *_together(parts), crs=crs, rows=ROW_GROUP)
            seal(beside, kept)
        counted = {
            "tracts": sum(len(part.geoids) for part in parts),
            "repaired": sum(part.repaired for part in parts),
            "transform": needs_transform(crs),
        }
        write_json(facts, counted, _LAYOUT)
        found = read_json(facts, _LAYOUT)
    rebuilt = (f"work/places/{folder.name}: {fault}; the tract layer was read again",) if fault else ()
    return Layer(kept, given, **found.value, rebuilt=rebuilt)


def kept_layer(work: Path, sha256: str) -> Path:
    """Where a layer is kept.

    Args:
        work: The investigation's work folder.
        sha256: The hash of the layer's files.
    """
    return work / "places" / f"{sha256[:12]}-{_versions()}" / "tracts.parquet"


def _versions() -> str:
    """What the kept bytes depend on besides the input, as 8 hex digits."""
    words = [_LAYOUT, gpd.__version__, shapely.__version__, shapely.geos_version_string, pyogrio.__version__,
             ".".join(map(str, pyogrio.__gdal_version__)), pa.__version__]  # fmt: skip
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:8]


def common_crs(sources: Sequence[Source]) -> CRS:
    """The system in which the layer is kept: that of its files, or degrees if they have several."""
    first, *others = (source.crs for source in sources)
    if all(first.equals(other, ignore_axis_order=True) for other in others):
        return first
    return _DEGREES


def _part(source: Source, crs: CRS, folder: Path) -> Part:
    """Read one file: its tracts, valid, in the common system."""
    names: list[npt.NDArray[Any]] = []
    shapes: list[npt.NDArray[Any]] = []
    boxes: list[npt.NDArray[np.float64]] = []
    used, repaired, label = repair.Limits(), 0, source.label
    move = needs_transform(source.crs) and not source.crs.equals(crs, ignore_axis_order=True)
    folder.mkdir(parents=True, exist_ok=True)
    for geoids, wkb in tracts_of(source, folder):
        these = repair.decoded(wkb, geoids, label)
        if move:
            these = in_degrees(these, source.crs)
        these, mended = repair.mended(these, geoids, label, used)
        names.append(geoids)
        # As bytes they take half of the memory.
        shapes.append(shapely.to_wkb(these, flavor="iso"))
        boxes.append(shapely.bounds(these))
        repaired += mended
    if not sum(map(len, names)):
        raise InputError(f"{label}: has no rows; hand in the layer of tract boundaries")
    geoids, polygons, bounds = _united(*map(np.concatenate, (names, shapes, boxes)))
    extent = (*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
    check_each(geoids, bounds, crs if move else source.crs, label)
    check_degrees(extent, crs if move else source.crs, label)
    return Part(source, geoids, polygons, bounds, repaired)


def _each_once(parts: Sequence[Part]) -> None:
    """See that no tract is in two files."""
    for place, part in enumerate(parts):
        for other in parts[place + 1 :]:
            both = np.intersect1d(part.geoids.astype(str), other.geoids.astype(str))
            if len(both) and part.source.path == other.source.path:
                names = ", ".join(escaped(each.source.inside[:60]) for each in (part, other))
                raise InputError(
                    f"{part.source.label}: holds two layers of the same tracts ({names}); keep one in it"
                )
            if len(both):
                seen = f"{len(both):,} tract{'s' * (len(both) > 1)} in both, as {both[0]}"
                raise two_editions(part.source.path, other.source.path, seen)


def _together(
    parts: Sequence[Part],
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[np.float64]]:
    """The tracts of all parts along a Hilbert curve."""
    geoids = np.concatenate([part.geoids for part in parts])
    wkb = np.concatenate([part.wkb for part in parts])
    bounds = np.concatenate([part.bounds for part in parts])
    along = gpd.GeoSeries(shapely.box(*bounds.T)).hilbert_distance().to_numpy()
    order = np.lexsort((geoids.astype(str), along))
    return geoids[order], wkb[order], bounds[order]


def _united(
    geoids: npt.NDArray[Any], wkb: npt.NDArray[Any], bounds: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[np.float64]]:
    """One polygon (WKB) per GEOID, in order of GEOID, and its bounds."""
    names, first, place, count = np.unique(
        geoids.astype(str), return_index=True, return_inverse=True, return_counts=True
    )
    united, boxes = wkb[first], bounds[first]
    for tract in np.flatnonzero(count > 1):
        shape = shapely.union_all(shapely.from_wkb(wkb[place == tract]))
        united[tract], boxes[tract] = shapely.to_wkb(shape, flavor="iso"), shapely.bounds(shape)
    return names.astype(object), united, boxes
