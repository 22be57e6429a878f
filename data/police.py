"""The police of cities by name: which agency is a city's own although its name is another, as a CSV.

``data/reference/police.csv`` has the columns ``city, state, what, name, note``; one row per
name.

- ``city`` is the city's name without what the Census puts behind it (``city``, ``metro government
  (balance)``); ``state`` is its postal code.
- ``what`` is ``agency``: ``name`` is its own police department; or ``city``: ``name`` is another name of the
  city, by which places and police may be called too.
- ``note`` is the reason, in words that can be printed.

A police department that is called after its city, as nearly all are, needs no row. A sheriff's office is not
a city's police (DESIGN 5.8) and gets none, not even where it does a police department's work.

``data/reference/states.csv`` has the states' names, postal codes and the Census's numbers (FIPS).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from data.errors import InputError
from data.reference_table import read_rows

REFERENCE: Final = Path(__file__).parent / "reference"
POLICE: Final = REFERENCE / "police.csv"
STATES: Final = REFERENCE / "states.csv"

_WHAT: Final = ("agency", "city")
_WRITTEN_OUT: Final = {"dept": "department", "ft": "fort", "mt": "mount", "st": "saint"}
_APOSTROPHES: Final = re.compile("['’ʼ`]")
_NO_WORD: Final = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Bring a name into the form in which names of places and agencies are compared.

    Letter case, accents, punctuation, a leading "the" and invisible marks do not count; ``&``, ``St.``,
    ``Ft.``, ``Mt.`` and ``Dept.`` are written out.

    Example:
        >>> plain("The St. Louis Metropolitan Police Dept.")
        'saint louis metropolitan police department'
        >>> plain("San José") == plain("SAN JOSE")
        True
    """
    apart = unicodedata.normalize("NFKD", text.replace("&", " and "))
    seen = "".join(sign for sign in apart if unicodedata.category(sign) not in {"Mn", "Cf"})
    words = _NO_WORD.sub(" ", _APOSTROPHES.sub("", seen).casefold()).split()
    words = [_WRITTEN_OUT.get(word, word) for word in words]
    return " ".join(words[1:] if words[:1] == ["the"] else words)


@dataclass(frozen=True)
class State:
    """A state, the District of Columbia or a territory: its name, postal code and number of the Census."""

    name: str
    code: str
    fips: str


@dataclass(frozen=True)
class States:
    """The states by everything that they are called."""

    rows: tuple[State, ...]

    @cached_property
    def _by_word(self) -> dict[str, State]:
        words = {"d c": "DC", "washington d c": "DC", "washington dc": "DC"}
        by_code = {state.code: state for state in self.rows}
        return {
            **{word: by_code[code] for word, code in words.items() if code in by_code},
            **{plain(word): state for state in self.rows for word in (state.name, state.code)},
        }

    def find(self, word: str | None) -> State | None:
        """The state of this name or postal code; None where it is none.

        Example:
            >>> read_states().find("oh").name, read_states().find("Ohio").code, read_states().find("Oh no")
            ('Ohio', 'OH', None)
        """
        return self._by_word.get(plain(word or ""))

    def of_tract(self, geoid: str) -> State | None:
        """The state whose number a tract's GEOID begins with."""
        return next((state for state in self.rows if geoid.startswith(state.fips)), None)


@dataclass(frozen=True)
class Name:
    """A row of the table: another name of a city (``what`` is ``city``) or of its police (``agency``)."""

    city: str
    state: str
    what: str
    name: str
    note: str


@dataclass(frozen=True)
class Police:
    """The checked rows."""

    rows: tuple[Name, ...]

    @property
    def fingerprint(self) -> str:
        """Hash of what decides (city, state, what, name; no notes): 64 hex digits."""
        text = repr(sorted((row.city, row.state, row.what, row.name) for row in self.rows))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def of(self, names: Collection[str], state: str, what: str) -> list[Name]:
        """What the table knows of a city.

        Args:
            names: What the city is called.
            state: Its state's postal code.
            what: ``agency`` or ``city``.

        Returns:
            The rows, in order of the table.

        Example:
            >>> [row.name for row in read_police().of(["Charlotte"], "NC", "agency")]
            ['Charlotte-Mecklenburg Police Department']
        """
        called = {plain(name) for name in names}
        return [
            row for row in self.rows if row.state == state and row.what == what and plain(row.city) in called
        ]


def read_states(path: Path = STATES) -> States:
    """Read the states.

    Raises:
        InputError: The file cannot be read or has other columns.
    """
    return States(tuple(State(*fields) for _, fields in read_rows(path, ("name", "code", "fips"))))


def read_police(path: Path = POLICE) -> Police:
    """Read the table of names and check every row of it.

    Args:
        path: A CSV (UTF-8, with or without byte order mark) with the columns ``city, state, what, name,
            note``.

    Returns:
        The rows in their order.

    Raises:
        InputError: The file cannot be read, or a row is wrong; the message names file, row (the header is row
            1), column and the fix.
    """
    codes = {state.code for state in read_states().rows}
    rows: list[Name] = []
    known: dict[tuple[str, str, str], str] = {}
    for number, fields in read_rows(path, ("city", "state", "what", "name", "note")):
        row = Name(*fields)
        wrong = _wrong(row, codes)
        key = (row.state, row.what, plain(row.name))
        if wrong is None and key in known:
            wrong = "name", f"'{row.name}' belongs to {known[key]} already; remove one of the rows"
        if wrong is not None:
            raise InputError(f"{path}: row {number}, column {wrong[0]}: {wrong[1]}")
        known[key] = row.city
        rows.append(row)
    return Police(tuple(rows))


def _wrong(row: Name, codes: Collection[str]) -> tuple[str, str] | None:
    """The column that is wrong, and the fix."""
    if row.what not in _WHAT:
        return "what", f"'{row.what}' is unknown; write agency or city"
    if row.state not in codes:
        return "state", f"'{row.state}' is not the postal code of a state; write one, as NC"
    for column in ("city", "name", "note"):
        if not getattr(row, column):
            return column, "is empty; write " + ("the reason" if column == "note" else "a name")
    return None
