"""Map layers of ``census/`` whose columns are needed as tables of the survey (method 6.5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.errors import InputError
from data.record_names import as_label
from tasks.census.columns import MEASURES, Measure
from tasks.census.maps import map_tables, measures_of
from tasks.census.sheets import sheets
from tasks.layers.editions import TRACTS
from tasks.layers.files import SUFFIXES, find_places

File = tuple[str, Path]
"""Its path inside the investigation folder, and where to open it."""


def with_figures(
    layers: Sequence[Path], tables: Sequence[File], root: Path
) -> tuple[tuple[File, ...], tuple[Path, ...]]:
    """Say which layers are read as tables of the survey, and which files are the layers of the map.

    Columns of a layer are used for what no table has. A download that has polygons only because its numbers
    came with them is no tract layer where there is another; and of two tables of the same tracts, as Census
    Reporter gives one for each, the first is enough.

    Args:
        layers: The layers of the folder and their side files.
        tables: The tables of the survey that are no layers.
        root: The investigation folder, from which files are named.

    Returns:
        The layers that are tables too, and the layers and side files of the map.
    """
    needed = set(MEASURES) - _measures(tables)
    if not needed:
        return (), tuple(layers)
    carry: dict[Path, frozenset[Measure]] = {}
    for path in layers:
        own = measures_of(map_tables(path, as_label(path, root)))
        if own & needed:
            carry[path] = own
    figures = tuple((as_label(path, root), path) for path in carry)
    drawn = [path for path in layers if path.suffix.lower() in SUFFIXES]
    places = set(find_places(drawn))
    keep = [path for path in drawn if path not in places and (path not in carry or _is_named(path))]
    if not keep and carry:
        first = next(iter(carry.values()))
        keep = [path for path, own in carry.items() if own == first]
    return figures, tuple(path for path in layers if path not in carry or path in keep)


def _is_named(path: Path) -> bool:
    return path.name.lower().startswith(TRACTS)


def _measures(tables: Sequence[File]) -> frozenset[Measure]:
    """What some tables have; one that cannot be used has nothing, and that is said when it is read."""
    found: frozenset[Measure] = frozenset()
    for label, path in tables:
        try:
            found |= measures_of(sheets(path, label, brief=True))
        except InputError:
            continue
    return found
