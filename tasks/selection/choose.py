"""The choice of cities: ranked by gentrified share, the first with a police partnership (method 8.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data.schema import TABLES
from data.settings import Selection
from data.tables import conform, write_table
from data.text import ordinal
from tasks.selection.partnerships import TABLE as MATCHED
from tasks.selection.partnerships import match_atlas
from tasks.selection.results import AtlasInput, Judged, Partnerships

TABLE: Final = TABLES["public/city_selection"]


def choose_cities(judged: Judged, partnerships: Partnerships, selection: Selection) -> pa.Table:
    """Rank all cities and choose the first of those whose own police has a partnership.

    Args:
        judged: The cities with their counts.
        partnerships: The cities whose own police has one.
        selection: The section ``[selection]``: how many cities to choose.

    Returns:
        The rows of ``public/city_selection``: by gentrified share of all tracts, highest first, cities with
        equal shares by name.

    Source:
        Method 8.9.
    """
    # Equal fractions are equal as floating-point numbers too: each is the nearest to the true quotient.
    ranked = sorted(judged.cities.to_pylist(), key=lambda city: (-city["gentrified_share"], city["city"]))
    with_one = [city["city"] for city in ranked if city["city"] in partnerships.own]
    chosen = with_one[: selection.cities]
    rows = []
    for rank, city in enumerate(ranked, start=1):
        name = city["city"]
        if name in chosen:
            verdict = _selected(chosen.index(name) + 1, len(chosen), selection.cities)
        elif name in partnerships.own:
            verdict = _below(with_one.index(name) + 1, len(with_one), selection.cities)
        else:
            verdict = "not selected: no partnership of its own police in the Atlas"
        rows.append(
            {
                "rank": rank,
                "city": name,
                "gentrified_share": city["gentrified_share"],
                "partnership": name in partnerships.own,
                "selected": name in chosen,
                "reason": "; ".join([verdict, *_partners(name, partnerships), _numbers(city, rank, ranked)]),
            }
        )
    return conform(pa.Table.from_pylist(rows, schema=TABLE.arrow), TABLE)


def listed(names: Sequence[str]) -> str:
    """Names as part of a sentence.

    Example:
        >>> listed(["A"]), listed(["A", "B", "C"])
        ('A', 'A, B and C')
    """
    return " and ".join(words for words in (", ".join(names[:-1]), names[-1]) if words)


def _selected(place: int, chosen: int, wanted: int) -> str:
    """Why a city was selected: its rank among those with a partnership."""
    if chosen == wanted:
        return f"selected: {ordinal(place)} of the {wanted} chosen"
    all_there_are = f"all that have a partnership ({wanted} were wanted)"
    return f"selected: {ordinal(place)} of the {chosen} chosen, {all_there_are}"


def _below(place: int, with_one: int, wanted: int) -> str:
    """Why a city with a partnership was not selected."""
    chosen = "the first is chosen" if wanted == 1 else f"the first {wanted} are chosen"
    return f"not selected: {ordinal(place)} of the {with_one} cities with a partnership, of which {chosen}"


def _partners(city: str, partnerships: Partnerships) -> list[str]:
    """Who has a partnership: its own police, else other agencies in the city, if any."""
    if city in partnerships.own:
        return [f"the Atlas names {listed(partnerships.own[city])}"]
    others = partnerships.others.get(city)
    return [f"the Atlas names only {listed(others)} in the city, not its own police"] if others else []


def _numbers(city: Mapping[str, Any], rank: int, ranked: Sequence[object]) -> str:
    """The share in words, and its rank among all cities."""
    tracts = "its one tract" if city["tracts"] == 1 else f"its {city['tracts']:,} tracts"
    share = f"{100 * city['gentrified_share']:.1f} % of {tracts} gentrified ({city['gentrified']:,})"
    return f"{share}, place {rank:,} of {len(ranked):,} by that share"


def choose(
    judged: Judged, atlas: AtlasInput, selection: Selection, out: Path
) -> tuple[Partnerships, pa.Table]:
    """Match the Atlas's partnerships with cities, choose the cities, and write both tables.

    Args:
        judged: The tracts with their cities, and the cities with their counts.
        atlas: The Atlas, as :func:`tasks.selection.atlas.read_atlas` reads it.
        selection: The section ``[selection]``: how many are to be chosen.
        out: The folder of the tables.

    Returns:
        Whose partnerships there are, and the rows of ``public/city_selection``.

    Raises:
        InputError: The state of a city is unknown, or two cities are called the same.
    """
    partnerships = match_atlas(atlas, judged)
    write_table(partnerships.table, MATCHED, out)
    chosen = choose_cities(judged, partnerships, selection)
    write_table(chosen, TABLE, out)
    return partnerships, chosen
