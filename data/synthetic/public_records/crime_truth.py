"""The truth about the crimes: the tables that a faultless run writes, counted from the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.synthetic.country.families import with_family
from data.synthetic.country.model import Country
from data.synthetic.country.tracts_truth import rows_of_crimes
from data.synthetic.country.truth import ALPHA, Line, city_rows, expected_verdict, write_rows, write_texts
from data.synthetic.public_records.crime_files import WrittenCrimes
from data.synthetic.public_records.crimes import COUNTED, NO_LOCATION, OUTSIDE
from data.synthetic.public_records.stream import Book

Written = tuple[Book, Sequence[WrittenCrimes]]


def write_crime_truth(out: Path, country: Country, written: Sequence[Written]) -> tuple[Line, ...]:
    """Write ``crime_types``, ``crime_deciles``, ``crime_tests``, ``tract_crimes`` and ``crime_files``.

    Args:
        out: The folder ``truth`` of an investigation.
        country: The tracts and the people.
        written: The rows of each city, and its files.

    Returns:
        The ledger's lines about crimes.

    Raises:
        ValueError: A type's verdict is not the one it was made for, so the made-up numbers are wrong.
    """
    pairs = sum(len(book.city.examined) for book, _ in written)
    family = max(pairs, len(country.layout.cities))
    alpha = ALPHA / family
    deciles: list[tuple[Any, ...]] = []
    tests: list[tuple[Any, ...]] = []
    types: list[tuple[Any, ...]] = []
    of_tracts: list[tuple[Any, ...]] = []
    for book, _ in written:
        for number, each in enumerate(book.city.examined):
            fates = [
                int(((book.crimes.type == number) & (book.crimes.fate == fate)).sum())
                for fate in (NO_LOCATION, OUTSIDE, COUNTED)
            ]
            types.append((book.city.city, each.name, sum(fates), *fates))
            if each.withheld:
                continue  # no place of one is known: no table of tracts says 0
            counts = book.crimes.counts(number, country.grid.tracts)
            own = (book.placed, country.layout, country.census, each.name, counts)
            of_tracts += rows_of_crimes(*own)
            mine, its = city_rows(book.placed, country.census, counts, alpha)
            deciles += [(city, each.name, decile, *row) for city, decile, _, _, *row in mine]
            tests += [(city, each.name, *row) for city, *row in its]
            if its[0][-1] != (each.kind or "not testable"):
                raise ValueError(f"{each.name} was made {each.kind} and is {its[0][-1]}")
    verdicts = [
        (book.city.city, each.name, "too few to tell" if each.exactly else expected_verdict(each.kind))
        for book, _ in written
        for each in book.city.examined
        if not each.withheld
    ]
    write_texts(out / "crime_verdicts.csv", ("city", "crime", "verdict"), verdicts)
    files = [
        (file.file, file.source, file.bytes, file.sha256, file.rows) for _, own in written for file in own
    ]
    write_rows(out, "public/crime_types", types)
    write_rows(out, "public/crime_deciles", deciles)
    write_rows(out, "public/crime_tests", with_family(tests, family))
    write_rows(out, "public/tract_crimes", of_tracts)
    write_rows(out, "private/crime_files", files)
    lines = [line for book, own in written for line in _lines(country, book, own)]
    return (*lines, *_plain_lines([row[-1] for row in tests if row[2] == "tract"]))


def _plain_lines(found: Sequence[str]) -> Iterator[Line]:
    """The lines of the tests by plain finding."""
    yield "plain findings of crimes", "", "tests made", len(found)
    for kind in ("positive", "negative", "none", "not testable"):
        yield "plain findings of crimes", "", kind, found.count(kind)


def _lines(country: Country, book: Book, files: Sequence[WrittenCrimes]) -> Iterator[Line]:
    """The lines of a city, for each file and over all; every type examined has a line."""
    for file in files:
        yield "crime", file.source, "crimes in the file", file.rows
    crimes = book.crimes
    counted = crimes.fate == COUNTED
    usable = country.census.usable[crimes.tract[counted]]
    lines = {
        "crimes in the files": book.length,
        "duplicates": len(book.repeats),
        "other years": book.other_years,
        "other types": book.other_types,
        "no location": int((crimes.fate == NO_LOCATION).sum()),
        "outside": int((crimes.fate == OUTSIDE).sum()),
        "counted": int(counted.sum()),
        "in tracts with population and income": int(usable.sum()),
        "in tracts without": int((~usable).sum()),
    }
    of_type = np.bincount(crimes.type[counted], minlength=len(book.city.examined))
    lines |= {each.name: int(count) for each, count in zip(book.city.examined, of_type, strict=True)}
    for line, count in lines.items():
        yield "crime", book.city.folder, line, count
