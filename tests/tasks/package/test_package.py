"""The Data Package, held against the rules of the specification (datapackage.org, version 2)."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tasks.package.licence import Licence
from tasks.package.make import write_package
from tasks.package.package import sources
from tasks.report.results import Story

TEXT = {"type": "string", "minLength": 1}
LOCAL_PATH = {"type": "string", "pattern": r"^(?![./~])(?!.*/\.\./)(?!.*\\)(?!.*://).+$"}
NAMES = {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True}
CONSTRAINTS = {
    "string": {"required", "unique", "enum", "minLength", "maxLength", "pattern"},
    "number": {"required", "unique", "enum", "minimum", "maximum"},
    "integer": {"required", "unique", "enum", "minimum", "maximum"},
    "boolean": {"required", "enum"},
    "date": {"required", "unique", "enum", "minimum", "maximum"},
}
FIELD = {
    "type": "object",
    "required": ["name", "type", "description"],
    "properties": {
        "name": TEXT,
        "description": TEXT,
        "missingValues": {"type": "array", "items": {"type": "string"}},
    },
    "oneOf": [
        {
            "properties": {
                "type": {"const": kind},
                "constraints": {
                    "type": "object",
                    "propertyNames": {"enum": sorted(known)},
                    "minProperties": 1,
                },
            }
        }
        for kind, known in CONSTRAINTS.items()
    ],
}
SCHEMA = {
    "type": "object",
    "required": ["fields"],
    "properties": {
        "fields": {"type": "array", "minItems": 1, "items": FIELD},
        "missingValues": {"type": "array", "items": {"type": "string"}},
        "primaryKey": NAMES,
        "uniqueKeys": {"type": "array", "items": NAMES, "minItems": 1},
        "foreignKeys": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["fields", "reference"],
                "properties": {
                    "fields": NAMES,
                    "reference": {"type": "object", "required": ["resource", "fields"]},
                },
            },
        },
    },
}
PACKAGE = {
    "type": "object",
    "required": ["resources", "name", "$schema"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
        "title": TEXT,
        "licenses": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]},
        },
        "contributors": {"type": "array", "minItems": 1, "items": {"type": "object", "minProperties": 1}},
        "sources": {"type": "array", "items": {"type": "object", "minProperties": 1}},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path", "bytes", "hash"],
                "properties": {
                    "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
                    "path": LOCAL_PATH,
                    "bytes": {"type": "integer", "minimum": 1},
                    "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                    "mediatype": {"type": "string", "pattern": "^.+/.+$"},
                    "type": {"const": "table"},
                    "schema": SCHEMA,
                },
            },
        },
    },
}
"""The rules that are used, from https://datapackage.org/standard/ (data-package, -resource, table-schema)."""


@pytest.fixture
def package(story: Story, tmp_path: Path) -> dict[str, Any]:
    write_package(story, tmp_path / "out")
    return json.loads((tmp_path / "out/public/datapackage.json").read_text(encoding="utf-8"))


def test_it_keeps_the_rules(package: dict[str, Any]) -> None:
    jsonschema.validate(package, PACKAGE)
    names = [resource["name"] for resource in package["resources"]]
    assert len(names) == len(set(names))
    assert "licenses" not in package  # none was chosen
    assert Licence("LicenseRef-ours").for_package == [{"name": "LicenseRef-ours"}]


def test_each_resource_is_the_file_beside_it(package: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "out/public"
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (
            len(content),
            f"sha256:{hashlib.sha256(content).hexdigest()}",
        )
    named = {resource["path"] for resource in package["resources"]}
    assert {path.name for path in folder.iterdir()} - named == {
        "README.md",
        "datapackage.json",
        "metadata.json",
    }


def test_every_csv_keeps_its_own_schema(package: dict[str, Any], tmp_path: Path) -> None:
    by_name = {each["name"]: each for each in package["resources"]}
    tables = {}
    for name, resource in by_name.items():
        if "schema" in resource:
            text = (tmp_path / "out/public" / resource["path"]).read_bytes().decode()
            tables[name] = list(csv.DictReader(io.StringIO(text, newline="")))
    for name, rows in tables.items():
        schema = by_name[name]["schema"]
        assert list(rows[0]) == [field["name"] for field in schema["fields"]]
        for field in schema["fields"]:
            missing = field.get("missingValues", schema["missingValues"])
            required = field.get("constraints", {}).get("required", False)
            assert not required or all(row[field["name"]] not in missing for row in rows), (name, field)
        key = schema.get("primaryKey") or schema["uniqueKeys"][0]
        assert len({tuple(row[column] for column in key) for row in rows}) == len(rows)
        for reference in schema.get("foreignKeys", []):
            there = tables[reference["reference"]["resource"]]
            known = {tuple(row[column] for column in reference["reference"]["fields"]) for row in there}
            assert {tuple(row[column] for column in reference["fields"]) for row in rows} <= known


def test_a_key_that_may_be_missing_is_no_primary_key(package: dict[str, Any]) -> None:
    schema = next(each["schema"] for each in package["resources"] if each["name"] == "alerts_by_month")
    assert schema["uniqueKeys"] == [["agency", "kind", "month"]]
    assert "primaryKey" not in schema


def test_the_sources_are_named_by_hash_and_each_once(story: Story) -> None:
    twice = {**story.provenance, "crime": story.provenance["posts"]}
    assert [each["title"] for each in sources(twice)] == [
        "crime: census efefefefefef",
        "mailbox cdcdcdcdcdcd",
    ]
