"""How large is the relation: rich against poor tracts, with an interval, and what could have been seen.

A p says whether there is a relation. A rate ratio says how large it is, its interval how large it may be, and
the smallest ratio that could have been shown, what a p that is not small is worth (method 7.13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scipy.special import stdtrit

from tasks.statistics.effects import effect_of, ratio_of
from tasks.statistics.rates import INCOME_UNIT, RateModel

POWER: Final = 0.8
"""With this probability the smallest ratio would have been shown."""


@dataclass(frozen=True)
class Contrast:
    """The rate in rich tracts by the rate in poor ones.

    Attributes:
        ratio: Above 1 where the rich have more.
        low: Lower end of its 95 % interval; None where the neighbors leave no degree of freedom.
        high: Upper end; None likewise.
        smallest: The smallest ratio above 1 that a test at the threshold shows with a probability of 80 %;
            of a falling rate it is 1 / smallest. None likewise, and where it is beyond any number.
    """

    ratio: float
    low: float | None = None
    high: float | None = None
    smallest: float | None = None

    def within(self, band: float) -> bool:
        """Whether the whole interval lies between ``1 / band`` and ``band``.

        Example:
            >>> Contrast(1.0, 0.9, 1.1).within(1.25), Contrast(1.0, 0.7, 1.4).within(1.25)
            (True, False)
        """
        return self.low is not None and self.high is not None and 1 / band <= self.low and self.high <= band


def contrast(
    model: RateModel, difference: float, n: int, effective_n: float | None, threshold: float
) -> Contrast | None:
    """The ratio of the rates at two incomes, from the rate model.

        ratio = exp(b d),  interval = exp(b d ± t(0.975) s d),
        smallest = exp((t(1 - threshold / 2) + t(0.8)) s d)

    with d the difference of the incomes, s the standard error that allows for neighbors that are alike, and t
    the quantiles of Student's distribution with its degrees of freedom (both of
    :func:`tasks.statistics.effects.effect_of`).

    Args:
        model: The rate model.
        difference: Between the two incomes, US dollars a year, above 0.
        n: Tracts of the model.
        effective_n: Independent tracts that tell as much, 2 to n; None where there are not more than 2.
        threshold: What p is compared with.

    Returns:
        The ratio; None where the difference is not above 0.

    Source:
        McCullagh, P. & Nelder, J. A. (1989): Generalized Linear Models, 2nd ed., 4.5 and 6.2 (interval on
        the log scale, dispersion). Dutilleul, P. (1993): Biometrics 49, 305–314 (effective n). Bloom, H. S.
        (1995): Minimum detectable effects. Evaluation Review 19, 547–556 (smallest ratio).

    Example:
        >>> model = RateModel(ratio=1.1, p=0.5, dispersion=2.0, slope=0.0953102, poisson_error=0.07)
        >>> found = contrast(model, 20_000.0, 102, 52.0, 0.002)
        >>> round(found.ratio, 2), round(found.low, 2), round(found.high, 2), round(found.smallest, 2)
        (1.21, 0.69, 2.12, 3.16)
    """
    if not difference > 0:
        return None
    ratio = ratio_of(model.slope * difference / INCOME_UNIT)
    effect = None if effective_n is None else effect_of(model, n, effective_n)
    if effect is None:
        return Contrast(ratio)
    error, df = effect.over(difference).error, effect.df
    low, high = effect.over(difference).interval
    wanted = float(stdtrit(df, 1.0 - threshold / 2) + stdtrit(df, POWER)) * error
    return Contrast(ratio, low, high, ratio_of(wanted))
