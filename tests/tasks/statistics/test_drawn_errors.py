"""The error model of many incomes at once, beside each by itself."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.statistics.drawn_errors import error_models
from tasks.statistics.error_model import error_model
from tests.tasks.statistics.test_spatial_models import drawn, queen


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_each_row_has_the_model_of_its_own(seed: int):
    neighbors = queen(8)
    income, rate = drawn(neighbors, seed)
    places = np.array([(x, y) for y in range(8) for x in range(8)], float)
    rows = income + np.random.default_rng(2).normal(0, 9_000, (20, 64))
    found = error_models(rows, rate, neighbors, places)
    for row, one in zip(rows, found, strict=True):
        single = error_model(row, rate, neighbors, places)
        assert one is not None
        assert single is not None
        assert (one.slope, one.error) == pytest.approx((single.slope, single.error), rel=1e-5)
        assert one.alike == pytest.approx(single.alike, abs=1e-4)
