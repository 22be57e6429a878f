"""The article's own numbers, and whether the data of a run are the article's (method 13.4).

``data/reference/published_numbers.csv`` has a row for each number: ``key``, ``data`` (whose number it is:
``mail``, ``posts`` or ``crime``; empty where it is compared with nothing), ``value``, ``unit``, ``what`` in
words, ``rule`` (of docs/method.md, which quotes it from the article) and ``note``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from data.police import REFERENCE, plain
from data.reference_table import read_rows
from tasks.report.results import Story
from tasks.report.sentences.counts import agency_name, line
from tasks.report.sentences.posts import at_tract_level
from tasks.selection.partnerships import FORMS

FILE: Final = REFERENCE / "published_numbers.csv"
COLUMNS: Final = ("key", "data", "value", "unit", "what", "rule", "note")

NEAR: Final = 0.05
"""How far the volume of the article's own data may be from the published one: a share of it."""

CITY: Final = "los angeles"
"""The article's city, in the form of :func:`data.police.plain`."""

_NAMES: Final = frozenset(
    {"lapd", *(f"{city} {plain(form)}" for city in (CITY, f"city of {CITY}") for form in FORMS)}
)
_CITIES: Final = frozenset({f"{CITY} city california", f"{CITY} california", f"{CITY} city ca", f"{CITY} ca"})


@dataclass(frozen=True)
class Number:
    """A number of the article.

    Attributes:
        key: By which the program knows it.
        data: Whose number it is; "" where it is compared with nothing.
        value: As it is written in the file.
        unit: ``count``, ``number``, ``share`` or ``month``.
        what: What is counted, in words.
        rule: The rule of the method that quotes it.
        note: What one should know of it; may be empty.
    """

    key: str
    data: str
    value: str
    unit: str
    what: str
    rule: str
    note: str

    @property
    def amount(self) -> float:
        """The number; of a month it has none.

        Raises:
            ValueError: It is a month.
        """
        return float(self.value)


@cache
def published(path: Path = FILE) -> Mapping[str, Number]:
    """The article's numbers by key, in the order of the file.

    Raises:
        InputError: The file cannot be read or has other columns.
    """
    return {fields[0]: Number(*fields) for _, fields in read_rows(path, COLUMNS)}


def is_near(found: float | None, key: str) -> bool:
    """Whether a number is within :data:`NEAR` of the published one.

    Example:
        >>> is_near(200_000, "emails"), is_near(10_128, "emails"), is_near(None, "emails")
        (True, False, False)
    """
    return found is not None and abs(found / published()[key].amount - 1) <= NEAR


def is_the_city(city: str) -> bool:
    """Whether a city of the tables is the article's.

    Example:
        >>> is_the_city("Los Angeles city, California"), is_the_city("East Los Angeles CDP, California")
        (True, False)
    """
    return plain(city) in _CITIES


def is_the_police(agency: str) -> bool:
    """Whether an agency is the article's, by its name.

    Example:
        >>> is_the_police("Los Angeles Police Dept."), is_the_police("lapd"), is_the_police("Alderfall PD")
        (True, True, False)
        >>> is_the_police("Los Angeles County Sheriff's Department")
        False
    """
    return plain(agency) in _NAMES


def own_agency(story: Story) -> str | None:
    """The agency whose mail is the article's: its name, its volume and its months fit; None for none."""
    for agency in sorted({row["agency"] for row in story.rows("kinds")}):
        emails = sum(row["emails"] for row in story.rows("kinds") if row["agency"] == agency)
        months = months_of(story, agency)
        known = published()
        if (
            (is_the_police(agency) or is_the_police(agency_name(story, agency)))
            and is_near(emails, "emails")
            and months[:1] == [known["first_month"].value]
            and months[-1:] == [known["last_month"].value]
        ):
            return str(agency)
    return None


def months_of(story: Story, agency: str) -> list[str]:
    """The months of an agency's alerts, in order, as "2020-07"; those that cannot be are left out."""
    months = {row["month"] for row in story.rows("alerts_by_month") if row["agency"] == agency}
    return sorted(month for month in months if month is not None and month[0].isdecimal())


def posts_once(story: Story) -> int | None:
    """Posts, each counted once; None where that is unknown."""
    whole, twice = line(story, "posts", "posts in the files"), line(story, "posts", "duplicates")
    return None if whole is None or twice is None else whole - twice


def has_own_posts(story: Story) -> bool:
    """Whether the posts are the article's: its city is examined, and the volume fits."""
    cities = {row["city"] for row in at_tract_level(story, "city_tests")}
    return any(map(is_the_city, cities)) and is_near(posts_once(story), "posts")


def own_crimes(story: Story) -> str | None:
    """The city whose crimes are the article's: its name and its volume fit; None for none.

    The volume is that of all cities of the run: of one alone the public ledger knows its folder only.
    """
    cities = sorted({row["city"] for row in story.rows("crime_types") if is_the_city(row["city"])})
    folders = {
        row["source"]: row["count"]
        for row in story.rows("ledger")
        if (row["part"], row["line"]) == ("crime", "crimes in the files")
    }
    return cities[0] if cities and any(is_near(count, "crimes") for count in folders.values()) else None
