"""What a file is by its first bytes, where it is not what its name says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from data import file_faults, lfs


@dataclass(frozen=True)
class Kind:
    """A kind of file that is not a table in text.

    Attributes:
        name: What it is called, with its article.
        fix: What to do where a CSV is needed.
        packed: Whether it holds other files.
        table: Whether it may be a table, or hold one, that can be read.
    """

    name: str
    fix: str
    packed: bool = False
    table: bool = False


_TABLE: Final = 'hand in the table that is meant, saved as "CSV UTF-8"'
_ZIP: Final = Kind("a zip archive", "unpack it", packed=True, table=True)
_WORKBOOK: Final = Kind("an Excel workbook", 'open it and save its sheet as "CSV UTF-8"')
_WEB_PAGE: Final = Kind("a web page", "download the file itself, not the page about it")

_MAGIC: Final = {
    b"PK\x03\x04": _ZIP,
    b"PK\x05\x06": _ZIP,
    b"\xd0\xcf\x11\xe0": _WORKBOOK,
    b"%PDF": Kind("a PDF", _TABLE),
    b"\x1f\x8b": Kind("a gzip file", "unpack it", packed=True, table=True),
    b"7z\xbc\xaf": Kind("a 7z archive", "unpack it", packed=True),
    b"Rar!": Kind("a RAR archive", "unpack it", packed=True),
    b"PAR1": Kind("a Parquet file", "rename it to end with .parquet", table=True),
    b"!BDN": Kind("a mailbox", _TABLE),
    lfs.POINTER: Kind(lfs.NAME, lfs.FIX),
}

_PAGE: Final = (b"<!doctype html", b"<html")


def kind_of(head: bytes) -> Kind | None:
    r"""The kind of a file, as far as its beginning shows.

    Args:
        head: Its first bytes.

    Returns:
        The kind; None where the bytes show none, as those of text.

    Example:
        >>> [kind and kind.name for kind in map(kind_of, (b"PK\x03\x04", b"  <!DOCTYPE html>", b"id,date\n"))]
        ['a zip archive', 'a web page', None]
    """
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            # A workbook is a zip archive whose first member has this name; other archives begin otherwise.
            return _WORKBOOK if b"[Content_Types].xml" in head[:64] else kind
    return _WEB_PAGE if head[:64].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_PAGE) else None


def check_kind(head: bytes, label: str, or_else: str = "", *, packed: bool = False) -> None:
    """See that a file that is called .csv is not of another kind.

    Args:
        head: Its first bytes.
        label: How it is named in an error.
        or_else: What else can be done about it, as ", or move it elsewhere".
        packed: Whether a table may be packed, and may be Parquet.

    Raises:
        InputError: It is; the message says what it is and what to do.
    """
    kind = kind_of(head)
    if lfs.is_lfs_pointer(head):
        raise lfs.lfs_pointer(label)
    if kind is not None and not (packed and kind.table):
        raise file_faults.wrong_kind(label, kind.name, kind.fix + or_else)
