"""Readers: what they may be called, and who codes what; what was asked of a reader stays."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from data.errors import InputError
from data.printable import escaped, shortened
from tasks.coding.results import Listed
from tasks.coding.sample.draw import readers_of

_NAME: Final = re.compile(r"[^\W_](?:[\w' -]*[\w'])?")
"""Letters, digits, blanks, dashes, underscores, apostrophes: what every file system and every sheet takes."""
_LONGEST: Final = 60
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
"""Names that no file has on Windows."""


def checked_names(names: Iterable[str], known: Iterable[str] = ()) -> tuple[str, ...]:
    """The names of readers, each once.

    Args:
        names: As they were typed.
        known: Those who were named before.

    Returns:
        Those of ``names`` that are not known, in Unicode's normal form C.

    Raises:
        InputError: A name cannot be the name of a file, or is that of another reader but for capitals.

    Example:
        >>> checked_names(["anna", "ben", "anna"], known=["ben"])
        ('anna',)
    """
    before = {name.casefold(): name for name in known}
    found = dict[str, None]()
    for typed in names:
        name = unicodedata.normalize("NFC", typed.strip())
        if not is_name(name):
            raise InputError(
                f"--reader: {escaped(shortened(typed))!r} cannot be a reader's name, which names a file; "
                f"write 1 to {_LONGEST} letters, digits, blanks and dashes, as --reader anna"
            )
        other = before.setdefault(name.casefold(), name)
        if other != name:
            raise InputError(f"--reader: {name!r} and {other!r} are the same but for capitals; write one")
        found[name] = None
    return tuple(name for name in found if name not in set(known))


def is_name(name: str) -> bool:
    """Whether a reader may be called so: whether it can be the name of a file, and of none elsewhere.

    Example:
        >>> is_name("anna"), is_name("../anna")
        (True, False)
    """
    return bool(_NAME.fullmatch(name)) and len(name) <= _LONGEST and not _DEVICES.fullmatch(name)


def assigned(rows: Sequence[Listed], new: Sequence[str], reviews: int, seed: int) -> list[Listed]:
    """Who codes what, once some readers more are named, or some alerts more are drawn.

    What a reader was asked stays: in a drawing that was handed out, only a new reader gets alerts, and only
    those that have too few readers. Alerts of which nobody was asked yet go round all readers.

    Args:
        rows: The sample.
        new: Readers who were not named before.
        reviews: How many reviews each alert gets.
        seed: ``[coding] seed``.

    Returns:
        The same rows, with their readers.
    """
    old = readers_in(rows)
    handed_out = {row.draw for row in rows if row.readers}
    found, shared_out = [], Counter[tuple[int, bool]]()
    for row in rows:
        lacking = max(0, reviews - len(row.readers))
        is_out = row.draw in handed_out
        names = new if is_out else [*old, *new]
        shared_out[lacking, is_out] += 1
        more = readers_of(shared_out[lacking, is_out], names, lacking, seed) if lacking else ()
        found.append(row.read_by((*row.readers, *more)))
    return found


def readers_in(rows: Iterable[Listed]) -> list[str]:
    """All readers of a sample, in the order in which they were named."""
    return list(dict.fromkeys(reader for row in rows for reader in row.readers))
