"""Files of the boundaries of places: how they are opened, and the names of their places (method 6.13)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from data import file_faults
from data.errors import InputError
from data.opening import regular
from data.record_names import escaped
from tasks.layers import gdal, geoparquet
from tasks.layers.editions import PLACES, edition_of, state_names
from tasks.layers.files import edition_in, label_of
from tasks.layers.id_columns import Ids, plain
from tasks.layers.layer import Source, crs_of, inside_zip, only_polygons
from tasks.layers.staging import staged

_WORDS: Final = {"21": "borough", "25": "city", "37": "municipality", "43": "town", "47": "village",
                 "57": "CDP"}  # fmt: skip
"""The Census Bureau's codes (LSAD) for what follows a place's name; others have words of their own."""

_NAMES: Final = ("namelsad", "namelsad10", "namelsad20")
_WHOLE_IN_NAME: Final = "basename"
"""TIGERweb has the bare name in this column, and the name with its word in ``NAME``."""
_OF_KML: Final = re.compile(r"^<at><openparen>(.*)<closeparen>$")
"""How the Census Bureau's KML writes a name."""
_BARE: Final = ("name", "name10", "name20")
_LSAD: Final = ("lsad", "lsad10", "lsad20")
_STATES: Final = ("statefp", "statefp10", "statefp20", "state")
_CODES: Final = ("geoid", "geoid10", "geoid20", "geoid", "affgeoid", "geoidfq")
_MOST_LAYERS: Final = 100
_STATE_DIGITS: Final = 2
_CODE_DIGITS: Final = 7


@dataclass(frozen=True)
class Named:
    """Places of a batch, row by row.

    Attributes:
        names: As ``Denver city, Colorado``.
        codes: Their GEOIDs, 7 digits.
    """

    names: list[str]
    codes: list[str]


def open_places(path: Path) -> list[Source]:
    """Find out how to read a file of places.

    Args:
        path: In any format of :mod:`tasks.layers.layer`.

    Raises:
        InputError: It cannot be opened, holds no polygons, or lacks names or states.
    """
    label, suffix = label_of(path), path.suffix.lower()
    if not path.is_dir():
        regular(path, label)
    if suffix in {".parquet", ".geoparquet"}:
        stated = geoparquet.read_stated(path, label)
        ids = Ids(_columns(stated.columns, label))
        crs = crs_of(stated.crs, path, "")
        return [Source(path, "", None, ids, stated, crs, stated.bounds, stated.rows, edition_in(path))]
    inner = inside_zip(path, label, PLACES) if suffix in {".zip", ".kmz"} else [""]
    return [_open(path, inside, label) for inside in inner]


def _open(path: Path, inside: str, label: str) -> Source:
    with staged(path, inside) as opened, gdal.reading(label):
        names = gdal.layer_names(opened)
        if len(names) > 1 and len(names) <= _MOST_LAYERS:
            names = [name for name in names if "place" in name.lower()] or names
        if len(names) != 1:
            raise InputError(f"{label}: holds {len(names):,} layers; keep only that of the places")
        only = len(gdal.layer_names(opened, with_tables=True)) == 1
        info = gdal.info(opened, None if only else names[0], count=True)
    ids = Ids(_columns([str(field) for field in info["fields"]], label))
    only_polygons(str(info["geometry_type"] or ""), label)
    crs = crs_of(info["crs"], path, inside)
    edition = edition_of(Path(inside).name) or edition_in(path)
    return Source(
        path, inside, None if only else names[0], ids, None, crs, None, int(info["features"]), edition
    )


def _columns(found: Sequence[str], label: str) -> tuple[str, ...]:
    """The columns that name a place and its state."""
    whole = _first(found, _NAMES) or (_first(found, _BARE) if _first(found, (_WHOLE_IN_NAME,)) else "")
    bare, lsad = _first(found, _BARE), _first(found, _LSAD)
    state, code = _first(found, _STATES), _first(found, _CODES)
    if not whole and not (bare and lsad):
        raise file_faults.missing_column(label, "NAMELSAD", [escaped(name) for name in found[:20]])
    if not code:
        raise file_faults.missing_column(label, "GEOID", [escaped(name) for name in found[:20]])
    base = _first(found, (_WHOLE_IN_NAME,))
    return tuple(dict.fromkeys(name for name in (whole, bare, lsad, state, code, base) if name))


def _first(found: Sequence[str], accepted: Sequence[str]) -> str:
    return next((name for wanted in accepted for name in found if plain(name) == wanted), "")


def places_in(table: pa.Table, source: Source) -> Named:
    """The places of a batch.

    Args:
        table: The columns that :func:`open_places` chose.
        source: The file.

    Raises:
        InputError: A place has no name or no state.
    """
    columns = table.column_names
    bare, lsad = (_texts(table, _first(columns, kind)) for kind in (_BARE, _LSAD))
    whole = _texts(table, _first(columns, _NAMES))
    if not whole and _first(columns, (_WHOLE_IN_NAME,)):
        whole = bare
    codes = [_code(value) for value in _texts(table, _first(columns, _CODES))]
    names = []
    for row, code in enumerate(codes):
        name = (whole[row] if whole else "") or _with_word(bare, lsad, row)
        state = state_names().get(code[:_STATE_DIGITS], "")
        if not name or not state or len(code) != _CODE_DIGITS:
            raise InputError(
                f"{source.label}: row {row + 1} of the places has no name, or no GEOID of 7 digits "
                "(state 2, place 5); hand in the Census Bureau's file, as tl_2019_08_place.zip"
            )
        names.append(f"{name}, {state}")
    return Named(names, codes)


def _texts(table: pa.Table, name: str) -> list[str]:
    if not name:
        return []
    column = table.column(table.column_names.index(name))
    return ["" if value is None else str(value).strip() for value in column.to_pylist()]


def _with_word(bare: Sequence[str], lsad: Sequence[str], row: int) -> str:
    """A place's name with the word that says what it is, as the Bureau writes it."""
    name = bare[row] if bare else ""
    name = _OF_KML.sub(r"\1", name)
    code = lsad[row].removesuffix(".0") if lsad else ""
    word = code if code.isalpha() else _WORDS.get(code, "")  # the files of 2010 have the word itself
    return f"{name} {word}".strip() if name else ""


def _code(value: str) -> str:
    """A place's GEOID: 7 digits, the prefix taken off, the zero of the states 01 to 09 put back.

    Example:
        >>> _code("1600000US0820000"), _code("820000"), _code("820000.0")
        ('0820000', '0820000', '0820000')
    """
    digits = value.rpartition("US")[2].removesuffix(".0")
    return f"0{digits}" if len(digits) == _CODE_DIGITS - 1 else digits
