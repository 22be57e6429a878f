"""City police departments with unusual names: which agency belongs to which city, as a CSV.

``data/reference/police.csv`` has the columns ``city, state, what, name, note``: one row per name.

- ``city`` is the city's name without the Census's suffix (``city``, ``metro government (balance)``);
  ``state`` is its postal code.
- ``what`` is ``agency`` if ``name`` is the city's own police department, or ``city`` if ``name`` is another
  name of the city itself.
- ``note`` is the reason, in words that can be printed.

A police department named after its city needs no row, and nearly all are. A sheriff's office is not a city's
police (method 8.8) and gets no row, even where it does the work of a police department.

``data/reference/states.csv`` has the states' names, postal codes and Census numbers (FIPS).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache
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


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """Bring a name into the form in which names of cities and agencies are compared.

    Letter case, accents, punctuation, a leading "the" and invisible characters do not count; ``&``, ``St.``,
    ``Ft.``, ``Mt.`` and ``Dept.`` are spelled out.

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
    """A state, the District of Columbia or a territory: its name, postal code and Census number."""

    name: str
    code: str
    fips: str


@dataclass(frozen=True)
class States:
    """The states, to be found by name or postal code."""

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
        """The state with this name or postal code; None if there is none.

        Example:
            >>> read_states().find("oh").name, read_states().find("Ohio").code, read_states().find("Oh no")
            ('Ohio', 'OH', None)
        """
        return self._by_word.get(plain(word or ""))

    def of_tract(self, geoid: str) -> State | None:
        """The state of a tract: the GEOID begins with its number."""
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
        """Hash of what decides (city, state, what, name; not notes): 64 hex digits."""
        text = repr(sorted((row.city, row.state, row.what, row.name) for row in self.rows))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def of(self, names: Collection[str], state: str, what: str) -> list[Name]:
        """The rows about a city.

        Args:
            names: The city's names.
            state: Its state's postal code.
            what: ``agency`` or ``city``.

        Returns:
            The rows, in the table's order.

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
            1) and column, and says how to fix it.
    """
    codes = {state.code for state in read_states().rows}
    rows: list[Name] = []
    known: dict[tuple[str, str, str], str] = {}
    for number, fields in read_rows(path, ("city", "state", "what", "name", "note")):
        row = Name(*fields)
        wrong = _wrong(row, codes)
        key = (row.state, row.what, plain(row.name))
        if wrong is None and key in known:
            wrong = "name", f"'{row.name}' already belongs to {known[key]}; remove one of the rows"
        if wrong is not None:
            raise InputError(f"{path}: row {number}, column {wrong[0]}: {wrong[1]}")
        known[key] = row.city
        rows.append(row)
    return Police(tuple(rows))


def _wrong(row: Name, codes: Collection[str]) -> tuple[str, str] | None:
    """The column that is wrong, and how to fix it; None if nothing is wrong."""
    if row.what not in _WHAT:
        return "what", f"'{row.what}' is unknown; write agency or city"
    if row.state not in codes:
        return "state", f"'{row.state}' is not a state's postal code; write one, such as NC"
    for column in ("city", "name", "note"):
        if not getattr(row, column):
            return column, "is empty; write " + ("the reason" if column == "note" else "a name")
    return None
