"""What a file is by its first bytes, where it is not what its name says."""

from __future__ import annotations

from typing import Final

_MAGIC: Final = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "a zip archive",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip file",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"PAR1": "a Parquet file",
    b"!BDN": "a mailbox",
}

_PAGE: Final = (b"<!doctype html", b"<html")

PACKED: Final = frozenset({"a zip archive", "a gzip file", "a 7z archive", "a RAR archive"})
"""Those that hold other files."""


def form_of(head: bytes) -> str | None:
    r"""What a file is, as far as its beginning tells.

    Args:
        head: Its first bytes.

    Returns:
        A word for it; None where they tell nothing, as those of text.

    Example:
        >>> form_of(b"PK\x03\x04"), form_of(b"  <!DOCTYPE html>"), form_of(b"id,date\n")
        ('a zip archive', 'a web page', None)
    """
    for magic, form in _MAGIC.items():
        if head.startswith(magic):
            # The first file of a workbook is this one; a zip archive of anything else begins otherwise.
            return "an Excel workbook" if b"[Content_Types].xml" in head[:64] else form
    return "a web page" if head[:64].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_PAGE) else None


def not_a_table(form: str) -> str:
    """What to tell of a file that should be a CSV and is of another form.

    Example:
        >>> not_a_table("an Excel workbook")
        'is an Excel workbook, whatever its name; open it and save its sheet as CSV (UTF-8)'
    """
    if form == "an Excel workbook":
        mend = "open it and save its sheet as CSV (UTF-8)"
    elif form in PACKED:
        mend = "unpack it"
    elif form == "a web page":
        mend = "download the file itself, not the page about it"
    elif form == "a Parquet file":
        mend = "rename it to end with .parquet"
    else:
        mend = "hand in the table that is meant, as CSV (UTF-8)"
    return f"is {form}, whatever its name; {mend}"
