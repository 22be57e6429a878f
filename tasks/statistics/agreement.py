"""How well people agree who code the same things: percent agreement, and Krippendorff's alpha."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]

DRAWS: Final = 2000
"""Bootstrap samples."""

_MOST: Final = 2_000_000
"""Numbers of a bootstrap that are in memory at a time, 16 MB; changes no result."""

_STREAM: Final = 15
"""Tells the draws of agreement from those of other statistics with the same seed."""


@dataclass(frozen=True)
class Agreement:
    """How well people agree.

    Attributes:
        units: Things that two people or more have coded.
        values: Answers given to these.
        percent: The share of pairs of answers to one thing that are equal; missing where there is no pair.
        alpha: Krippendorff's alpha for nominal answers: 1 is perfect, 0 is chance; missing where it is not
            defined: nothing was coded twice, or there is one answer alone.
        low: The lower limit of its 95 % interval, from the bootstrap; missing likewise, and where all answers
            to each thing are equal: then all bootstrap samples are alike, which says nothing of alpha.
        high: The upper limit.
    """

    units: int
    values: int
    percent: float | None
    alpha: float | None
    low: float | None = None
    high: float | None = None


def agreement(counts: Counts, *, seed: int = 0, draws: int = DRAWS) -> Agreement:
    """Percent agreement and Krippendorff's alpha for nominal answers, with a bootstrap interval.

    Answers may be missing, and the number of answers may differ between things. The interval resamples the
    things that were coded, with all answers to each: readers differ from thing to thing, and the answers to
    one are not independent. Draws in which alpha is not defined are left out.

    Args:
        counts: int64, one row for each thing and one column for each answer: how many gave it.
        seed: Of the bootstrap.
        draws: Bootstrap samples; 0 for no interval.

    Returns:
        The agreement.

    Source:
        Krippendorff, K. (2019): Content Analysis, 4th edition, 12.3. Efron, B., and Tibshirani, R. J. (1993):
        An Introduction to the Bootstrap, 13.3 (percentile interval); Zapf, A. et al. (2016): Measuring
        inter-rater reliability for nominal data. BMC Medical Research Methodology 16, 93 (resampling of the
        things coded).

    Example:
        >>> two_readers = np.array([[2, 0], [2, 0], [1, 1], [0, 2], [0, 2]])
        >>> found = agreement(two_readers, draws=0)
        >>> found.units, found.percent, round(found.alpha, 6)
        (5, 0.8, 0.64)
    """
    answers = counts.sum(axis=1)
    coded = counts[answers >= 2]
    if not len(coded):
        return Agreement(0, 0, None, None)
    number = coded.sum(axis=1)
    # Of each thing the ordered pairs of unlike answers, by the answers but one: one row of the coincidences.
    unlike = (number * number - (coded * coded).sum(axis=1)) / (number - 1)
    pairs = number * (number - 1)
    alike = (coded * (coded - 1)).sum(axis=1)
    every = np.ones((1, len(coded)), dtype=np.int64)
    alpha = float(_alphas(coded, unlike, every)[0])
    low = high = None
    if draws and np.isfinite(alpha) and unlike.any():
        generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, _STREAM))))
        equally, at_once = np.full(len(coded), 1 / len(coded)), max(1, _MOST // len(coded))
        times = (
            generator.multinomial(len(coded), equally, size=min(at_once, draws - done))
            for done in range(0, draws, at_once)
        )
        drawn = np.concatenate([_alphas(coded, unlike, some) for some in times])
        low, high = map(float, np.quantile(drawn[np.isfinite(drawn)], (0.025, 0.975)))
    return Agreement(
        units=len(coded),
        values=int(number.sum()),
        percent=float(alike.sum() / pairs.sum()),
        alpha=alpha if np.isfinite(alpha) else None,
        low=low,
        high=high,
    )


def against_others(own: Counts, others: Counts) -> Agreement:
    """How well one reader agrees with the others: alpha of the pairs of which the reader is one.

    As in alpha of all, each thing counts alike, however many others there are: their pairs are shared out.
    With one other reader it is alpha of the two.

    Args:
        own: int64, one row for each thing and one column for each answer: 1 where the reader gave it.
        others: int64, likewise: how many others gave it, one at least.

    Returns:
        The agreement, without an interval; ``percent`` is over pairs.

    Source:
        The matrix of coincidences of Krippendorff, K. (2019): Content Analysis, 4th edition, 12.3.1, of these
        pairs.

    Example:
        >>> own, other = np.array([[1, 0], [1, 0], [0, 1]]), np.array([[1, 0], [0, 1], [0, 1]])
        >>> against_others(own, other).alpha == agreement(own + other, draws=0).alpha
        True
    """
    if not len(own):
        return Agreement(0, 0, None, None)
    many = others.sum(axis=1)
    alike = (own * others).sum(axis=1)
    total = 2 * len(own)
    margins = own.sum(axis=0) + (others / many[:, None]).sum(axis=0)
    observed = 2 * float((1 - alike / many).sum())
    expected = (total * total - float((margins * margins).sum())) / (total - 1)
    alpha = 1 - observed / expected if expected > 1e-9 else None
    return Agreement(len(own), total, float(alike.sum() / many.sum()), alpha)


def _alphas(counts: Counts, unlike: npt.NDArray[np.float64], times: Counts) -> npt.NDArray[np.float64]:
    """Alpha of each sample in which a thing is present so many times; not a number where it is not defined.

    No matrix product of floats: the order in which it sums depends on threads.
    """
    of_answers = np.stack([(times * column).sum(axis=1) for column in counts.T], axis=1)
    total = of_answers.sum(axis=1)
    observed = (times * unlike).sum(axis=1)
    expected = (total * total - (of_answers * of_answers).sum(axis=1)) / (total - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: npt.NDArray[np.float64] = np.where(expected > 0, 1 - observed / expected, np.nan)
    return found
