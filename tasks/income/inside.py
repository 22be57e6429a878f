"""The result over tracts of which at least half is in the city, beside the published one (method 7.20)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from data.settings import Tests
from tasks.income.judge import Judged, judge
from tasks.income.sample import Sample

VARIANT: Final = "at least half inside"
LEAST_INSIDE: Final = 0.5
"""Of a tract's area, in the city."""


def at_least_half_inside(
    sample: Sample, shares: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.bool_] | None, str]:
    """Which tracts of a city lie in it with half of their area or more.

    Args:
        sample: The city's tested tracts, n.
        shares: The share of each tract's area that is in the city, float64, n, 0 to 1, NaN where not known.

    Returns:
        A mask (n) for :meth:`tasks.income.sample.Sample.only` and ""; or None, and why it cannot be told.

    Example:
        >>> from scipy import sparse
        >>> one = np.ones(3)
        >>> city = Sample(("1", "2", "3"), one, one, one, np.zeros((3, 2)), sparse.csr_array((3, 3)), 0)
        >>> at_least_half_inside(city, np.array([1.0, 0.5, 0.2]))[0].tolist()
        [True, True, False]
        >>> at_least_half_inside(city, np.array([1.0, np.nan, 0.2]))[1]
        'of 1 tract it is not known how much of it is in the city'
    """
    unknown = int(np.count_nonzero(np.isnan(shares)))
    if not len(sample):
        return None, "no tract is tested"
    if unknown == len(sample):
        return None, (
            "it is not known how much of each tract is in the city; put boundaries of places into census/, "
            "as tl_2019_06_place.zip"
        )
    if unknown:
        tracts = "1 tract" if unknown == 1 else f"{unknown:,} tracts"
        return None, f"of {tracts} it is not known how much of it is in the city"
    return shares >= LEAST_INSIDE, ""


def judged_inside(
    sample: Sample, judged: Judged, shares: npt.NDArray[np.float64] | None, tests: Tests
) -> tuple[Sample, Judged]:
    """Judge a city over the tracts of which at least half is inside.

    Args:
        sample: The city's tested tracts, n.
        judged: What is found over them.
        shares: The share of each tract's area that is in the city, float64, n, NaN where not known; None
            where nobody asked.
        tests: The settings of the tests.

    Returns:
        These tracts and what is found over them: no tract, and why, where it is not known which they are.
    """
    known = np.full(len(sample), np.nan) if shares is None else shares
    mask, why = at_least_half_inside(sample, known)
    if mask is None:
        nobody = sample.only(np.zeros(len(sample), bool))
        return nobody, Judged(0, None, "not testable", judged.threshold, why=why)
    if mask.all():
        return sample, judged
    own = sample.only(mask)
    return own, judge(own, judged.threshold, tests, clustering=False)
