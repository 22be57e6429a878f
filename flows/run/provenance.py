"""`provenance.json`: which input, settings and versions the tables were made from (method 12.2).

It names the inputs by source id and hash and never by file name, and it holds no time and no path: the same
inputs, configuration and versions give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shapely

from data.catalog import PROVENANCE
from data.errors import InputError
from data.settings import Config
from flows import parts as registry
from flows.run.left import previous
from flows.run.preflight import recognised as recognised_of
from flows.run.settings_used import settings_used
from tasks.mail.settings import READER_VERSION

if TYPE_CHECKING:
    from flows.run.inputs import Inputs
    from flows.run.part import Part
    from tasks.rows.results import Recognised

PACKAGES: Final = (
    "neighborhood-watch", "libpff-python", "charset-normalizer", "pyarrow", "numpy", "lxml", "pandas",
    "scipy", "shapely", "pyproj", "pyogrio", "geopandas",
    "matplotlib", "jinja2", "markdown-it-py", "xlsxwriter",
)  # fmt: skip
"""Packages that can change a byte of a table, or of what is made of the tables."""


def provenance(  # noqa: PLR0917 - what a run is, then what was before it
    config: Config,
    parts: Iterable[Part],
    found: Mapping[str, Any],
    tables: Path,
    before: Mapping[str, Any] | None = None,
    recognised: Mapping[str, Sequence[Recognised]] | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What is written to `provenance.json`.

    Args:
        config: The configuration.
        parts: The parts of this run.
        found: What each found, by its name.
        tables: The folder with this run's tables, whose hashes are taken.
        before: The last run's provenance, of which the parts that this run left out are kept, with the hash
            of the configuration that they were made with.
        recognised: What the files of each part were recognised as; kept without their names.
        settings: What is said of the settings, from :func:`flows.run.settings_used.settings_used`; None where
            no more is known of the last run than ``before``.

    Returns:
        Values that JSON can hold, the same for the same arguments in any order.
    """
    values: dict[str, Any] = {
        "investigation": config.name,
        "configuration": dict(settings or settings_used(config, found, before or {})),
        "versions": versions(),
        "tables": {
            path.relative_to(tables).as_posix(): _sha256(path)
            for path in sorted(tables.rglob("*"))
            if path.is_file()
        },
    }
    for part in parts:
        values |= part.origin(found[part.name])
    for name, files in (recognised or {}).items():
        if files:
            values.setdefault("recognised", {})[name] = sorted(file.words for file in files)
    _keep(values, before or {})
    return values


def provenance_of_run(
    given: Inputs, parts: Sequence[Part], found: Mapping[str, Any], stage: Path, *, whole: bool
) -> dict[str, Any]:
    """What is written to ``provenance.json`` of a run that goes on from the last one.

    Args:
        given: The input.
        parts: The parts of the run.
        found: What each found, by its name.
        stage: The folder with its tables.
        whole: Whether these are all parts; else what the last one says of the others is kept. Either way
            agencies that were not read keep the settings that their rows were made with.

    Raises:
        InputError: The last provenance was damaged, and something of it is to be kept.
    """
    investigation, before = given.investigation, dict[str, Any]()
    try:
        before = previous(investigation.out)
    except InputError:
        if not whole:
            raise
    last = before if "mail" in found or not whole else {}
    return provenance(
        investigation.config,
        parts,
        found,
        stage,
        {} if whole else before,
        recognised_of(given, [part.name for part in parts]),
        settings=settings_used(investigation.config, found, last),
    )


def versions() -> dict[str, str]:
    """Everything here that can change a byte of a file of ``out/``, each with its version."""
    return {
        **{package: version(package) for package in PACKAGES},
        "geos": shapely.geos_version_string,
        "python": platform.python_version(),
        "reader": str(READER_VERSION),
        "sqlite": sqlite3.sqlite_version,
    }


def _keep(values: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Copy what the last provenance says of the parts that are not in this one."""
    for part in registry.load():
        keys = part.provenance_keys
        if keys[0] in values or keys[0] not in before:
            continue
        values |= {key: before[key] for key in keys if key in before}
        kept = before.get("kept", {}).get(part.name, before["configuration"]["sha256"])
        values.setdefault("kept", {})[part.name] = kept
        if part.name in before.get("recognised", {}):
            values.setdefault("recognised", {})[part.name] = before["recognised"][part.name]
        if part.name in before.get("warnings", {}):
            values.setdefault("warnings", {})[part.name] = before["warnings"][part.name]
        for file in (file for table in part.tables for file in table.files):
            if file in before["tables"]:
                values["tables"].setdefault(file, before["tables"][file])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes_of(files: Iterable[str], folder: Path) -> dict[str, str]:
    """The SHA-256 of files, by their names.

    Args:
        files: Their names in the folder.
        folder: The folder.
    """
    return {file: _sha256(folder / file) for file in sorted(files)}


def write_provenance(values: Mapping[str, Any], out: Path) -> Path:
    """Write `provenance.json` to a folder and return its path."""
    path = out / PROVENANCE
    path.write_text(json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
