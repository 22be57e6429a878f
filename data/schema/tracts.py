"""The tables of the tracts: what became of each listed tract, and the crimes in it (method 6.15)."""

from __future__ import annotations

from typing import Final

from data.schema.findings import CITY, CRIME
from data.schema.model import COUNT, NUMBER, SHARE, SMALL_COUNT, TEXT, Column, SmallCells, Table, optional

GEOID: Final = Column("GEOID", TEXT, "The Census tract: 11 digits, state, county and tract.")
GEO_ID_PREFIX: Final = "1400000US"
"""What the Census Bureau writes before the GEOID of a tract (summary level 140)."""
GEO_ID: Final = Column(
    "geo_id",
    TEXT,
    "The same as the Census Bureau writes it in full, '1400000US' and the 11 digits. Use it in a "
    "spreadsheet: there a GEOID becomes a number and loses its leading zero.",
)

USED: Final = Table(
    "public/tracts_used",
    ("city", "GEOID"),
    "One row per city and listed tract: whether it was used, or the reason why not. Also as "
    "`tracts_used.geojson`: its polygons in WGS 84, 6 decimals of a degree, nothing simplified; each feature "
    "has these columns as properties, and two for each type of crime of its city. A tract without a polygon "
    "has no geometry there.",
    (
        CITY,
        GEOID,
        GEO_ID,
        optional("population", COUNT, "People; missing without a row in the Census."),
        optional(
            "income", NUMBER, "Median household income, US dollars a year; missing where not published."
        ),
        optional("decile", SMALL_COUNT, "Its decile of income in the city, 1 to 10; missing where not used."),
        optional(
            "posts",
            COUNT,
            "Posts of the year in it; missing where there is no polygon (not observed), where posts were not "
            "counted, in cities that are not examined, and where small counts are left out.",
        ),
        optional(
            "posts_per_1000",
            NUMBER,
            "Posts of the year per 1,000 residents; missing where posts are, and without people.",
        ),
        Column(
            "status",
            TEXT,
            "'used', or the first reason that applies: 'no polygon', 'no Census row', 'no people', "
            "'no income', 'few people'.",
        ),
        optional(
            "share_in_city",
            SHARE,
            "Share of its area that is in the city, 0 to 1; missing where neither the list nor boundaries of "
            "places say.",
        ),
        optional(
            "income_coded",
            TEXT,
            "'top' where the income stands for all above 250,000 US dollars, 'bottom' for all below 2,500; "
            "else missing. Only the rank test is not hurt by that.",
        ),
    ),
    also=(".geojson",),
    small=SmallCells(("posts",), ("posts_per_1000",)),
)

CRIMES: Final = Table(
    "public/tract_crimes",
    ("city", "crime", "GEOID"),
    "One row per city, type of crime and listed tract. It is a table of its own because each city has its "
    "own types: as columns they would be empty in all other cities, and empty would look like none.",
    (
        CITY,
        CRIME,
        GEOID,
        GEO_ID,
        optional(
            "crimes",
            COUNT,
            "Crimes of the type and year in it; missing where there is no polygon (not observed), and where "
            "small counts are left out.",
        ),
        optional(
            "crimes_per_1000",
            NUMBER,
            "Crimes of the type and year per 1,000 residents; missing where crimes are, and without people.",
        ),
    ),
    small=SmallCells(("crimes",), ("crimes_per_1000",)),
)
