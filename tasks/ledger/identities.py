"""What the lines of the ledger are called, and what must add up (DESIGN 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LISTED: Final = "listed in the file"
READ: Final = "messages read"
STATED: Final = "stated by its folders"
"""A second count of the messages, made by whoever wrote the file; told beside the first, held against
nothing."""
NOT_MAIL: Final = "not mail"
QUARANTINED_READING: Final = "quarantined while reading"
ALERT_MESSAGES: Final = "alert messages"
PARSED: Final = "alerts parsed"
QUARANTINED_PARSING: Final = "quarantined while parsing"
UNIQUE: Final = "emails over unique alerts"
POSTS_IN_FILE: Final = "posts in the file"
POSTS: Final = "posts in the files"
DUPLICATES: Final = "duplicates"
EXCLUDED: Final = "excluded accounts"
NO_LOCATION: Final = "no location"
OUTSIDE: Final = "outside"
IN_ONE: Final = "in one tract"
ON_BORDERS: Final = "on borders"
IN_TRACTS: Final = "posts in tracts"
WITH_INCOME: Final = "in tracts with population and income"
WITHOUT: Final = "in tracts without"
TRACTS: Final = "tracts in the layer"
REPAIRED: Final = "polygons repaired"
CITIES: Final = "cities examined"
DIRECTIONS: Final = ("positive", "negative", "none", "not testable")
CRIMES_IN_FILE: Final = "crimes in the file"
CRIMES: Final = "crimes in the files"
OTHER_YEARS: Final = "other years"
OTHER_TYPES: Final = "other types"
COUNTED: Final = "counted"
TRACT_ROWS: Final = "rows of tracts"
CITY_ROWS: Final = "in cities"
REST_ROWS: Final = "in no city"
LOW_POPULATION: Final = "low population"
NOT_ELIGIBLE: Final = "not eligible"
NOT_GENTRIFIED: Final = "eligible, not gentrified"
GENTRIFIED: Final = "gentrified"
ATLAS_ROWS: Final = "rows of the Atlas"
OTHER_TECHNOLOGIES: Final = "other technologies"
PARTNERSHIPS: Final = "Ring partnerships"
OWN_POLICE: Final = "of a city's own police"
OTHER_AGENCIES: Final = "of another agency in a city"
ELSEWHERE: Final = "of no city of the list"
RANKED: Final = "cities ranked"
SELECTED: Final = "selected"
BELOW: Final = "with a partnership, below the last selected"
NO_PARTNERSHIP: Final = "without a partnership"
REQUESTS: Final = "requests"
STATUSES: Final = ("fulfilled", "partly fulfilled", "no records", "denied", "withdrawn", "pending")
EVERY_KIND: Final = "every kind"
"""Stands in an identity for the sum over the kinds of an account."""


@dataclass(frozen=True)
class Identity:
    """One line of DESIGN 6: a number and the numbers that it must be the sum of.

    Attributes:
        part: One of those of :data:`data.schema.PARTS_OF_LEDGER`.
        whole: The line on the left.
        parts: The lines on the right.
    """

    part: str
    whole: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.whole} = {' + '.join(self.parts)}"


IDENTITIES: Final = (
    Identity("mail", LISTED, (READ, NOT_MAIL, QUARANTINED_READING)),
    Identity("alerts", READ, (EVERY_KIND,)),
    Identity("alerts", ALERT_MESSAGES, (PARSED, QUARANTINED_PARSING)),
    Identity("alerts", PARSED, (UNIQUE,)),
    Identity("posts", POSTS, (DUPLICATES, EXCLUDED, NO_LOCATION, OUTSIDE, IN_ONE, ON_BORDERS)),
    Identity("posts", IN_TRACTS, (IN_ONE, ON_BORDERS)),
    Identity("posts", IN_TRACTS, (WITH_INCOME, WITHOUT)),
    Identity("cities", CITIES, DIRECTIONS),
    Identity("crime", CRIMES, (DUPLICATES, OTHER_YEARS, OTHER_TYPES, NO_LOCATION, OUTSIDE, COUNTED)),
    Identity("crime", COUNTED, (EVERY_KIND,)),
    Identity("crime", COUNTED, (WITH_INCOME, WITHOUT)),
    Identity("gentrification", TRACT_ROWS, (CITY_ROWS, REST_ROWS)),
    Identity("gentrification", CITY_ROWS, (LOW_POPULATION, NOT_ELIGIBLE, NOT_GENTRIFIED, GENTRIFIED)),
    Identity("selection", ATLAS_ROWS, (OTHER_TECHNOLOGIES, PARTNERSHIPS)),
    Identity("selection", PARTNERSHIPS, (OWN_POLICE, OTHER_AGENCIES, ELSEWHERE)),
    Identity("selection", RANKED, (SELECTED, BELOW, NO_PARTNERSHIP)),
    Identity("requests", REQUESTS, STATUSES),
)
