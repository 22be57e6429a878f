"""Which tracts take part in the analysis of income: those with people and a median income (method 6.9)."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def is_usable(tracts: pa.Table) -> pa.ChunkedArray:
    """Whether each tract has people and a median income.

    A tract without people has no rate, one without a median income no position on the income axis.

    Args:
        tracts: The Census: population (int64) and income (float64), both may be missing.

    Example:
        >>> tracts = {"GEOID": ["1", "2", "3"], "population": [20, 0, 40], "income": [5e4, 6e4, None]}
        >>> is_usable(pa.table(tracts)).to_pylist()
        [True, False, False]
    """
    people = pc.fill_null(pc.greater(tracts["population"], 0), False)
    return pc.and_(people, pc.fill_null(pc.is_finite(tracts["income"]), False))


def usable_geoids(tracts: pa.Table) -> pa.ChunkedArray:
    """GEOIDs of the usable tracts.

    Args:
        tracts: The Census: GEOID (string), and the columns of :func:`is_usable`.

    Example:
        >>> tracts = {"GEOID": ["1", "2", "3"], "population": [20, 0, 40], "income": [5e4, 6e4, None]}
        >>> usable_geoids(pa.table(tracts)).to_pylist()
        ['1']
    """
    return tracts.filter(is_usable(tracts))["GEOID"]
