"""The tracts of the cities, which posts and crimes share: do the files fit together, and what became of each?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from data.kept import InputHashes
from flows.parts import points
from flows.parts.ground import LAYER, files_of_layer
from flows.run.inputs import Inputs

if TYPE_CHECKING:
    from tasks.tracts.look import Files

_SURVEY: Final = re.compile(r"\b(20\d\d) 5-year\b")
"""How the words of a recognised table say of which survey it is."""


def check(given: Inputs, cities: Collection[str]) -> tuple[str, ...]:
    """See that layer, Census and lists have the same tracts of some cities, before any work (method 6.16).

    Args:
        given: The input.
        cities: The cities.

    Returns:
        A line for each kind of tracts that are missing, where they are few.

    Raises:
        InputError: More are missing than a gap explains; the line says why, and what to download.
    """
    from tasks.tracts.look import check_tracts, fits

    listed = _tracts_of(given.once(points.census).cities, cities)
    known = given.once(_kept_ids)
    kept = None if known is None else _files(given, known)
    # What is kept may be damaged: a tract that is missing there is looked for in the layer itself.
    if kept is not None and fits(listed, kept):
        return ()
    return check_tracts(listed, given.once(files))


def files(given: Inputs) -> Files:
    """The tracts of the layer, of the Census and of the lists, and what these say of themselves."""
    from tasks.layers.look import tract_ids

    return _files(given, tract_ids(given.once(points.sources)))


def _kept_ids(given: Inputs) -> frozenset[str] | None:
    """The tracts of the layer as the last run kept it, if the layer has not changed since."""
    from tasks.layers.look import kept_ids

    work = given.investigation.work
    known = InputHashes(work).of_layer(LAYER, files_of_layer(given.once(points.layer)))
    return None if known is None else kept_ids(work, known)


def _files(given: Inputs, in_layer: frozenset[str]) -> Files:
    from tasks.layers.look import stated_year
    from tasks.tracts.look import Files, TractFile, usable_geoids

    census, found, sources = given.once(points.census), given.once(points.folder), given.once(points.sources)
    layer_year = stated_year(sources) or (None, "")
    survey = {int(year) for each in census.recognised for year in _SURVEY.findall(each.words)}
    acs_year = (survey.pop(), "the survey's year") if len(survey) == 1 else (None, "")
    lists = [label for label, _ in found.cities] or ["census/city_tracts"]
    return Files(
        TractFile("layer", _named([source.label for source in sources]), in_layer, *layer_year),
        TractFile("acs", _named([label for label, _ in found.acs]), _geoids(census.tracts), *acs_year),
        TractFile("lists", _named(lists), _geoids(census.cities)),
        frozenset(usable_geoids(census.tracts).to_pylist()),
    )


def _named(labels: Sequence[str]) -> str:
    """Files of one kind, as an error names them."""
    first, *others = dict.fromkeys(labels)
    return f"{first} (and {len(others)} more)" if others else first


def _geoids(table: pa.Table) -> frozenset[str]:
    return frozenset(table["GEOID"].to_pylist())


def _tracts_of(lists: pa.Table, cities: Collection[str]) -> dict[str, list[str]]:
    """By city, the tracts of its list."""
    found: dict[str, list[str]] = defaultdict(list)
    for city, geoid in zip(lists["city"].to_pylist(), lists["GEOID"].to_pylist(), strict=True):
        if city in cities:
            found[city].append(geoid)
    return found
