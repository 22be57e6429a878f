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
from typing import Any, Final

import shapely

from data.schema import TABLES_OF
from data.settings import Config
from flows.posts import PostsResult
from flows.publish import PROVENANCE
from tasks.mail.results import MailSource

PACKAGES: Final = (
    "neighborhood-watch", "libpff-python", "pyarrow", "numpy", "lxml", "pandas", "scipy", "shapely", "pyproj",
    "pyogrio", "geopandas", "libpysal", "esda",
)  # fmt: skip
"""Packages that can change a byte of a table."""

_KEYS: Final = {"mail": ("sources", "crosswalk"), "posts": ("posts",)}
"""Where in the provenance the inputs of each part stand."""


@dataclass(frozen=True)
class Inputs:
    """What the parts of a run went out from.

    Attributes:
        sources: The mailboxes; None where the mail was left out.
        reader: Version of the mail room's reader.
        crosswalk: SHA-256 of the subject crosswalk; None where the mail was left out.
        posts: What the posts' part found; None where it was left out.
    """

    sources: Iterable[MailSource] | None
    reader: str
    crosswalk: str | None = None
    posts: PostsResult | None = None


def provenance(
    config: Config, inputs: Inputs, tables: Path, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What is written to `provenance.json`.

    Args:
        config: The configuration.
        inputs: What the parts of this run went out from.
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
            "reader": inputs.reader,
        },
        "tables": {
            path.relative_to(tables).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(tables.rglob("*.parquet"))
        },
    }
    if inputs.sources is not None:
        values["crosswalk"] = {"sha256": inputs.crosswalk}
        values["sources"] = _mailboxes(inputs.sources)
    if inputs.posts is not None:
        values["posts"] = _posts(inputs.posts)
    _keep(values, before or {})
    return values


def _mailboxes(sources: Iterable[MailSource]) -> list[dict[str, Any]]:
    distinct = {(source.agency, source.source): source for source in sources}
    return [
        {"agency": agency, "source": name, "sha256": source.sha256, "bytes": source.bytes}
        for (agency, name), source in sorted(distinct.items())
    ]


def _posts(found: PostsResult) -> dict[str, Any]:
    layer = found.layer
    return {
        "files": sorted(
            (
                {"source": file.source, "sha256": file.sha256, "bytes": file.bytes}
                for file in found.gathered.files
            ),
            key=lambda file: str(file["sha256"]),
        ),
        "tracts": {"source": layer.source, "sha256": layer.sha256, "bytes": layer.bytes},
        "census": [
            {"source": sha256[:12], "sha256": sha256, "bytes": size}
            for _, sha256, size in sorted(found.census.sources)
        ],
    }


def _keep(values: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Take over what the last provenance says of the parts that are not in this one."""
    for part, keys in _KEYS.items():
        if keys[0] in values or keys[0] not in before:
            continue
        values |= {key: before[key] for key in keys}
        kept = before.get("kept", {}).get(part, before["configuration"]["sha256"])
        values.setdefault("kept", {})[part] = kept
        for name in TABLES_OF[part]:
            file = f"{name}.parquet"
            if file in before["tables"]:
                values["tables"].setdefault(file, before["tables"][file])


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
