"""The public tables of an investigation: those of this run, and those that earlier runs left in ``out/``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow as pa

from data.errors import InputError
from data.schema import TABLES, Table
from data.tables import read_table


def read_earlier(spec: Table, out: Path) -> pa.Table:
    """A table that an earlier run has published.

    Args:
        spec: Its schema.
        out: The folder of the tables.

    Raises:
        InputError: It is damaged, or of another version.
    """
    try:
        return read_table(spec, out)
    except ValueError as error:
        raise InputError(all_parts(error)) from error


def all_parts(error: ValueError) -> str:
    """What is wrong with a table of an earlier run, and that a run of some parts does not mend it.

    Args:
        error: As :func:`data.tables.read_table` raises it.

    Example:
        >>> all_parts(ValueError("out/public/kinds.parquet: is damaged; run again to rebuild it"))
        'out/public/kinds.parquet: is damaged; run all parts again, without --only or --agency: nwatch run'
    """
    known = str(error).removesuffix("; run again to rebuild it")
    return f"{known}; run all parts again, without --only or --agency: nwatch run"


class Published:
    """Public tables, each read once. Of private ones it knows nothing.

    Args:
        stage: The folder of this run's results, in which a table is looked for first.
        out: The folder of the results of earlier runs.
        files: The files that are or will be in ``out/``, as ``public/kinds.parquet``; others are not there.
    """

    def __init__(self, stage: Path, out: Path, files: Collection[str]) -> None:
        self.stage = stage
        self.out = out
        self._files = frozenset(file for file in files if file.startswith("public/"))
        self._read: dict[str, pa.Table] = {}

    def __contains__(self, name: str) -> bool:
        """Whether there is a table of this name, as ``public/kinds``."""
        return f"{name}.parquet" in self._files

    def __iter__(self) -> Iterator[str]:
        """The names of the tables that are there, in the order of the schema."""
        return (name for name in TABLES if name in self)

    def get(self, name: str) -> pa.Table | None:
        """A table, as :func:`data.tables.read_table` gives it; None where there is none.

        Args:
            name: Such as ``public/kinds``.

        Raises:
            InputError: An earlier run's file is damaged, or of another version.
        """
        if name not in self:
            return None
        if name not in self._read:
            staged = self.file(f"{name}.parquet").is_relative_to(self.stage)
            self._read[name] = (
                read_table(TABLES[name], self.stage) if staged else read_earlier(TABLES[name], self.out)
            )
        return self._read[name]

    def file(self, name: str) -> Path:
        """Where a public file is now.

        Args:
            name: Such as ``public/tracts_used.geojson``.

        Raises:
            FileNotFoundError: There is no such public file.
        """
        if name not in self._files:
            raise FileNotFoundError(name)
        staged = self.stage / name
        return staged if staged.is_file() else self.out / name
