"""The tables of the tracts: which were used, and how many posts and crimes each has (method 6.15)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.schema.tracts import CRIMES, GEO_ID_PREFIX, USED
from data.tables import write_table
from tasks.census.results import Census
from tasks.income.cities import PER
from tasks.income.deciles import cut_points, decile_of
from tasks.layers.results import Layer
from tasks.tracts.counted import Counted
from tasks.tracts.geojson import write_geojson
from tasks.tracts.status import NO_POLYGON, statuses
from tasks.tracts.status import USED as IS_USED

PREFIX: Final = GEO_ID_PREFIX
"""What the Census Bureau puts before the GEOID of a tract."""


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
    listed = _with_codes(_with_shares(_with_deciles(listed), census.shares), census.tracts)
    rows = _with_posts(listed, counted)
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


def _with_codes(listed: pd.DataFrame, tracts: pa.Table) -> pd.DataFrame:
    """Which incomes are beyond an end of the Census's scale."""
    coded = pd.Series(None, index=listed.index, dtype=object)
    for word in ("top", "bottom"):
        name = f"income_{word}_coded"
        if name in tracts.column_names:
            own = tracts.filter(tracts[name])["GEOID"].to_pylist()
            coded[listed["GEOID"].isin(own)] = word
    return listed.assign(income_coded=coded)


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
