"""The tracts of each city that are tested, with what was counted there (method 6.9)."""

from __future__ import annotations

from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.tracts.status import USED

PER: Final = 1000
"""Rates are per so many residents."""


def used_tracts(tracts: pa.Table, counts: pa.Table) -> dict[str, pd.DataFrame]:
    """A frame of the used tracts of each city; the others are in the ledger of tracts.

    Args:
        tracts: As :func:`tasks.tracts.status.statuses` gives them.
        counts: GEOID (string, unique) and count (int64) of the tracts with at least one.

    Returns:
        By city, in order of name, a frame in order of GEOID: GEOID (text), population (int64, people),
        income (float64, US dollars a year), count (int64, 0 where none) and rate (float64, count per
        1,000 residents). The frame of a city without a used tract is empty.

    Example:
        >>> tracts = {"city": ["Alder", "Alder", "Birch"], "GEOID": ["1", "2", "3"],
        ...           "population": [2000, 0, 4000], "income": [5e4, 6e4, None],
        ...           "status": ["used", "no people", "no income"]}
        >>> found = used_tracts(pa.table(tracts), pa.table({"GEOID": ["1"], "count": [3]}))
        >>> found["Alder"].to_dict("records")
        [{'GEOID': '1', 'population': 2000, 'income': 50000.0, 'count': 3, 'rate': 1.5}]
        >>> len(found["Birch"])
        0
    """
    cities = sorted(set(tracts["city"].to_pylist()))
    used = tracts.filter(pc.equal(tracts["status"], USED)).drop_columns(["status"]).to_pandas()
    found = counts.select(["GEOID", "count"]).to_pandas()
    used = used.merge(found, on="GEOID", how="left", validate="many_to_one").sort_values(["city", "GEOID"])
    used["population"] = used["population"].astype("int64")
    used["income"] = used["income"].astype("float64")
    used["count"] = used["count"].fillna(0).astype("int64")
    used["rate"] = used["count"] / used["population"] * PER
    by_city = {str(city): own for city, own in used.groupby("city")}
    return {
        city: by_city.get(city, used.iloc[:0]).drop(columns="city").reset_index(drop=True) for city in cities
    }
