"""Made-up public records: crime, gentrification, the Atlas, records requests; with the truth about them.

:func:`write_public_records` writes, for a made-up country (:mod:`data.synthetic.country`), the files that the
choice of cities and the analysis of crime need (README.md), and the tables that a faultless run makes from
them. :func:`write_requests` writes the records requests, once the mailboxes exist.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from data.synthetic.country import Line, numbered_rng
from data.synthetic.country.figures import YEAR
from data.synthetic.country.model import Country
from data.synthetic.public_records.atlas import plan_atlas, write_atlas
from data.synthetic.public_records.crime_files import write_crimes
from data.synthetic.public_records.crime_truth import write_crime_truth
from data.synthetic.public_records.crimes import plan_crimes
from data.synthetic.public_records.dice import Dice
from data.synthetic.public_records.figures import (
    CRIME_CITIES,
    END,
    INFLATION,
    PARTNERS,
    START,
    CrimeCity,
    bare,
    crime_numbers,
    wanted_cities,
)
from data.synthetic.public_records.offences import LOS_ANGELES_TYPES, PLAIN_TYPES
from data.synthetic.public_records.requests import write_requests
from data.synthetic.public_records.selection_truth import write_selection_truth
from data.synthetic.public_records.stream import Book, make_book
from data.synthetic.public_records.tracts import plan_tracts, write_tracts

__all__ = ["PublicRecords", "plan_book", "write_public_records", "write_requests"]

_TRACTS = 13  # the random generator's number; 11 and 12 are the crime cities'


def plan_book(country: Country, city: CrimeCity, scale: float, seed: int) -> Book:
    """Plan the crime records of a city.

    Args:
        country: The tracts and the people.
        city: The city, one of the country's.
        scale: Above 0; 1 is 2.1 million rows for the first agency's city.
        seed: Decides everything drawn.
    """
    placed = next(each for each in country.layout.cities if each.city.name == city.city)
    wanted = crime_numbers(city, scale)
    rng = numbered_rng(seed, city.generator)
    crimes = plan_crimes(country, placed, city, wanted, rng)
    return make_book(
        city,
        placed,
        country.grid,
        len(LOS_ANGELES_TYPES if city.ids else PLAIN_TYPES),
        crimes=crimes,
        wanted=wanted,
        dice=Dice(seed, city.generator + 100),
        rng=rng,
    )


@dataclass(frozen=True)
class PublicRecords:
    """What was written.

    Attributes:
        lines: The ledger's lines about crimes, gentrification and selection.
        settings: The sections ``[crime.<folder>]`` and ``[selection]`` of the configuration.
    """

    lines: tuple[Line, ...]
    settings: str


def write_public_records(folder: Path, country: Country, scale: float, seed: int) -> PublicRecords:
    """Write crime records, gentrification and the Atlas of an investigation, and the truth about them.

    It writes ``crime/``, ``census/gentrification.parquet``, ``atlas/`` and, in ``truth/``, the tables of
    crimes (all but ``crime_tests_robust``), of gentrification and of the choice of cities. There is no
    ``partnerships`` and no reason in ``city_selection``: both are in the program's own words. Equal arguments
    give equal bytes. Crimes are drawn and written in pieces.

    Args:
        folder: The investigation folder; created if it does not exist.
        country: The tracts, the cities and the people.
        scale: The country's scale. 1 is 2.1 million crimes in the first agency's city and 5,784 rows of the
            Atlas; at the smallest scale there are 4,000 and 240.
        seed: Decides everything drawn.
    """
    layout = country.layout
    books = [plan_book(country, city, scale, seed) for city in CRIME_CITIES]
    crimes = [(book, write_crimes(folder, book)) for book in books]
    tracts = plan_tracts(country, numbered_rng(seed, _TRACTS))
    write_tracts(folder / "census" / "gentrification.parquet", layout, tracts)
    cities = [placed.city for placed in layout.cities]
    entries = plan_atlas(cities, scale, random.Random(f"atlas-{seed}"))
    write_atlas(folder / "atlas" / "atlas.csv", entries)
    lines = (
        *write_crime_truth(folder / "truth", country, crimes),
        *write_selection_truth(folder / "truth", layout, tracts, entries, PARTNERS),
    )
    partners = sum(bare(city.name) in PARTNERS for city in cities)
    sections = [*map(_crime_settings, books), _selection_settings(wanted_cities(partners))]
    return PublicRecords(lines, "\n".join(sections))


def _crime_settings(book: Book) -> str:
    """The section ``[crime.<folder>]`` of a city, with its columns if they differ from Los Angeles's."""
    city = book.city
    types = "".join(f"    {json.dumps(each.name)},\n" for each in city.examined)
    section = f'[crime.{city.folder}]\ncity = "{city.city}"\nyear = {YEAR}\ntypes = [\n{types}]\n'
    if city.ids:
        return section
    columns = {"date": "Occurred On", "type": "Offense", "latitude": "Y", "longitude": "X"}
    named = "".join(f'{key} = "{column}"\n' for key, column in columns.items())
    return f"{section}\n[crime.{city.folder}.columns]    # no id: its records have none\n{named}"


def _selection_settings(cities: int) -> str:
    return f'[selection]\nstart = "{START}"\nend = "{END}"\ninflation = {INFLATION}\ncities = {cities}\n'
