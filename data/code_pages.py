"""Code pages: which of Python's codecs decodes a text that is stored as bytes.

A mailbox names a code page by its number (Microsoft's *Code Page Identifiers*), HTML by a label (the WHATWG's
*Encoding Standard*), a person in ``agency.toml`` by either.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import Final

_BY_NUMBER: Final = {
    1200: "utf-16-le", 1201: "utf-16-be", 10000: "mac_roman", 10007: "mac_cyrillic", 10029: "mac_latin2",
    20127: "ascii", 20866: "koi8-r", 20932: "euc_jp", 20936: "gb2312", 20949: "euc_kr", 21866: "koi8-u",
    28591: "latin-1", 38598: "iso8859-8", 50220: "iso2022_jp", 50221: "iso2022_jp", 50222: "iso2022_jp",
    50225: "iso2022_kr", 51932: "euc_jp", 51936: "gb2312", 51949: "euc_kr", 52936: "hz", 54936: "gb18030",
    65000: "utf-7", 65001: "utf-8",
}  # fmt: skip
_BY_LABEL: Final = {
    "unicode": "utf-16-le", "utf-16": "utf-16-le", "utf-8-sig": "utf-8", "unicode-1-1-utf-8": "utf-8",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "windows-949": "cp949", "x-sjis": "cp932",
    "windows-31j": "cp932", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "x-x-big5": "cp950",
    "x-euc-jp": "euc_jp", "tis-620": "cp874", "iso-8859-8-i": "iso8859-8", "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman", "x-mac-cyrillic": "mac_cyrillic",
}  # fmt: skip
_PREFIXED: Final = re.compile(r"(?:windows-|cp-?|x-cp|ibm)?([0-9]{3,5})")


@lru_cache(maxsize=256)
def codec_of(code_page: int | None) -> str | None:
    """The Python codec of a Windows code page, or None where there is none.

    Args:
        code_page: Its number, such as 1252.

    Example:
        >>> codec_of(65001), codec_of(1252), codec_of(28605), codec_of(7)
        ('utf-8', 'cp1252', 'iso8859-15', None)
    """
    if code_page is None:
        return None
    if code_page in _BY_NUMBER:
        return _BY_NUMBER[code_page]
    return _text_codec(f"cp{code_page}") or _text_codec(f"iso8859-{code_page - 28590}")


def codec_named(name: str) -> str | None:
    """The Python codec of a name or number of a code page, or None where there is none.

    Args:
        name: As HTML, Windows or Python write it, in any letter case.

    Example:
        >>> [codec_named(name) for name in ("windows-1252", "932", "ISO-8859-1", "Shift_JIS", "hex")]
        ['cp1252', 'cp932', 'iso8859-1', 'shift_jis', None]
    """
    label = name.strip().lower()
    if label in _BY_LABEL:
        return _BY_LABEL[label]
    number = _PREFIXED.fullmatch(label)
    if number:
        return codec_of(int(number[1]))
    return _text_codec(label)


def _text_codec(name: str) -> str | None:
    """The codec of this name, if it makes text of bytes; others, such as ``hex``, do something else."""
    try:
        b"a".decode(name)
        found = codecs.lookup(name).name
    except (LookupError, ValueError):  # the latter for a name with a NUL in it, and for ``undefined``
        return None
    return None if found in _PYTHONS_OWN else found


_PYTHONS_OWN: Final = {"charmap", "idna", "punycode", "raw-unicode-escape", "unicode-escape"}
"""Codecs in which no mail is written."""
