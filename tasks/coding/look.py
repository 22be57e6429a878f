"""What the coding starts from: the codebook, the frozen list of the sample, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from data.catalog import Investigation
from data.codebook import Codebook, read_codebook
from data.opening import check_folder
from data.record_names import as_label
from data.settings import Coding
from tasks.coding.redaction.masked import as_seen
from tasks.coding.results import DRAWN_FROM, FOLDER, RETURNED, SAMPLE, Listed, Sample
from tasks.coding.sample.draw import Alert
from tasks.coding.sample.drawing import check_settings
from tasks.coding.sample.population import Population, sample_of
from tasks.coding.sample.sample_file import read_drawn_from, read_sample
from tasks.rows.results import InputFile

__all__ = ["FROZEN", "Given", "as_seen", "decisions", "gone", "read_coding", "returned_files", "sample_now"]

FROZEN: Final[Mapping[str, str]] = MappingProxyType({"sample": SAMPLE, "drawn_from": DRAWN_FROM})
"""The files that nwatch sample writes and extends, by their keys in the provenance."""

_BESIDE: Final = (".", "~$")
"""How files begin that a program keeps beside an open one."""


@dataclass(frozen=True)
class Given:
    """What is in the folder.

    Attributes:
        folder: The folder ``coding/``.
        codebook: The codebook.
        rows: The sample; none where none is drawn.
        drawn_from: By alert the drawing at which it was first there; None where nobody knows.
        files: The files of the list, by key in the provenance.
    """

    folder: Path
    codebook: Codebook
    rows: tuple[Listed, ...]
    drawn_from: Mapping[Alert, int] | None = field(default=None, repr=False)
    files: Mapping[str, InputFile] = field(default_factory=dict)


def read_coding(investigation: Investigation) -> Given:
    """Read what is in the folder ``coding/``.

    Args:
        investigation: The investigation.

    Returns:
        What is there.

    Raises:
        InputError: A file is wrong, or the settings are others than the sample was drawn with.
    """
    folder = investigation.folder / FOLDER
    check_folder(folder, FOLDER)
    codebook, rows = read_codebook(folder), read_sample(folder)
    check_settings(rows, investigation.config.coding)
    known = read_drawn_from(folder)
    there = {key: folder / name for key, name in FROZEN.items() if (folder / name).is_file()}
    files = {key: InputFile.of(as_label(path, investigation.folder), path) for key, path in there.items()}
    return Given(folder, codebook, tuple(rows), known, files)


def returned_files(folder: Path) -> list[tuple[str, Path]]:
    """What came back: the files of ``coding/returned/`` and of the folders in it, by name.

    Args:
        folder: The folder ``coding/``.

    Returns:
        The name of each, as ``coding/returned/anna.xlsx``, and where to open it, without those that a program
        keeps beside a file which it has open.
    """
    return sorted((as_label(path, folder.parent), path) for path in entries_of(folder) if path.is_file())


def entries_of(folder: Path) -> list[Path]:
    """What lies in ``coding/returned/`` and in the folders in it, of any kind; in no order.

    Args:
        folder: The folder ``coding/``.
    """
    paths = [path for pattern in ("*", "[!.]*/*") for path in (folder / RETURNED).glob(pattern)]
    return [path for path in paths if not path.name.startswith(_BESIDE)]


def decisions(folder: Path, codebook: Codebook) -> str:
    """The SHA-256 of what persons decided of ties: of what counts, not of the file, which each run writes.

    Args:
        folder: The folder ``coding/``.
        codebook: The codebook.
    """
    from tasks.coding.to_decide import fingerprint

    return fingerprint(folder, codebook)


def sample_now(given: Given, alerts: pa.Table, settings: Coding) -> Sample:
    """The sample, of the alerts of today.

    Args:
        given: What is in the folder ``coding/``.
        alerts: Rows of ``private/alerts``.
        settings: ``[coding]``.
    """
    population = Population.of(alerts)
    return sample_of(given.rows, population, settings.strata, given.drawn_from, given.codebook)


def gone(given: Given, alerts: pa.Table) -> int:
    """How many alerts of the list are not among today's: counted apart from the sample.

    Args:
        given: What is in the folder ``coding/``.
        alerts: Rows of ``private/alerts``.
    """
    names = zip(alerts.column("agency").to_pylist(), alerts.column("alert_id").to_pylist(), strict=True)
    return len({row.drawn.alert for row in given.rows}.difference(names))
