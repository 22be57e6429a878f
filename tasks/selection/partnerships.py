"""Whose partnership it is: a city's own police, another agency in the city, or no city of the list.

A row is a city's own police where the table of names says so (:mod:`data.police`), or where the agency is
named after the city: :data:`NAMINGS` says how a city may be named in it and :data:`FORMS` what a police
department may be called. The state must be the same, so that Kansas City in Kansas and the one in Missouri do
not mix. What none of these rules finds is not its own police: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import pyarrow as pa

from data.police import Police, State, States, plain, read_police, read_states
from data.schema import TABLES
from data.tables import conform
from tasks.selection.cities import City, by_name, cities_of
from tasks.selection.results import AtlasInput, Judged, Partnerships

TABLE: Final = TABLES["private/partnerships"]

FORMS: Final = (
    "Police Department",
    "Department of Police",
    "Police",
    "Police Bureau",
    "Bureau of Police",
    "Police Division",
    "Division of Police",
    "Department of Public Safety",
    "Public Safety Department",
    "Public Safety",
)
"""What may follow the city's name in the name of its police."""

NAMINGS: Final = {
    "the city's name": (r"(?P<name>.+)", False),
    "'City of' and the city's name": (r"city of (?P<name>.+)", False),
    # Only where the Atlas gives the place without "City": Garden City is another place than Garden.
    "the city's name and 'City'": (r"(?P<name>.+) city", True),
}
"""How a city may be named in its police's name, in order: the rule in words, the pattern, and whether the
Atlas's place must be the city."""

POLICE_TYPES: Final = frozenset({"", "police", "public safety", "municipal"})
"""What the Atlas calls a police department in its column ``Type of LEA``, where an edition has it."""

OTHER_JURISDICTIONS: Final = frozenset(
    {
        *("airport", "federal", "port", "school", "school district", "state", "statewide", "transit"),
        *("tribal", "university"),
    }
)
"""The jurisdictions (``Type of Juris``) of agencies that are not a city's. ``County`` is not among them: the
Atlas has it for police departments of cities that are counties too, such as Baltimore."""

KINDS_OF_AGENCY: Final = {
    "a sheriff's office": r"\bsheriffs?\b",
    "a constable's office": r"\bconstables?\b",
    "a prosecutor's office": r"\b(district attorneys?|county attorneys?|prosecutors?|attorney general)\b",
    "a school's or university's police": (
        r"\buniversity of\b|\b(university|college|campus|schools?|isd) (police|department|public safety)\b"
        r"|\b(school district|university|school)$"
    ),
    "a transport authority's police": r"\b(transit|airport|port authority|railroad|transportation)\b",
    "a state's or federal agency": r"\b(state police|highway patrol)\b|\b(state|statewide|federal)$",
    "a county's police": r"\bcounty\b|\bparish$",
    "another police department": r"\b(police|public safety)\b",
    "an agency of another kind": r"",
}
"""The kind of an agency that is not the city's own police: the first pattern that is found in its name, type
and jurisdiction (in the form of :func:`data.police.plain`, in this order)."""


class Owner(NamedTuple):
    """The city that a row belongs to, if any, and by which rule."""

    city: str | None
    own_police: bool
    rule: str


@dataclass(frozen=True)
class Register:
    """The cities by their names, and the agencies that are theirs under another name.

    Attributes:
        cities: By state and name.
        agencies: By state and agency: the city, and the reason in words.
        states: The states.
    """

    cities: Mapping[tuple[str, str], City]
    agencies: Mapping[tuple[str, str], tuple[City, str]]
    states: States

    @classmethod
    def of(cls, cities: Sequence[City], states: States, police: Police) -> Register:
        """Make the register of a list of cities.

        Raises:
            InputError: Two cities share a name.
        """
        agencies = {
            (city.state, plain(row.name)): (city, row.note)
            for city in cities
            for row in police.of(city.names, city.state, "agency")
        }
        return cls(by_name(cities), agencies, states)

    def owner(self, row: Mapping[str, str | None]) -> Owner:
        """Whose partnership a Ring row is.

        Args:
            row: state, atlas_city, agency, agency_type and jurisdiction, as the Atlas writes them.

        Returns:
            The city, whether it is its own police, and the rule.

        Example:
            >>> register = Register.of(
            ...     [City("Columbus city, Ohio", ("Columbus",), "OH")], read_states(), read_police())
            >>> row = {"state": "OH", "atlas_city": "Columbus", "agency": "Columbus Division of Police"}
            >>> register.owner(row)[1:]
            (True, "own police: the city's name and 'Division of Police'")
            >>> register.owner(row | {"agency": "Franklin County Sheriff's Office"})[1:]
            (False, "another agency in the city: a sheriff's office")
            >>> register.owner(row | {"state": "GA"})[1:]
            (False, 'of no city of the list: the Columbus of the list is in OH')
        """
        state = self.states.find(row["state"])
        if state is None:
            written = row["state"]
            return Owner(None, False, "no state is given" if not written else f"{written!r} is no state")
        own = self._by_table(row, state) or self._by_name(row, state)
        if own is not None:
            return own
        city = self._at(row, state)
        if city is not None:
            return Owner(city.city, False, f"another agency in the city: {kind_of_agency(row)}")
        place = plain(row["atlas_city"] or "")
        elsewhere = sorted(of for of, name in self.cities if name == place)
        if elsewhere:
            where = f"the {row['atlas_city']} of the list is in {' and '.join(elsewhere)}"
            return Owner(None, False, f"of no city of the list: {where}")
        return Owner(None, False, "of no city of the list")

    def _at(self, row: Mapping[str, str | None], state: State) -> City | None:
        """The city that the Atlas gives as the place."""
        places = _without_state(plain(row["atlas_city"] or ""), state)
        return next((city for place in places if (city := self.cities.get((state.code, place)))), None)

    def _by_table(self, row: Mapping[str, str | None], state: State) -> Owner | None:
        """The city whose police the table of names has under this name."""
        for agency in _without_state(plain(row["agency"] or ""), state):
            if (found := self.agencies.get((state.code, agency))) is not None:
                city, note = found
                return Owner(city.city, True, f"own police: the table of names ({note})")
        return None

    def _by_name(self, row: Mapping[str, str | None], state: State) -> Owner | None:
        """The city after which a police department is named."""
        if plain(row.get("agency_type") or "") not in POLICE_TYPES:
            return None
        if plain(row.get("jurisdiction") or "") in OTHER_JURISDICTIONS:
            return None
        at = self._at(row, state)
        for form, named in _named(plain(row["agency"] or ""), state):
            for naming, (pattern, at_place) in NAMINGS.items():
                match = re.fullmatch(pattern, named)
                city = match and self.cities.get((state.code, match["name"]))
                if not match or not city or (at_place and city is not at):
                    continue
                rule = f"own police: {naming} and '{form}'"
                if city is not at and row["atlas_city"]:
                    rule += f"; the Atlas gives the place as {row['atlas_city']}"
                return Owner(city.city, True, rule)
        return None


def _named(agency: str, state: State) -> Iterator[tuple[str, str]]:
    """What comes before each form that an agency's name ends in, with and without the state after it.

    Example:
        >>> kansas = read_states().find("KS")
        >>> list(_named("kansas city kansas police department", kansas))
        [('Police Department', 'kansas city kansas'), ('Police Department', 'kansas city')]
    """
    for name in _without_state(agency, state):
        for form in FORMS:
            if name.endswith(f" {plain(form)}"):
                for named in _without_state(name.removesuffix(f" {plain(form)}"), state):
                    yield form, named


def _without_state(name: str, state: State) -> list[str]:
    """A name as it is and, where it ends in the state's name or postal code, without it."""
    endings = (f" {plain(word)}" for word in (state.name, state.code))
    return [name, *(name.removesuffix(ending) for ending in endings if name.endswith(ending))]


def kind_of_agency(row: Mapping[str, str | None]) -> str:
    """What an agency is, in words: the first of :data:`KINDS_OF_AGENCY` that fits.

    Example:
        >>> kind_of_agency({"agency": "Fort Bend County Constable's Office", "jurisdiction": "County"})
        "a constable's office"
        >>> kind_of_agency({"agency": "Westover Hills Police Department"})
        'another police department'
    """
    text = plain(" ".join(row.get(name) or "" for name in ("agency", "agency_type", "jurisdiction")))
    return next(kind for kind, pattern in KINDS_OF_AGENCY.items() if re.search(pattern, text))


def match_atlas(atlas: AtlasInput, judged: Judged) -> Partnerships:
    """Find for each Ring row of the Atlas whose partnership it is, and for each city its agencies.

    Args:
        atlas: The Atlas as it was read.
        judged: The tracts with their cities.

    Returns:
        The rows of ``private/partnerships``, none left out, and the agencies by city.

    Raises:
        InputError: The state of a city is unknown, or two cities share a name.
    """
    states, police = read_states(), read_police()
    cities = cities_of(judged.tracts, states, police)
    register = Register.of(cities, states, police)
    rows = []
    for row in atlas.ring.to_pylist():
        owner = register.owner(row)
        kept = {name: row[name] for name in ("source", "row", "atlas_id", "atlas_city")}
        # In these two columns the table always has a text.
        rows.append({**kept, **{name: row[name] or "" for name in ("state", "agency")}, **owner._asdict()})
    return Partnerships(
        table=conform(pa.Table.from_pylist(rows, schema=TABLE.arrow), TABLE),
        own=_agencies(rows, own_police=True),
        others=_agencies(rows, own_police=False),
        cities=len(cities),
        wanted=judged.settings.cities,
    )


def _agencies(rows: Sequence[Mapping[str, object]], own_police: bool) -> dict[str, tuple[str, ...]]:
    """The agencies of each city, sorted by city and name; each once, however the Atlas spells it."""
    found: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: str(row["agency"])):
        if row["city"] is not None and row["own_police"] is own_police:
            agency = str(row["agency"])
            found.setdefault(str(row["city"]), {}).setdefault(plain(agency), agency)
    return {city: tuple(sorted(names.values())) for city, names in sorted(found.items())}
