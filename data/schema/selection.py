"""The tables of the choice of cities: gentrified tracts, police partnerships, and which cities to ask."""

from __future__ import annotations

from typing import Final

from data.schema.model import COUNT, FLAG, NUMBER, SHARE, SMALL_COUNT, TEXT, Column, Table, optional
from data.schema.tracts import GEO_ID, GEOID

CITY: Final = Column("city", TEXT, "The city, spelled as in census/gentrification.")
METRO_AREA: Final = Column("metro_area", TEXT, "The metro area over whose tracts the thresholds are taken.")
_NONE_KNOWN: Final = "missing where no tract of the metro area has one."

OF_TRACTS: Final = (
    Table(
        "public/gentrification",
        ("city",),
        "One row per city of census/gentrification.",
        (
            CITY,
            Column("tracts", COUNT, "Tracts of the city."),
            Column("low_population", COUNT, "Those with a population under 500 in either year."),
            Column("eligible", COUNT, "Those that could gentrify: populous, poor and cheap at the start."),
            Column("gentrified", COUNT, "Those of them that did."),
            Column("gentrified_share", SHARE, "gentrified by tracts, 0 to 1."),
        ),
    ),
    Table(
        "public/gentrification_thresholds",
        ("metro_area",),
        "One row per metro area: the thresholds that its tracts are compared with.",
        (
            METRO_AREA,
            Column("tracts", COUNT, "Tracts of the metro area, in a city or not."),
            optional(
                "median_income",
                NUMBER,
                "40th percentile of the start year's median household income, US dollars of that year; "
                f"{_NONE_KNOWN}",
            ),
            optional(
                "median_home_value",
                NUMBER,
                f"40th percentile of the start year's median home value, likewise; {_NONE_KNOWN}",
            ),
            optional(
                "education_change",
                NUMBER,
                "66 2/3rd percentile of the change in the share of residents 25 and over with a bachelor's "
                f"degree, percentage points; {_NONE_KNOWN}",
            ),
            optional(
                "home_value_change",
                NUMBER,
                "66 2/3rd percentile of the inflation-adjusted change in median home value, as a share of "
                f"the end year's; {_NONE_KNOWN}",
            ),
        ),
    ),
    Table(
        "public/gentrification_tracts",
        ("GEOID", "city"),
        "One row per row of census/gentrification: what was found about the tract.",
        (
            GEOID,
            GEO_ID,
            METRO_AREA,
            optional("city", TEXT, "The city that the tract is in; missing where it is in none."),
            Column("low_population", FLAG, "Whether its population is under 500 in either year."),
            Column("eligible", FLAG, "Whether it could gentrify."),
            Column("gentrified", FLAG, "Whether it did."),
        ),
    ),
)

PRIVATE: Final = (
    Table(
        "private/partnerships",
        ("source", "row"),
        "One row per Ring/Neighbors row of the Atlas of Surveillance: whose partnership it is.",
        (
            Column("source", TEXT, "The Atlas file: first 12 digits of its SHA-256."),
            Column("row", COUNT, "The row in it, from 1, without the header."),
            optional("atlas_id", TEXT, "AOSNUMBER, the Atlas's own id; missing where it has none."),
            Column("state", TEXT, "The state, as the Atlas writes it."),
            optional("atlas_city", TEXT, "The place, as the Atlas writes it; missing where it has none."),
            Column("agency", TEXT, "The agency, as the Atlas writes it."),
            optional(
                "city",
                TEXT,
                "The city whose own police department it is, or in which it lies; missing where none.",
            ),
            Column("own_police", FLAG, "Whether it is that city's own police department."),
            Column("rule", TEXT, "By which rule, in words."),
        ),
    ),
)

PUBLIC: Final = (
    Table(
        "public/city_selection",
        ("rank",),
        "One row per city: whether it was chosen to be asked for its records, and why.",
        (
            Column(
                "rank", SMALL_COUNT, "By gentrified share of all tracts, highest first; equal ones by name."
            ),
            CITY,
            Column("gentrified_share", SHARE, "Gentrified tracts by all tracts of the city, 0 to 1."),
            Column(
                "partnership", FLAG, "Whether its own police department has a Ring partnership in the Atlas."
            ),
            Column("selected", FLAG, "Whether it is among the cities chosen."),
            Column("reason", TEXT, "Why, in words."),
        ),
    ),
)
