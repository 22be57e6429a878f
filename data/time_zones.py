"""Which rules of time zones this machine has: they are not the same everywhere, and they change.

Python takes them from the machine (:data:`zoneinfo.TZPATH`), and from the package tzdata where the machine
has none (PEP 615). So the version of that package does not say by which rules a day was found.
"""

from __future__ import annotations

import hashlib
import zoneinfo
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

_STATED: Final = ("tzdata.zi", "+VERSION")
"""Files in which a database states its edition (RFC 8536, tz-link)."""


@cache
def rules_of(name: str) -> str:
    """SHA-256 of the rules of a time zone, as :class:`zoneinfo.ZoneInfo` finds them.

    Args:
        name: The IANA name, of which is known that it exists.

    Returns:
        64 hexadecimal digits; empty where there are no such rules.

    Example:
        >>> len(rules_of("America/Los_Angeles")), rules_of("America/Nowhere")
        (64, '')
    """
    for folder in zoneinfo.TZPATH:
        path = Path(folder, name)
        if path.is_file():
            return hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        return hashlib.sha256(files("tzdata").joinpath("zoneinfo", name).read_bytes()).hexdigest()
    except (ModuleNotFoundError, OSError):
        return ""


@cache
def edition() -> str:
    """SHA-256 of what the machine's database states of itself; empty where it has none, or states nothing."""
    for folder in zoneinfo.TZPATH:
        for name in _STATED:
            path = Path(folder, name)
            if path.is_file():
                return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""
