"""Percentiles, exact where a value lies on one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tasks.percentile import percentile


@pytest.mark.parametrize("fraction", [(2, 5), (2, 3), (1, 2)])
@pytest.mark.parametrize("count", [1, 2, 3, 10, 11, 31, 100])
def test_percentiles_are_those_of_numpy_and_pandas(count: int, fraction: tuple[int, int]):
    values = np.random.default_rng(count).lognormal(11, 1, count)
    holes = np.append(values, [np.nan, np.nan])
    share = fraction[0] / fraction[1]
    assert percentile(holes, *fraction) == pytest.approx(np.nanquantile(holes, share), rel=1e-12)
    assert percentile(holes, *fraction) == pytest.approx(pd.Series(holes).quantile(share), rel=1e-12)


def test_a_percentile_that_is_a_value_is_exactly_that_value():
    for count in range(1, 200):
        values = np.random.default_rng(count).permutation(np.arange(3 * count + 1) * 0.1)
        assert percentile(values, 2, 3) == np.sort(values)[2 * count], count


def test_without_a_value_there_is_no_percentile():
    assert np.isnan(percentile(np.array([np.nan]), 2, 5))
