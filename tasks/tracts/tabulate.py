"""The tables of the tracts: which were used, and how many posts and crimes each has (method 6.15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.schema.tracts import CRIMES, USED
from data.tables import write_table
from tasks.census.results import Census
from tasks.income.cities import PER
from tasks.income.deciles import cut_points, decile_of
from tasks.income.results import CityCrime
from tasks.layers.results import Layer
from tasks.tracts.geojson import write_geojson
from tasks.tracts.status import NO_POLYGON, statuses
from tasks.tracts.status import USED as IS_USED

PREFIX: Final = "1400000US"
"""What the Census Bureau puts before the GEOID of a tract."""


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


def tabulate_tracts(
    census: Census, counted: Counted, layer: Layer, least_population: int, out: Path, *, with_crimes: bool
) -> int:
    """Write public/tracts_used, as a table and as GeoJSON, and public/tract_crimes.

    Args:
        census: The Census, and the lists of the cities that are to be in the tables.
        counted: The posts and the crimes.
        layer: The tract layer.
        least_population: With fewer people a tract is not used.
        out: The folder of the tables.
        with_crimes: Whether public/tract_crimes is written.

    Returns:
        Rows of public/tracts_used.
    """
    in_layer = pq.read_table(layer.path, columns=["GEOID"])["GEOID"].to_pylist()
    listed = statuses(census, in_layer, least_population).to_pandas()
    listed["population"] = listed["population"].astype("Int64")
    listed["geo_id"] = PREFIX + listed["GEOID"]
    listed["observed"] = listed["status"] != NO_POLYGON
    rows = _with_posts(_with_shares(_with_deciles(listed), census.shares), counted)
    crimes = _crimes(listed, counted)
    used = _table(rows, [column.name for column in USED.columns])
    of_crimes = _table(crimes, [column.name for column in CRIMES.columns])
    write_table(used, USED, out)
    write_geojson(used, of_crimes, layer, out / f"{USED.name}.geojson")
    if with_crimes:
        write_table(of_crimes, CRIMES, out)
    return len(used)


def _with_deciles(listed: pd.DataFrame) -> pd.DataFrame:
    """The decile of each used tract among those of its city, as the tests have it."""
    decile = pd.Series(pd.NA, index=listed.index, dtype="Int32")
    used = listed[listed["status"] == IS_USED]
    for _, own in used.groupby("city"):
        income = own["income"].to_numpy(dtype=np.float64)
        decile[own.index] = decile_of(income, cut_points(income))
    return listed.assign(decile=decile)


def _with_shares(listed: pd.DataFrame, shares: pa.Table | None) -> pd.DataFrame:
    if shares is None:
        return listed.assign(share_in_city=np.nan)
    known = shares.select(["city", "GEOID", "share"]).to_pandas()
    known = known.rename(columns={"share": "share_in_city"})
    return listed.merge(known, on=["city", "GEOID"], how="left", validate="one_to_one")


def _with_posts(listed: pd.DataFrame, counted: Counted) -> pd.DataFrame:
    """Posts and their rate where they were observed: 0 where none was in the tract."""
    if counted.posts is None:
        return listed.assign(posts=pd.array([pd.NA] * len(listed), "Int64"), posts_per_1000=np.nan)
    found = listed.merge(counted.posts.to_pandas(), on=["city", "GEOID"], how="left", validate="one_to_one")
    known = found["observed"] & found["city"].isin(counted.examined)
    return _with_rate(found, "posts", known)


def _crimes(listed: pd.DataFrame, counted: Counted) -> pd.DataFrame:
    """One row per type of crime and tract of its city."""
    rows = counted.types.to_pandas().merge(listed, on="city", how="inner")
    found = rows.merge(
        counted.crimes.to_pandas(), on=["city", "crime", "GEOID"], how="left", validate="one_to_one"
    )
    return _with_rate(found, "crimes", found["observed"])


def _with_rate(found: pd.DataFrame, counted: str, known: pd.Series) -> pd.DataFrame:
    """Counts, 0 where a known one is missing, and counts per 1,000 residents."""
    counts = found[counted].astype("Int64").fillna(0).mask(~known)
    people = found["population"].mask(~(found["population"] > 0)).astype("Float64")
    rate = (counts.astype("Float64") / people * PER).to_numpy(dtype=np.float64, na_value=np.nan)
    found = found.copy()
    found[counted], found[f"{counted}_per_{PER}"] = counts, rate
    return found


def _table(rows: pd.DataFrame, columns: Sequence[str]) -> pa.Table:
    return pa.Table.from_pandas(rows[list(columns)], preserve_index=False)


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
