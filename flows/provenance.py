"""`provenance.json`: from what, by what and how the tables came to be (DESIGN 4).

It names the mailboxes by source id and hash and never by file name, and it holds no clock and no path: the
same inputs, configuration and versions give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from data.settings import Config
from flows.publish import PROVENANCE
from tasks.mail.results import MailSource

PACKAGES: Final = ("neighborhood-watch", "libpff-python", "pyarrow", "numpy", "lxml")
"""Packages that can change a byte of a table."""


def provenance(
    config: Config, sources: Iterable[MailSource], reader: str, crosswalk: str, tables: Path
) -> dict[str, Any]:
    """What is written to `provenance.json`.

    Args:
        config: The configuration.
        sources: The mailboxes of the run.
        reader: Version of the mail room's reader.
        crosswalk: SHA-256 of the subject crosswalk.
        tables: The folder with the tables, whose hashes are taken.

    Returns:
        Values that JSON can hold, the same for the same arguments in any order.
    """
    inputs = {(source.agency, source.source): source for source in sources}
    return {
        "investigation": config.name,
        "configuration": {"sha256": config.sha256},
        "crosswalk": {"sha256": crosswalk},
        "sources": [
            {"agency": agency, "source": name, "sha256": source.sha256, "bytes": source.bytes}
            for (agency, name), source in sorted(inputs.items())
        ],
        "versions": {
            **{package: version(package) for package in PACKAGES},
            "python": platform.python_version(),
            "reader": reader,
        },
        "tables": {
            path.relative_to(tables).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(tables.rglob("*.parquet"))
        },
    }


def write_provenance(values: Mapping[str, Any], out: Path) -> Path:
    """Write `provenance.json` to a folder and give its path."""
    path = out / PROVENANCE
    path.write_text(json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
