"""What the rows room hands on: the files as they were read, and their rows, each counted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileOfRows:
    """One file as it was handed over.

    Attributes:
        file: Its path inside the investigation folder, with forward slashes.
        source: First 12 hex digits of its SHA-256.
        sha256: All 64 of them.
        bytes: Its size.
        rows: Rows read from it.
        words: What its blocks told (`words` of :class:`tasks.rows.reader.Tidied`), each once, in order of
            appearance.
    """

    file: str
    source: str
    sha256: str
    bytes: int
    rows: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class GatheredRows:
    """The rows of all files, each counted once.

    Attributes:
        files: One a file, in the order given.
        batches: Parquet files with the rows that were not taken out. In which batch a row lies follows from
            its id alone, or where rows have none from its place in its file.
        duplicates: Rows whose id a row before them has.
        counts: How many others were taken out, by reason.
    """

    files: tuple[FileOfRows, ...]
    batches: tuple[Path, ...]
    duplicates: int
    counts: Mapping[str, int]
