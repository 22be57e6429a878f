"""What becomes of each listed tract: used, or the reason why not (method 6.9)."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.census.results import Census

if TYPE_CHECKING:
    import pandas as pd

USED: Final = "used"
NO_POLYGON: Final = "no polygon"
NO_CENSUS_ROW: Final = "no Census row"
NO_PEOPLE: Final = "no people"
NO_INCOME: Final = "no income"
FEW_PEOPLE: Final = "few people"
STATUSES: Final = (USED, NO_POLYGON, NO_CENSUS_ROW, NO_PEOPLE, NO_INCOME, FEW_PEOPLE)
"""Each listed tract has one: the first of the reasons, in this order, that applies, else ``used``."""


def statuses(census: Census, in_layer: Collection[str] | None, least_population: int) -> pa.Table:
    """The status of every listed tract of every city.

    A tract without a polygon is *not observed*: nothing could be placed in it, so its rate is unknown and
    not 0.

    Args:
        census: The Census and the lists of cities.
        in_layer: GEOIDs of the tracts that have a polygon; None where every tract is taken to have one.
        least_population: With fewer people a tract is not used.

    Returns:
        One row per city and listed tract, in order of both: city, GEOID, population (int64, missing without
        a row of the Census), income (float64, US dollars a year, may be missing), status (one of
        :data:`STATUSES`).

    Example:
        >>> people, income = [20, 0, 900], [5e4, None, 6e4]
        >>> tracts = pa.table({"GEOID": ["1", "2", "3"], "population": people, "income": income})
        >>> lists = pa.table({"city": ["Alder"] * 4, "GEOID": ["1", "2", "3", "4"]})
        >>> found = statuses(Census(tracts, lists, ()), {"1", "2", "3", "4"}, 500)
        >>> found["status"].to_pylist()
        ['few people', 'no people', 'used', 'no Census row']
    """
    rows = census.cities.select(["city", "GEOID"]).to_pandas()
    known = census.tracts.select(["GEOID", "population", "income"]).to_pandas()
    known["population"] = known["population"].astype("Int64")
    rows = rows.merge(known.assign(row=True), on="GEOID", how="left", validate="many_to_one")
    rows = rows.sort_values(["city", "GEOID"], ignore_index=True)
    people, income = rows["population"], rows["income"].astype("float64")
    reasons = [
        np.zeros(len(rows), bool) if in_layer is None else ~_are_in(rows["GEOID"], in_layer),
        rows["row"].isna().to_numpy(),
        ~(people > 0).fillna(False).to_numpy(dtype=bool),
        ~np.isfinite(income.to_numpy()),
        (people < least_population).fillna(False).to_numpy(dtype=bool),
    ]
    status = np.select(reasons, STATUSES[1:], USED)
    return pa.table(
        {
            "city": pa.array(rows["city"], pa.string()),
            "GEOID": pa.array(rows["GEOID"], pa.string()),
            "population": pa.array(people, pa.int64()),
            "income": pa.array(income, pa.float64(), from_pandas=True),
            "status": pa.array(status.tolist(), pa.string()),
        }
    )


def _are_in(geoids: pd.Series[str], known: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which GEOIDs are known; by Arrow, as pandas looks at each text of 73,000 in turn."""
    found = pc.is_in(pa.array(geoids, pa.string()), value_set=pa.array(list(known), pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
