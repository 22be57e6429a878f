"""The folder of the public tables as a Data Package (https://datapackage.org/standard/data-package/, v2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data.catalog import NO_INPUTS
from data.schema import TABLES, Column, Table
from tasks.package.described import has_primary_key, meaning_of, references_of, title_of
from tasks.package.licence import Licence
from tasks.report.results import Story

PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES: Final = {"string": "string", "double": "number", "bool": "boolean", "date32[day]": "date"}
"""Other columns are ``integer``."""
_FORMATS: Final = {
    ".csv": ("csv", "text/csv"),
    ".parquet": ("parquet", "application/vnd.apache.parquet"),
    ".geojson": ("geojson", "application/geo+json"),
    ".sqlite": ("sqlite", "application/vnd.sqlite3"),
}


def data_package(story: Story, licence: Licence, database: Path) -> str:
    """The file ``datapackage.json``.

    Args:
        story: The results.
        licence: Under which the data may be used.
        database: ``public.sqlite``, which lies beside it.

    Returns:
        JSON, which ends with a line feed.
    """
    tables = [TABLES[name] for name in story.tables]
    stems = frozenset(table.stem for table in tables)
    resources = [each for table in tables for each in _resources(story, table, stems)]
    whole = {
        "$schema": PROFILE,
        "name": "public",
        "title": story.name,
        "description": "The public tables of an investigation: counts and statistics alone; README.md "
        "explains them.",
        "keywords": ["crime alerts", "neighborhood posts", "Census tracts", "income"],
        "licenses": licence.for_package,
        "contributors": [
            {"title": f"nwatch {_version(story.provenance)}".strip(), "roles": ["data processing"]}
        ],
        "sources": list(sources(story.provenance)),
        "resources": [*resources, _file("public.sqlite", database, "All tables in one database.")],
    }
    # A property without a value may not be there.
    said = {name: value for name, value in whole.items() if value}
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def sources(provenance: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the tables were made from, each file once, by its hash and without its name.

    Args:
        provenance: As in ``provenance.json``.

    Yields:
        Sources of a Data Package, with ``hash`` and ``bytes`` beside their title.
    """
    seen = set()
    for where, entry in _inputs(provenance, ()):
        sha256 = entry["sha256"]
        if sha256 in seen:
            continue
        seen.add(sha256)
        found = {"title": f"{_words(where)} {sha256[:12]}", "hash": f"sha256:{sha256}"}
        yield found | ({"bytes": entry["bytes"]} if "bytes" in entry else {})


def _inputs(given: Any, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Whatever of a provenance has a hash of its own, in its order."""
    if isinstance(given, list):
        for each in given:
            yield from _inputs(each, where)
    elif isinstance(given, Mapping) and isinstance(given.get("sha256"), str):
        yield where, given
    elif isinstance(given, Mapping):
        for name in sorted(given):
            if where or name not in NO_INPUTS:
                yield from _inputs(given[name], (*where, name))


def _words(where: tuple[str, ...]) -> str:
    """What a file is, by its place in the provenance."""
    return "mailbox" if where == ("sources",) else ": ".join(where)


def _version(provenance: Mapping[str, Any]) -> str:
    return str(provenance.get("versions", {}).get("neighborhood-watch", ""))


def _resources(story: Story, table: Table, stems: frozenset[str]) -> Iterator[dict[str, Any]]:
    """A table's files: the CSV with its schema, and its other forms."""
    csv = f"{table.name}.csv"
    for file in sorted(table.files, key=lambda file: file != csv):
        try:
            path = story.tables.file(file)
        except FileNotFoundError:
            continue  # a form that another version does not write
        found = _file(Path(file).name, path, table.meaning, title_of(table))
        if file == csv:
            found |= {
                "name": table.stem,
                "type": "table",
                "encoding": "utf-8",
                "schema": _schema(table, stems),
            }
        yield found


def _file(name: str, path: Path, description: str, title: str = "") -> dict[str, Any]:
    form, media = _FORMATS[path.suffix]
    return {
        "name": name,
        **({"title": title} if title else {}),
        "path": name,
        "description": description,
        "format": form,
        "mediatype": media,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{_sha256(path)}",
    }


def _schema(table: Table, stems: frozenset[str]) -> dict[str, Any]:
    """The Table Schema of a CSV."""
    key = list(table.key)
    found: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    # A primary key may have no missing value; where the key has one, rows are unique all the same.
    found |= {"primaryKey": key} if has_primary_key(table) else {"uniqueKeys": [key]}
    references = [
        {"fields": list(columns), "reference": {"resource": other, "fields": list(columns)}}
        for columns, other in references_of(table, stems)
    ]
    return found | ({"foreignKeys": references} if references else {})


def _field(column: Column) -> dict[str, Any]:
    kind = _TYPES.get(str(column.type), "integer")
    found: dict[str, Any] = {"name": column.name, "type": kind, "description": meaning_of(column)}
    if kind == "boolean":
        found |= {"trueValues": ["true"], "falseValues": ["false"]}
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if column.name == "GEOID":
        constraints["pattern"] = "[0-9]{11}"
    if kind == "string" and not column.nullable:
        found["missingValues"] = []  # an empty text is a text
    if pa.types.is_integer(column.type) and not column.nullable:
        constraints["minimum"] = 0
    return found | ({"constraints": constraints} if constraints else {})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
