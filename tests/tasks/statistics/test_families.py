"""Families of tests, beside R's p.adjust, statsmodels and the example of Benjamini and Hochberg."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.statistics.families import bonferroni, family_of_crimes, holm, q_values
from tests.second import adjusted_p

PAPER = np.fromstring(
    "0.0001 0.0004 0.0019 0.0095 0.0201 0.0278 0.0298 0.0344 0.0459 0.3240 0.4262 0.5719 0.6528 0.7590 1",
    sep=" ",
)
"""Benjamini & Hochberg (1995), section 3.2: fifteen tests of a trial on thrombolysis."""


def test_the_example_of_benjamini_and_hochberg():
    # "Bonferroni … the three smallest p-values"; with the false discovery rate "the four", at 0.05
    assert (bonferroni(0.05, 15) > PAPER).sum() == 3
    assert (holm(PAPER, 15) < 0.05).sum() == 3
    assert (q_values(PAPER, 15) < 0.05).sum() == 4
    # R: round(p.adjust(p, "BH"), 8)[1:5]
    assert q_values(PAPER, 15)[:5] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625, 0.0603], abs=1e-12)


def test_the_rule_of_r_for_a_family_larger_than_its_known_p():
    """R's documentation of p.adjust: ``n`` may be larger than ``length(p)``, 'the unobserved … greater'."""
    p = np.array([0.03, 0.001, 0.2])
    assert holm(p, 10) == pytest.approx([0.27, 0.01, 1.0], abs=1e-12)
    assert q_values(p, 10) == pytest.approx([0.15, 0.01, 2 / 3], abs=1e-12)


@given(
    st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.5, 1.0])), min_size=1, max_size=40),
    st.integers(0, 30),
)
def test_statsmodels_adjusts_the_same_where_the_untestable_are_one(values: list[float], more: int):
    p = np.array(values)
    whole = np.append(p, np.ones(more))
    for ours, method in ((holm, "holm"), (q_values, "fdr_bh")):
        theirs = adjusted_p(whole, method)[: len(p)]
        assert ours(p, len(whole)) == pytest.approx(theirs, rel=1e-12, abs=1e-15)
    # Bonferroni's findings are Holm's, and Holm's are those of q.
    assert not np.any((p < bonferroni(0.05, len(whole)) * (1 - 1e-12)) & (holm(p, len(whole)) >= 0.05))
    assert np.all(q_values(p, len(whole)) <= holm(p, len(whole)) + 1e-15)


def test_without_tests_nothing_is_adjusted():
    nothing = np.zeros(0)
    assert holm(nothing, 3).tolist() == q_values(nothing, 3).tolist() == []


def test_the_family_of_crimes_is_never_smaller_than_that_of_the_posts():
    assert family_of_crimes(30, 1) == 30
    assert family_of_crimes(2, 25) == 25
