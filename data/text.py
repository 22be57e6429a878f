"""Texts: when two are equal, which known word a mistyped one most likely means, and ranks in words.

There is one rule of comparison: Unicode NFC, white space trimmed and collapsed (method 4.2), and nothing else
altered. White space is what Unicode calls so (property White_Space, which includes no-break spaces). Python's
``str.split`` does not fit: it also splits at U+001C to U+001F, which Unicode does not count as white space.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_WHITE_SPACE: Final = re.compile("[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")

_SEPARATORS: Final = re.compile("[\x1c-\x1f]")
"""What alone ``str.split`` takes for white space and Unicode does not."""


def collapse(text: str) -> str:
    r"""Bring a text into the form in which it is compared and stored.

    Args:
        text: Any text.

    Returns:
        The text in NFC, with each run of white space as one blank and none at the ends. A zero-width space
        is not white space and stays.

    Example:
        >>> collapse("  Car\u00a0\n break-in ")
        'Car break-in'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if text.isprintable() or _SEPARATORS.search(text) is None:
        return " ".join(text.split())  # several times as fast
    return _WHITE_SPACE.sub(" ", text).strip(" ")


def nearest(word: str, known: Sequence[str] | set[str]) -> str | None:
    """The known word that a mistyped one most likely means, or None if none is similar.

    Example:
        >>> nearest("timezon", ["name", "city", "timezone"])
        'timezone'
    """
    by_lower = {name.lower(): name for name in sorted(known)}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def ordinal(number: int) -> str:
    """A number as a rank.

    Example:
        >>> [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)]
        ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '102nd', '111th']
    """
    teen = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
