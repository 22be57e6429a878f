"""The share of a population, from a sample: Wilson's interval, also for a finite population."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

Z95: Final = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""


@dataclass(frozen=True)
class Share:
    """A share and its 95 % interval.

    Attributes:
        share: The share of the sample; between 0 and 1.
        low: The lower limit of the interval.
        high: The upper limit.
    """

    share: float
    low: float
    high: float


def wilson(successes: float, drawn: float, population: int | None = None, z: float = Z95) -> Share:
    """The share with Wilson's score interval.

    Where the sample is a known part of a finite population, it tells more than as many draws from an endless
    one: as much as ``drawn * (population - 1) / (population - drawn)`` of those, and the interval is that of
    so many. A sample of everything has an interval of no width.

    Args:
        successes: How many of the sample have the property; of a weighted sample the effective number.
        drawn: How many were drawn and decided, more than 0.
        population: How many there are in all, ``drawn`` or more; None for an endless population.
        z: Width of the interval in standard errors.

    Returns:
        The share and its interval.

    Raises:
        ValueError: Nothing was drawn, or more than there is.

    Source:
        Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference. Journal of
        the American Statistical Association 22, 209–212. Cochran, W. G. (1977): Sampling Techniques, 3rd
        edition, 3.2 (the variance of a share of a finite population).

    Example:
        >>> found = wilson(8, 10)
        >>> round(found.low, 6), round(found.high, 6)
        (0.490162, 0.943318)
        >>> wilson(8, 10, population=10)
        Share(share=0.8, low=0.8, high=0.8)
    """
    if drawn <= 0 or (population is not None and drawn > population):
        raise ValueError(f"{drawn} drawn of {population}")
    share = successes / drawn
    if population is not None:
        if drawn == population:
            return Share(share, share, share)
        drawn = drawn * (population - 1) / (population - drawn)
    middle = share + z * z / (2 * drawn)
    half = z * math.sqrt(share * (1 - share) / drawn + z * z / (4 * drawn * drawn))
    scale = 1 + z * z / drawn
    # At 0 and 1 a limit is the share itself, but for rounding.
    return Share(
        share, max(0.0, min(share, (middle - half) / scale)), min(1.0, max(share, (middle + half) / scale))
    )
