"""The result over tracts of which at least half is in the city, beside the published one (method 7.20)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data.settings import Tests
from tasks.income.areas import at_least_half_inside
from tasks.income.judge import Judged, judge
from tasks.income.sample import Sample


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
