"""`provenance.json`: from what, by what and how the tables came to be (DESIGN 4).

It names the inputs by source id and hash and never by file name, and it holds no clock and no path: the same
inputs, configuration and versions give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shapely

from data.catalog import PROVENANCE
from data.police import read_police
from data.schema import TABLES, TABLES_OF
from data.settings import Config

if TYPE_CHECKING:
    from flows.parts.points import PointsResult
    from flows.parts.selection import SelectionResult
    from tasks.mail.results import MailSource
    from tasks.requests.results import Requests
    from tasks.rows.results import InputFile

PACKAGES: Final = (
    "neighborhood-watch", "libpff-python", "pyarrow", "numpy", "lxml", "pandas", "scipy", "shapely", "pyproj",
    "pyogrio", "geopandas", "libpysal", "esda",
)  # fmt: skip
"""Packages that can change a byte of a table."""

_KEYS: Final = {
    "mail": ("sources", "crosswalk"),
    **{part: (part,) for part in ("posts", "crime", "gentrification", "selection", "requests")},
}
"""Where in the provenance the inputs of each part stand."""


@dataclass(frozen=True)
class Origins:
    """What the parts of a run went out from.

    Attributes:
        sources: The mailboxes; None where the mail was left out.
        reader: Version of the mail room's reader.
        crosswalk: SHA-256 of the subject crosswalk; None where the mail was left out.
        posts: What the posts' part found; None where it was left out.
        crime: What the crimes' part found, likewise.
        gentrification: What the subflow `selection` found; None where gentrification was left out.
        selection: The same; None where the choice of cities was left out.
        requests: What the requests' part found; None where it was left out.
    """

    sources: Iterable[MailSource] | None
    reader: str
    crosswalk: str | None = None
    posts: PointsResult | None = None
    crime: PointsResult | None = None
    gentrification: SelectionResult | None = None
    selection: SelectionResult | None = None
    requests: Requests | None = None


def provenance(
    config: Config, origins: Origins, tables: Path, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What is written to `provenance.json`.

    Args:
        config: The configuration.
        origins: What the parts of this run went out from.
        tables: The folder with this run's tables, whose hashes are taken.
        before: The last run's provenance, of which the parts that this run left out are kept, with the hash
            of the configuration that they were made with.

    Returns:
        Values that JSON can hold, the same for the same arguments in any order.
    """
    values: dict[str, Any] = {
        "investigation": config.name,
        "configuration": {"sha256": config.sha256},
        "versions": {
            **{package: version(package) for package in PACKAGES},
            "geos": shapely.geos_version_string,
            "python": platform.python_version(),
            "reader": origins.reader,
        },
        "tables": {
            path.relative_to(tables).as_posix(): _sha256(path)
            for path in sorted(tables.rglob("*"))
            if path.is_file()
        },
    }
    if origins.sources is not None:
        values["crosswalk"] = {"sha256": origins.crosswalk}
        values["sources"] = _mailboxes(origins.sources)
    values |= {part: origin for part, origin in _beside_the_mail(origins).items() if origin is not None}
    _keep(values, before or {})
    return values


def _beside_the_mail(origins: Origins) -> dict[str, Any]:
    """What the parts beside the mail went out from; None for a part that was left out."""
    tracts, chosen = origins.gentrification, origins.selection
    return {
        "posts": origins.posts and _points(origins.posts),
        "crime": origins.crime and _points(origins.crime),
        "gentrification": tracts and _read(tracts.given.files),
        "selection": chosen
        and {
            "gentrification": _read(chosen.given.files),
            "atlas": _read(chosen.atlas.files if chosen.atlas else ()),
            "police": {"sha256": read_police().fingerprint},
        },
        "requests": origins.requests and _read(origins.requests.files),
    }


def _mailboxes(sources: Iterable[MailSource]) -> list[dict[str, Any]]:
    distinct = {(source.agency, source.source): source for source in sources}
    return [
        {"agency": agency, "source": name, "sha256": source.sha256, "bytes": source.bytes}
        for (agency, name), source in sorted(distinct.items())
    ]


def _points(found: PointsResult) -> dict[str, Any]:
    """Large files of rows by hash, one given twice twice; the tract layer, and the Census's tables."""
    return {
        "files": [_by_hash(file) for file in sorted(found.files, key=lambda file: file.sha256)],
        "tracts": _by_hash(found.layer.input),
        "census": _read(found.census.files),
    }


def _read(files: Iterable[InputFile]) -> list[dict[str, Any]]:
    """Small tables, by hash, in order of their names, which are not told."""
    return [_by_hash(file) for file in sorted(files, key=lambda file: (file.file, file.sha256))]


def _by_hash(file: InputFile) -> dict[str, Any]:
    return {"source": file.source, "sha256": file.sha256, "bytes": file.bytes}


def _keep(values: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Take over what the last provenance says of the parts that are not in this one."""
    for part, keys in _KEYS.items():
        if keys[0] in values or keys[0] not in before:
            continue
        values |= {key: before[key] for key in keys}
        kept = before.get("kept", {}).get(part, before["configuration"]["sha256"])
        values.setdefault("kept", {})[part] = kept
        for file in (file for name in TABLES_OF[part] for file in TABLES[name].files):
            if file in before["tables"]:
                values["tables"].setdefault(file, before["tables"][file])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def previous(out: Path) -> dict[str, Any]:
    """The provenance of the last run; empty where there was none."""
    path = out / PROVENANCE
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def write_provenance(values: Mapping[str, Any], out: Path) -> Path:
    """Write `provenance.json` to a folder and give its path."""
    path = out / PROVENANCE
    path.write_text(json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
