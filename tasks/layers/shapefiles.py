"""Shapefiles: whether all parts are there and whole, seen from their headers.

The layouts are those of the ESRI Shapefile Technical Description (1998) and of dBASE III.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final

from data.errors import InputError
from data.lfs import is_lfs_pointer, lfs_pointer

NEEDED: Final = (".shp", ".shx", ".dbf")
HEAD: Final = 100
"""Bytes of a header that are looked at."""
PRJ: Final = 4_096
"""Bytes of a ``.prj`` that are looked at: they hardly have more."""
MAGIC: Final = b"\x00\x00\x27\x0a"
_SHX_ROW: Final = 8
_WKT: Final = (b"GEOG", b"PROJ")
"""How the names of systems begin, in both forms of well-known text."""
_DBF_HEAD: Final = 12


def check_parts(label: str, name: str, parts: Mapping[str, tuple[bytes, int]], where: str) -> None:
    """See that a shapefile is whole.

    Args:
        label: How the layer is named in an error.
        name: The name of its ``.shp``, without the suffix, fit to be shown.
        parts: By suffix in lower case, the first :data:`HEAD` bytes of the file (of a ``.prj``
            :data:`PRJ`), and its size.
        where: Where its parts belong, as ``"beside it"`` or ``"in the zip file"``.

    Raises:
        InputError: A part is missing or cut off, or two are not of the same shapefile.
    """
    for suffix in NEEDED:
        if suffix not in parts:
            raise InputError(
                f"{label}: {name}{suffix} is not {where}; a shapefile needs {name}.shp, .shx, .dbf and .prj: "
                "copy them all from the download"
            )
    for suffix, (head, _) in parts.items():
        if is_lfs_pointer(head):
            raise lfs_pointer(f"{label}: {name}{suffix}")
    for suffix in (".shp", ".shx"):
        head, size = parts[suffix]
        if not head:
            raise InputError(f"{label}: {name}{suffix} is empty; download it anew")
        if head[: len(MAGIC)] != MAGIC:
            raise InputError(
                f"{label}: {name}{suffix} is not part of a shapefile, or damaged; download it anew"
            )
        stated = 2 * struct.unpack(">i", head[24:28])[0] if len(head) == HEAD else HEAD
        _whole(label, name + suffix, size, stated)
    _whole_prj(label, f"{name}.prj", parts.get(".prj", (b"", 0))[0])
    head, size = parts[".dbf"]
    if len(head) < _DBF_HEAD:
        raise _cut(label, f"{name}.dbf", size, None)
    rows, header, width = struct.unpack("<IHH", head[4:_DBF_HEAD])
    _whole(label, f"{name}.dbf", size, header + rows * width)
    polygons = (parts[".shx"][1] - HEAD) // _SHX_ROW
    if rows != polygons:
        raise InputError(
            f"{label}: {name}.dbf has {rows:,} rows, and {name}.shp {polygons:,} polygons: "
            "they are not of one shapefile; copy them all again from the download"
        )


def _whole_prj(label: str, name: str, head: bytes) -> None:
    """See that a ``.prj`` is closed, as far as its beginning shows it; an empty one is as good as none."""
    text = head.strip()
    if len(head) < PRJ and text.startswith(_WKT) and text.count(b"[") > text.count(b"]"):
        raise InputError(f"{label}: {name} is cut off; download it anew")


def _whole(label: str, name: str, size: int, stated: int) -> None:
    if size < stated:
        raise _cut(label, name, size, stated)


def _cut(label: str, name: str, size: int, stated: int | None) -> InputError:
    of = "" if stated is None else f" of {stated:,}"
    return InputError(f"{label}: {name} is cut off ({size:,}{of} bytes are there); download it anew")
