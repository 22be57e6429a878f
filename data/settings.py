"""The sections of `investigation.toml`: what to analyse (DESIGN 3). :mod:`data.configuration` reads it.

Every section is described here, those of parts that are still to be built too, so that a file written today
is read by every later version and a mistyped key is found now.
"""

from __future__ import annotations

import hashlib
import json
import zoneinfo
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from data.storage import STORES
from data.text import nearest

FILE: Final = "investigation.toml"
AGENCY_FILE: Final = "agency.toml"


def _is_time_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        # An abbreviation, as PST, is near to nothing but other abbreviations, which know no summer time.
        near = nearest(name, {zone for zone in zoneinfo.available_timezones() if "/" in zone})
        hint = f"did you mean {near!r}?" if near else "write it as 'America/Los_Angeles'"
        raise ValueError(f"{name!r} is no time zone of the IANA database; {hint}") from None
    return name


def _is_place(place: str) -> str:
    protocol, mark, rest = place.partition("://")
    if not mark:
        if Path(place).is_absolute():
            return place
        raise ValueError(
            f"{place!r} is neither an absolute path nor a URL, as '/mnt/records' or 's3://bucket/records'"
        )
    if protocol == "file":
        if rest.startswith("/"):
            return place
        raise ValueError(f"{place!r} names no absolute path; write file:///mnt/records")
    if protocol not in STORES:
        raise ValueError(
            f"{place!r} is on no store known here; write s3://bucket/records, or an absolute path"
        )
    if not rest.strip("/"):
        raise ValueError(f"{place!r} names no bucket; write {protocol}://bucket/records")
    return place


Text = Annotated[str, Field(min_length=1)]
RecordsPlace = Annotated[str, AfterValidator(_is_place)]
TimeZone = Annotated[str, AfterValidator(_is_time_zone)]
Year = Annotated[int, Field(ge=1900, le=2100)]


class Section(BaseModel):
    """A table of the configuration: no unknown key, no silent conversion, no change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Agency(Section):
    """Who handed over the mailboxes in ``records/<agency>``.

    Attributes:
        name: The agency's name as readers know it.
        city: The city it polices, spelled as in ``census/city_tracts``; only parts beside the mail need it.
        timezone: IANA time zone in which its days begin (DESIGN 5.4: the date of an alert whose body has
            none).
    """

    name: Text
    timezone: TimeZone
    city: Text | None = None


class Posts(Section):
    """The posts (DESIGN 5.6): year analysed, how times are read, accounts that are no residents."""

    year: Year
    timezone: TimeZone = "UTC"
    exclude_users: list[Text] = []


class Cities(Section):
    """The cities examined; left out, every city of ``census/city_tracts``."""

    include: list[Text] | None = None


class Tests(Section):
    """The tests (DESIGN 5.7): ``alpha`` is divided by the number of cities examined."""

    __test__ = False  # the name is the configuration's; pytest must not collect it

    alpha: float = Field(default=0.05, gt=0, lt=1)


class CrimeColumns(Section):
    """How the columns of a city's crime records are called; blanks around a name do not count.

    Attributes:
        date: When it happened; of the day only the year is used.
        type: What happened, in the words that :attr:`Crime.types` chooses from.
        latitude: Degrees, WGS 84.
        longitude: Degrees, WGS 84.
        id: What tells one record from another, so that a record given twice is counted once; None where the
            files have nothing of the kind.
    """

    date: Text
    type: Text
    latitude: Text
    longitude: Text
    id: Text | None = None


LOS_ANGELES: Final = CrimeColumns(
    id="DR_NO", date="DATE OCC", type="Crm Cd Desc", latitude="LAT", longitude="LON"
)
"""The columns of the City of Los Angeles, *Crime Data from 2010 to 2019*."""


class Crime(Section):
    """A city's crime records in ``crime/<city>`` (DESIGN 5.9).

    Attributes:
        city: The city, spelled as in ``census/city_tracts``.
        year: The year analysed.
        types: The types of crime that are examined, each by itself, as the files write them.
        columns: How the files call their columns; left out, as Los Angeles does.
        date_format: How dates are written (``strptime``), where it is neither ISO 8601 nor month, day and
            year with strokes between them.
    """

    city: Text
    year: Year
    types: list[Text] = Field(min_length=1)
    columns: CrimeColumns = LOS_ANGELES
    date_format: Text | None = None


class Selection(Section):
    """The choice of cities by gentrification (DESIGN 5.8): suffixes of the two years, inflation, how many."""

    start: str = "_00"
    end: str = "_19"
    inflation: float = Field(default=1.49, gt=0)
    cities: int = Field(default=25, ge=1)


class Coding(Section):
    """The sample for human coders (DESIGN 5.5): its size, its seed, the reviews asked for an alert."""

    sample: int = Field(default=1000, ge=1)
    seed: int = 2023
    reviews: int = Field(default=3, ge=1)


class Arrivals(Section):
    """When new records have arrived: seconds for which nothing of an agency's has changed.

    With 45, what a look finds may always have settled before that look ends (`flows.arrivals.WAIT`): with
    looks a minute apart a run begins less than 90 s after the last change.
    """

    settle: float = Field(default=45.0, ge=0)


class Config(Section):
    """A whole ``investigation.toml``; a section that is None was left out.

    Attributes:
        records: Where the mailboxes lie, if not in ``records/``: an absolute path, ``file:///…`` or
            ``s3://bucket/prefix``.
    """

    name: Text
    records: RecordsPlace | None = None
    arrivals: Arrivals = Arrivals()
    agencies: dict[Text, Agency] = {}
    posts: Posts | None = None
    cities: Cities = Cities()
    tests: Tests = Tests()
    crime: dict[Text, Crime] = {}
    selection: Selection = Selection()
    coding: Coding = Coding()

    @property
    def sha256(self) -> str:
        """Hash of what the configuration says, whatever its layout, comments and order of keys.

        Where the records lie and when they have arrived are no part of it: the records themselves are named
        by their own hashes, and no table depends on either.

        Example:
            >>> Config(name="a").sha256 == Config(name="a", cities=Cities()).sha256
            True
        """
        text = json.dumps(
            self.model_dump(mode="json", exclude={"records", "arrivals"}),
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(text.encode()).hexdigest()
