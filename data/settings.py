"""The sections of ``investigation.toml``: what to analyse (README.md). :mod:`data.configuration` reads it.

Every section is described here, including those of parts that are not built yet. So every later version can
read a file written today, and a mistyped key is found today.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from data.setting_kinds import CodePage, ColumnOrNone, GridName, RecordsLocation, TimeZone, Year
from data.setting_values import FolderName, LicenceId, Suffix, Text, WebAddress

FILE: Final = "investigation.toml"
AGENCY_FILE: Final = "agency.toml"


class Section(BaseModel):
    """A section of the configuration: no unknown keys, no silent conversion, immutable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Agency(Section):
    """Who handed over the mailboxes in ``records/<agency>``.

    Attributes:
        name: The agency's name as readers know it.
        city: The city it polices, spelled as in ``census/city_tracts``; the mail does not need it.
        timezone: IANA time zone that decides when its days begin (method 4.3: the date of an alert whose
            body has none).
        code_page: The code page of texts of which the message says nothing that fits (method 1.10), by number
            or name; kept as the name of a Python codec.
    """

    name: Text
    timezone: TimeZone
    city: Text | None = None
    code_page: CodePage | None = None

    @property
    def sha256(self) -> str:
        """Hash of what they say, whatever the file that they are in."""
        return _sha256(self.model_dump(mode="json"))


APART: Final = "apart"
COUNT: Final = "count"


class Mail(Section):
    """The mail (method 1.14): whether messages that are attached to messages count.

    Attributes:
        embedded: ``apart``: they are read and listed, and no number of the agency's mail or alerts includes
            them. ``count``: they count like messages of the mailbox.
    """

    embedded: Literal["apart", "count"] = APART


class PostColumns(Section):
    """What the files of posts call their columns, where that is not known (method 6.11).

    Attributes:
        id: What identifies a post; by default ``id``.
        user_id: The account; by default ``user_id``. It is read only where ``exclude_users`` names one.
        created_at: When it was written; by default ``created_at``.
        latitude: Degrees; by default ``latitude`` or ``lat``, else ``y``.
        longitude: Degrees; by default ``longitude``, ``lng``, ``lon`` or ``long``, else ``x``.
    """

    id: Text | None = None
    user_id: Text | None = None
    created_at: Text | None = None
    latitude: Text | None = None
    longitude: Text | None = None


STOP: Final = "stop"
FIRST: Final = "first"

SameId = Literal["stop", "first"]
"""What becomes of rows that share an id and differ otherwise, where they are more than one in a hundred: they
end the run (``stop``), or the first row with an id counts (``first``)."""


class Posts(Section):
    """The posts (method 6): the year analysed, how times are read, accounts that are not residents.

    Attributes:
        year: The year analysed.
        timezone: The IANA time zone in which times without an offset are read, and years taken.
        exclude_users: Accounts that are not residents.
        same_id: What becomes of rows that share an id and differ otherwise (method 6.1).
        columns: What the files call their columns.
    """

    year: Year
    timezone: TimeZone = "UTC"
    exclude_users: list[Text] = []
    same_id: SameId = STOP
    columns: PostColumns = PostColumns()


class Cities(Section):
    """The cities examined; by default every city of ``census/city_tracts``."""

    include: list[Text] | None = None


class Tests(Section):
    """The tests (method 7).

    Attributes:
        alpha: The probability of a false finding among all tests of a family; divided by their number.
        least_population: Tracts with fewer people take part in no test and no decile.
        least_count: With fewer posts or crimes in all tracts together, there are too few to tell anything.
        band: There is *no* relation only where the whole interval of the rate ratio between rich and poor
            tracts lies between ``1 / band`` and ``band``.
        draws: How often incomes are drawn within their margins of error.
    """

    __test__ = False  # pytest must not collect this class because of its name, which the configuration needs

    alpha: float = Field(default=0.05, gt=0, lt=1)
    least_population: int = Field(default=500, ge=0, le=1_000_000)
    least_count: int = Field(default=20, ge=0, le=1_000_000)
    band: float = Field(default=1.25, gt=1, le=100)
    draws: int = Field(default=200, ge=0, le=10_000)


class CrimeColumns(Section):
    """The names of the columns in a city's crime records; blanks around a name do not count.

    What is left out is recognised (method 9.8).

    Attributes:
        date: When it happened; only the day is used.
        type: What happened, in the words from which :attr:`Crime.types` chooses.
        latitude: Degrees, WGS 84.
        longitude: Degrees, WGS 84.
        location: Both in one column, as ``POINT (-118.2 34.1)`` or ``(34.1, -118.2)``.
        x: Eastward, in the system of :attr:`Crime.crs`.
        y: Northward, likewise.
        id: What identifies a record, so that one given twice is counted once; "" where nothing does.
        incident: What identifies the incident, of which several rows may be part.
    """

    date: Text | None = None
    type: Text | None = None
    latitude: Text | None = None
    longitude: Text | None = None
    location: Text | None = None
    x: Text | None = None
    y: Text | None = None
    id: ColumnOrNone | None = None
    incident: Text | None = None


LOS_ANGELES: Final = CrimeColumns(
    id="DR_NO", date="DATE OCC", type="Crm Cd Desc", latitude="LAT", longitude="LON"
)
"""The column names of the City of Los Angeles, *Crime Data from 2010 to 2019*."""

ALL_CRIMES: Final = "all crimes"
"""The type that every record has, where the settings name none and the layout has none of its own."""


class Crime(Section):
    """A city's crime records in ``crime/<city>`` (method 9).

    Attributes:
        city: The city, spelled as in ``census/city_tracts``; by default what the layout or the folder says.
        year: The year analysed; by default that of the posts.
        types: The types of crime examined, each by itself, as the files write them; by default those of the
            layout, else all crimes together.
        columns: The names of the files' columns; what is left out is recognised.
        date_format: How dates are written (``strptime``), if in none of the usual forms, or in two of them.
        timezone: The IANA time zone to which dates with an offset, or counted since 1970, are converted; by
            default their day is taken as it is written.
        crs: The coordinate system of x and y, as "EPSG:2232".
        rows: What counts: each row, or each incident once per type.
        same_id: What becomes of rows of two files that share an id and differ otherwise (method 9.1).
    """

    city: Text | None = None
    year: Year | None = None
    types: Annotated[list[Text], Field(min_length=1)] | None = None
    columns: CrimeColumns = CrimeColumns()
    date_format: Annotated[Text, Field(max_length=100)] | None = None
    timezone: TimeZone | None = None
    crs: GridName | None = None
    rows: Literal["offense", "incident"] = "offense"
    same_id: SameId = STOP

    @property
    def examined(self) -> tuple[str, ...]:
        """The types examined; all crimes where none is named."""
        return tuple(self.types or (ALL_CRIMES,))


class Selection(Section):
    """The choice of cities by gentrification (method 8): suffixes of both years, inflation, how many."""

    start: Suffix = "_00"
    end: Suffix = "_19"
    inflation: float = Field(default=1.49, gt=0, le=1000)
    cities: int = Field(default=25, ge=1, le=100_000)


class Coding(Section):
    """The sample of alerts that people read (method 5).

    Attributes:
        sample: How many unique alerts are drawn.
        seed: Which ones: the same seed draws the same alerts.
        reviews: How many readers code each alert.
        strata: What the alerts are divided by before they are drawn; nothing for a simple random sample.
        allocation: How many are drawn of each stratum: as its share of all alerts, or as many of each.
        finite: Whether intervals allow for the sample being a known part of all alerts.
    """

    sample: int = Field(default=1000, ge=1, le=1_000_000_000)
    seed: int = Field(default=2023, ge=0, lt=1 << 63)
    reviews: int = Field(default=3, ge=1, le=1000)
    strata: list[Literal["agency", "kind", "month"]] = []
    allocation: Literal["proportional", "equal"] = "proportional"
    finite: bool = True


class Arrivals(Section):
    """When new records count as arrived: after so many seconds without any change in the agency's folder.

    With 45, whatever a check finds can settle before that check ends (``flows.arrivals.WAIT``). With a check
    every minute, a run starts less than 90 s after the last change.
    """

    settle: float = Field(default=45.0, ge=0, le=31_536_000)


class Schedule(Section):
    """When the nightly run of a deployment starts; read by ``nwatch deploy``.

    Attributes:
        hour: The hour of the day, 0 to 23.
        minute: The minute of it.
        timezone: The IANA time zone of both.
    """

    hour: int = Field(default=2, ge=0, le=23)
    minute: int = Field(default=15, ge=0, le=59)
    timezone: TimeZone = "America/New_York"


class Report(Section):
    """What a run shows of what it found (method 13).

    Attributes:
        make: Whether the report, the figures and the other forms of the public tables are made.
        url: Where the folder ``out/`` is served, if it is: the Prefect UI then links to the report there.
    """

    make: bool = True
    url: WebAddress | None = None


class Public(Section):
    """What may be seen in public tables (method 12.6).

    Attributes:
        least_count: A count of posts or crimes in a tract or a group of tracts below this, and not 0, is left
            out of the public tables, with what it could be computed from; 0 leaves out nothing.
        license: The licence of the data, by its id in the SPDX License List, as "CC-BY-4.0" (method 13.9); ""
            says that none was chosen.
    """

    least_count: int = Field(default=0, ge=0, le=1_000_000)
    license: LicenceId = ""


class Private(Section):
    """Who may read ``work/`` and ``out/private`` besides their owner (method 12.4): by default nobody.

    Attributes:
        group: A group of this machine, by name or number; its members may read.
        group_writes: Whether they may write, too: where workers run as another user of the group.
    """

    group: Text | None = None
    group_writes: bool = False


class Config(Section):
    """A whole ``investigation.toml``; a section that is None is not in the file.

    Attributes:
        records: Where the mailboxes are stored, if not in ``records/``: an absolute path, ``file:///…`` or
            ``s3://bucket/prefix``.
    """

    name: Text
    records: RecordsLocation | None = None
    arrivals: Arrivals = Arrivals()
    schedule: Schedule = Schedule()
    agencies: dict[FolderName, Agency] = {}
    mail: Mail = Mail()
    posts: Posts | None = None
    cities: Cities = Cities()
    tests: Tests = Tests()
    crime: dict[FolderName, Crime] = {}
    selection: Selection = Selection()
    coding: Coding = Coding()
    private: Private = Private()
    public: Public = Public()
    report: Report = Report()

    @property
    def sha256(self) -> str:
        """Hash of what the configuration says, whatever its layout, comments and order of keys.

        Left out are where the records are stored, when they count as arrived, when the nightly run starts,
        who may read and whether there is a report: no table depends on these, and the records themselves are
        named by their own hashes.

        Example:
            >>> Config(name="a").sha256 == Config(name="a", cities=Cities()).sha256
            True
        """
        return settings_sha256(self.shared_sha256, self.agency_hashes)

    @property
    def shared_sha256(self) -> str:
        """The same without the settings of the agencies."""
        return _sha256(self.model_dump(mode="json", exclude={*_UNHASHED, "agencies"}))

    @property
    def agency_hashes(self) -> dict[str, str]:
        """The hash of each agency's settings."""
        return {name: agency.sha256 for name, agency in self.agencies.items()}

    @property
    def earlier_sha256(self) -> str:
        """The hash of all settings in one, which a ``provenance.json`` has that names no agency's."""
        return _sha256(self.model_dump(mode="json", exclude=_UNHASHED))


_UNHASHED: Final = {"records", "arrivals", "schedule", "private", "report"}
"""Sections on which no table depends."""


def settings_sha256(shared: str, agencies: Mapping[str, str]) -> str:
    """The hash of all settings, made of those of their pieces.

    Args:
        shared: :attr:`Config.shared_sha256`.
        agencies: The hash of the settings of each agency: those that its rows were made with.
    """
    return _sha256({"shared": shared, "agencies": dict(agencies)})


def _sha256(values: Mapping[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
