"""The counties of each metropolitan area: the delineation files of the federal bureaus."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import dropwhile
from typing import Final

from data import file_faults
from data.errors import InputError
from tasks.rows.text_rows import read_lines
from tasks.selection.ltdb_sources import TITLE, Download, plain

METROPOLITAN: Final = "Metropolitan Statistical Area"
"""What the files call an area that is not micropolitan."""

_STATE: Final = "FIPS State Code"
_COUNTY: Final = "FIPS County Code"
_WHOLE_COUNTY: Final = "county_code"  # the Bureau of Economic Analysis: five digits
_KIND: Final = "metropolitanmicropolitan"  # the National Bureau of Economic Research cuts the name short


def read_metro_areas(file: Download) -> dict[str, str]:
    """Read the counties of each metropolitan area.

    Args:
        file: A delineation file saved as CSV: the Census Bureau's list 1 (titles above the header, notes
            below the rows), the same as the National Bureau of Economic Research gives it
            (``cbsa2fipsxw.csv``), or the Bureau of Economic Analysis's list of counties. UTF-8, else
            Windows-1252, as spreadsheets save.

    Returns:
        The title of the metropolitan area by the county's five digits, without micropolitan areas.

    Raises:
        InputError: The file or a row is wrong, or a county belongs to two areas.

    Source:
        OMB Bulletins 18-04 (September 2018) and 20-01 (March 2020), as the Census Bureau's delineation files
        give them. The Bureau of Economic Analysis joins some independent cities of Virginia to their counties
        under codes of its own, which no tract has: with its list, as the 50 cities of 2000 to 2019 were
        analysed, these counties (Fairfax among them) play no part in the thresholds of their areas.
    """
    rows = dropwhile(lambda row: not set(TITLE) & set(map(plain, row[1])), read_lines(file.path, file.label))
    header = next(rows, (0, list(file.header)))[1]
    title_at, county_at, state_at, kind_at = _positions(header, file.label)
    areas: dict[str, str] = {}
    for line, row in rows:
        if not any(row[1:]):
            continue  # a note, or nothing
        cells = row + [""] * (len(header) - len(row))
        title = cells[title_at]
        county = cells[county_at].zfill(5)
        if state_at is not None:
            county = cells[state_at].zfill(2) + cells[county_at].zfill(3)
        if not title or not (county.isascii() and county.isdigit() and len(county) == 5):
            raise InputError(
                f"{file.label}: line {line}: names no area and county ({title!r}, {county!r}); "
                "save the publisher's list again"
            )
        if kind_at is not None and cells[kind_at] != METROPOLITAN:
            continue
        title = title.removesuffix(f"({METROPOLITAN})").strip()
        if areas.setdefault(county, title) != title:
            raise InputError(
                f"{file.label}: line {line}: county {county} is in {areas[county]} and in {title}; "
                "keep the row that is right"
            )
    if not areas:
        raise InputError(f"{file.label}: names no metropolitan area; save the publisher's list again")
    return areas


def _positions(header: Sequence[str], label: str) -> tuple[int, int, int | None, int | None]:
    """The positions of title, county, state and kind of area; the last two are not in every list."""
    names = [plain(name) for name in header]
    title = next((at for at, name in enumerate(names) if name in TITLE), None)
    if title is None:
        raise file_faults.missing_column(label, "CBSA Title", header)
    kind = next((at for at, name in enumerate(names) if name.startswith(_KIND)), None)
    if plain(_WHOLE_COUNTY) in names:
        return title, names.index(plain(_WHOLE_COUNTY)), None, kind
    for column in (_COUNTY, _STATE):
        if plain(column) not in names:
            raise file_faults.missing_column(label, column, header)
    return title, names.index(plain(_COUNTY)), names.index(plain(_STATE)), kind
