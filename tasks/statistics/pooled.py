"""The effects of several cities together: a random-effects summary with its heterogeneity (method 7.16)."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, chdtri

from tasks.statistics.contrast import CONFIDENCE
from tasks.statistics.effects import interval_of, ratio_of

Floats = npt.NDArray[np.float64]

FEWEST_CITIES: Final = 2
"""With fewer there is nothing to put together."""
_HALVINGS: Final = 200
"""Steps in which a root is found to the last digit."""


@dataclass(frozen=True)
class Pooled:
    """What the effects of several cities say together, on the scale of the logarithm.

    Attributes:
        cities: How many, k.
        log_ratio: The mean of the effects from which the cities' own are drawn.
        error: Its standard error.
        weights: Each city's share in it, float64, k; they add up to 1.
        tau2: The variance of the cities' true effects.
        tau2_interval: Its 95 % interval (Q profile).
        i2: The share of the variance of the estimates that is not chance, 0 to 1.
        q: Cochran's Q, which is chi-squared with k - 1 degrees of freedom where all cities have one effect.
        q_p: Its p.
    """

    cities: int
    log_ratio: float
    error: float
    weights: Floats
    tau2: float
    tau2_interval: tuple[float, float]
    i2: float
    q: float
    q_p: float

    @property
    def ratio(self) -> float:
        """The ratio of the summary."""
        return ratio_of(self.log_ratio)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the ratio: Student's t with k - 1 degrees of freedom."""
        return interval_of(self.log_ratio, self.error, self.cities - 1.0)

    @property
    def prediction(self) -> tuple[float, float] | None:
        """Where the true ratio of one more such city would lie, 95 %; None for fewer than three cities.

        Higgins, Thompson and Spiegelhalter's interval: ``sqrt(tau2 + error²)`` and Student's t with k - 2
        degrees of freedom.
        """
        if self.cities <= FEWEST_CITIES:
            return None
        spread = sqrt(self.tau2 + self.error**2)
        return interval_of(self.log_ratio, spread, self.cities - 2.0)


def pooled(effects: Floats, errors: Floats) -> Pooled:
    """Put the effects of several cities together, each with its own true effect.

        effect_i = mu + u_i + e_i,  Var(u_i) = tau2,  Var(e_i) = error_i²

    tau2 is Paule and Mandel's: that at which the weighted squares about the mean are what they must be,

        sum (effect_i - mu)² / (error_i² + tau2) = k - 1,  or 0 where they are less without any tau2

    and ``mu`` is the mean with the weights ``1 / (error_i² + tau2)``. Its standard error is
    ``1 / sqrt(sum of weights)``, compared with Student's t with k - 1 degrees of freedom. That is Hartung and
    Knapp's interval: their factor, the left side above by k - 1, is 1 wherever tau2 is above 0. Where tau2 is
    0 it would be below 1, and is taken as 1: cities that agree by chance make nothing more certain.

    Args:
        effects: Logarithms of ratios, float64, k of two or more.
        errors: Their standard errors, float64, k, above 0.

    Returns:
        The summary. One root of a falling function, found by halving: the same in every run.

    Source:
        Paule, R. C. & Mandel, J. (1982): Consensus values and weighting factors. Journal of Research of the
        National Bureau of Standards 87, 377–385. DerSimonian, R. & Kacker, R. (2007): Random-effects model
        for meta-analysis of clinical trials: an update. Contemporary Clinical Trials 28, 105–114. Hartung,
        J. & Knapp, G. (2001): On tests of the overall treatment effect in meta-analysis with normally
        distributed responses. Statistics in Medicine 20, 1771–1782. Röver, C., Knapp, G. & Friede, T.
        (2015): BMC Medical Research Methodology 15, 99 (the factor is at least 1). Viechtbauer, W. (2007):
        Confidence intervals for the amount of heterogeneity in meta-analysis. Statistics in Medicine 26,
        37–52 (Q profile). Higgins, J. P. T. & Thompson, S. G. (2002): Quantifying heterogeneity in a meta-
        analysis. Statistics in Medicine 21, 1539–1558 (I²). Higgins, J. P. T., Thompson, S. G. &
        Spiegelhalter, D. J. (2009): A re-evaluation of random-effects meta-analysis. JRSS A 172, 137–159
        (prediction).

    Example:
        >>> found = pooled(np.array([0.1, 0.3, 0.2]), np.array([0.05, 0.05, 0.05]))
        >>> round(found.log_ratio, 6), round(found.tau2, 6), round(found.q, 6)
        (0.2, 0.0075, 8.0)
    """
    k = len(effects)
    variances = errors * errors
    freedom = float(k - 1)
    tau2 = _tau2_at(effects, variances, freedom)
    weights = 1.0 / (variances + tau2)
    total = float(np.sum(weights))
    q = _squares(effects, variances, 0.0)
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = (_tau2_at(effects, variances, float(chdtri(freedom, end))) for end in (tail, 1.0 - tail))
    typical = _typical(variances)
    return Pooled(
        cities=k,
        log_ratio=float(np.sum(weights * effects)) / total,
        error=sqrt(1.0 / total),
        weights=weights / total,
        tau2=tau2,
        tau2_interval=(low, high),
        i2=tau2 / (tau2 + typical),
        q=q,
        q_p=float(chdtrc(freedom, q)),
    )


def _typical(variances: Floats) -> float:
    """The typical variance of an estimate within its city (Higgins & Thompson 2002, equation 9)."""
    weights = 1.0 / variances
    total = float(np.sum(weights))
    others = float(np.sum(weights * (total - weights)))
    return (len(variances) - 1) * total / others if others > 0.0 else inf


def _squares(effects: Floats, variances: Floats, tau2: float) -> float:
    """The weighted squares about the weighted mean; Cochran's Q without a tau2. They fall as tau2 grows."""
    weights = 1.0 / (variances + tau2)
    mean = np.sum(weights * effects) / np.sum(weights)
    return float(np.sum(weights * (effects - mean) ** 2))


def _tau2_at(effects: Floats, variances: Floats, wanted: float) -> float:
    """The tau2 at which the weighted squares are what is wanted; 0 where they are less without any."""
    if not _squares(effects, variances, 0.0) > wanted:
        return 0.0
    low, high = 0.0, float(np.max(variances))
    while _squares(effects, variances, high) > wanted:
        low, high = high, 2.0 * high
    for _ in range(_HALVINGS):
        middle = low + (high - low) / 2.0
        if not low < middle < high:
            break
        if _squares(effects, variances, middle) > wanted:
            low = middle
        else:
            high = middle
    return high
