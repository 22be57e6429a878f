"""Names of the Census Bureau's map files: which series, year and state a file is of, and of what areas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from data.police import read_states

TRACTS: Final = "tracts"
PLACES: Final = "places"

NATION: Final = "us"
"""What stands for a state in the name of a file of the whole country."""

_TL: Final = re.compile(
    r"tl_(?P<year>\d{4}|rd\d\d)_(?P<state>us|\d\d)(?P<county>\d{3})?_(?P<areas>[a-z]+\d*)"
)
_CB: Final = re.compile(r"cb_(?P<year>\d{4})_(?P<state>us|\d\d)_(?P<areas>[a-z]+\d*)_(?P<scale>500k|5m|20m)")
_GZ: Final = re.compile(r"gz_(?P<year>\d{4})_(?P<state>us|\d\d)_(?P<areas>\d{3})_\d\d_(?P<scale>500k|5m|20m)")

_AREAS: Final = (
    ("tract", TRACTS), ("140", TRACTS), ("place", PLACES), ("160", PLACES), ("bg", "block groups"),
    ("150", "block groups"), ("tabblock", "blocks"), ("county", "counties"), ("050", "counties"),
    ("state", "states"), ("040", "states"), ("cousub", "county subdivisions"), ("zcta", "ZIP code areas"),
    ("cbsa", "metropolitan areas"), ("puma", "PUMAs"),
)  # fmt: skip
"""How the part of a name that says which areas begins, and what they are."""

_SERIES: Final = {"tl": "TIGER/Line", "cb": "cartographic boundaries", "gz": "cartographic boundaries"}


@dataclass(frozen=True)
class Edition:
    """What the name of a file of the Census Bureau says.

    Attributes:
        series: ``tl`` (TIGER/Line) or ``cb`` (cartographic boundaries, of 2010 named ``gz``).
        year: The year of the boundaries.
        state: Two digits; ``us`` for the whole country.
        county: Three digits where the file is of one county; else empty.
        areas: ``tracts``, ``places``, ``block groups``, ``counties`` and so on; as in the name if not known.
        scale: ``500k``, ``5m`` or ``20m`` of cartographic boundaries; else empty.
    """

    series: str
    year: int
    state: str
    county: str
    areas: str
    scale: str

    @property
    def decade(self) -> int:
        """The census whose tracts these are: 2010 from 2010 to 2019."""
        return self.year // 10 * 10

    def __str__(self) -> str:
        """What was recognised, in words.

        Example:
            >>> str(edition_of("tl_2019_08_tract.zip"))
            "tracts of the Census Bureau's TIGER/Line 2019, Colorado"
        """
        scale = f", 1:{self.scale.replace('k', ',000').replace('m', ',000,000')}" if self.scale else ""
        county = f", county {self.county}" if self.county else ""
        return (
            f"{self.areas} of the Census Bureau's {_SERIES[self.series]} {self.year}{scale}, "
            f"{state_name(self.state)}{county}"
        )

    def covers(self, other: Edition) -> bool:
        """Whether the two have areas in common, if they are of the same areas."""
        if NATION in {self.state, other.state}:
            return True
        return self.state == other.state and (
            not (self.county and other.county) or self.county == other.county
        )


def edition_of(name: str) -> Edition | None:
    """Read the name of a file, a folder or a layer; None if it is not in the Bureau's form.

    What a browser or a person adds behind it (`` (1)``, ``_clipped``) does not count.

    Args:
        name: With or without a suffix.

    Example:
        >>> found = edition_of("cb_2019_us_tract_500k (1).zip")
        >>> found.series, found.year, found.state, found.areas
        ('cb', 2019, 'us', 'tracts')
        >>> edition_of("tracts.zip") is None
        True
    """
    for form in (_TL, _CB, _GZ):
        if found := form.match(name.lower()):
            said = found.groupdict()
            areas = next((of for start, of in _AREAS if said["areas"].startswith(start)), said["areas"])
            year = said["year"].removeprefix("rd")  # tl_rd22: the redistricting files of 2022
            return Edition(
                form.pattern[:2] if form is not _GZ else "gz",
                int(year) if len(year) == len("2019") else 2000 + int(year),
                said["state"],
                said.get("county") or "",
                areas,
                said.get("scale") or "",
            )
    return None


def state_name(code: str) -> str:
    """A state by its two digits.

    Example:
        >>> state_name("08"), state_name("us"), state_name("99")
        ('Colorado', 'the United States', 'state 99')
    """
    return "the United States" if code == NATION else state_names().get(code, f"state {code}")


@cache
def state_names() -> dict[str, str]:
    """The names of the states, the District of Columbia and the territories, by their two digits.

    Source: ``data/reference/states.csv``.
    """
    return {state.fips: state.name for state in read_states().rows}
