"""Deciles of tract income: cut points, which tract is in which, and what each holds (method 7.2)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.income.cities import PER
from tasks.percentile import percentile

Floats = npt.NDArray[np.float64]

DECILES: Final = 10


def cut_points(income: Floats) -> Floats:
    """The bounds of the ten deciles: the 10th to 90th percentiles, between the lowest and highest income.

    They are exact (:func:`tasks.percentile.percentile`): a tract whose income is a cut point is in the decile
    that begins there. Tracts are not weighted.

    Args:
        income: Median incomes, float64, US dollars a year; at least one, in any order.

    Returns:
        Eleven float64 values in ascending order: ``cut[d - 1]`` and ``cut[d]`` bound decile ``d``.

    Source:
        Method 7.2.

    Example:
        >>> cut_points(np.arange(21.0)).tolist()
        [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0]
        >>> cut_points(np.array([30.0, 10.0]))[:3].tolist()
        [10.0, 12.0, 14.0]
    """
    return np.array([percentile(income, decile, DECILES) for decile in range(DECILES + 1)])


def decile_of(income: Floats, cuts: Floats) -> npt.NDArray[np.int32]:
    """The decile of each tract: ``d`` where ``cuts[d - 1] <= income < cuts[d]``, the top one closed.

    Args:
        income: Median incomes, float64, US dollars a year, none outside the first and last cut point.
        cuts: As :func:`cut_points` gives them.

    Returns:
        1 (poorest) to 10, int32. Equal cut points leave the decile between them empty.

    Source:
        Method 7.3.

    Example:
        >>> income = np.array([1.0, 2.0, 2.0, 2.0, 9.0])
        >>> decile_of(income, cut_points(income)).tolist()
        [1, 8, 8, 8, 10]
    """
    return (np.searchsorted(cuts[1:-1], income, side="right") + 1).astype(np.int32)


def decile_rows(tracts: pd.DataFrame) -> pd.DataFrame:
    """The numbers of each decile of a city.

    Args:
        tracts: A city's usable tracts, as :func:`tasks.income.cities.usable_tracts` makes them.

    Returns:
        One row per decile that has a tract, in order: decile (int32, 1 is the poorest), income_low and
        income_high (float64, cut points, US dollars a year), income (float64, plain mean of its tracts'),
        tracts, population and count (int64), rate (float64: its count by its population, per 1,000
        residents). No row for a city without usable tracts.

    Source:
        Method 7.4.

    Example:
        >>> city = {"population": [1000, 3000], "income": [10.0, 20.0], "count": [1, 6], "rate": [1.0, 2.0]}
        >>> decile_rows(pd.DataFrame(city)).iloc[-1].to_dict() == {
        ...     "decile": 10, "income_low": 19.0, "income_high": 20.0, "income": 20.0,
        ...     "tracts": 1, "population": 3000, "count": 6, "rate": 2.0}
        True
    """
    income = tracts["income"].to_numpy(dtype=np.float64)
    cuts = cut_points(income) if len(income) else np.zeros(DECILES + 1)
    decile = decile_of(income, cuts)
    rows = (
        tracts.groupby(decile)
        .agg(
            income=("income", "mean"),
            tracts=("income", "size"),
            population=("population", "sum"),
            count=("count", "sum"),
        )
        .rename_axis("decile")
        .reset_index()
    )
    rows = rows.astype({"decile": "int32", "tracts": "int64", "population": "int64", "count": "int64"})
    rows.insert(1, "income_low", cuts[rows["decile"] - 1])
    rows.insert(2, "income_high", cuts[rows["decile"]])
    rows["rate"] = rows["count"] / rows["population"] * PER
    return rows
