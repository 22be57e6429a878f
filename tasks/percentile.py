"""Percentiles at fractions that binary numbers do not have, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def percentile(values: npt.NDArray[np.float64], numerator: int, denominator: int) -> float:
    """The value below which a share of others lies, interpolated on a line; missing ones are skipped.

    Of *n* sorted values it is at position ``(n - 1) a / b``, counted from 0; between two values it is
    interpolated on a line (definition 7 of Hyndman & Fan 1996, NumPy's and pandas' ``linear``). The position
    is computed in whole numbers: two thirds is not a binary fraction, and 0.7 times 90 is a little under 63
    in binary, so that a percentile that is one of the values would miss it by a hair, and a strict comparison
    with it would go wrong.

    Args:
        values: float64, in any order.
        numerator: The *a* of the share ``a / b``.
        denominator: Its *b*.

    Returns:
        The percentile; NaN where there is no value.

    Source:
        Hyndman, R. J. & Fan, Y. (1996): Sample quantiles in statistical packages. The American Statistician
        50, 361–365.

    Example:
        >>> percentile(np.array([40.0, np.nan, 10.0, 20.0, 30.0]), 2, 3)
        30.0
        >>> percentile(np.array([10.0, 20.0, 30.0]), 2, 5)
        18.0
    """
    ordered = np.sort(values[~np.isnan(values)])
    if not len(ordered):
        return float("nan")
    position, rest = divmod((len(ordered) - 1) * numerator, denominator)
    below, above = ordered[position], ordered[min(position + 1, len(ordered) - 1)]
    return float(below + (above - below) * rest / denominator)
