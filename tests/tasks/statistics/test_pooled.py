"""The summary over cities, beside statsmodels, and values published with R's metafor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tasks.statistics.pooled import Pooled, pooled
from tests.second import meta, stats

Floats = npt.NDArray[np.float64]

BCG = np.array(
    [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209),
        (62, 13536, 248, 12619), (33, 5036, 47, 5761),
        (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
        (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ],
    float,
)  # fmt: skip
"""R's metadat: dat.bcg, trials of a vaccine: ill and well, vaccinated and not (Colditz et al. 1994)."""
CLASP = np.array(
    [(5, 156, 8, 74), (5, 303, 17, 303), (12, 565, 9, 477), (69, 1570, 94, 1565), (9, 103, 11, 105),
     (313, 4659, 352, 4650)],
    float,
)  # fmt: skip
"""DerSimonian & Kacker (2007), table 3: cases and women, with aspirin and without."""


def bcg() -> tuple[Floats, Floats]:
    """Logarithms of risk ratios and their standard errors: ``escalc(measure = "RR", …, data = dat.bcg)``."""
    ill, well, ill_without, well_without = BCG.T
    n, without = ill + well, ill_without + well_without
    effects = np.log(ill / n) - np.log(ill_without / without)
    return effects, np.sqrt(1 / ill - 1 / n + 1 / ill_without - 1 / without)


def clasp() -> tuple[Floats, Floats]:
    """Logarithms of odds ratios and their standard errors."""
    a, n, c, without = CLASP.T
    effects = np.log(a / (n - a)) - np.log(c / (without - c))
    return effects, np.sqrt(1 / a + 1 / (n - a) + 1 / c + 1 / (without - c))


def test_paule_and_mandel_as_published_for_the_clasp_trials():
    # DerSimonian & Kacker (2007), tables 3 and 4, row PM; metafor's tests have the same values
    # (tests/testthat/test_analysis_example_dersimonian2007.r)
    found = pooled(*clasp())
    assert np.sqrt(found.tau2) == pytest.approx(0.3681, abs=5e-5)
    assert found.log_ratio == pytest.approx(-0.3811, abs=5e-5)
    assert found.error == pytest.approx(0.2060, abs=5e-5)


def test_the_heterogeneity_that_metafor_prints_for_the_bcg_trials():
    found = pooled(*bcg())
    # print(rma(yi, vi, data = dat.bcg)): Q(df = 12) = 152.2330, p-val < .0001
    assert found.q == pytest.approx(152.2330, abs=5e-5)
    assert found.q_p < 1e-4
    # confint(rma(…)): the Q profile does not depend on the estimator (metafor's test_misc_confint.r)
    assert found.tau2_interval == pytest.approx((0.1197, 1.1115), abs=1e-4)
    # tau2 of 0.3088 is 92.1173 % there, and the ends of the interval 81.9177 % and 97.6781 %
    within = found.tau2 / found.i2 - found.tau2
    for tau2, percent in zip((0.1197, 1.1115), (81.9177, 97.6781), strict=True):
        assert 100 * tau2 / (tau2 + within) == pytest.approx(percent, abs=2e-2)


def made(seed: int, spread: float) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 40))
    errors = rng.uniform(0.01, 0.4, k)
    return rng.normal(0.1, np.sqrt(spread**2 + errors**2)), errors


@pytest.mark.parametrize("given", [bcg(), clasp(), *(made(seed, 0.2) for seed in range(6))])
def test_statsmodels_finds_the_same(given: tuple[Floats, Floats]):
    effects, errors = given
    found = pooled(effects, errors)
    fit = meta.combine_effects(effects, errors**2, method_re="pm", use_t=True, atol=1e-9, maxiter=500)
    assert found.tau2 == pytest.approx(fit.tau2, rel=1e-9, abs=1e-12)
    assert (found.log_ratio, found.error) == pytest.approx((fit.mean_effect_re, fit.sd_eff_w_re), rel=1e-9)
    assert found.weights == pytest.approx(fit.weights_rel_re, rel=1e-9)
    test = fit.test_homogeneity()
    assert (found.q, found.q_p) == pytest.approx((test.statistic, test.pvalue), rel=1e-9, abs=1e-300)
    _, random, _, hartung_knapp = fit.conf_int(use_t=True)
    assert np.log(found.interval) == pytest.approx(random, rel=1e-9)
    if found.tau2 > 0:
        assert np.log(found.interval) == pytest.approx(hartung_knapp, rel=1e-9)
        # Of DerSimonian and Laird's tau2, I² is that of Q, and so is the typical variance behind ours.
        chi2 = meta.combine_effects(effects, errors**2, method_re="dl")
        within = found.tau2 / found.i2 - found.tau2
        assert chi2.tau2 / (chi2.tau2 + within) == pytest.approx(chi2.i2, rel=1e-9)


def test_cities_that_agree_too_well_make_nothing_more_certain():
    effects, errors = np.array([0.2, 0.2, 0.201]), np.array([0.1, 0.2, 0.15])
    found = pooled(effects, errors)
    assert (found.tau2, found.tau2_interval[0], found.i2) == (0.0, 0.0, 0.0)
    assert found.error == pytest.approx(np.sum(errors**-2) ** -0.5, rel=1e-12)
    fit = meta.combine_effects(effects, errors**2, method_re="pm", use_t=True)
    assert np.ptp(np.log(found.interval)) > 10 * np.ptp(fit.conf_int()[3])  # Hartung and Knapp's own


def test_the_prediction_interval_holds_one_more_city():
    found = pooled(*bcg())
    half = stats.t.ppf(0.975, 11) * np.sqrt(found.tau2 + found.error**2)
    assert found.prediction is not None
    assert np.log(found.prediction) == pytest.approx(
        [found.log_ratio - half, found.log_ratio + half], rel=1e-9
    )
    two = pooled(np.array([0.1, 0.5]), np.array([0.1, 0.1]))
    assert two.prediction is None
    assert two.interval[1] / two.interval[0] == pytest.approx(np.exp(2 * 12.7062047 * two.error), rel=1e-6)


def test_the_summary_covers_its_truth():
    """Some 95 in a hundred intervals hold the mean, and as many predictions the effect of one more city."""
    rng = np.random.default_rng(3)
    errors = rng.uniform(0.02, 0.2, 15)
    mean = predicted = 0
    for _ in range(200):
        found: Pooled = pooled(rng.normal(0.1, np.sqrt(0.1**2 + errors**2)), errors)
        assert found.prediction is not None
        mean += found.interval[0] < np.exp(0.1) < found.interval[1]
        predicted += found.prediction[0] < np.exp(rng.normal(0.1, 0.1)) < found.prediction[1]
    assert 181 < mean < 199
    assert 178 < predicted < 199
