"""The downloads that ``census/gentrification`` is made of: what is needed, from where, and which are there.

The Longitudinal Tract Data Base may not be redistributed, so that each user downloads it. Whatever lies in
``census/sources/`` of the investigation folder, at any depth, is known by its header and not by its name: a
file stays as the download or its archive called it, and what is not needed may lie beside it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data.errors import InputError
from data.file_kind import form_of, not_a_table
from tasks.selection.method import ADULTS, GRADUATES, HOME_VALUE, INCOME, POPULATION

FOLDER: Final = "census/sources"
"""Where the downloads lie in an investigation folder."""

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
that the files have is taken, the others say the same. Graduates are those with a bachelor's, master's or
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
_HEAD: Final = 1 << 18
"""Bytes in which a header is looked for; that of an ACS table has some hundred columns."""

_TITLE_ROWS: Final = 10
"""Rows in which the header of a delineation file is looked for: the Bureau's has two of title above it."""

_ACS_NAME: Final = re.compile(r"ACSDT5Y(\d{4})", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
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
    """Where downloads are to be had.

    Attributes:
        name: Who gives them.
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
        columns: The columns that it is known by and that are read, in words.
        publisher: Where it is to be had.
    """

    name: str
    columns: str
    publisher: Publisher


_LTDB: Final = Publisher(
    "Longitudinal Tract Data Base, Spatial Structures in the Social Sciences (S4), Brown University",
    "https://s4.ad.brown.edu/Projects/Diversity/Researcher/LTBDDload/Default.aspx",
    "give an e-mail address and agree to the terms, which forbid to hand the files on; choose year 2000 and "
    "file type Full, then Sample, each time press Download Standard Data Files, and unzip what comes",
)
_CENSUS: Final = Publisher(
    "American Community Survey, 5-year estimates, detailed tables, Census Bureau",
    "https://data.census.gov",
    "choose the survey of the end year (2019 at the latest: later ones have other tracts than LTDB), the "
    "table, and all census tracts of every state that the metropolitan areas reach into; one file, or one a "
    "state, as CSV",
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
"""Every download, in the order in which they are told."""


@dataclass(frozen=True)
class Sources:
    """What lies in :data:`FOLDER`.

    Attributes:
        files: The files that are needed, in order of their labels.
        packed: Files that must be unpacked or saved anew, each with what to do.
        others: Files that are not needed.
    """

    files: tuple[Source, ...]
    packed: tuple[tuple[str, str], ...]
    others: tuple[str, ...]

    @property
    def acs(self) -> tuple[Source, ...]:
        """The files of the survey."""
        return tuple(file for file in self.files if file.kind == ACS)

    def of(self, need: str) -> tuple[Source, ...]:
        """The files that answer a need of :data:`NEEDS`; none where it is not answered."""
        if need in (FULL_COUNT, SAMPLE, METRO_AREAS):
            return tuple(file for file in self.files if file.kind == need)
        measures = (ADULTS, GRADUATES) if need == GRADUATES else (need,)
        found = [files_with(measure, self.acs)[1] for measure in measures]
        return tuple(dict.fromkeys(file for files in found for file in files)) if all(found) else ()

    def the(self, need: str) -> Source:
        """The one file that answers a need, after :meth:`check`."""
        return self.of(need)[0]

    def missing(self) -> tuple[str, ...]:
        """The needs that no file answers."""
        return tuple(need for need in NEEDS if not self.of(need))

    def check(self) -> None:
        """See that there is one file of each kind of which one is wanted, and one survey.

        Raises:
            InputError: There are several; they are named.
        """
        for need in (FULL_COUNT, SAMPLE, METRO_AREAS):
            if len(files := self.of(need)) > 1:
                names = ", ".join(file.label for file in files)
                raise InputError(f"{FOLDER}: several files are {NEEDS[need].name}: {names}; keep one of them")
        if len(years := self.survey_years()) > 1:
            raise InputError(
                f"{FOLDER}: the names of the ACS files tell of several surveys "
                f"({', '.join(map(str, years))}); keep those of the end year"
            )

    def survey_years(self) -> tuple[int, ...]:
        """The end years of the surveys, where the names of data.census.gov's downloads tell them."""
        found = (_ACS_NAME.search(file.path.name) for file in self.acs)
        return tuple(sorted({int(match[1]) for match in found if match}))


def look(folder: Path) -> Sources:
    """See which downloads there are.

    Args:
        folder: The investigation folder.

    Returns:
        What lies in its :data:`FOLDER`; nothing where there is no such folder.

    Raises:
        InputError: A file cannot be read.
    """
    files, packed, others = [], [], []
    for path in sorted((folder / FOLDER).rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or any(part.startswith(".") for part in inside.parts):
            continue
        label, suffix = inside.as_posix(), path.suffix.lower()
        if suffix in _PACKED:
            packed.append((label, _PACKED[suffix]))
        elif suffix == ".csv" and (file := source(path, label)).kind:
            files.append(file)
        else:
            others.append(label)
    return Sources(tuple(files), tuple(packed), tuple(others))


def source(path: Path, label: str) -> Source:
    """What a CSV is, by its header.

    Args:
        path: The file.
        label: How it is called in an error.

    Raises:
        InputError: It cannot be read.
    """
    rows = _first_rows(path, label)
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
    return Source(label, path, kind, header)


def files_with(measure: str, files: Sequence[Source]) -> tuple[tuple[str, ...], tuple[Source, ...]]:
    """The columns whose sum is a measure of the end year, and the files that have them.

    Args:
        measure: A key of :data:`ACS_COLUMNS`.
        files: Files of the survey.

    Returns:
        The first choice of columns that any file has whole; where none has, the first of all and no file.
    """
    for columns in ACS_COLUMNS[measure]:
        having = tuple(file for file in files if set(file.header) >= set(columns))
        if having:
            return columns, having
    return ACS_COLUMNS[measure][0], ()


def _first_rows(path: Path, label: str) -> list[list[str]]:
    """The rows among which a CSV's header is; a byte-order mark is passed over."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise InputError(f"{label}: cannot be read ({error.strerror}); check its permissions") from error
    form = form_of(head)
    if form is not None:
        raise InputError(f"{label}: {not_a_table(form)}, or move it elsewhere")
    if b"\0" in head:
        raise InputError(f"{label}: is not UTF-8 text; save it as CSV in UTF-8, or move it elsewhere")
    text = io.StringIO(head.removeprefix(b"\xef\xbb\xbf").decode("latin-1"), newline="")
    try:
        return list(islice(csv.reader(text), _TITLE_ROWS))
    except csv.Error as error:
        raise InputError(f"{label}: is no CSV ({error}); save it anew, or move it elsewhere") from error


def plain(name: str) -> str:
    """A column's name without anything but its letters and digits.

    Example:
        >>> plain("Metropolitan/Micropolitan Statistical Area")
        'metropolitanmicropolitanstatisticalarea'
    """
    return "".join(char for char in name.lower() if char.isalnum())
