"""How much of each tract is in its city, where lists of cities and boundaries of places are both there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow.compute as pc

from flows.parts import points
from flows.parts.ground import Ground, files_of_layer
from flows.run.inputs import Inputs
from flows.run.step import step
from tasks.census.results import Census, Shares

_PLACES: Final = "census/places"
SHARES: Final = "find out how much of each tract is in its city"


def places(given: Inputs) -> tuple[Path, ...]:
    """The files of the boundaries of places; none where the lists of cities are made of them anyway."""
    from tasks.layers.look import find_places

    found = given.once(points.folder)
    return find_places(found.layers) if found.cities else ()


def with_shares(census: Census, boundaries: Sequence[Path], ground: Ground) -> tuple[Census, tuple[str, ...]]:
    """The same Census, with the shares that can be told of the boundaries of places.

    Args:
        census: The Census and the lists of cities.
        boundaries: As :func:`places` gives them.
        ground: The tract layer, and what is kept.

    Returns:
        The Census, and a warning where the boundaries cannot be used.
    """
    lists = census.shares
    if not boundaries or lists is None or not pc.any(pc.is_null(lists["share"]), min_count=0).as_py():
        return census, ()
    own, on = files_of_layer(boundaries), (lists, ground.tracts.input.sha256)

    def make() -> Shares:
        from tasks.census.task import find_shares

        states = ground.hashes.states_of_layer(_PLACES, own)
        found = step(find_shares)(boundaries, ground.readable_tracts.path, lists)
        ground.hashes.note(states, {_PLACES: found.sha256})
        return found

    known = ground.hashes.of_layer(_PLACES, own)
    key = None if known is None else (known, on)
    found = ground.shared().stage(SHARES, key, make, key_after=lambda shares: (shares.sha256, on)).value
    files = () if found.warning else found.files
    made = replace(census, shares=found.lists, files=(*census.files, *files))
    return made, ((found.warning,) if found.warning else ())
