"""Features of GeoJSON, and of ArcGIS's own JSON, as rows: their properties, their point as two columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from data import file_faults
from data.errors import InputError
from data.printable import escaped
from tasks.rows.columns import folded

LATITUDE: Final = "latitude"
LONGITUDE: Final = "longitude"
"""The columns of a feature's point, which stand before properties of these names."""

_SAME: Final = {
    LATITUDE: frozenset({"latitude", "lat"}),
    LONGITUDE: frozenset({"longitude", "lng", "lon", "long"}),
}
_DEGREES: Final = frozenset({"4326", "4269", "CRS84", "CRS83"})
"""Systems in degrees that are taken as one (method 6.7): WGS 84 and NAD 83, by EPSG's and OGC's codes."""


def row_of(row: Mapping[str, Any], label: str, number: int) -> Mapping[str, Any]:
    """A feature as a row: its id, its properties, and its point as latitude and longitude.

    Args:
        row: An object; one that is no feature is given back as it is.
        label: How the file is named in an error.
        number: The row.

    Returns:
        The row. Properties that say the same as the point, as ``lat``, are left out where there is one, and
        stand in for it where there is none.

    Raises:
        InputError: It is a line or an area, and no point.

    Example:
        >>> point = {"type": "Point", "coordinates": ["-104.9", "39.7"]}
        >>> row_of({"type": "Feature", "properties": {"id": "7"}, "geometry": point}, "a", 1)
        {'id': '7', 'latitude': '39.7', 'longitude': '-104.9'}
    """
    if row.get("type") == "Feature" and "geometry" in row:
        own = row.get("properties")
    elif isinstance(row.get("attributes"), dict) and row.keys() <= {"attributes", "geometry", "centroid"}:
        own = row["attributes"]
    else:
        return row
    properties = own if isinstance(own, dict) else {}
    ids = {"id": row["id"]} if "id" in row and "id" not in properties else {}
    lon, lat = _point(row.get("geometry"), label, number)
    others: dict[str, Any] = {}
    for name, value in properties.items():
        place = next((place for place, same in _SAME.items() if folded(name) in same), None)
        if place is None:
            others[name] = value
        elif place == LATITUDE:
            lat = value if lat is None else lat
        else:
            lon = value if lon is None else lon
    return ids | others | {LATITUDE: lat, LONGITUDE: lon}


def _point(geometry: Any, label: str, number: int) -> tuple[Any, Any]:
    if not isinstance(geometry, dict):
        return None, None
    if "x" in geometry and "y" in geometry:
        return geometry["x"], geometry["y"]
    places = geometry.get("coordinates")
    if geometry.get("type") == "MultiPoint" and isinstance(places, list) and len(places) == 1:
        places = places[0]
    elif geometry.get("type") != "Point":
        kind = escaped(str(geometry.get("type", "geometry without a type"))[:40])
        raise InputError(f"{label}: row {number}: is a {kind}, not a point; hand in points")
    if (
        not isinstance(places, list)
        or len(places) < 2
        or any(isinstance(each, list | dict) for each in places[:2])
    ):
        return None, None
    return places[0], places[1]


def check_member(name: str, value: Any, label: str) -> None:
    """See that the coordinates of a collection are degrees, where it says in which system they are.

    Args:
        name: The name of a member of the collection.
        value: Its value.
        label: How the file is named in an error.

    Raises:
        InputError: They are in another system.

    Example:
        >>> check_member("crs", {"type": "name", "properties": {"name": "EPSG:2229"}}, "a.json")
        Traceback (most recent call last):
        data.errors.InputError: a.json: its coordinates are in EPSG:2229 and no degrees; save it in WGS 84
    """
    if name == "crs" and isinstance(value, dict):
        properties = value.get("properties")
        said = properties.get("name") if isinstance(properties, dict) else None
    elif name == "spatialReference" and isinstance(value, dict):
        said = value.get("latestWkid") or value.get("wkid")
    else:
        return
    code = str(said).rpartition(":")[2].rpartition("/")[2]
    if said is not None and code not in _DEGREES:
        raise file_faults.not_degrees(label, escaped(str(said)[:60]))
