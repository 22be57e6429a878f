"""The numbers of the published investigation's posts and tracts, and the made-up cities.

Source of the numbers marked *article*: The Markup, "How We Investigated Ring's Crime Alert System for Police
Departments", 2023. The others are *assumed*: they are needed to build a country, and nothing may be concluded
from them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

POSTS: Final = 873_592
"""Posts with an id of their own (article); rows that repeat an id are added to them."""
TRACTS: Final = 74_000
"""Census tracts of the nation (about as many as in the article). A layer never has more: there is one nation,
and an investigation of scale 10 has ten times the posts in it."""
YEAR: Final = 2019
"""The year analysed (article)."""
FEWEST_POSTS: Final = 1_500
FEWEST_TRACTS: Final = 400
"""At the smallest scale: enough tracts and posts for the verdicts of the cities to be certain."""
MANY_TRACTS: Final = 4_000
"""Layers of at least this size have all cities; smaller ones have those marked ``few``."""

Kind = Literal["positive", "none", "negative", "not testable"]
Plant = Literal["two tiny tracts", "no polygon", "one slope"]
"""What is planted in a city.

- *two tiny tracts*: two rich tracts of few people with many posts each. Counted, they would make a finding of
  a city that has none.
- *no polygon*: a tract with people and income that the layer lacks.
- *one slope*: incomes rise from the south-west to the north-east, and the rate from south to north. The two
  go together, and the tracts say little more about it than a few independent ones would.
"""


@dataclass(frozen=True)
class City:
    """A made-up city.

    Attributes:
        name: Its name as the Census writes it.
        state: The FIPS code of its state, two digits.
        kind: How posts are related to income in it, which is its verdict.
        size: Its tracts at scale 1.
        usable: How many of them have population and income; None for nearly all.
        few: Whether it also exists at small scales.
        joined: Whether its first tract is the last one of the city before it.
        plant: A situation that a referee would ask about, which exists in this city; "" for none.
    """

    name: str
    state: str
    kind: Kind
    size: int
    usable: int | None = None
    few: bool = False
    joined: bool = False
    plant: Plant | Literal[""] = ""


CITIES: Final = (
    # 4 positive, 13 none, 5 negative (article), and 3 that cannot be tested (assumed). The first agency's
    # city is the largest, as in the article; the second agency's is among them too. In order of state.
    City("Peachmere city, Alabama", "01", "negative", 48, few=True, plant="no polygon"),
    City("Thornquill city, Alabama", "01", "none", 64, few=True, plant="two tiny tracts"),
    City("Ocotilla Wells city, Arizona", "04", "none", 130),
    City("Saltbrush city, Arizona", "04", "positive", 410),
    City("Alderfall city, California", "06", "positive", 1_500, few=True),
    City("Kingsorrel city, California", "06", "not testable", 12, usable=8, few=True),
    City("Mistral Bay city, California", "06", "none", 290),
    City("Aspenreach city, Colorado", "08", "none", 180),
    City("Coralsedge city, Florida", "12", "negative", 330),
    City("Palmetto Quay city, Florida", "12", "none", 220),
    City("Windlass city, Illinois", "17", "none", 860),
    City("Twinford city, Indiana", "18", "none", 240),
    City("Oysterlock city, Maryland", "24", "none", 200),
    City("Lakemantle city, Minnesota", "27", "negative", 140),
    City("Lanternflat city, Nevada", "32", "positive", 170),
    City("Neonwash city, Nevada", "32", "not testable", 14, usable=9),
    City("Briar Harbor city, New York", "36", "negative", 980, few=True),
    City("Stillmoor city, New York", "36", "none", 90),
    City("Ironbridge Falls city, Ohio", "39", "negative", 260),
    City("Fernwater city, Oregon", "41", "none", 150),
    City("Prairiefold city, Tennessee", "47", "none", 75),
    City("Mesquite Crossing city, Texas", "48", "positive", 640, few=True, plant="one slope"),
    City("Bluebonnet Ridge city, Texas", "48", "none", 560, few=True, joined=True),
    City("Dustbloom city, Texas", "48", "not testable", 16, usable=0, few=True),
    City("Cedarsound city, Washington", "53", "none", 135),
)

ANOMALOUS_ACCOUNT: Final = "29999998"
NEWS_ACCOUNT: Final = "29999999"
"""Two accounts that are not residents: one posts hundreds of times in one poor tract, the other is a news
desk."""
EXCLUDED: Final = (
    (ANOMALOUS_ACCOUNT, "hundreds of posts within days, all in one tract: no resident"),
    (NEWS_ACCOUNT, "a news desk, which repeats what others posted"),
)


@dataclass(frozen=True)
class Numbers:
    """How much of everything a country has at a scale.

    Attributes:
        tracts: Polygons of the layer.
        posts: Posts with an id of their own: the sum of the next five.
        year: Posts by residents in tracts, of the year analysed.
        other_years: Posts by residents in tracts, of other years or without a time.
        excluded: Posts of accounts that are not residents.
        no_location: Posts by residents without usable coordinates.
        outside: Posts by residents outside every tract.
        repeats: Rows that repeat an id, in addition to the posts.
        ties: Pairs of neighbouring tracts made equally populous.
        invalid: Polygons that are invalid until they are repaired.
    """

    tracts: int
    posts: int
    year: int
    other_years: int
    excluded: int
    no_location: int
    outside: int
    repeats: int
    ties: int
    invalid: int


def numbers(scale: float) -> Numbers:
    """The numbers of a country at a scale; all but the totals are assumed.

    Args:
        scale: Above 0; 1 is the published investigation.

    Returns:
        The numbers, never below :data:`FEWEST_POSTS` and :data:`FEWEST_TRACTS`.

    Raises:
        ValueError: The scale is not a number above 0.

    Example:
        >>> numbers(1).posts, numbers(1).tracts, numbers(0.0001).tracts, numbers(10).tracts
        (873592, 74000, 400, 74000)
    """
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"scale must be a number above 0, not {scale}")
    exact = Fraction(str(scale))
    posts = max(FEWEST_POSTS, round(POSTS * exact))
    tracts = min(TRACTS, max(FEWEST_TRACTS, round(TRACTS * exact)))
    excluded = max(212, posts // 1_000)
    no_location = max(25, posts // 250)
    outside = max(25, posts // 150)
    in_tracts = posts - excluded - no_location - outside
    return Numbers(
        tracts=tracts,
        posts=posts,
        year=in_tracts - in_tracts // 8,
        other_years=in_tracts // 8,
        excluded=excluded,
        no_location=no_location,
        outside=outside,
        repeats=max(40, posts // 200),
        ties=max(20, tracts // 500),
        invalid=max(3, tracts // 5_000),
    )


def cities(tracts: int) -> tuple[tuple[City, int], ...]:
    """The cities of a layer, in order of state, each with its number of tracts.

    Args:
        tracts: Polygons of the layer.

    Returns:
        All 25 cities with sizes that follow the layer's, or eight of 12 to 60 tracts if the layer is small.

    Example:
        >>> [(len(cities(n)), max(size for _, size in cities(n))) for n in (400, 74_000)]
        [(8, 60), (25, 1500)]
    """
    if tracts < MANY_TRACTS:
        return tuple((city, min(60, max(_least(city), city.size // 20))) for city in CITIES if city.few)
    return tuple((city, max(_least(city), round(city.size * tracts / TRACTS))) for city in CITIES)


def _least(city: City) -> int:
    return city.size if city.usable is not None else 36
