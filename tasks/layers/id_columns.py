"""Which columns of a map layer name its tracts, under whatever name a download has them (method 6.12)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from data.errors import InputError
from data.record_names import escaped
from tasks.layers.geoids import to_geoids

_IDS: Final = frozenset({"geoid", "geoid00", "geoid10", "geoid20", "affgeoid", "affgeoid10", "affgeoid20",
                         "geoidfq", "geoidfq10", "geoidfq20", "gisjoin"})  # fmt: skip
"""Names of a column of GEOIDs, in lower case without ``_``, blanks and dashes: the Census Bureau's in all
years, Census Reporter's, NHGIS's."""
_OTHER_IDS: Final = ("tractgeoid", "geoidtract", "fips", "tractfips", "fipstract", "fipscode", "ctidfp",
                     "ctidfp00", "trtid10", "trtid2000", "tractid")  # fmt: skip
"""Names that other people's layers have; used where none of the first is there, in this order."""

_PARTS: Final = (("statefp", "state", "stfips"), ("countyfp", "county", "cnty", "cofips"),
                 ("tractce", "tract", "tractcode"))  # fmt: skip
_PARTS_DIGITS: Final = (2, 3, 6)
_YEAR: Final = re.compile(r"(00|10|20)$")

_NOT_TRACTS: Final = {"blkgrpce": "block groups", "blkgrp": "block groups", "blockgroup": "block groups",
                      "blockce": "blocks", "tabblkce": "blocks", "placefp": "places", "placens": "places",
                      "zcta5ce": "ZIP code areas", "cousubfp": "county subdivisions"}  # fmt: skip
"""Columns that only other areas have, and which areas these are."""

_DESCRIPTION: Final = "description"
_TAGS: Final = r"(?s)<[^>]*>"
_IN_WORDS: Final = (
    r"(?i)\b(?:aff)?geo_?id(?:fq|00|10|20)?\b[\s:=]*(?P<id>(?:140[0-9A-Z]{2,4}US)?[0-9]{10,15})\b"
)
"""A GEOID in the description of a place of KML: a table's cells, or ``GEOID: 08001000100``."""
_SHOWN: Final = 20
_REPORTERS: Final = re.compile(r"140[0-9A-Z]{2}US")
_LARGER: Final = (
    r"^(?:0[1-9]0|16[0-9]|31[0-9]|33[0-9]|400|500|6[1-9]0|79[0-9]|860|9[5-7]0)(?:[0-9A-Z]{2}|[0-9A-Z]{4})US"
)
"""How ids of areas begin that are neither tracts nor parts of them: nation, state, county, place and so on.

Source: Census Bureau, summary levels."""


@dataclass(frozen=True)
class Ids:
    """Where a layer has the ids of its tracts.

    Attributes:
        whole: Columns that have them whole, as the file spells them.
        parts: Columns of state, county and tract; empty where there is a whole one.
        described: The column of words that hold them, of KML; empty where there is another.
    """

    whole: tuple[str, ...]
    parts: tuple[str, ...] = ()
    described: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that must be read, each once."""
        return tuple(dict.fromkeys((*self.whole, *self.parts, *filter(None, (self.described,)))))

    def __str__(self) -> str:
        """How the columns are named in an error."""
        return self.described or ", ".join(self.parts) or self.whole[0]


def plain(name: str) -> str:
    r"""A column's name as it is compared: lower case, without ``_``, blanks, dashes and what is no letter.

    Example:
        >>> plain("GEO_ID"), plain("\ufeffGeoID10 ")
        ('geoid', 'geoid10')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def areas_of(columns: Sequence[str]) -> str:
    """Which areas other than tracts a layer has, by its columns; empty where they do not say.

    Example:
        >>> areas_of(["STATEFP", "TRACTCE", "BLKGRPCE", "GEOID"]), areas_of(["GEOID", "TRACTCE"])
        ('block groups', '')
    """
    names = {_YEAR.sub("", plain(name)) for name in columns}
    return next((areas for column, areas in _NOT_TRACTS.items() if column in names), "")


def has_tract(columns: Sequence[str]) -> bool:
    """Whether a layer has a column of tract codes, as layers of tracts and of smaller areas have.

    Example:
        >>> has_tract(["GEOID", "TRACTCE20"]), has_tract(["GEOID", "COUNTYFP"])
        (True, False)
    """
    return any(_YEAR.sub("", plain(name)) in _PARTS[2] for name in columns)


def find_ids(columns: Sequence[str]) -> Ids | None:
    """The columns that name a tract; None if there are none.

    Args:
        columns: All columns of the layer.

    Example:
        >>> find_ids(["STATEFP10", "GEOID10", "AFFGEOID10"]).whole
        ('GEOID10', 'AFFGEOID10')
        >>> find_ids(["STATE", "COUNTY", "TRACT"]).parts
        ('STATE', 'COUNTY', 'TRACT')
    """
    if whole := tuple(name for name in columns if plain(name) in _IDS):
        return Ids(whole)
    parts = tuple(
        next((name for name in columns if _YEAR.sub("", plain(name)) in accepted), "") for accepted in _PARTS
    )
    if all(parts):
        return Ids((), parts)
    for accepted in _OTHER_IDS:
        if found := next((name for name in columns if plain(name) == accepted), None):
            return Ids((found,))
    described = next((name for name in columns if plain(name) == _DESCRIPTION), "")
    return Ids((), (), described) if described else None


def no_ids(label: str, columns: Sequence[str]) -> InputError:
    """The error for a layer without such a column."""
    shown = [escaped(name[:60]) for name in columns[:_SHOWN]]
    return file_faults.missing_column(label, "GEOID", shown + ["…"] * (len(columns) > _SHOWN))


def geoids_in(table: pa.Table, ids: Ids, label: str, *, before: int = 0) -> pa.ChunkedArray:
    """The GEOIDs of a layer's rows.

    Args:
        table: The columns of ``ids``; a name may be there twice.
        ids: Where they are.
        label: How the layer is named in an error.
        before: Rows of the layer before these.

    Returns:
        GEOIDs (string), none missing.

    Raises:
        InputError: A row has none, one of something else than a tract, or two columns disagree.
    """
    if ids.described:
        return to_geoids(_described(table, ids), label, f"GEOID in {ids.described}", before=before)
    if ids.parts:
        return to_geoids(_joined(table, ids), label, str(ids), before=before)
    places = [place for place, name in enumerate(table.column_names) if name in ids.whole]
    first, *others = places
    found = to_geoids(table.column(first), label, escaped(table.column_names[first]), before=before)
    for other in others:
        _agree(found, table, (first, other), label, before)
    return found


def without_larger(table: pa.Table, ids: Ids) -> tuple[pa.Table, pa.Array | None]:
    """The rows that are of no larger area, and which of the rows these are; None where all are.

    Census Reporter puts the county or the city, of which all tracts were asked for, after its tracts.

    Args:
        table: The columns of ``ids``.
        ids: Where they are.
    """
    column = table.column(table.column_names.index(ids.whole[0])) if ids.whole else None
    if column is None or not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return table, None
    larger = pc.fill_null(pc.match_substring_regex(column, _LARGER), False)
    if not pc.any(larger, min_count=0).as_py():
        return table, None
    rows = pc.indices_nonzero(pc.invert(larger))
    return table.take(rows), rows


def is_reporters(first: pa.Table, ids: Ids) -> bool:
    """Whether the first row of a layer has its id in Census Reporter's form, as ``14000US08001000100``."""
    if not ids.whole or not len(first):
        return False
    return bool(_REPORTERS.match(str(first.column(first.column_names.index(ids.whole[0]))[0].as_py())))


def count_larger(table: pa.Table, ids: Ids) -> int:
    """How many rows are of larger areas than tracts."""
    return len(table) - len(without_larger(table, ids)[0])


def _agree(found: pa.ChunkedArray, table: pa.Table, pair: tuple[int, int], label: str, before: int) -> None:
    """See that a second column of ids says the same wherever it says anything."""
    name = escaped(table.column_names[pair[1]])
    values = table.column(pair[1])
    there = pc.is_valid(values)
    if not pc.all(there, min_count=0).as_py():
        found, values = found.filter(there), values.filter(there)
    second = to_geoids(values, label, name, before=before)
    same = pc.equal(found, second)
    if not pc.all(same, min_count=0).as_py():
        row = pc.index(same, False).as_py()
        raise InputError(
            f"{label}: columns {escaped(table.column_names[pair[0]])} and {name} disagree, first where they "
            f"are {found[row].as_py()} and {second[row].as_py()}; remove the one that is not of these tracts"
        )


def _joined(table: pa.Table, ids: Ids) -> pa.ChunkedArray:
    """State, county and tract as one, each with the zeros that it lost."""
    parts = []
    for name, digits in zip(ids.parts, _PARTS_DIGITS, strict=True):
        column = table.column(table.column_names.index(name))
        if pa.types.is_floating(column.type):
            column = pc.cast(column, pa.int64(), safe=False)
        text = pc.utf8_trim_whitespace(column.cast(pa.string()))
        parts.append(pc.utf8_lpad(text, digits, "0"))
    return pc.binary_join_element_wise(*parts, "")


def _described(table: pa.Table, ids: Ids) -> pa.ChunkedArray:
    words = pc.replace_substring_regex(table.column(ids.described).cast(pa.string()), _TAGS, " ")
    words = pc.replace_substring(words, "&nbsp;", " ")
    return pc.struct_field(pc.extract_regex(words, _IN_WORDS), "id")
