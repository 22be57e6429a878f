"""What is known of a tract beside its numbers: how exact its income is, how much of it is in the city."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from tasks.census.results import Census


class Details:
    """What the Census and the lists say of tracts, looked up for any number of cities and types of crime.

    Args:
        census: The Census; margins, ends of the scale and shares may be lacking.
    """

    def __init__(self, census: Census) -> None:
        self._known = _of_incomes(census.tracts)
        self._shares = {str(city): own for city, own in _of_areas(census.shares).groupby("city")}

    def __call__(self, tracts: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """Add what the tests of uncertain incomes and the rule on areas need.

        Args:
            tracts: By city, its tracts, as :func:`tasks.income.cities.used_tracts` makes them.

        Returns:
            The same, with income_moe (float64, US dollars, 90 % margin of error, NaN where none is given),
            top_coded and bottom_coded (bool: the income stands for all beyond an end of the scale) and share
            (float64: of the tract's area, in the city, 0 to 1, NaN where it is not known).

        Example:
            >>> known = pa.table({"GEOID": ["1"], "population": [10], "income": [5e4], "income_moe": [9e3]})
            >>> lists = pa.table({"city": ["Alder"], "GEOID": ["1"]})
            >>> given = {"Alder": pd.DataFrame({"GEOID": ["1"]})}
            >>> found = Details(Census(known, lists, ()))(given)["Alder"]
            >>> found.to_dict("records")
            [{'GEOID': '1', 'income_moe': 9000.0, 'top_coded': False, 'bottom_coded': False, 'share': nan}]
        """
        found = {}
        for city, own in tracts.items():
            geoids = own["GEOID"]
            rows = self._known.reindex(geoids)
            share = np.full(len(geoids), np.nan)
            if city in self._shares:
                share = self._shares[city].set_index("GEOID")["share"].reindex(geoids).to_numpy("float64")
            found[city] = own.assign(
                income_moe=rows["income_moe"].to_numpy("float64"),
                top_coded=rows["top_coded"].to_numpy("bool"),
                bottom_coded=rows["bottom_coded"].to_numpy("bool"),
                share=share,
            )
        return found


def _of_incomes(tracts: pa.Table) -> pd.DataFrame:
    """Margin and ends of the scale by GEOID; one that the Census does not have is not known, or not so."""
    names = {
        "income_moe": "income_moe",
        "top_coded": "income_top_coded",
        "bottom_coded": "income_bottom_coded",
    }
    defaults = {"income_moe": float("nan"), "top_coded": False, "bottom_coded": False}
    columns = {
        name: tracts[column].to_numpy(zero_copy_only=False)
        if column in tracts.column_names
        else defaults[name]
        for name, column in names.items()
    }
    return pd.DataFrame(columns, index=pd.Index(tracts["GEOID"].to_pylist(), name="GEOID"))


def _of_areas(shares: pa.Table | None) -> pd.DataFrame:
    if shares is None:
        return pd.DataFrame({"city": [], "GEOID": [], "share": []})
    columns = {name: shares[name].to_numpy(zero_copy_only=False) for name in ("city", "GEOID", "share")}
    return pd.DataFrame(columns)
