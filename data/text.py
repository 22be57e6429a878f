"""Texts side by side: when two are the same, and which one a mistyped word most likely meant.

The one rule by which they are compared: Unicode NFC, white space trimmed and collapsed (DESIGN 5.4).
White space is what Unicode calls so (property White_Space, no-break spaces included). Python's ``str.split``
would also swallow the four separators U+001C to U+001F, which Unicode does not count, and "nothing else is
altered".
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_WHITE_SPACE: Final = re.compile("[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def collapse(text: str) -> str:
    r"""Bring a text into the form in which it is compared and stored.

    Args:
        text: Any text.

    Returns:
        The text in NFC, each run of white space as one blank, none at the ends. A zero-width space is no
        white space and stays.

    Example:
        >>> collapse("  Car\u00a0\n break-in ")
        'Car break-in'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _WHITE_SPACE.sub(" ", text).strip(" ")


def nearest(word: str, known: Sequence[str] | set[str]) -> str | None:
    """The known word that a mistyped one most likely meant, or None where nothing is near.

    Example:
        >>> nearest("timezon", ["name", "city", "timezone"])
        'timezone'
    """
    by_lower = {name.lower(): name for name in sorted(known)}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None
