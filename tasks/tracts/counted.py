"""What is counted in the tracts: the posts and crimes of this run, and what the last one counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from tasks.income.results import CityCrime


@dataclass(frozen=True)
class Counted:
    """What is known of the tracts besides the Census.

    Attributes:
        posts: city, GEOID (strings) and posts (int64): every tract of an examined city that has one at least;
            None where posts were not counted.
        examined: The cities whose posts were counted.
        crimes: city, crime, GEOID (strings) and crimes (int64): every tract with one at least.
        types: city, crime (strings): every type of crime that was counted in a city.
    """

    posts: pa.Table | None
    examined: tuple[str, ...]
    crimes: pa.Table
    types: pa.Table


def posts_of(counts: pa.Table, cities: pa.Table) -> pa.Table:
    """Posts by city and tract, as :class:`Counted` has them.

    Args:
        counts: GEOID (string, unique) and count (int64).
        cities: city and GEOID, each pair once.

    Example:
        >>> lists = pa.table({"city": ["Alder", "Birch"], "GEOID": ["1", "1"]})
        >>> posts_of(pa.table({"GEOID": ["1"], "count": [3]}), lists).to_pylist()
        [{'city': 'Alder', 'GEOID': '1', 'posts': 3}, {'city': 'Birch', 'GEOID': '1', 'posts': 3}]
    """
    found = cities.select(["city", "GEOID"]).join(counts, "GEOID", join_type="inner", use_threads=False)
    found = found.sort_by([("city", "ascending"), ("GEOID", "ascending")])
    return found.rename_columns(["city", "GEOID", "posts"]).combine_chunks()


def crimes_of(crimes: Sequence[CityCrime]) -> tuple[pa.Table, pa.Table]:
    """Crimes by city, type and tract, and all types by city, as :class:`Counted` has them.

    Args:
        crimes: What was counted; a type of which a city has several folders is added up.

    Example:
        >>> theft = CityCrime("Alder", "theft", pa.table({"GEOID": ["1"], "count": [3]}))
        >>> counts, types = crimes_of([theft])
        >>> counts.to_pylist(), len(types)
        ([{'city': 'Alder', 'crime': 'theft', 'GEOID': '1', 'crimes': 3}], 1)
    """
    rows = [
        pa.table(
            {
                "city": pa.repeat(each.city, len(each.counts)),
                "crime": pa.repeat(each.crime, len(each.counts)),
                "GEOID": each.counts["GEOID"],
                "crimes": each.counts["count"],
            },
            schema=_OF_CRIMES,
        )
        for each in crimes
    ]
    together = pa.concat_tables([_OF_CRIMES.empty_table(), *rows])
    keys = ["city", "crime", "GEOID"]
    summed = together.group_by(keys, use_threads=False).aggregate([("crimes", "sum")])
    summed = summed.rename_columns(_OF_CRIMES.names).sort_by([(key, "ascending") for key in keys])
    types = sorted({(each.city, each.crime) for each in crimes})
    return summed.combine_chunks(), pa.table(
        {"city": [city for city, _ in types], "crime": [crime for _, crime in types]}, schema=_TYPES
    )


_OF_CRIMES: Final = pa.schema(
    [("city", pa.string()), ("crime", pa.string()), ("GEOID", pa.string()), ("crimes", pa.int64())]
)
_TYPES: Final = pa.schema([("city", pa.string()), ("crime", pa.string())])


def kept_posts(used: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The posts of an earlier public/tracts_used, and the cities in which they were counted.

    Args:
        used: The table.
    """
    there = used.filter(pc.is_valid(used["posts"])).select(["city", "GEOID", "posts"])
    cities = tuple(sorted(set(there["city"].to_pylist())))
    some = there.filter(pc.greater(there["posts"], 0))
    return some.replace_schema_metadata(None).cast(_OF_POSTS).combine_chunks(), cities


_OF_POSTS: Final = pa.schema([("city", pa.string()), ("GEOID", pa.string()), ("posts", pa.int64())])


def kept_crimes(crimes: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The crimes of an earlier public/tract_crimes, as :func:`crimes_of` gives them.

    Args:
        crimes: The table.
    """
    some = crimes.filter(pc.fill_null(pc.greater(crimes["crimes"], 0), False)).select(_OF_CRIMES.names)
    types = crimes.group_by(["city", "crime"], use_threads=False).aggregate([])
    types = types.sort_by([("city", "ascending"), ("crime", "ascending")])
    plain = [table.replace_schema_metadata(None) for table in (some, types)]
    return plain[0].cast(_OF_CRIMES).combine_chunks(), plain[1].cast(_TYPES).combine_chunks()
