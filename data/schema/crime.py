"""The tables of the crime records: what each city's files hold, and whether richer tracts have more crime."""

from __future__ import annotations

from typing import Final

from data.schema import findings
from data.schema.model import COUNT, TEXT, Column, Table

PRIVATE: Final = (
    Table(
        "private/crime_files",
        ("file",),
        "One row per file of crime records.",
        (
            Column("file", TEXT, "The file's path inside the investigation folder."),
            Column("source", TEXT, "Its id everywhere else: first 12 digits of its SHA-256."),
            Column("bytes", COUNT, "Size of the file in bytes."),
            Column("sha256", TEXT, "SHA-256 of the file, 64 hexadecimal digits."),
            Column("crimes", COUNT, "Rows read from it."),
        ),
    ),
)

PUBLIC: Final = findings.OF_CRIMES
