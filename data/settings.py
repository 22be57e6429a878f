"""`investigation.toml`: what to analyse, checked key by key before any work is done (DESIGN 3).

Every section of the configuration is described here, those of parts that are still to be built too, so that
a file written today is read by every later version and a mistyped key is found now. A mistake becomes one
line of :class:`~data.errors.InputError`: the file, the key, what is wrong, and the nearest key that exists.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import shlex
import tomllib
import zoneinfo
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from data.errors import InputError
from data.places import STORES

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
_Model = TypeVar("_Model", bound="Section")


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


def read_config(folder: Path) -> Config:
    """Read ``investigation.toml`` of an investigation folder.

    Args:
        folder: The investigation folder.

    Returns:
        The configuration, defaults filled in. Agencies with an ``agency.toml`` of their own are not yet in it
        (:meth:`data.catalog.Investigation.open` adds them).

    Raises:
        InputError: There is no such file, it is no TOML, or a key is unknown, missing or wrong.
    """
    path = folder / FILE
    if not path.is_file():
        raise InputError(f"{folder}: no {FILE} in it, so it is no investigation folder; {_mend(folder)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{FILE}: cannot be read ({error.strerror}); check its permissions") from error
    return _checked(Config, _parse(content, FILE), FILE)


def _mend(folder: Path) -> str:
    """What to do where a folder has no ``investigation.toml``."""
    likely = sorted(
        path.name
        for path in folder.iterdir()
        if path.is_file() and path.name.lower().startswith("investigation.")
    )
    if likely:
        return f"rename {likely[0]} to {FILE}"
    above = next((above for above in folder.resolve().parents if (above / FILE).is_file()), None)
    if above is not None:
        return f"did you mean {above}?"
    where = shlex.quote(str(folder)) if not any(folder.iterdir()) else "my-investigation"
    return f"make one with: nwatch new {where}"


def read_agency(content: bytes, label: str) -> Agency:
    r"""Read an ``agency.toml``, whose keys are those of ``[agencies.<agency>]``.

    Args:
        content: What stands in the file.
        label: How the file is called in an error, as ``records/lapd/agency.toml``.

    Raises:
        InputError: As :func:`read_config`.

    Example:
        >>> read_agency(b'name = "Police"\ntimezone = "UTC"', "records/lapd/agency.toml").name
        'Police'
    """
    return _checked(Agency, _parse(content, label), label)


def agency_lines(agency: str) -> str:
    """The lines that an agency without settings lacks, as they are to be written into ``investigation.toml``.

    Example:
        >>> print(agency_lines("lapd").splitlines()[0])
        [agencies.lapd]
    """
    return (
        f"[agencies.{toml_key(agency)}]\n"
        'name = "…"                            # as readers know it, e.g. "Los Angeles Police Department"\n'
        'city = "…"                            # e.g. "Los Angeles city, California"\n'
        'timezone = "America/Los_Angeles"      # the one in which its days begin'
    )


def toml_key(name: str) -> str:
    """A folder's name as it is written between the dots of a section's title: bare, or in quotation marks.

    Example:
        >>> toml_key("los-angeles"), toml_key("Candle Creek PD")
        ('los-angeles', '"Candle Creek PD"')
    """
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name, ensure_ascii=False)


def nearest(word: str, known: Sequence[str] | set[str]) -> str | None:
    """The known word that a mistyped one most likely meant, or None where nothing is near.

    Example:
        >>> nearest("timezon", ["name", "city", "timezone"])
        'timezone'
    """
    by_lower = {name.lower(): name for name in sorted(known)}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def _parse(content: bytes, label: str) -> dict[str, Any]:
    """TOML to a dictionary; a byte-order mark, which some editors leave, is passed over."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f'{label}: not valid TOML: {error}; text values stand in quotes, as name = "…"'
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{label}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def _checked(model: type[_Model], values: Mapping[str, Any], label: str) -> _Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError(_one_line(error, model, label)) from error


def _one_line(error: ValidationError, model: type[Section], label: str) -> str:
    """The first mistake in words, unknown keys before all, and how many more there are."""
    mistakes = sorted(
        error.errors(include_url=False), key=lambda mistake: mistake["type"] != "extra_forbidden"
    )
    first, others = mistakes[0], mistakes[1:]
    place = _dotted(first["loc"])
    if first["type"] == "extra_forbidden":
        known = _keys_at(model, first["loc"][:-1])
        near = nearest(str(first["loc"][-1]), known)
        # A mistyped key is one mistake, not two: the key that it meant is not counted as missing.
        others = [other for other in others if other["loc"] != (*first["loc"][:-1], near)]
        mend = f"did you mean {near!r}?" if near else f"remove it; known here: {', '.join(known)}"
        if model is Agency and first["loc"][0] == "agencies":
            others, mend = [], "leave the line with [agencies.…] out; here stand its keys alone"
        line = f"{label}: unknown key {place!r}; {mend}"
    elif first["type"] == "missing":
        line = f"{label}: the key {place!r} is missing; add it"
    elif first["type"] in {"model_type", "model_attributes_type", "dict_type"}:
        line = f"{label}: {place!r} must be a table; write it as [{place}] with its keys below"
    else:
        line = f"{label}: {place!r} is wrong: {_reason(first['msg'])}"
    return line + (f" (and {len(others)} more)" if others else "")


_MEANT: Final = {
    "a valid string": "text in quotes",
    "a valid integer": "a whole number, without quotes",
    "a valid number": "a number, without quotes",
    "a valid list": 'a list, as ["…", "…"]',
}
"""Pydantic's words for a type, and what they mean in TOML."""


def _reason(message: str) -> str:
    """Pydantic's words, as part of a sentence."""
    message = message.removeprefix("Value error, ").removeprefix("Input ").replace("should be", "must be", 1)
    for said, meant in _MEANT.items():
        message = message.replace(said, meant)
    return message


def _dotted(place: Sequence[str | int]) -> str:
    """``("posts", "exclude_users", 0)`` as ``posts.exclude_users[0]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def _keys_at(model: type[Section], place: Sequence[str | int]) -> list[str]:
    """The keys that the section at ``place`` knows; names between sections (an agency's) are stepped over."""
    for part in place:
        annotation = model.model_fields[str(part)].annotation if part in model.model_fields else model
        model = next((found for found in _sections(annotation)), model)
    return list(model.model_fields)


def _sections(annotation: Any) -> list[type[Section]]:
    """The section inside ``Agency``, ``Posts | None`` or ``dict[str, Agency]``."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return [annotation]
    return [found for part in get_args(annotation) for found in _sections(part)]
