"""What a setting in ``investigation.toml`` may be: a time zone, a code page, a place of records and so on."""

from __future__ import annotations

import re
import zoneinfo
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from data.code_pages import codec_named
from data.setting_values import LONGEST, Text, can_be_shown
from data.storage import STORES
from data.text import nearest


def _is_time_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        # An abbreviation such as PST only resembles other abbreviations, and those ignore daylight saving
        # time: suggest names with a region alone.
        near = nearest(name, {zone for zone in zoneinfo.available_timezones() if "/" in zone})
        hint = f"did you mean {near!r}?" if near else "write it as 'America/Los_Angeles'"
        raise ValueError(f"{name!r} is not a time zone of the IANA database; {hint}") from None
    return name


def _is_grid_name(name: str) -> str:
    if re.fullmatch(r"(?:EPSG|ESRI):[0-9]{4,6}", name) is None:
        raise ValueError(f"{name!r} is no coordinate system; write it as 'EPSG:2232'")
    return name


def _codec(page: object) -> object:
    """The codec of a code page given by number or name."""
    codec = codec_named(str(page)) if isinstance(page, int | str) and not isinstance(page, bool) else None
    if codec is None or codec.startswith("utf-16"):
        raise ValueError(
            f"{page!r} is no code page of text; write its number or name, as 1252 or 'windows-1252'"
        )
    return codec


def _is_location(location: str) -> str:
    protocol, mark, rest = location.partition("://")
    if not mark:
        if Path(location).is_absolute():
            return location
        raise ValueError(
            f"{location!r} is neither an absolute path nor a URL; "
            "write '/mnt/records' or 's3://bucket/records'"
        )
    if protocol == "file":
        if rest.startswith("/"):
            can_be_shown(unquote(rest))
            return location
        raise ValueError(f"{location!r} names no absolute path; write file:///mnt/records")
    if protocol not in STORES:
        raise ValueError(
            f"{location!r} is on an unknown kind of store; write s3://bucket/records, or an absolute path"
        )
    try:
        urlsplit(location)
    except ValueError as error:
        raise ValueError(f"{location!r} is no URL; write {protocol}://bucket/records") from error
    if not rest.strip("/"):
        raise ValueError(f"{location!r} names no bucket; write {protocol}://bucket/records")
    return location


RecordsLocation = Annotated[Text, AfterValidator(_is_location)]
CodePage = Annotated[str, BeforeValidator(_codec)]
TimeZone = Annotated[Text, AfterValidator(_is_time_zone)]
ColumnOrNone = Annotated[str, Field(max_length=LONGEST), AfterValidator(can_be_shown)]
GridName = Annotated[Text, AfterValidator(_is_grid_name)]
Year = Annotated[int, Field(ge=1900, le=2100)]
