"""Close the parts of gentrification and selection: from the rows of the files to the cities chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data.schema import TABLES
from data.tables import read_table
from tasks.ledger.accounts import Account, close_part
from tasks.ledger.identities import Identity, Ledger
from tasks.ledger.results import PartClosed
from tasks.selection.results import AtlasInput, GentrificationInput, Judged, Partnerships

TRACT_ROWS: Final = "rows of tracts"
CITY_ROWS: Final = "in cities"
REST_ROWS: Final = "in no city"
LOW_POPULATION: Final = "low population"
NOT_ELIGIBLE: Final = "not eligible"
NOT_GENTRIFIED: Final = "eligible, not gentrified"
GENTRIFIED: Final = "gentrified"
ATLAS_ROWS: Final = "rows of the Atlas"
OTHER_TECHNOLOGIES: Final = "other technologies"
PARTNERSHIPS: Final = "Ring partnerships"
OWN_POLICE: Final = "of a city's own police"
OTHER_AGENCIES: Final = "of another agency in a city"
ELSEWHERE: Final = "of no city of the list"
RANKED: Final = "cities ranked"
SELECTED: Final = "selected"
BELOW: Final = "with a partnership, below the last selected"
NO_PARTNERSHIP: Final = "without a partnership"
GENTRIFICATION: Final = Ledger(
    identities=(
        Identity("gentrification", TRACT_ROWS, (CITY_ROWS, REST_ROWS)),
        Identity("gentrification", CITY_ROWS, (LOW_POPULATION, NOT_ELIGIBLE, NOT_GENTRIFIED, GENTRIFIED)),
    )
)
SELECTION: Final = Ledger(
    identities=(
        Identity("selection", ATLAS_ROWS, (OTHER_TECHNOLOGIES, PARTNERSHIPS)),
        Identity("selection", PARTNERSHIPS, (OWN_POLICE, OTHER_AGENCIES, ELSEWHERE)),
        Identity("selection", RANKED, (SELECTED, BELOW, NO_PARTNERSHIP)),
    )
)

_THRESHOLDS: Final = {
    "median_income": "income",
    "median_home_value": "home value",
    "education_change": "change in education",
    "home_value_change": "change in home value",
}
"""The columns of public/gentrification_thresholds that may be missing, in words."""


def close_gentrification(given: GentrificationInput, judged: Judged, *, out: Path) -> PartClosed:
    """Check the identities of gentrification, then enter its rows into the ledger.

    The rows were counted as the file was read. Those in cities are counted here, from the published table of
    tracts; how many of them have a low population, are eligible or gentrified, from the published table of
    cities; the tracts that are neither, from their flags.

    Args:
        given: The tracts as they were read.
        judged: What was found of them.
        out: The folder of the tables, with those of gentrification.

    Returns:
        The rows and the warnings.

    Raises:
        LedgerError: An identity does not hold; nothing is written then.
    """
    tracts = read_table(TABLES["public/gentrification_tracts"], out)
    cities = read_table(TABLES["public/gentrification"], out)
    in_cities = tracts.filter(pc.is_valid(tracts["city"]))
    neither = pc.invert(pc.or_(in_cities["low_population"], in_cities["eligible"]))
    total = {name: _sum(cities[name]) for name in ("low_population", "eligible", "gentrified")}
    counts = {
        TRACT_ROWS: given.rows,
        CITY_ROWS: len(in_cities),
        REST_ROWS: tracts["city"].null_count,
        LOW_POPULATION: total["low_population"],
        NOT_ELIGIBLE: _sum(neither),
        NOT_GENTRIFIED: total["eligible"] - total["gentrified"],
        GENTRIFIED: total["gentrified"],
    }
    warnings = _of_gentrification(judged, counts)
    return close_part([Account("gentrification", "", given.label, counts)], GENTRIFICATION, warnings, out)


def close_selection(
    atlas: AtlasInput, partnerships: Partnerships, chosen: pa.Table, *, out: Path
) -> PartClosed:
    """Check the identities of the selection, then enter its rows into the ledger.

    The Atlas's rows were counted as it was read, the cities as they were matched. The partnerships and the
    decisions are counted here, from the tables on disk.

    Args:
        atlas: The Atlas as it was read.
        partnerships: Whose partnerships there are.
        chosen: The rows of ``public/city_selection``.
        out: The folder of the tables, with those of the selection.

    Returns:
        The rows and the warnings.

    Raises:
        LedgerError: An identity does not hold; nothing is written then.
    """
    matched = read_table(TABLES["private/partnerships"], out)
    ranked = read_table(TABLES["public/city_selection"], out)
    own, named = matched["own_police"], pc.is_valid(matched["city"])
    counts = {
        ATLAS_ROWS: atlas.rows,
        OTHER_TECHNOLOGIES: atlas.other,
        PARTNERSHIPS: len(matched),
        OWN_POLICE: _sum(pc.and_(own, named)),
        OTHER_AGENCIES: _sum(pc.and_(pc.invert(own), named)),
        ELSEWHERE: matched["city"].null_count,
        RANKED: partnerships.cities,
        SELECTED: _sum(ranked["selected"]),
        BELOW: _sum(pc.and_(ranked["partnership"], pc.invert(ranked["selected"]))),
        NO_PARTNERSHIP: _sum(pc.invert(ranked["partnership"])),
    }
    place = ", ".join(file.file for file in atlas.files)
    warnings = _of_selection(partnerships, chosen)
    return close_part([Account("selection", "", place, counts)], SELECTION, warnings, out)


def _sum(values: pa.ChunkedArray) -> int:
    return int(pc.sum(values, min_count=0).as_py())


def _of_gentrification(judged: Judged, counts: Mapping[str, int]) -> Iterator[str]:
    """What a person must not overlook: metro areas in which no tract could be judged."""
    for row in judged.thresholds.to_pylist():
        lacking = [words for name, words in _THRESHOLDS.items() if row[name] is None]
        if lacking:
            yield (
                f"the metro area {row['metro_area']} has no threshold for {' and '.join(lacking)}: none of "
                f"its {row['tracts']:,} tracts has the numbers, so none can have gentrified"
            )
    if counts[CITY_ROWS] == counts[LOW_POPULATION]:
        yield "no tract in a city has 500 residents in both years"


def _of_selection(partnerships: Partnerships, chosen: pa.Table) -> Iterator[str]:
    """What a person must not overlook: fewer cities than were asked for."""
    selected = _sum(chosen["selected"])
    if selected < partnerships.wanted:
        yield (
            f"cities whose own police has a partnership: {selected:,}, fewer than the "
            f"{partnerships.wanted:,} that are to be chosen (selection.cities)"
        )
