"""Tracts of which at least half is in the city."""

from __future__ import annotations

import numpy as np

from tasks.income.inside import at_least_half_inside
from tests.tasks.income.test_uncertain import N, city


def test_tracts_of_which_less_than_half_is_inside_are_left_out():
    shares = np.linspace(0, 1, N)
    mask, why = at_least_half_inside(city(), shares)
    assert why == ""
    assert mask is not None
    assert city().only(mask).geoids == tuple(
        geoid for geoid, share in zip(city().geoids, shares, strict=True) if share >= 0.5
    )


def test_where_shares_are_not_known_it_cannot_be_told():
    assert at_least_half_inside(city(), np.full(N, np.nan))[0] is None
    some = np.ones(N)
    some[[3, 5]] = np.nan
    assert at_least_half_inside(city(), some) == (
        None,
        "of 2 tracts it is not known how much of it is in the city",
    )
    nobody = city().only(np.zeros(N, bool))
    assert at_least_half_inside(nobody, np.zeros(0)) == (None, "no tract is tested")
