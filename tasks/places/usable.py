"""Which tracts take part in the analysis of income: those with people and a median income (DESIGN 5.6)."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def usable_geoids(tracts: pa.Table) -> pa.ChunkedArray:
    """GEOIDs of the tracts that have people and a median income.

    Args:
        tracts: The Census: GEOID (string), population (int64) and income (float64), both may be missing.

    Example:
        >>> tracts = {"GEOID": ["1", "2", "3"], "population": [20, 0, 40], "income": [5e4, 6e4, None]}
        >>> usable_geoids(pa.table(tracts)).to_pylist()
        ['1']
    """
    people = pc.fill_null(pc.greater(tracts["population"], 0), False)
    return tracts.filter(pc.and_(people, pc.is_valid(tracts["income"])))["GEOID"]
