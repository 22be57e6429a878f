"""Governing's method: which tracts could gentrify and which of them did, by the tracts of their metro area.

The numbers of the tracts are columns of a pandas frame, NaN where one is missing. Every comparison is strict,
and fails where a number is missing.

Source:
    Governing, *Gentrification in America* (2015), methodology; as BuzzFeed News carried it out
    (BuzzFeedNews/2020-02-gentrification, five metro areas) and as it was done for the 50 largest cities,
    2000 to 2019 (lamthuyvo/2021-10-gentrification-analysis). Method 8.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.percentile import percentile

Flags = npt.NDArray[np.bool_]

POPULATION: Final = "total_population"
ADULTS: Final = "total_population_25_over"
GRADUATES: Final = "educational_attainment"
INCOME: Final = "median_income"
HOME_VALUE: Final = "median_home_value"
MEASURES: Final = (POPULATION, ADULTS, GRADUATES, INCOME, HOME_VALUE)
"""What is known of a tract in each of the two years."""

START: Final = "_start"
END: Final = "_end"

FEWEST: Final = 500
"""A tract with fewer residents, in either year, is not examined."""

LOWEST: Final = (2, 5)
"""The 40th percentile, as a fraction: below it a tract is poor, or cheap."""

HIGHEST: Final = (2, 3)
"""The 66 2/3rd percentile, as a fraction: above it a change is in the top third."""

THRESHOLDS: Final = {
    INCOME: LOWEST,
    HOME_VALUE: LOWEST,
    "education_change": HIGHEST,
    "home_value_change": HIGHEST,
}
"""The measures that are compared with a percentile of the metro area's tracts, and which percentile."""


def measures(tracts: pd.DataFrame, inflation: float) -> pd.DataFrame:
    """The measures of the method, from the Census of the two years.

    Args:
        tracts: metro_area and, with the suffixes ``_start`` and ``_end``, :data:`MEASURES` (float64).
        inflation: What a dollar of the start year is worth in dollars of the end year.

    Returns:
        One row per tract: metro_area; population_start and population_end (people); median_income and
        median_home_value (US dollars of the start year; a home value of 0 is missing); education_change
        (percentage points: the share of residents 25 and over with a bachelor's degree in the end year, less
        that in the start year); home_value_change, ``(V_end - f V_start) / V_end``: what the value rose after
        inflation *f*, as a share of the end year's. A division by 0 or by a missing number gives none.

    Source:
        Method 8.1.

    Example:
        >>> names = [name + year for name in MEASURES for year in (START, END)]
        >>> numbers = [2000, 2100, 1000, 1000, 100, 250, 30_000, 50_000, 100_000, 200_000]
        >>> tract = pd.DataFrame([{"metro_area": "M", **dict(zip(names, numbers))}])
        >>> measures(tract, inflation=1.5).iloc[0, 3:].to_dict() == {
        ...     "median_income": 30_000, "median_home_value": 100_000,
        ...     "education_change": 15.0, "home_value_change": 0.25}
        True
    """
    number = {name: tracts[name].astype(np.float64) for name in tracts.columns if name != "metro_area"}
    value_start, value_end = (_not_zero(number[HOME_VALUE + year]) for year in (START, END))
    share_start, share_end = (
        number[GRADUATES + year] / _not_zero(number[ADULTS + year]) for year in (START, END)
    )
    return pd.DataFrame(
        {
            "metro_area": tracts["metro_area"],
            "population_start": number[POPULATION + START],
            "population_end": number[POPULATION + END],
            INCOME: number[INCOME + START],
            HOME_VALUE: value_start,
            "education_change": 100.0 * (share_end - share_start),
            "home_value_change": (value_end - inflation * value_start) / value_end,
        }
    )


def _not_zero(values: pd.Series[float]) -> pd.Series[float]:
    return values.where(values != 0)


def thresholds(measured: pd.DataFrame) -> pd.DataFrame:
    """The thresholds of each metro area, over all its tracts, in a city or not.

    Args:
        measured: As :func:`measures` gives it, one row per tract.

    Returns:
        Indexed by metro_area, sorted: tracts (int64), and the percentiles of :data:`THRESHOLDS` (float64, in
        the units of :func:`measures`; NaN where no tract of the metro area has the number).

    Source:
        Method 8.2: the 40th percentile of income and home value at the start, the 66 2/3rd of the changes.

    Example:
        >>> tracts = dict.fromkeys(THRESHOLDS, [10.0, 20.0, 30.0, np.nan])
        >>> thresholds(pd.DataFrame({"metro_area": "M", **tracts})).loc["M"].round(1).tolist()
        [4.0, 18.0, 18.0, 23.3, 23.3]
    """
    rows = [
        {
            "metro_area": metro_area,
            "tracts": len(tracts),
            **{name: percentile(tracts[name].to_numpy(np.float64), *at) for name, at in THRESHOLDS.items()},
        }
        for metro_area, tracts in measured.groupby("metro_area", sort=True)
    ]
    columns = ["metro_area", "tracts", *THRESHOLDS]
    return pd.DataFrame(rows, columns=columns).set_index("metro_area")


def low_population(measured: pd.DataFrame) -> Flags:
    """Whether a tract has under 500 residents in either year; a missing number is not under 500.

    Example:
        >>> people = pd.DataFrame({"population_start": [499.0, 500.0, None], "population_end": [900.0] * 3})
        >>> low_population(people).tolist()
        [True, False, False]
    """
    start, end = (measured[name].to_numpy(np.float64) for name in ("population_start", "population_end"))
    return np.asarray((start < FEWEST) | (end < FEWEST), dtype=np.bool_)


def eligible(measured: pd.DataFrame, at: pd.DataFrame) -> Flags:
    """Whether a tract could gentrify: it has enough residents, and was poor and cheap at the start.

    Args:
        measured: As :func:`measures` gives it.
        at: As :func:`thresholds` gives it.

    Returns:
        Yes where the population is not low, and income and home value of the start year are each below the
        40th percentile of the tract's metro area.

    Source:
        Governing's first test; method 8.5.

    Example:
        >>> at = pd.DataFrame({"median_income": [20.0], "median_home_value": [9.0]}, index=["M"])
        >>> tracts = pd.DataFrame({"metro_area": "M", "population_start": 900.0, "population_end": 900.0,
        ...     "median_income": [19.0, 20.0, 19.0], "median_home_value": [8.0, 8.0, None]})
        >>> eligible(tracts, at).tolist()
        [True, False, False]
    """
    return ~low_population(measured) & _below(measured, at, INCOME) & _below(measured, at, HOME_VALUE)


def gentrified(measured: pd.DataFrame, at: pd.DataFrame) -> Flags:
    """Whether a tract gentrified: it could, and both changes are in the top third of the metro area.

    Args:
        measured: As :func:`measures` gives it.
        at: As :func:`thresholds` gives it.

    Returns:
        Yes where the tract is eligible, its home value rose after inflation, and the changes of education and
        of home value are each above the 66 2/3rd percentile of the tract's metro area.

    Source:
        Governing's second test; method 8.6.

    Example:
        >>> at = pd.DataFrame({"median_income": [20.0], "median_home_value": [9.0],
        ...     "education_change": [5.0], "home_value_change": [-0.5]}, index=["M"])
        >>> tracts = pd.DataFrame({"metro_area": "M", "population_start": 900.0, "population_end": 900.0,
        ...     "median_income": 19.0, "median_home_value": 8.0,
        ...     "education_change": [6.0, 6.0, 5.0], "home_value_change": [0.1, -0.1, 0.1]})
        >>> gentrified(tracts, at).tolist()
        [True, False, False]
    """
    rose = measured["home_value_change"].to_numpy(np.float64) > 0
    above = _above(measured, at, "education_change") & _above(measured, at, "home_value_change")
    return eligible(measured, at) & rose & above


def _below(measured: pd.DataFrame, at: pd.DataFrame, name: str) -> Flags:
    return np.asarray(measured[name].to_numpy(np.float64) < _threshold(measured, at, name))


def _above(measured: pd.DataFrame, at: pd.DataFrame, name: str) -> Flags:
    return np.asarray(measured[name].to_numpy(np.float64) > _threshold(measured, at, name))


def _threshold(measured: pd.DataFrame, at: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """The threshold for each tract: that of its metro area."""
    return at[name].reindex(measured["metro_area"]).to_numpy(np.float64)
