"""Zip files that hold a map layer: what is in them, whether it is sound, and how it gets out (method 6.14).

The list of a zip file says how large each of its files is, packed and unpacked. That is checked before
anything is unpacked, and again while it is, because the list may lie.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from data import file_faults
from data.errors import InputError
from data.lfs import POINTER, is_lfs_pointer, lfs_pointer
from data.printable import printable

SIDECARS: Final = (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx", ".xml")
"""The side files of a .shp."""

INSIDE: Final = (".shp", ".gpkg", ".geojson", ".geojsonl", ".geojsons", ".kml")
"""How the name of a layer inside a zip file ends; besides these a folder that ends in .gdb, or .json."""

MOST_BYTES: Final = 8 << 30
"""A layer that unpacks to more is none: the whole country's tracts in TIGER/Line's full detail have about
1 GB, and no file of a shapefile can have more than 4 GB."""
MOST_RATIO: Final = 200
"""How many times its packed size a file may have. Boundaries unpack to 1.5 to 4 times, tables to 30 times."""
_SMALL: Final = 64 << 20
"""Below this many bytes the ratio does not matter."""
_MOST_FILES: Final = 100_000
_MOST_NESTED: Final = 20
NESTED: Final = "\0/"
"""Between the name of a zip file in a zip file and that of the layer in it: no name there has a NUL."""
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_AGAIN: Final = "download it again"
_CHUNK: Final = 1 << 20


@contextmanager
def _opened(path: Path, label: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, UnicodeDecodeError) as error:
        raise file_faults.damaged(label, "zip") from error
    except (NotImplementedError, RuntimeError) as error:
        raise InputError(
            f"{label}: is packed in a way that cannot be read; unpack it and zip it anew"
        ) from error
    except OSError as error:
        raise file_faults.unreadable(label, error) from error


def names_in(path: Path, label: str) -> list[str]:
    """The names of the files in a zip file; what macOS adds is left out.

    Raises:
        InputError: It is no zip file, or holds a name that leads out of it.
    """
    with path.open("rb") as file:
        if is_lfs_pointer(file.read(len(POINTER))):
            raise lfs_pointer(label)
    with _opened(path, label) as archive:
        infos = archive.infolist()
        if len(infos) > _MOST_FILES:
            raise InputError(f"{label}: holds {len(infos):,} files; zip only the layer of tracts")
    names = [info.filename for info in infos if not info.is_dir()]
    for name in names:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or parts[:1] == ("/",) or (parts and parts[0].endswith(":")):
            raise InputError(
                f"{label}: holds a file whose name leads out of it ({printable(name)[:80]!r}); "
                "zip the layer anew"
            )
    return [name for name in names if not name.startswith("__MACOSX/")]


def nested_in(path: Path, label: str, folder: Path) -> list[str]:
    """The layers in the zip files of a zip file, as NHGIS packs its boundaries.

    Args:
        path: The outer zip file.
        label: How it is named in an error.
        folder: Where a zip file may be unpacked for a moment.

    Returns:
        The name of the inner zip file, :data:`NESTED`, and the name of the layer in it.

    Raises:
        InputError: A zip file is damaged, or would unpack to more than a layer has; or there are too many.
    """
    inner = [name for name in names_in(path, label) if name.lower().endswith(".zip")]
    if len(inner) > _MOST_NESTED:
        raise InputError(f"{label}: holds {len(inner):,} zip files; keep only that of the tracts")
    found = []
    for name in inner:
        copy = unpack(path, label, {name: "nested.zip"}, folder, "nested.zip")
        found += [f"{name}{NESTED}{layer}" for layer in layers_in(names_in(copy, label))]
        copy.unlink()
    return found


def layers_in(names: Sequence[str]) -> list[str]:
    """The layers among the names in a zip file, sorted: files, and folders that end in .gdb.

    Example:
        >>> layers_in(["a/x.shp", "a/x.dbf", "b.gdb/a00000001.gdbtable", "b.gdb/timestamps", "notes.json"])
        ['a/x.shp', 'b.gdb']
    """
    found = {name for name in names if name.lower().endswith(INSIDE) and ".gdb/" not in name.lower()}
    for name in names:
        parts = PurePosixPath(name).parts
        for depth, part in enumerate(parts[:-1], start=1):
            if part.lower().endswith(".gdb"):
                found.add("/".join(parts[:depth]))
    return sorted(found or {name for name in names if name.lower().endswith(".json")})


def members_of(layer: str, names: Sequence[str]) -> list[str]:
    """The files in a zip file that make up one of its layers: the side files of a shapefile too."""
    lower = layer.lower()
    if lower.endswith(".gdb"):
        return sorted(name for name in names if name.startswith(f"{layer}/"))
    if not lower.endswith(".shp"):
        return [layer]
    stem = lower.removesuffix(".shp")
    wanted = {f"{stem}{suffix}" for suffix in (".shp", *SIDECARS)} | {f"{lower}.xml"}
    return sorted(name for name in names if name.lower() in wanted)


def check_members(path: Path, label: str, members: Sequence[str]) -> None:
    """See from the zip file's own list that these files can be unpacked, and to a reasonable size.

    Raises:
        InputError: One is encrypted, packed in an unknown way, or unpacks to more than can be.
    """
    with _opened(path, label) as archive:
        infos = [archive.getinfo(name) for name in members]
    total = 0
    for info in infos:
        if info.flag_bits & 0x1:
            raise InputError(f"{label}: is encrypted; unpack it with its password, and zip it without one")
        if info.compress_type not in _METHODS:
            raise InputError(f"{label}: is packed in a way that cannot be read; unpack it and zip it anew")
        total += info.file_size
        # All files together cannot have been packed into more than the zip file itself.
        packed = min(info.compress_size, path.stat().st_size)
        if info.file_size > _SMALL and info.file_size > MOST_RATIO * packed:
            raise _too_large(
                label, info.filename, f"{info.file_size / max(packed, 1):,.0f} times its packed size"
            )
    if total > MOST_BYTES or (total > _SMALL and total > MOST_RATIO * path.stat().st_size):
        raise _too_large(label, members[0], f"{total / 1e9:,.1f} GB")


def _too_large(label: str, name: str, size: str) -> InputError:
    return InputError(
        f"{label}: {printable(name)[:80]} would unpack to {size}, which no layer of tracts does; {_AGAIN}"
    )


def heads_of(path: Path, label: str, members: Sequence[str], size: int) -> dict[str, tuple[bytes, int]]:
    """The first bytes of some files of a zip file, and their sizes unpacked."""
    with _opened(path, label) as archive:
        found = {}
        for name in members:
            with archive.open(name) as packed:
                found[name] = (packed.read(size), archive.getinfo(name).file_size)
        return found


def unpack(path: Path, label: str, members: Mapping[str, str], folder: Path, layer: str) -> Path:
    """Unpack some files of a zip file, each with its checksum compared.

    Args:
        path: The zip file, whose names :func:`names_in` has checked.
        label: How it is named in an error.
        members: The files, and what each is to be called below ``folder``.
        folder: Where to; it exists.
        layer: What the layer itself is then called.

    Returns:
        The layer.

    Raises:
        InputError: A file is damaged, or larger than the list says.
    """
    check_members(path, label, list(members))
    with _opened(path, label) as archive:
        for name, called in members.items():
            target = folder / called
            target.parent.mkdir(parents=True, exist_ok=True)
            left = archive.getinfo(name).file_size
            with archive.open(name) as packed, target.open("wb") as out:
                while chunk := packed.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise file_faults.damaged(label, "zip")
                    out.write(chunk)
    return folder / layer
