"""The tables of the crime records: what each city's files hold, and whether richer tracts have more crime."""

from __future__ import annotations

from typing import Final

from data.schema import findings
from data.schema.model import COUNT, TEXT, Column, SmallCells, Table, countable

PRIVATE: Final = (
    Table(
        "private/crime_files",
        ("file",),
        "One row per file of crime records.",
        (
            Column("file", TEXT, "The file's path inside the investigation folder."),
            Column("source", TEXT, "Its id everywhere else: first 12 digits of its SHA-256."),
            Column("bytes", COUNT, "Size of the file in bytes."),
            Column("sha256", TEXT, "SHA-256 of the file, 64 hexadecimal digits."),
            Column("crimes", COUNT, "Rows read from it."),
        ),
    ),
)

PUBLIC: Final = (
    Table(
        "public/crime_types",
        ("city", "crime"),
        "One row per city and examined type of crime: what became of its crimes of the year. A type of which "
        "none is in a tract of the city is in no table of tests.",
        (
            findings.CITY,
            findings.CRIME,
            countable("recorded", "Crimes of the type and year, without duplicates."),
            countable("no_location", "Of these, those without a location, as where the city withholds it."),
            countable("outside", "Those in no tract of the city."),
            countable("counted", "Those in tracts of the city."),
        ),
        small=SmallCells(("recorded", "no_location", "outside", "counted")),
    ),
    *findings.OF_CRIMES,
)
