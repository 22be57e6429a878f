"""The share of all, from a stratified sample: the ratio of two totals, with its variance and interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.statistics.shares import wilson

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Strata:
    """A sample that was drawn without replacement, from each stratum for itself.

    Attributes:
        of: int64, one entry for each thing of the sample: its stratum, from 0.
        sizes: float64, one entry for each stratum: how many things there are of it in all.
    """

    of: npt.NDArray[np.int64]
    sizes: Floats


@dataclass(frozen=True)
class Estimate:
    """An estimated share.

    Attributes:
        share: Between 0 and 1.
        error: Its standard error; 0 where all of the sample are alike.
        low: The lower limit of its 95 % interval.
        high: The upper limit.
    """

    share: float
    error: float
    low: float
    high: float


def weighted_share(strata: Strata, has: Floats, size: Floats, *, finite: bool = True) -> Estimate | None:
    """The share of all that has a property, each thing counted as often as its size.

    With ``size`` 1 for each it is the share of things; with how often each was sent, the share of what was
    sent. With 0 for those outside a group it is the share of the group (a domain). The share is the ratio of
    two weighted totals, ``sum w x y / sum w x``, with the weight ``w`` of a stratum's size by how many of it
    are in the sample. Its variance is that of the linearised ratio, ``w x (y - share) / sum w x``, summed
    over strata without replacement. A stratum of which one thing is in the sample tells nothing of its
    variance: all such strata are taken together, with the largest other one where it is but one.

    The interval is Wilson's, of as many things as a simple sample would need for the same variance; of no
    more than ``(sum w x)^2 / sum (1 - f) (w x)^2``, where ``f`` is the part of its stratum that is in the
    sample (0 where it is not allowed for): so a variance that is small by chance, or 0 where all of a stratum
    in the sample are alike, does not pass for certainty.

    Args:
        strata: The sample, and what it was drawn from.
        has: float64, 1 for a thing with the property, else 0.
        size: float64, what each thing counts for, 0 or more.
        finite: Whether the variance allows for the sample being a known part of all.

    Returns:
        The share; None where nothing of the sample has a size.

    Source:
        Särndal, C.-E., Swensson, B., and Wretman, J. (1992): Model Assisted Survey Sampling, 5.6 and 5.7
        (ratio), 5.8 (domains), 3.7.3 (collapsed strata). Franco, C., Little, R. J. A., Louis, T. A., and
        Slud, E. V. (2019): Comparative study of confidence intervals for proportions in complex sample
        surveys. Journal of Survey Statistics and Methodology 7, 334–364 (Wilson's interval with an effective
        size of the sample).

    Example:
        >>> one = Strata(np.zeros(4, dtype=np.int64), np.array([100.0]))
        >>> round(weighted_share(one, np.array([1.0, 0, 0, 1]), np.array([1.0, 2, 3, 4])).share, 9)
        0.5
    """
    drawn = np.bincount(strata.of, minlength=len(strata.sizes))
    weights = strata.sizes[strata.of] / drawn[strata.of]
    counted = weights * size
    total = float(counted.sum())
    if total <= 0:
        return None
    share = min(1.0, max(0.0, float((counted * has).sum()) / total))
    scores = counted * (has - share) / total
    groups = _collapsed(drawn, strata.sizes)
    fractions = _fractions(groups, drawn, strata.sizes) if finite else np.zeros(len(groups))
    variance = _variance(scores, groups[strata.of], fractions)
    left = (1.0 - drawn / strata.sizes).clip(0.0)[strata.of] if finite else np.ones(len(size))
    # Where nothing is left of any stratum, all is known.
    unknown = float((left * counted * counted).sum())
    if unknown <= 0:
        return Estimate(share, 0.0, share, share)
    inside, as_many = int((size > 0).sum()), total * total / unknown
    if variance > 0 and inside > 1:
        as_many = min(as_many, inside / (inside - 1) * share * (1 - share) / variance)
    every = float(strata.sizes.sum())
    if finite and every > 1:
        # As in Wilson's interval for a finite population, which is of its variance with N, not N - 1, below.
        as_many *= (every - 1) / every
    found = wilson(share * as_many, as_many)
    return Estimate(share, math.sqrt(variance), min(found.low, share), max(found.high, share))


def _collapsed(drawn: npt.NDArray[np.int64], sizes: Floats) -> npt.NDArray[np.int64]:
    """The group of each stratum: itself, or the one of those with one thing in the sample."""
    groups = np.arange(len(drawn))
    alone = [int(place) for place in np.flatnonzero(drawn == 1)]
    others = [int(place) for place in np.flatnonzero(drawn > 1)]
    if len(alone) == 1 and others:
        alone.append(max(others, key=lambda place: (sizes[place], -place)))
    if alone:
        groups[alone] = min(alone)
    return groups


def _fractions(groups: npt.NDArray[np.int64], drawn: npt.NDArray[np.int64], sizes: Floats) -> Floats:
    """What part of each group is in the sample."""
    have = np.bincount(groups, weights=drawn, minlength=len(groups))
    are = np.bincount(groups, weights=np.where(drawn > 0, sizes, 0.0), minlength=len(groups))
    return np.divide(have, are, out=np.zeros(len(groups)), where=are > 0).clip(0.0, 1.0)


def _variance(scores: Floats, groups: npt.NDArray[np.int64], fractions: Floats) -> float:
    """The variance of the sum of the scores, of groups of which such a part is in the sample."""
    many = np.bincount(groups)
    means = np.bincount(groups, weights=scores) / np.maximum(many, 1)
    squares = np.bincount(groups, weights=(scores - means[groups]) ** 2)
    several = many > 1
    left = 1.0 - fractions[: len(many)]
    return math.fsum((left * squares)[several] * many[several] / (many[several] - 1))


def strata_of(names: Sequence[object], weights: Sequence[float], decided: Sequence[bool]) -> Strata:
    """The strata of what is known of a sample: each stands for its stratum, together with what is unknown.

    Args:
        names: The stratum of each thing that was drawn.
        weights: How many things each stands for.
        decided: Whether it is known what it is.

    Returns:
        The strata of those that are known, in their order. A stratum of which nothing is known is left out:
        the share is one of the others.
    """
    sizes: dict[object, list[float]] = {}
    for name, weight in zip(names, weights, strict=True):
        sizes.setdefault(name, []).append(weight)
    known = [name for name, is_known in zip(names, decided, strict=True) if is_known]
    order = {name: place for place, name in enumerate(sorted(dict.fromkeys(known), key=repr))}
    return Strata(
        np.array([order[name] for name in known], dtype=np.int64),
        np.array([math.fsum(sizes[name]) for name in order], dtype=np.float64),
    )
