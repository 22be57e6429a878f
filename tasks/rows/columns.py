"""The columns that are wanted, found in a file whatever the spelling of its header (method 6.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from data import file_faults
from data.errors import InputError
from data.printable import escaped
from data.text import nearest

_IGNORED: Final = str.maketrans("", "", "_ \t\r\n\N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\"'`“”‘’")
_SHOWN: Final = 60


def folded(name: str) -> str:
    """A column's name without what does not tell it from others: case, blanks, quotation marks, underscores.

    Example:
        >>> folded(' "Created At"'), folded("created_at"), folded("createdAt")
        ('createdat', 'createdat', 'createdat')
    """
    return name.translate(_IGNORED).casefold()


def match(
    label: str, found: Sequence[str], wanted: Mapping[str, Sequence[str]], fix: str = file_faults.RENAME
) -> dict[str, str]:
    """Find each wanted column in a file, among the names under which it is accepted.

    Case, blanks, quotation marks, byte-order marks and underscores in a name do not count; but where a column
    has an accepted name letter for letter, others that resemble it do no harm.

    Args:
        label: How the file is named in an error.
        found: The file's columns, as it spells them.
        wanted: By column, the names under which it is accepted.
        fix: What to do where one is missing.

    Returns:
        By wanted column, its name as the file spells it.

    Raises:
        InputError: None of the file's columns fits, or two do; the message names the nearest that is there.

    Example:
        >>> match("a.csv", ["ID", " Lat", "Lng"], {"latitude": ("latitude", "lat"), "id": ("id",)})
        {'latitude': ' Lat', 'id': 'ID'}
        >>> match("a.csv", ["key", "lat"], {"id": ("id",)})
        Traceback (most recent call last):
        data.errors.InputError: a.csv: no column id; rename the column that holds it (there are key, lat)
    """
    by_name: dict[str, list[str]] = {}
    for name in found:
        by_name.setdefault(folded(name), []).append(name)
    return {
        column: _matched(label, found, by_name, column, accepted, fix) for column, accepted in wanted.items()
    }


def _matched(  # noqa: PLR0917 - the file, then what is wanted of it
    label: str,
    found: Sequence[str],
    by_name: Mapping[str, Sequence[str]],
    column: str,
    accepted: Sequence[str],
    fix: str,
) -> str:
    exact = [name for name in found if name in accepted]
    fits = exact or [name for each in dict.fromkeys(map(folded, accepted)) for name in by_name.get(each, ())]
    if not fits:
        raise _missing(label, found, column, accepted, fix)
    if len(fits) > 1:
        if len(set(fits)) == 1:
            raise file_faults.repeated_column(label, shown(fits[0]))
        raise InputError(
            f"{label}: two columns could be {column}: {shown(fits[0])} and {shown(fits[1])}; "
            "remove or rename one"
        )
    return fits[0]


def _missing(label: str, found: Sequence[str], column: str, accepted: Sequence[str], fix: str) -> InputError:
    short = [name for name in found if len(name) <= 2 * _SHOWN][:1000]
    near = next((guess for name in accepted if (guess := nearest(name, short)) is not None), None)
    hint = f"did you mean {shown(near)}? " if near else ""
    return file_faults.missing_column(label, column, found, hint + fix)


def shown(name: str) -> str:
    r"""A column's name as an error shows it: on one line, not endless.

    Example:
        >>> shown("a" * 100)[-5:]
        'aaaa…'
    """
    return escaped(name if len(name) <= _SHOWN else name[: _SHOWN - 1] + "…")
