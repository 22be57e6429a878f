"""Lists of cities made from the boundaries of places: which tracts a city shares area with (method 6.13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import CRS, Transformer
from shapely.errors import ShapelyError

from data.errors import InputError
from data.record_names import escaped
from data.settings import FILE
from data.text import nearest
from tasks.census.city_lists import SCHEMA, CityLists
from tasks.census.place_names import open_places, places_in
from tasks.layers import repair
from tasks.layers.coordinates import needs_transform
from tasks.layers.files import hash_of
from tasks.layers.layer import Source, open_layers
from tasks.layers.read_source import batches_of, in_degrees, tracts_of
from tasks.rows.results import InputFile, Recognised

LEAST_SHARE: Final = 0.01
"""A tract of which less than this lies in a city is not of the city, unless the part is large."""
LEAST_AREA: Final = 100_000.0
"""A part of a tract of at least so many square meters counts, however large the tract is."""

MOST_PLACES: Final = 100
"""With more places than this, the cities must be named."""
_SHOWN: Final = 3
_DECIMALS: Final = 6

Objects = npt.NDArray[Any]


@dataclass(frozen=True)
class _Tracts:
    """Tracts near some places: GEOIDs and polygons in degrees."""

    geoids: Objects
    shapes: Objects


def city_tracts_from_places(
    places: Sequence[Path], layer: Sequence[Path], include: Sequence[str] | None
) -> pa.Table:
    """Make the lists of cities.

    A tract is of a city if at least 1 % of its area, or at least 0.1 square kilometers, lies in the city's
    polygon.

    Args:
        places: Files of the boundaries of places, as :func:`tasks.layers.files.find_places` gives them.
        layer: The files of the tract layer.
        include: The cities, as ``Denver city, Colorado``; None for all places, if they are not too many.

    Returns:
        city (string), GEOID (string), share (float64: of the tract's area, 0 to 1), sorted by the first two.

    Raises:
        InputError: A file cannot be used, a city is not among the places or has no tract, or there are more
            places than can all be meant.
    """
    label = "census/places*"
    sources = [source for path in sorted(places) for source in open_places(path)]
    names, shapes = _wanted(sources, label, include)
    tracts = _near(open_layers(tuple(layer)), shapes)
    rows = [_rows(name, shape, tracts, label) for name, shape in zip(names, shapes, strict=True)]
    return pa.concat_tables(rows).sort_by([("city", "ascending"), ("GEOID", "ascending")]).combine_chunks()


def lists_of_places(
    places: Sequence[Path], layer: Sequence[Path], include: Sequence[str] | None
) -> tuple[CityLists, tuple[InputFile, ...]]:
    """The lists as :func:`tasks.census.read.read_census` takes them, and the files that they are made of.

    Args:
        places: As for :func:`city_tracts_from_places`, which see for all three.
        layer: Likewise.
        include: Likewise.
    """
    table = city_tracts_from_places(places, layer, include)
    cities = len(table["city"].unique())
    whose = "1 city" if cities == 1 else f"{cities:,} cities"
    words = f"boundaries of places, from which the tracts of {whose} were taken"
    files = tuple(hash_of(path) for path in sorted(places))
    return CityLists(table, tuple(Recognised(file.file, words) for file in files)), files


def _wanted(
    sources: Sequence[Source], label: str, include: Sequence[str] | None
) -> tuple[list[str], Objects]:
    """The names and polygons, in degrees, of the places that are examined."""
    known = [places_in(table, source) for source in sources for table, _ in batches_of(source, None)]
    every = [name for names in known for name in names.names]
    ids = [code for names in known for code in names.codes]
    if include is None and len(every) > MOST_PLACES:
        some = ", ".join(f'"{escaped(name)}"' for name in sorted(every)[:_SHOWN])
        raise InputError(
            f"{label}: has {len(every):,} places; name the cities to examine in {FILE}: "
            f"[cities] include = [{some}, …]"
        )
    wanted = sorted(set(every)) if include is None else list(dict.fromkeys(include))
    codes: dict[str, set[str]] = {}
    for name, code in zip(every, ids, strict=True):
        codes.setdefault(name, set()).add(code)
    for city in wanted:
        if city not in codes:
            begun = (name for name in sorted(codes) if name.lower().startswith(city.lower()))
            near = next(begun, None) or nearest(city, set(codes))
            fix = f"did you mean {near!r}?" if near else "put the file of its state's places there"
            raise InputError(f"{FILE}: cities.include: {label} has no place {city!r}; {fix}")
        if len(codes[city]) > 1:
            both = ", ".join(sorted(codes[city]))
            raise InputError(f"{label}: {len(codes[city])} places are called {escaped(city)} ({both})")
        if ids.count(next(iter(codes[city]))) > 1 and len(sources) > 1:
            raise InputError(
                f"{label}: {escaped(city)} is in two files; leave one edition of each state's places there"
            )
    return wanted, _shapes(sources, wanted)


def _shapes(sources: Sequence[Source], wanted: Sequence[str]) -> Objects:
    """The polygons of some places, in degrees, in the order of their names."""
    parts: dict[str, list[shapely.Geometry]] = {name: [] for name in wanted}
    used = repair.Limits()
    for source in sources:
        for table, wkb in batches_of(source, None):
            names = np.array(places_in(table, source).names, dtype=object)
            these = np.flatnonzero(np.isin(names.astype(str), list(parts)))
            if not len(these):
                continue
            found = _usable(np.array(wkb.to_pylist(), dtype=object)[these], names[these], source, used)
            for name, shape in zip(names[these], found, strict=True):
                parts[name].append(shape)
    return np.array([shapely.union_all(parts[name]) for name in wanted], dtype=object)


def _usable(wkb: Objects, names: Objects, source: Source, used: repair.Limits) -> Objects:
    """Valid polygons in degrees."""
    shapes = repair.decoded(wkb, names, source.label)
    if needs_transform(source.crs):
        shapes = in_degrees(shapes, source.crs)
    return repair.mended(shapes, names, source.label, used)[0]


def _near(sources: Sequence[Source], places: Objects) -> _Tracts:
    """The tracts whose boxes touch the box of one of the places; the others are not kept."""
    boxes = shapely.STRtree(shapely.box(*shapely.bounds(places).T))
    geoids: list[Objects] = [np.array([], dtype=object)]
    shapes: list[Objects] = [np.array([], dtype=object)]
    for source in sources:
        used = repair.Limits()
        for names, wkb in tracts_of(source, None):
            found = repair.decoded(wkb, names, source.label)
            if needs_transform(source.crs):
                found = in_degrees(found, source.crs)
            there = np.flatnonzero(~(shapely.is_missing(found) | shapely.is_empty(found)))
            near = np.unique(there[boxes.query(shapely.box(*shapely.bounds(found[there]).T))[0]])
            geoids.append(names[near])
            shapes.append(repair.mended(found[near], names[near], source.label, used)[0])
    return _Tracts(np.concatenate(geoids), np.concatenate(shapes))


def _rows(city: str, place: shapely.Geometry, tracts: _Tracts, label: str) -> pa.Table:
    """The tracts of one city."""
    west, south, east, north = shapely.bounds(place)
    box = shapely.box(west, south, east, north)
    near = np.flatnonzero(shapely.intersects(shapely.box(*shapely.bounds(tracts.shapes).T), box))
    if len(near):
        move = equal_area((west + east) / 2, (south + north) / 2)
        here = shapely.transform(place, move, interleaved=False)
        shapes = shapely.transform(tracts.shapes[near], move, interleaved=False)
        inside, whole = _shared(here, shapes, f"{label}: {escaped(city)}"), shapely.area(shapes)
        share = np.divide(inside, whole, out=np.zeros_like(whole), where=whole > 0)
        own = (share >= LEAST_SHARE) | (inside >= LEAST_AREA)
        near, share = near[own], np.clip(np.round(share[own], _DECIMALS), 0.0, 1.0)
    if not len(near):
        raise InputError(f"{label}: no tract of the layer lies in {escaped(city)}; add its state's tracts")
    geoids = pa.array(tracts.geoids[near], pa.string())
    table = pa.table({"city": pa.array([city] * len(near)), "GEOID": geoids, "share": share}, schema=SCHEMA)
    # A tract in several rows of the layer is one tract.
    return (
        table.group_by(["city", "GEOID"], use_threads=False)
        .aggregate([("share", "max")])
        .rename_columns(SCHEMA.names)
    )


def _shared(place: shapely.Geometry, shapes: Objects, what: str) -> npt.NDArray[np.float64]:
    """The area of each tract inside a place, square meters."""
    shapely.prepare(place)
    area = shapely.area(shapes)
    try:
        cut = np.flatnonzero(shapely.intersects(place, shapes) & ~shapely.covers(place, shapes))
        touched = shapely.intersects(place, shapes)
        found = np.where(touched, area, 0.0)
        found[cut] = shapely.area(shapely.intersection(shapes[cut], place))
    except ShapelyError as error:
        raise InputError(
            f"{what}: its boundary cannot be compared with the tracts; download it again"
        ) from error
    return np.asarray(found, dtype=np.float64)


def equal_area(lon: float, lat: float) -> Any:
    """A projection that keeps areas, centered on a place: Lambert's azimuthal, on the ellipsoid of NAD 83.

    Args:
        lon: The center's longitude, degrees.
        lat: Its latitude.

    Returns:
        A function of longitudes and latitudes that gives x and y in meters.

    Example:
        >>> x, y = equal_area(-157.85, 21.3)(np.array([-157.85]), np.array([21.3]))
        >>> bool(abs(x[0]) < 1e-6 and abs(y[0]) < 1e-6)
        True
    """
    degrees = CRS.from_proj4("+proj=longlat +ellps=GRS80 +no_defs")
    flat = CRS.from_proj4(f"+proj=laea +lat_0={lat:.6f} +lon_0={lon:.6f} +ellps=GRS80 +units=m +no_defs")
    return Transformer.from_crs(degrees, flat, always_xy=True).transform
