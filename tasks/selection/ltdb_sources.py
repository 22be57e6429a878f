"""The downloads that ``census/gentrification`` is built from: which are needed, and which are there.

The Longitudinal Tract Data Base may not be redistributed, so each user downloads it. A file in
``census/sources/`` of the investigation folder, at any depth, is recognized by its header and not by its
name: files keep the names of the download or its archive, and other files may be there too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data.errors import InputError
from data.opening import regular
from data.record_names import as_label
from tasks.rows.text_rows import first_rows
from tasks.selection.method import ADULTS, GRADUATES, HOME_VALUE, INCOME, POPULATION

FOLDER: Final = "census/sources"
"""Where the downloads are in an investigation folder."""

FULL_COUNT: Final = "full count"
SAMPLE: Final = "sample"
ACS: Final = "acs"
METRO_AREAS: Final = "metro areas"

LTDB_TRACT: Final = "TRTID10"
LTDB_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        FULL_COUNT: MappingProxyType({POPULATION: "POP00"}),
        SAMPLE: MappingProxyType(
            {ADULTS: "AG25UP00", GRADUATES: "COL00", INCOME: "HINC00", HOME_VALUE: "MHMVAL00"}
        ),
    }
)
"""The measures of the year 2000, and the columns of the two LTDB files that hold them."""

ACS_COLUMNS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = MappingProxyType(
    {
        POPULATION: (("B01003_001E",), ("B01001_001E",)),
        ADULTS: (("B15003_001E",), ("B15002_001E",)),
        GRADUATES: (
            tuple(f"B15003_{line:03}E" for line in range(22, 26)),
            tuple(f"B15002_{line:03}E" for line in (15, 16, 17, 18, 32, 33, 34, 35)),
            ("B15011_001E",),
        ),
        INCOME: (("B19013_001E",),),
        HOME_VALUE: (("B25077_001E",),),
    }
)
"""The measures of the end year, and the columns of the American Community Survey whose sum each is; the first
that the files have is used, the others say the same. Graduates are those with a bachelor's, master's or
professional degree or a doctorate."""

ACS_TRACT: Final = ("GEOID", "GEO_ID")
"""How the surveys' files call the tract: plain, and as data.census.gov and the API do (``1400000US…``)."""

TITLE: Final = ("cbsatitle", "metroareaname")
"""How the delineation files call the title of an area, without anything but letters."""

_PACKED: Final = {
    ".zip": "unzip it there",
    ".gz": "unpack it there",
    ".xls": "save its first sheet as CSV there",
    ".xlsx": "save its first sheet as CSV there",
    ".json": "save it as CSV there",
}
_TITLE_ROWS: Final = 10
"""Rows in which the header of a delineation file is searched: the Bureau's has two title rows above it."""

_ACS_NAME: Final = re.compile(r"ACSDT5Y(\d{4})", re.IGNORECASE)


@dataclass(frozen=True)
class Download:
    """One file of :data:`FOLDER`.

    Attributes:
        label: Its path inside the investigation folder.
        path: Where to open it.
        kind: What it is: :data:`FULL_COUNT`, :data:`SAMPLE`, :data:`ACS`, :data:`METRO_AREAS`, or None.
        header: Its first row.
    """

    label: str
    path: Path
    kind: str | None
    header: tuple[str, ...]


@dataclass(frozen=True)
class Publisher:
    """Where to get downloads.

    Attributes:
        name: Who publishes them.
        page: The page.
        steps: What to do there.
    """

    name: str
    page: str
    steps: str


@dataclass(frozen=True)
class Need:
    """One download.

    Attributes:
        name: What it is.
        columns: The columns by which it is recognized and that are read, in words.
        publisher: Where to get it.
    """

    name: str
    columns: str
    publisher: Publisher


_LTDB: Final = Publisher(
    "Longitudinal Tract Data Base, Spatial Structures in the Social Sciences (S4), Brown University",
    "https://s4.ad.brown.edu/Projects/Diversity/Researcher/LTBDDload/Default.aspx",
    "give an e-mail address and agree to the terms, which forbid passing the files on; choose year 2000 and "
    "file type Full, then Sample, each time press Download Standard Data Files, and unzip the download",
)
_CENSUS: Final = Publisher(
    "American Community Survey, 5-year estimates, detailed tables, Census Bureau",
    "https://data.census.gov",
    "choose the survey of the end year (2019 at the latest: later ones have other tracts than LTDB), the "
    "table, and all census tracts of every state that the metropolitan areas reach into; one file, or one "
    "per state, as CSV",
)
_DELINEATION: Final = Publisher(
    "delineation files, Census Bureau",
    "https://www.census.gov/geographies/reference-files/time-series/demo/metro-micro/delineation-files.html",
    "take list 1 (core based statistical areas) of March 2020, and save its sheet as CSV",
)


def _ltdb(kind: str, file: str) -> Need:
    columns = ", ".join((LTDB_TRACT, *LTDB_COLUMNS[kind].values()))
    return Need(f"LTDB 2000 {kind} ({file})", columns, _LTDB)


NEEDS: Final[Mapping[str, Need]] = MappingProxyType(
    {
        FULL_COUNT: _ltdb(FULL_COUNT, "LTDB_Std_2000_fullcount.csv"),
        SAMPLE: _ltdb(SAMPLE, "LTDB_Std_2000_Sample.csv"),
        POPULATION: Need("ACS B01003 (total population)", "B01003_001E", _CENSUS),
        GRADUATES: Need(
            "ACS B15003 (educational attainment; or B15002)", "B15003_001E, B15003_022E to 025E", _CENSUS
        ),
        INCOME: Need("ACS B19013 (median household income)", "B19013_001E", _CENSUS),
        HOME_VALUE: Need("ACS B25077 (median home value)", "B25077_001E", _CENSUS),
        METRO_AREAS: Need(
            "list of metropolitan areas (list1_2020)",
            "CBSA Title, Metropolitan/Micropolitan Statistical Area, FIPS State Code, FIPS County Code",
            _DELINEATION,
        ),
    }
)
"""Every download, in the order in which they are listed."""


@dataclass(frozen=True)
class Downloads:
    """The files in :data:`FOLDER`.

    Attributes:
        files: The files that are needed, in order of their labels.
        packed: Files that must be unpacked or saved again, each with what to do.
        others: Files that are not needed.
    """

    files: tuple[Download, ...]
    packed: tuple[tuple[str, str], ...]
    others: tuple[str, ...]

    @property
    def acs(self) -> tuple[Download, ...]:
        """The files of the survey."""
        return tuple(file for file in self.files if file.kind == ACS)

    def of(self, need: str) -> tuple[Download, ...]:
        """The files that answer a need of :data:`NEEDS`; none where it is not answered."""
        if need in (FULL_COUNT, SAMPLE, METRO_AREAS):
            return tuple(file for file in self.files if file.kind == need)
        measures = (ADULTS, GRADUATES) if need == GRADUATES else (need,)
        found = [files_with(measure, self.acs)[1] for measure in measures]
        return tuple(dict.fromkeys(file for files in found for file in files)) if all(found) else ()

    def the(self, need: str) -> Download:
        """The one file that answers a need, after :meth:`check`."""
        return self.of(need)[0]

    def missing(self) -> tuple[str, ...]:
        """The needs that no file answers."""
        return tuple(need for need in NEEDS if not self.of(need))

    def check(self) -> None:
        """See that no kind of file is there twice, and that there is one survey.

        Raises:
            InputError: There are several; the message names them.
        """
        for need in (FULL_COUNT, SAMPLE, METRO_AREAS):
            if len(files := self.of(need)) > 1:
                names = ", ".join(file.label for file in files)
                raise InputError(f"{FOLDER}: several files are {NEEDS[need].name}: {names}; keep one of them")
        if len(years := self.survey_years()) > 1:
            raise InputError(
                f"{FOLDER}: the names of the ACS files say several years "
                f"({', '.join(map(str, years))}); keep those of the end year"
            )

    def survey_years(self) -> tuple[int, ...]:
        """The end years of the surveys, where the names of data.census.gov's downloads have them."""
        found = (_ACS_NAME.search(file.path.name) for file in self.acs)
        return tuple(sorted({int(match[1]) for match in found if match}))


def find_downloads(folder: Path) -> Downloads:
    """Find the downloads in an investigation folder.

    Args:
        folder: The investigation folder.

    Returns:
        The files in its :data:`FOLDER`; none where there is no such folder.

    Raises:
        InputError: A file cannot be read.
    """
    files, packed, others = [], [], []
    for path in sorted((folder / FOLDER).rglob("*")):
        inside = path.relative_to(folder)
        if path.is_dir() or any(part.startswith(".") for part in inside.parts):
            continue
        label, suffix = as_label(path, folder), path.suffix.lower()
        regular(path, label)
        if suffix in _PACKED:
            packed.append((label, _PACKED[suffix]))
        elif suffix == ".csv" and (file := identify(path, label)).kind:
            files.append(file)
        else:
            others.append(label)
    return Downloads(tuple(files), tuple(packed), tuple(others))


def identify(path: Path, label: str) -> Download:
    """What a CSV is, by its header.

    Args:
        path: The file.
        label: How it is named in an error.

    Raises:
        InputError: It cannot be read.
    """
    rows = first_rows(path, label, _TITLE_ROWS)
    header = tuple(rows[0]) if rows else ()
    names = {name.strip().upper() for name in header}
    of_acs = {column for choices in ACS_COLUMNS.values() for choice in choices for column in choice}
    kind = None
    if LTDB_TRACT in names:
        kind = next((kind for kind, own in LTDB_COLUMNS.items() if names & set(own.values())), None)
    elif names & of_acs:
        kind = ACS
    elif any(set(TITLE) & set(map(plain, row)) for row in rows):
        kind = METRO_AREAS
    return Download(label, path, kind, header)


def files_with(measure: str, files: Sequence[Download]) -> tuple[tuple[str, ...], tuple[Download, ...]]:
    """The columns whose sum is a measure of the end year, and the files that have them.

    Args:
        measure: A key of :data:`ACS_COLUMNS`.
        files: Files of the survey.

    Returns:
        The first choice of columns that a file has in full; where none has, the first choice and no file.
    """
    for columns in ACS_COLUMNS[measure]:
        having = tuple(file for file in files if set(file.header) >= set(columns))
        if having:
            return columns, having
    return ACS_COLUMNS[measure][0], ()


def plain(name: str) -> str:
    """A column's name without anything but its letters and digits.

    Example:
        >>> plain("Metropolitan/Micropolitan Statistical Area")
        'metropolitanmicropolitanstatisticalarea'
    """
    return "".join(char for char in name.lower() if char.isalnum())
