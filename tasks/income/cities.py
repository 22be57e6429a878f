"""The usable tracts of each city: those that have people and a median income (method 6.9)."""

from __future__ import annotations

from typing import Final

import pandas as pd
import pyarrow as pa

from tasks.places.usable import is_usable

PER: Final = 1000
"""Rates are per so many residents."""


def usable_tracts(tracts: pa.Table, cities: pa.Table, counts: pa.Table) -> dict[str, pd.DataFrame]:
    """A frame of the usable tracts of each examined city.

    The others (:func:`tasks.places.usable.is_usable`) are left out here and counted in the ledger. So are
    tracts without a row in the Census.

    Args:
        tracts: The Census: GEOID (string, unique), population (int64) and income (float64, US dollars a
            year); both may be missing.
        cities: city and GEOID (strings), each pair once. A tract may be in two cities, and is then in both
            frames.
        counts: GEOID (string, unique) and count (int64) of the tracts with at least one.

    Returns:
        By city, in order of name, a frame in order of GEOID: GEOID (text), population (int64, people),
        income (float64, US dollars a year), count (int64, 0 where none) and rate (float64, count per
        1,000 residents). The frame of a city without a usable tract is empty.

    Example:
        >>> census = {"GEOID": ["1", "2", "3"], "population": [2000, 0, 4000], "income": [5e4, 6e4, None]}
        >>> lists = {"city": ["Alder", "Alder", "Birch"], "GEOID": ["1", "2", "3"]}
        >>> found = usable_tracts(pa.table(census), pa.table(lists), pa.table({"GEOID": ["1"], "count": [3]}))
        >>> found["Alder"].to_dict("records")
        [{'GEOID': '1', 'population': 2000, 'income': 50000.0, 'count': 3, 'rate': 1.5}]
        >>> len(found["Birch"])
        0
    """
    usable = tracts.select(["GEOID", "population", "income"]).filter(is_usable(tracts)).to_pandas()
    found = counts.select(["GEOID", "count"]).to_pandas().set_index("GEOID")["count"]
    usable["population"] = usable["population"].astype("int64")
    usable["income"] = usable["income"].astype("float64")
    usable["count"] = found.reindex(usable["GEOID"], fill_value=0).to_numpy(dtype="int64")
    usable["rate"] = usable["count"] / usable["population"] * PER
    lists = cities.select(["city", "GEOID"]).to_pandas()
    rows = lists.merge(usable, on="GEOID", validate="many_to_one").sort_values(["city", "GEOID"])
    by_city = {str(city): own for city, own in rows.groupby("city")}
    return {
        city: by_city.get(city, rows.iloc[:0]).drop(columns="city").reset_index(drop=True)
        for city in sorted(set(lists["city"]))
    }
