"""Which published counts are sums of which others: the posts and crimes of tracts, and all their totals.

A count that is not what its tracts add up to is taken as one of its own: small or not, it tells nothing of
others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from tasks.audit.protect import Atom, Sum

Rows = list[dict[str, Any]]
Tables = Mapping[str, pa.Table]
Place = tuple[str, ...]
"""A city, or a city and a type of crime."""

_HALF: Final = 0.5
_ALL: Final = "all"
_USED: Final = "used"
_PEOPLED: Final = "peopled"
_UNPEOPLED: Final = "without"
_INSIDE: Final = "inside"
_VARIANTS: Final[Mapping[str, str]] = {
    "published": _USED,
    "every tract with people": _PEOPLED,
    "at least half inside": _INSIDE,
}
_TOTALS: Final[Mapping[str, str]] = {
    "counted": _ALL,
    "in tracts with population and income": _PEOPLED,
    "in tracts without": _UNPEOPLED,
}
"""Lines of the ledger that are sums over tracts."""
_LOST: Final[Mapping[str, str]] = {"no location": "no_location", "outside": "outside"}
"""Lines of the ledger that are sums over the types of crime, and their column of public/crime_types."""
_OTHER_TYPES: Final = "other types"
"""The line of the ledger that, with others, says how many crimes of the types and the year there are."""
_OF_ALL: Final = "all cities"


@dataclass(frozen=True)
class Cell:
    """A published count.

    Attributes:
        table: Such as ``public/city_deciles``.
        row: Its row.
        column: Its column.
        sum: What it adds up.
    """

    table: str
    row: int
    column: str
    sum: Sum


@dataclass
class Cells:
    """All published counts of posts and crimes in places.

    Attributes:
        values: The count of each atom.
        cells: The counts.
    """

    values: dict[Atom, int] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)

    def add(self, table: str, row: int, column: str, value: int | None, sums: Iterable[Sum]) -> None:
        """Add a published count.

        Args:
            table: As in :class:`Cell`.
            row: Likewise.
            column: Likewise.
            value: The count; None for one that is not there.
            sums: What it may add up; the first that has its value is taken.
        """
        if value is None:
            return
        for each in sums:
            parts = each.parts or (each.atoms,)
            if each.atoms and sum(self.values[atom] for part in parts for atom in part) == value:
                self.cells.append(Cell(table, row, column, each))
                return
        own = ("own", table, str(row), column)
        self.values[own] = value
        self.cells.append(Cell(table, row, column, Sum(frozenset([own]))))


@dataclass
class Tracts:
    """The tracts of each city, by what they are.

    Attributes:
        sets: By city, and by one of the names above or a decile, the GEOIDs.
    """

    sets: Mapping[str, Mapping[Any, set[str]]]

    @classmethod
    def of(cls, used: Rows) -> Tracts:
        """Sort the rows of public/tracts_used."""
        found: dict[str, dict[Any, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in used:
            own, geoid = found[row["city"]], row["GEOID"]
            own[_ALL].add(geoid)
            peopled = row["status"] in {"used", "few people"}
            own[_PEOPLED if peopled else _UNPEOPLED].add(geoid)
            if row["status"] == "used":
                own[_USED].add(geoid)
                own[row["decile"]].add(geoid)
                if (row["share_in_city"] or 0.0) >= _HALF:
                    own[_INSIDE].add(geoid)
        return cls(found)


def cells_of(tables: Tables) -> Cells:
    """Find all published counts of posts and crimes in places, and what each adds up.

    Args:
        tables: The whole tables that have such counts, by name; without public/tracts_used nothing is known
            of the sums.

    Returns:
        The counts, and the atoms.
    """
    rows = {name: table.to_pylist() for name, table in tables.items()}
    tracts, found = Tracts.of(rows.get("public/tracts_used", [])), Cells()
    _add_posts(found, rows, tracts)
    _add_crimes(found, rows, tracts)
    _add_ledger(found, rows, tracts)
    return found


def _post(city: str, geoid: str) -> Atom:
    return ("posts", geoid)  # one tract may be in two cities, with the same posts


def _sum(found: Cells, tracts: Tracts, place: Place, which: Any) -> Sum:
    """The sum over some tracts of a city: of posts, or of a type of crime."""
    city, *crime = place
    geoids = tracts.sets.get(city, {}).get(which, ())
    atoms = (("crimes", city, crime[0], geoid) if crime else _post(city, geoid) for geoid in geoids)
    return Sum(frozenset(atom for atom in atoms if atom in found.values))


def _together(sums: Iterable[Sum]) -> Sum:
    """A sum of sums."""
    parts = tuple(each.atoms for each in sums if each.atoms)
    return Sum(frozenset().union(*parts), parts if len(parts) > 1 else ())


def _add_posts(found: Cells, rows: Mapping[str, Rows], tracts: Tracts) -> None:
    name = "public/tracts_used"
    for at, row in enumerate(rows.get(name, [])):
        if row["posts"] is not None:
            post = _post(row["city"], row["GEOID"])
            found.values[post] = row["posts"]
            found.cells.append(Cell(name, at, "posts", Sum(frozenset([post]))))
    _add_findings(found, rows, tracts, "city", "posts")
    name = "public/border_posts"
    for at, row in enumerate(rows.get(name, [])):
        of_year = row["year"] != "all" and row["scope"] != "nation"
        sums = [_sum(found, tracts, (row["scope"],), _ALL)] if of_year else []
        found.add(name, at, "posts", row["posts"], sums)
        for column in ("posts_on_borders", "extra_rows", "ties"):
            found.add(name, at, column, row[column], [])


def _add_crimes(found: Cells, rows: Mapping[str, Rows], tracts: Tracts) -> None:
    name = "public/tract_crimes"
    for at, row in enumerate(rows.get(name, [])):
        if row["crimes"] is not None:
            atom = ("crimes", row["city"], row["crime"], row["GEOID"])
            found.values[atom] = row["crimes"]
            found.cells.append(Cell(name, at, "crimes", Sum(frozenset([atom]))))
    _add_findings(found, rows, tracts, "crime", "crimes")
    name = "public/crime_types"
    for at, row in enumerate(rows.get(name, [])):
        place = (row["city"], row["crime"])
        counted = _sum(found, tracts, place, _ALL)
        found.add(name, at, "counted", row["counted"], [counted])
        parts = [found.cells[-1].sum]
        for column in _LOST.values():
            lost = (column, *place)
            found.values[lost] = row[column]
            parts.append(Sum(frozenset([lost])))
            found.cells.append(Cell(name, at, column, parts[-1]))
        found.add(name, at, "recorded", row["recorded"], [_together(parts)])


def _add_findings(found: Cells, rows: Mapping[str, Rows], tracts: Tracts, of: str, counted: str) -> None:
    """The counts beside the tests: those of deciles, of all tracts tested, and of other choices of tracts."""
    key = ("city", "crime") if of == "crime" else ("city",)
    for name, which in (
        (f"public/{of}_deciles", lambda row: row["decile"]),
        (f"public/{of}_tests", lambda row: _USED),
        (f"public/{of}_variants", lambda row: _VARIANTS.get(row["variant"], "")),
    ):
        for at, row in enumerate(rows.get(name, [])):
            place = tuple(row[column] for column in key)
            found.add(name, at, counted, row[counted], [_sum(found, tracts, place, which(row))])
    name = f"public/{of}_effects"
    effects = rows.get(name, [])
    for at, row in enumerate(effects):
        own = [each for each in effects if each.get("crime") == row.get("crime")]
        own = [each for each in own if each["scope"] != _OF_ALL] if row["scope"] == _OF_ALL else [row]
        choices = (own, [each for each in own if each["log_ratio"] is not None])
        found.add(name, at, counted, row[counted], (_of_cities(found, tracts, key, some) for some in choices))


def _of_cities(found: Cells, tracts: Tracts, key: Place, rows: Rows) -> Sum:
    return _together(_sum(found, tracts, tuple(row[column] for column in key), _USED) for row in rows)


def _add_ledger(found: Cells, rows: Mapping[str, Rows], tracts: Tracts) -> None:
    """The lines of the ledger that are such sums: those of the folders of crimes."""
    name = "public/ledger"
    ledger = rows.get(name, [])
    types = _types_of_folders(ledger, rows.get("public/crime_types", []))
    for at, row in enumerate(ledger):
        if row["part"] != "crime" or row["source"] not in types:
            continue
        own, line = types[row["source"]], row["line"]
        if line in own or line in _TOTALS or line in _LOST:
            found.add(name, at, "count", row["count"], _of_line(found, tracts, own, line))
        elif line == _OTHER_TYPES:
            # What the files hold less the other lines is the sum of those of the types and the year.
            every = (
                _recorded(found, tracts, place) for place in ((city, crime) for crime, city in own.items())
            )
            found.cells.append(Cell(name, at, "count", _together(every)))


def _recorded(found: Cells, tracts: Tracts, place: Place) -> Sum:
    lost = [(column, *place) for column in _LOST.values()]
    counted = _sum(found, tracts, place, _ALL)
    return _together([counted, *(Sum(frozenset([atom])) for atom in lost if atom in found.values)])


def _of_line(found: Cells, tracts: Tracts, types: Mapping[str, str], line: str) -> Iterator[Sum]:
    """What a line of a folder of crimes may add up."""
    if line in types:
        yield _sum(found, tracts, (types[line], line), _ALL)
    elif line in _TOTALS:
        yield _together(_sum(found, tracts, (city, crime), _TOTALS[line]) for crime, city in types.items())
    else:
        atoms = [(_LOST[line], city, crime) for crime, city in types.items()]
        yield _together(Sum(frozenset([atom])) for atom in atoms if atom in found.values)


def _types_of_folders(ledger: Rows, types: Rows) -> dict[str, dict[str, str]]:
    """Of each folder of crimes, the types of its city, each with the city: that whose counts are the same."""
    by_city: dict[str, dict[str, int]] = defaultdict(dict)
    for row in types:
        by_city[row["city"]][row["crime"]] = row["counted"]
    lines: dict[str, dict[str, int | None]] = defaultdict(dict)
    for row in ledger:
        if row["part"] == "crime" and row["source"]:
            lines[row["source"]][row["line"]] = row["count"]
    found = {}
    for source, own in lines.items():
        alike = [city for city, counts in by_city.items() if counts.items() <= own.items()]
        alike = alike or [city for city, counts in by_city.items() if counts.keys() <= own.keys()]
        if alike:
            found[source] = dict.fromkeys(by_city[alike[0]], alike[0])
    return found
