"""The numbers of crime records, Atlas and selection, and which made-up city has what.

Source of the numbers marked *article*: The Markup, "How We Investigated Ring's Crime Alert System for Police
Departments", 2023. The others are *assumed*: they are needed to build an investigation, and nothing may be
concluded from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from data.synthetic.country.figures import YEAR, Kind
from data.synthetic.figures import apportion

CRIMES: Final = 2_100_000
"""Crime records of 2010 to 2019 in the first agency's city (article: 2.1 million)."""
FEWEST_CRIMES: Final = 4_000


@dataclass(frozen=True)
class Examined:
    """A type of crime that is examined.

    Attributes:
        name: The type, as configured.
        kind: How it is related to income; None for a type that occurs only in other years.
        share: Crimes of the year divided by all rows of the file.
        fewest: Crimes of the year at the smallest scale: enough for a certain verdict.
        exactly: So many crimes at every scale, too few to tell anything; 0 where ``share`` says how many.
        withheld: So many more of which the city does not say where they happened.
    """

    name: str
    kind: Kind | None
    share: float = 0.0
    fewest: int = 0
    exactly: int = 0
    withheld: int = 0


@dataclass(frozen=True)
class CrimeCity:
    """A city that gave its crime records.

    Attributes:
        folder: Its folder in ``crime/``.
        city: Its name as the Census writes it.
        rows: Rows at scale 1.
        fewest: Rows at the smallest scale.
        years: The years in its files, in order; the year analysed is among them.
        files: Name and last year of each file, in order of name and of years.
        examined: The types that are examined.
        ids: Whether records have an id; if so, some rows repeat one.
        generator: Number of its random generator.
    """

    folder: str
    city: str
    rows: int
    fewest: int
    years: tuple[int, ...]
    files: tuple[tuple[str, int], ...]
    examined: tuple[Examined, ...]
    ids: bool
    generator: int


ALDERFALL: Final = CrimeCity(
    folder="alderfall",
    city="Alderfall city, California",
    rows=CRIMES,
    fewest=FEWEST_CRIMES,
    years=tuple(range(2010, 2020)),
    files=(("crimes-2010-to-2014.csv.gz", 2014), ("crimes-2015-to-2019.csv", 2019)),
    examined=(
        # Shares as in Los Angeles in 2019 (a sample of its records). That the first type falls with income
        # and the second is not related to it is from the article.
        Examined("BATTERY - SIMPLE ASSAULT", "negative", 0.0095, 600),
        Examined("BURGLARY FROM VEHICLE", "none", 0.0075, 480),
        Examined("TRAIN WRECKING", None),
        Examined("ARSON", "none", exactly=3),
        Examined("STALKING", None, withheld=40),
    ),
    ids=True,
    generator=11,
)
THORNQUILL: Final = CrimeCity(
    folder="thornquill",
    city="Thornquill city, Alabama",
    rows=90_000,
    fewest=1_600,
    years=(2018, 2019, 2020),
    files=(("incidents.csv", 2020),),
    examined=(Examined("PACKAGE THEFT", "positive", 0.03, 320),),
    ids=False,
    generator=12,
)
CRIME_CITIES: Final = (ALDERFALL, THORNQUILL)
"""The first agency's city, with the columns of Los Angeles, and a smaller one with columns of its own."""


@dataclass(frozen=True)
class CrimeNumbers:
    """How many rows of each sort a city's crime files have.

    Attributes:
        rows: All rows.
        repeats: Rows that repeat an id.
        undated: Rows without a date.
        no_location: Rows of the year and the types examined without a usable location.
        elsewhere: Rows of the year and the types examined outside the city.
        examined: About how many rows of each type examined count.
    """

    rows: int
    repeats: int
    undated: int
    no_location: int
    elsewhere: int
    examined: tuple[int, ...]

    def runs(self, city: CrimeCity, planned: int) -> tuple[int, ...]:
        """Rows of each year without the repeats; other types fill up the year analysed.

        Args:
            city: The city.
            planned: Rows of the year and the types examined.
        """
        year = planned + max(self.rows // len(city.years) - planned, planned // 2)
        others = iter(apportion(self.rows - self.repeats - year, [1] * (len(city.years) - 1)))
        return tuple(year if each == YEAR else next(others) for each in city.years)


def crime_numbers(city: CrimeCity, scale: float) -> CrimeNumbers:
    """The numbers of a city's crime files at a scale.

    Args:
        city: The city.
        scale: Above 0; 1 is the published investigation.

    Example:
        >>> crime_numbers(ALDERFALL, 1).rows, crime_numbers(ALDERFALL, 0.0001).rows
        (2100000, 4000)
    """
    rows = max(city.fewest, round(city.rows * Fraction(str(scale))))
    return CrimeNumbers(
        rows=rows,
        repeats=max(30, rows // 400) if city.ids else 0,
        undated=max(9, rows // 5_000),
        no_location=max(18, rows // 5_000),
        elsewhere=max(45, rows // 2_000),
        examined=tuple(max(each.fewest, round(each.share * rows)) for each in city.examined),
    )


POSTAL: Final = {
    "01": "AL",
    "04": "AZ",
    "06": "CA",
    "08": "CO",
    "12": "FL",
    "17": "IL",
    "18": "IN",
    "24": "MD",
    "27": "MN",
    "32": "NV",
    "36": "NY",
    "39": "OH",
    "41": "OR",
    "47": "TN",
    "48": "TX",
    "53": "WA",
}
"""The postal codes of the states that have a city, by FIPS code."""


def bare(city: str) -> str:
    """A city's name in the form that its police uses.

    Example:
        >>> bare("Briar Harbor city, New York")
        'Briar Harbor'
    """
    return city.rsplit(",", 1)[0].removesuffix(" city")


START, END = "_00", "_19"
"""Suffixes of the two years in ``census/gentrification``, 2000 and 2019 (article)."""
INFLATION: Final = 1.49
"""Dollars of 2019 per dollar of 2000: the default of an investigation's settings."""

PARTNERS: Final = frozenset(
    {
        "Peachmere",
        "Saltbrush",
        "Alderfall",
        "Mistral Bay",
        "Windlass",
        "Twinford",
        "Lanternflat",
        "Briar Harbor",
        "Ironbridge Falls",
        "Prairiefold",
        "Mesquite Crossing",
        "Bluebonnet Ridge",
        "Cedarsound",
    }
)
"""Cities whose own police has a Ring partnership; five of them also exist at small scales."""
ATLAS_ROWS, ATLAS_RING = 5_784, 1_501
"""Rows of the Atlas of 7 October 2020, and how many of them are Ring partnerships (the file itself)."""
FEWEST_ATLAS_ROWS: Final = 240


def wanted_cities(partners: int) -> int:
    """How many cities are to be chosen; fewer than have a partnership, so that some of those are not.

    Example:
        >>> wanted_cities(5), wanted_cities(13)
        (3, 9)
    """
    return partners * 3 // 4
