"""Whether a file is a workbook that can be read: what else it may be, and how large it may unpack."""

from __future__ import annotations

import struct
import zlib
from functools import partial
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

MOST_UNPACKED: Final = 100 << 20
"""Bytes of all parts together: 1,500 alerts of the longest texts that a cell holds."""
MOST_TAGS: Final = 2_000_000
"""Tags of all parts together, each of which takes a parser up to 20 µs: 20,000 alerts."""
_MOST_PARTS: Final = 2000
_BLOCK: Final = 1 << 20
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_AS_XLSX: Final = "open it and save it as .xlsx (Excel workbook)"
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument.spreadsheet"

_DOCTYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_LONGEST_MARK: Final = 18
_PICTURES: Final = "xl/media/"

NOT_READABLE: Final = f"is no workbook that can be read, or it is damaged; {_AS_XLSX}"
BROKEN: Final = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError, SyntaxError),
    *(OSError, EOFError, BadZipFile, zlib.error, struct.error),
)
"""What openpyxl and its parsers raise where a workbook is not what it should be (``ParseError`` is a
``SyntaxError``); an ``OSError`` of the disk has an ``errno``."""


class NotOurs(Exception):  # noqa: N818
    """The file cannot be read, for a reason that its reader can do something about."""


def check(path: Path) -> None:
    """Look at a file before anything of it is unpacked.

    Args:
        path: The file.

    Raises:
        NotOurs: It is no ``.xlsx``, is encrypted, or unpacks to more than :data:`MOST_UNPACKED`.
        BadZipFile: It is damaged.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_BLOCK)
        if head.startswith(_OLE):
            file.seek(0)
            encrypted = any(_ENCRYPTED in part for part in iter(partial(file.read, _BLOCK), b""))
            if encrypted:
                raise NotOurs("is encrypted; save it once more without a password to open it")
            raise NotOurs(f"is a workbook of the old form (.xls); {_AS_XLSX}")
    if not head.startswith(b"PK"):
        raise NotOurs(f"is no workbook; {_AS_XLSX}, or name it .csv if it is one")
    with ZipFile(path) as archive:
        parts = archive.infolist()
        names = {part.filename for part in parts}
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            what = f"unpacks to more than {MOST_UNPACKED >> 20} MB or {_MOST_PARTS:,} parts"
            raise NotOurs(f"{what}; hand in the filled sheet alone, without pictures")
        if "mimetype" in names and archive.read("mimetype").startswith(_OPEN_DOCUMENT):
            raise NotOurs(f"is an OpenDocument sheet (.ods); {_AS_XLSX}")
        if any(name.startswith("Index/") and name.endswith(".iwa") for name in names) or "Index.zip" in names:
            raise NotOurs("is a sheet of Numbers; export it as Excel (.xlsx)")
        if "xl/workbook.bin" in names:
            raise NotOurs(f"is a binary workbook (.xlsb); {_AS_XLSX}")
        _look_through(archive)


def _look_through(archive: ZipFile) -> None:
    """Count the tags of all parts: a small file may unpack to millions of empty ones."""
    tags = 0
    for part in archive.infolist():
        end = b""
        with archive.open(part) as stream:  # whatever its name: another part may say that it is XML
            for block in iter(partial(stream.read, _BLOCK), b""):
                tags += block.count(b"<")
                # No workbook declares a type, by which a few words become gigabytes; a picture may.
                if not part.filename.startswith(_PICTURES) and any(mark in end + block for mark in _DOCTYPES):
                    raise NotOurs(NOT_READABLE)
                end = block[-_LONGEST_MARK:]
        if tags > MOST_TAGS:
            raise NotOurs("holds far more cells than a sheet has; hand in the filled sheet alone")
