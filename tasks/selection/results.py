"""What the selection room hands on: the input as it was read, the verdicts of tracts, the partnerships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from data.settings import Selection
from tasks.rows.results import InputFile, Recognised


@dataclass(frozen=True)
class GentrificationInput:
    """``census/gentrification`` as it was read and checked.

    Attributes:
        label: Its path inside the investigation folder.
        tracts: One row per row of the file, in its order: GEOID (string), metro_area (string), city (string,
            missing where the tract is in none), and for each of the two years (``_start``, ``_end``)
            total_population, total_population_25_over, educational_attainment (people), median_income and
            median_home_value (US dollars of that year), float64, any of them may be missing.
        rows: Rows of the file.
        files: The file.
    """

    label: str
    tracts: pa.Table
    rows: int
    files: tuple[InputFile, ...]


@dataclass(frozen=True)
class Judged:
    """What was found about the tracts, their metro areas and the cities.

    Attributes:
        tracts: The rows of ``public/gentrification_tracts``.
        thresholds: The rows of ``public/gentrification_thresholds``.
        cities: The rows of ``public/gentrification``.
        settings: The settings that were used.
    """

    tracts: pa.Table
    thresholds: pa.Table
    cities: pa.Table
    settings: Selection


@dataclass(frozen=True)
class AtlasInput:
    """The Atlas of Surveillance as it was read and checked.

    Attributes:
        ring: One row per Ring/Neighbors row: source (12 hex digits of the file's SHA-256), row (int64, from
            1, without the header), atlas_id, state, atlas_city, agency, agency_type and jurisdiction (string,
            missing where the Atlas has none).
        rows: Rows of all files; a file that was given twice counts once.
        other: Rows of other technologies.
        files: The files.
        recognised: What is said of files that are not as EFF publishes them.
    """

    ring: pa.Table
    rows: int
    other: int
    files: tuple[InputFile, ...]
    recognised: tuple[Recognised, ...] = ()


@dataclass(frozen=True)
class Partnerships:
    """Whose partnership each Ring row of the Atlas is.

    Attributes:
        table: The rows of ``private/partnerships``.
        own: For each city whose own police department has one: that department, as the Atlas calls it (each
            spelling once, sorted).
        others: For each city in which another agency has one: these agencies, likewise.
        cities: How many cities were matched.
        wanted: How many cities to choose.
    """

    table: pa.Table
    own: Mapping[str, tuple[str, ...]]
    others: Mapping[str, tuple[str, ...]]
    cities: int
    wanted: int
