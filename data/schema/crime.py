"""The tables of the crime records: what each city's files hold, and whether richer tracts have more crime."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from data.schema.model import COUNT, NUMBER, SMALL_COUNT, TEXT, Column, Table
from data.schema.posts import CITY
from data.schema.posts import PUBLIC as OF_POSTS

CRIME: Final = Column("crime", TEXT, "The type of crime, as the city's records call it.")


def _tests_of_crimes(name: str, of_posts: str, meaning: str) -> Table:
    """A table of tests per city and type of crime, otherwise with the columns of the posts' table."""
    table = next(table for table in OF_POSTS if table.name == of_posts)
    columns = [
        replace(
            column,
            name="crimes" if column.name == "posts" else column.name,
            meaning=column.meaning.replace("city_tests", "crime_tests")
            .replace("Posts of the year", "Crimes of the year")
            .replace("posts", "crimes"),
        )
        for column in table.columns
    ]
    return Table(name, ("city", "crime", *table.key[1:]), meaning, (columns[0], CRIME, *columns[1:]))


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
        "public/crime_deciles",
        ("city", "crime", "decile"),
        "One row per city, type of crime and decile of tract income; deciles without a tract are left out.",
        (
            CITY,
            CRIME,
            Column("decile", SMALL_COUNT, "1 is the poorest, 10 the richest."),
            Column("tracts", COUNT, "Tracts with population and income in it."),
            Column("population", COUNT, "People in these tracts."),
            Column("crimes", COUNT, "Crimes of the type and year in these tracts."),
            Column("crimes_per_1000", NUMBER, "Crimes of the type and year per 1,000 residents."),
        ),
    ),
    Table(
        "public/crime_types",
        ("city", "crime"),
        "One row per city and examined type of crime: what became of its crimes of the year. A type of which "
        "none is in a tract of the city is in no table of tests.",
        (
            CITY,
            CRIME,
            Column("recorded", COUNT, "Crimes of the type and year, without duplicates."),
            Column(
                "no_location", COUNT, "Of these, those without a location, as where the city withholds it."
            ),
            Column("outside", COUNT, "Those in no tract of the city."),
            Column("counted", COUNT, "Those in tracts of the city."),
        ),
    ),
    _tests_of_crimes(
        "public/crime_tests",
        "public/city_tests",
        "One row per city, type of crime and level: do richer tracts, or deciles, have more crime?",
    ),
    _tests_of_crimes(
        "public/crime_tests_robust",
        "public/city_tests_robust",
        "One row per city and type of crime: does the finding at tract level hold under tests with fewer "
        "assumptions?",
    ),
)
