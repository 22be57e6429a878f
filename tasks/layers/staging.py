"""How a layer is put before GDAL: checked by its first bytes, and under a plain name (method 6.14).

GDAL and pyogrio read meaning into names: ``!`` and ``zip:`` lead into archives, ``?`` begins options, and a
name that is not UTF-8 cannot be given to them at all. So they see links named ``layer``, and beside a
shapefile its own side files only, whatever the case of their names.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from data import file_faults
from data.errors import InputError
from data.lfs import is_lfs_pointer, lfs_pointer
from data.opening import regular
from data.record_names import escaped
from tasks.layers import archives, shapefiles
from tasks.layers.files import files_of, label_of

_HEAD: Final = 1 << 16
_GPKG: Final = b"SQLite format 3\x00"
_BOM: Final = b"\xef\xbb\xbf"

_OTHERS: Final = (
    (b"<ogrvrt", "a virtual layer, which only points to other files"),
    (b"<vrtdataset", "a virtual layer, which only points to other files"),
    (b"<ogrwfs", "a pointer to a web service"), (b"<ogcwfs", "a pointer to a web service"),
    (b"gdal_streamed_alg", "a virtual layer, which only points to other files"),
    (b"<!doctype html", "a web page"), (b"<html", "a web page"), (b"pk\x03\x04", "a zip file"),
    (b"sqlite format 3", "a GeoPackage or another database"), (b"par1", "Parquet"),
    (b"<kml", "KML"), (b'"topology"', "TopoJSON"), (b'"esrigeometry', "Esri's own JSON"),
    (b'"rings"', "Esri's own JSON"),
)  # fmt: skip
"""What else a file may be: a word near its beginning, in lower case, and what it is called."""
_POINTERS: Final = (b"<ogrvrt", b"<vrtdataset", b"<ogrwfs", b"gdal_streamed_alg")


def check_content(label: str, suffix: str, head: bytes) -> None:
    """See from its first bytes that a file is what its name says.

    Args:
        label: How it is named in an error.
        suffix: Of its name, in lower case.
        head: Its first bytes.

    Raises:
        InputError: It is empty, something else, or only points elsewhere.
    """
    if not head and suffix == ".shp":
        raise InputError(f"{label}: is empty; download it anew")
    if not head:
        raise file_faults.empty(label)
    if is_lfs_pointer(head):
        raise lfs_pointer(label)
    start, lower = head.removeprefix(_BOM).lstrip(b" \t\r\n\x1e"), head.lower()
    good = {
        ".gpkg": head.startswith(_GPKG),
        ".shp": head.startswith(shapefiles.MAGIC),
        ".kml": start.startswith(b"<") and b"kml" in lower,
    }.get(suffix, start.startswith(b"{") and not any(word in lower for word in _NOT_GEOJSON))
    if good and not any(word in lower for word in _POINTERS):
        return
    what = next((name for word, name in _OTHERS if word in lower), None)
    wanted = "save or download the layer of tracts as a shapefile, GeoPackage or GeoJSON"
    if what is None:
        raise file_faults.damaged(label, _CALLED.get(suffix, "GeoJSON"))
    raise file_faults.wrong_kind(label, what, wanted)


_NOT_GEOJSON: Final = (b'"topology"', b'"esrigeometry', b'"rings"')
_CALLED: Final = {".gpkg": "GeoPackage", ".shp": "shapefile's .shp", ".kml": "KML"}


@contextmanager
def staged(path: Path, inside: str, *, whole: bool = False, beside: Path | None = None) -> Iterator[str]:
    """Give a layer a plain name for as long as it is read.

    Args:
        path: The layer as it was handed in.
        inside: Its name inside a zip file; empty if it is none.
        whole: Whether all of it will be read: what is in a zip file is then unpacked, checksums compared.
        beside: The folder in which to unpack; None for the system's own for temporary files.

    Yields:
        What GDAL opens.

    Raises:
        InputError: A part is missing, damaged or not a regular file, or the content is of another kind.
    """
    label = label_of(path)
    with tempfile.TemporaryDirectory(prefix=".layer-", dir=beside) as name:
        folder = Path(name)
        outer, _, inner = inside.rpartition(archives.NESTED)
        if outer:
            path = archives.unpack(path, label, {outer: "nested.zip"}, folder, "nested.zip")
            inside = inner
        if not inside:
            yield str(_linked(path, folder, label))
        elif whole or not inside.isascii() or not inside.isprintable():
            yield str(_unpacked(path, inside, folder, label))
        else:
            _check_in_zip(path, inside, label)
            (folder / "layer.zip").symlink_to(path.absolute())
            yield f"/vsizip/{folder / 'layer.zip'}/{inside}"


def _linked(path: Path, folder: Path, label: str) -> Path:
    suffix = path.suffix.lower()
    parts = files_of(path)
    for file in parts:
        regular(file, label_of(file))
    if suffix == ".gdb":
        _check_geodatabase(label, [file.name for file in parts])
        target = folder / "layer.gdb"
        target.mkdir()
        for file in parts:
            (target / file.name).symlink_to(file.absolute())
        return target
    check_content(label, suffix, _head(path))
    if suffix == ".shp":
        heads = {
            file.suffix.lower(): (_head(file, _seen(file.suffix)), file.stat().st_size) for file in parts
        }
        shapefiles.check_parts(label, escaped(path.stem), heads, "beside it")
    for file in parts:
        link = folder / f"layer{file.suffix.lower()}"
        if not link.is_symlink():  # x.xml and x.shp.xml would have one name; neither is read
            link.symlink_to(file.absolute())
    return folder / f"layer{suffix}"


def _head(path: Path, size: int = _HEAD) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _check_geodatabase(label: str, names: list[str]) -> None:
    if not any(PurePosixPath(name).name.lower() == "a00000001.gdbtable" for name in names):
        raise InputError(
            f"{label}: is not a file geodatabase, or not all of one (a00000001.gdbtable is missing); "
            "copy the whole folder again"
        )


def _check_in_zip(path: Path, inside: str, label: str) -> None:
    """The same checks inside a zip file, of which only first bytes are unpacked."""
    names = archives.names_in(path, label)
    members = archives.members_of(inside, names)
    archives.check_members(path, label, members)
    if inside.lower().endswith(".gdb"):
        return _check_geodatabase(label, members)
    heads = archives.heads_of(path, label, members, _HEAD)
    suffix = PurePosixPath(inside).suffix.lower()
    if is_lfs_pointer(heads[inside][0]):
        raise lfs_pointer(f"{label}: {escaped(PurePosixPath(inside).name)}")
    check_content(label, suffix, heads[inside][0])
    if suffix == ".shp":
        parts = {_suffix(name): (head[: _seen(_suffix(name))], size) for name, (head, size) in heads.items()}
        shapefiles.check_parts(label, escaped(PurePosixPath(inside).stem), parts, "in the zip file")
    return None


def _unpacked(path: Path, inside: str, folder: Path, label: str) -> Path:
    _check_in_zip(path, inside, label)
    members = archives.members_of(inside, archives.names_in(path, label))
    suffix = PurePosixPath(inside).suffix.lower()
    if suffix != ".gdb":
        return archives.unpack(
            path, label, {n: f"layer{_suffix(n)}" for n in members}, folder, f"layer{suffix}"
        )
    return archives.unpack(
        path, label, {n: f"layer.gdb/{PurePosixPath(n).name}" for n in members}, folder, "layer.gdb"
    )


def _seen(suffix: str) -> int:
    return shapefiles.PRJ if suffix.lower() == ".prj" else shapefiles.HEAD


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
