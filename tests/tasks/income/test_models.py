"""The rows of the models of a city."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from data.settings import Tests
from tasks.income.judge import judge
from tasks.income.models import MODELS, Row, model_rows
from tasks.income.sample import Sample
from tests.tasks.income.test_uncertain import THRESHOLD, N, city


def rows(sample: Sample) -> dict[str, Row]:
    found = model_rows(sample, judge(sample, THRESHOLD, Tests()))
    assert [row["model"] for row in found] == list(MODELS)
    return {row["model"]: row for row in found}


def test_every_model_has_a_row_with_the_share_of_tracts_without_any():
    sample = city(0.1)
    sample = replace(sample, count=np.where(np.arange(N) % 9 == 0, 0.0, sample.count + np.arange(N) % 7 * 9))
    found = rows(sample)
    judged = judge(sample, THRESHOLD, Tests())
    assert {row["zero_share"] for row in found.values()} == {9 / 81}
    assert {row["why"] for row in found.values()} == {""}
    assert judged.model is not None
    quasi = found["quasi-Poisson"]
    assert (quasi["rate_ratio"], quasi["p"], quasi["dispersion"]) == pytest.approx(
        (judged.model.ratio, judged.model.p, judged.model.dispersion), rel=1e-12
    )
    assert found["negative binomial"]["dispersion"] > 0
    assert -1 < found["spatial lag"]["spatial"] < 1
    assert "rate_ratio" not in found["spatial error"]


def test_what_cannot_be_made_says_why():
    sample = city()
    alone = rows(replace(sample, neighbors=sparse.csr_array((N, N))))
    assert alone["spatial error"]["why"] == alone["spatial lag"]["why"] == "no tracts touch"
    even = rows(replace(sample, count=np.round(sample.population / 500)))
    assert even["negative binomial"]["why"] == "counts vary no more than Poisson's"
    assert even["quasi-Poisson"]["why"] == ""
    few = rows(sample.only(np.arange(N) < 9))
    assert {row["why"] for row in few.values()} == {"not testable"}
    none = rows(sample.only(np.zeros(N, bool)))
    assert {(row["n"], row["zero_share"]) for row in none.values()} == {(0, None)}
