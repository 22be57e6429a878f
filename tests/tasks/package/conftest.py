"""Small public tables with hostile texts, and what is made of them."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.published import Published
from data.schema import TABLES
from data.settings import Config, Public
from data.tables import conform, write_table
from tasks.report.results import Story

HOSTILE = (
    '=HYPERLINK("http://b.example","a")',
    "@SUM(1)",
    "</script><script>alert(1)</script>",
    "<r><t>raw</t></r>",
    "a\0b\x1b[31m\r_x0041_",
    "😀 مرحبا \u202eevil",
    "x" * 40_000,
    '\'; DROP TABLE "kinds"; --',
    "http://b.example/",
    "1/2",
)
"""Texts that a file may hold, and that a spreadsheet, a page or a database might take for something else."""

HASH = "ab" * 32


def rows(name: str, *given: dict[str, Any]) -> pa.Table:
    """Rows of a table; a column that is not given has a value like "1"."""
    spec = TABLES[name]
    usual = {"string": "a", "int64": 1, "int32": 1, "double": 0.123456789, "bool": True}
    filled = [{column.name: usual.get(str(column.type)) for column in spec.columns} | row for row in given]
    return conform(pa.Table.from_pylist(filled, schema=spec.arrow), spec)


def story_of(out: Path, tables: dict[str, pa.Table], license: str = "", least: int = 0) -> Story:
    """A story of these tables, which are written."""
    for name, table in tables.items():
        write_table(table, TABLES[name], out)
    files = {file: HASH for name in tables for file in TABLES[name].files if (out / file).is_file()}
    provenance = {
        "configuration": {"sha256": HASH},
        "sources": [{"agency": "lapd", "source": "cd" * 6, "sha256": "cd" * 32, "bytes": 7}],
        "posts": {"census": [{"source": "ef" * 6, "sha256": "ef" * 32}]},
        "versions": {"neighborhood-watch": "9.9", "pyarrow": "1"},
        "tables": files,
    }
    config = Config(name="Night <b>", public=Public(license=license, least_count=least))
    return Story(config, Published(out, out, files), provenance)


@pytest.fixture
def tables() -> dict[str, pa.Table]:
    """A table of each kind: hostile texts, a GEOID, a day, yes and no, a key with a missing value."""
    geoid = {"GEOID": "01001020100", "geo_id": "1400000US01001020100"}
    city = {"city": HOSTILE[3]}
    return {
        "public/kinds": rows(
            "public/kinds", *({"agency": text, "emails": n} for n, text in enumerate(HOSTILE))
        ),
        "public/alerts_by_month": rows("public/alerts_by_month", {"month": "2020-07"}, {"month": None}),
        "public/city_tests_robust": rows("public/city_tests_robust", city),
        "public/city_tests": rows("public/city_tests", {**city, "pearson_p": 6.942644e-16}),
        "public/crime_types": rows("public/crime_types", {**city, "crime": "=1+1"}),
        "public/tracts_used": rows("public/tracts_used", {**city, **geoid}),
        "public/tract_crimes": rows("public/tract_crimes", {**city, **geoid, "crime": "=1+1"}),
        "public/city_selection": rows("public/city_selection", {"city": "x"}),
        "public/requests": rows(
            "public/requests", {"sent": 18_000, "received": None, "bytes": 10**16}, {"sent": -40_000}
        ),
    }


@pytest.fixture
def story(tables: dict[str, pa.Table], tmp_path: Path) -> Story:
    """The story of these tables, whose files are below ``tmp_path/out``."""
    return story_of(tmp_path / "out", tables)
