"""A made-up Atlas of Surveillance in the form in which EFF publishes the real one.

Most of its rows are about towns that are not in the country. The others are what a rule can get wrong: a
city's own police, its sheriff, its suburbs, its schools, a town of the same name in another state, and the
same police with another technology.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Final

from data.synthetic.country.figures import City
from data.synthetic.public_records.figures import (
    ATLAS_RING,
    ATLAS_ROWS,
    FEWEST_ATLAS_ROWS,
    PARTNERS,
    POSTAL,
    bare,
)
from data.tables import replacing

OWN_POLICE, OTHER_AGENCY, ELSEWHERE = "own police", "other agency", "elsewhere"
RING: Final = "Ring/Neighbors Partnership"

COLUMNS: Final = (
    "AOSNUMBER", "City", "County", "State", "Agency", "Type of LEA", "Summary", "Type of Juris", "Technology",
    "Vendor", *(f"Link {number}{what}" for number in (1, 2, 3)
                for what in ("", " Snapshot", " Source", " Type", " Date")),
)  # fmt: skip
"""The 25 columns of the edition of 7 October 2020."""
_OTHER: Final = (
    # Technology, vendor, what the police did with it
    ("Body-worn Cameras", "Lapelworks", "has used body-worn cameras since at least {year}"),
    ("Drones", "Skylark Craft", "flies two drones, bought in {year}"),
    ("Automated License Plate Readers", "Platewise", "put up license plate readers in {year}"),
    ("Camera Registry", "", "asked residents to register their cameras in {year}"),
    ("Face Recognition", "Visagery", "has had access to face recognition since {year}"),
    ("Gunshot Detection", "Bangfinder", "spent $310,000 on gunshot detection in {year}"),
)
_FIRST: Final = (
    "Amber", "Birch", "Cinder", "Dapple", "Ember", "Fallow", "Glimmer", "Hollow", "Ivory", "Juniper",
    "Kettle", "Linden", "Mallow", "Nutmeg", "Otter", "Pebble", "Quince", "Russet", "Sable", "Tansy",
)  # fmt: skip
_SECOND: Final = (
    "bank", "brook", "cross", "dale", "fleet", "gate", "holt", "hurst", "mere", "moor", "ness", "port",
    "ridge", "stead", "thorpe", "wick",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A row of the Atlas.

    Attributes:
        city: The city or town, as the Atlas writes it.
        county: Its county.
        state: Postal code.
        agency: The agency that uses the technology.
        lea: Type of agency.
        juris: Type of jurisdiction.
        technology: The technology.
        vendor: The vendor of the technology.
        summary: A sentence.
        whose: For a partnership, :data:`OWN_POLICE`, :data:`OTHER_AGENCY` or :data:`ELSEWHERE`; else None.
    """

    city: str
    county: str
    state: str
    agency: str
    lea: str
    juris: str
    technology: str
    vendor: str
    summary: str
    whose: str | None


def plan_atlas(cities: Sequence[City], scale: float, rng: random.Random) -> tuple[Entry, ...]:
    """Plan the rows.

    Args:
        cities: The cities of the country.
        scale: Above 0; from 1 on there are as many rows as in the Atlas of 7 October 2020.
        rng: Decides towns, technologies and order.
    """
    rows = max(FEWEST_ATLAS_ROWS, min(ATLAS_ROWS, round(ATLAS_ROWS * Fraction(str(scale)))))
    entries = [entry for number, city in enumerate(cities) for entry in _around(city, number, rng)]
    ring = sum(entry.whose is not None for entry in entries)
    towns = [f"{first}{second}" for first, second in product(_FIRST, _SECOND)]
    for added in range(rows - len(entries)):
        wanted = ring + added < rows * ATLAS_RING // ATLAS_ROWS
        town, state = rng.choice(towns), rng.choice(list(POSTAL.values()))
        entries.append(_partner(town, state, ELSEWHERE) if wanted else _other(town, state, rng))
    rng.shuffle(entries)
    return tuple(entries)


def write_atlas(path: Path, entries: Sequence[Entry]) -> None:
    """Write ``atlas/*.csv`` with every value in quotes, as in the Atlas's own file.

    Args:
        path: The file.
        entries: Its rows, in order.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, entry in enumerate(entries, 1):
        first = (entry.city, entry.county, entry.state, entry.agency, entry.lea, entry.summary)
        link = f"https://news.example.org/atlas/{number}"
        links = (link, "", "Example Courier", "News", f"{1 + number % 12}/{1 + number % 28}/2019")
        row = (f"AOS{number:04d}", *first, entry.juris, entry.technology, entry.vendor, *links)
        writer.writerow(row + ("",) * (len(COLUMNS) - len(row)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        beside.write_bytes(text.getvalue().encode("utf-8"))


def _around(city: City, number: int, rng: random.Random) -> list[Entry]:
    """What the Atlas says about a city and the towns near it."""
    name, state = bare(city.name), POSTAL[city.state]
    partner = name in PARTNERS
    entries = [_other(name, state, rng), _other(name, state, rng)]
    if partner:
        entries.append(_partner(name, state, OWN_POLICE))
    if partner and number % 4 == 0:  # the same partnership again, written differently
        entries.append(_partner(name, state, OWN_POLICE, technology="Ring/Neighbors partnership "))
    if not partner or number % 3 == 0:
        sheriff = f"{name} County Sheriff's Office"
        entries.append(_partner(name, state, OTHER_AGENCY, sheriff, lea="Sheriff", juris="County"))
    if not partner:
        school = f"{name} Independent School District Police Department"
        entries.append(_partner(name, state, OTHER_AGENCY, school, juris="School"))
    for suburb in (f"East {name}", f"{name} Heights"):
        entries.append(_partner(suburb, state, ELSEWHERE))
    away = "OR" if state != "OR" else "NY"
    return [*entries, _partner(name, away, ELSEWHERE)]


def _partner(
    town: str,
    state: str,
    whose: str,
    agency: str | None = None,
    *,
    lea: str = "Police",
    juris: str = "Municipal",
    technology: str = RING,
) -> Entry:
    agency = agency or f"{town} Police Department"
    summary = f"The {agency} signed an agreement with Ring in 2019 to gain access to the Neighbors app. "
    return Entry(town, f"{town} County", state, agency, lea, juris, technology, "Ring", summary, whose)


def _other(town: str, state: str, rng: random.Random) -> Entry:
    technology, vendor, did = rng.choice(_OTHER)
    agency = f"{town} Police Department"
    summary = f"The {agency} {did.format(year=rng.randrange(2011, 2020))}."
    juris = "Municipal"
    return Entry(town, f"{town} County", state, agency, "Police", juris, technology, vendor, summary, None)
