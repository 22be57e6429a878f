"""Other models of a city's rates and counts, beside the tests that decide (method 7.21)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tasks.income.judge import Judged
from tasks.income.sample import Sample
from tasks.statistics.drawn import rate_models
from tasks.statistics.negative_binomial import is_overdispersed, negative_binomial
from tasks.statistics.spatial_models import SpatialModel, Weights, spatial_error, spatial_lag

Row = dict[str, Any]

ERROR: Final = "spatial error"
LAG: Final = "spatial lag"
QUASI: Final = "quasi-Poisson"
NEGATIVE: Final = "negative binomial"
MODELS: Final = (ERROR, LAG, QUASI, NEGATIVE)


def model_rows(sample: Sample, judged: Judged) -> list[Row]:
    """The rows of ``public/city_models`` or ``public/crime_models``, without the city: one per model.

    Args:
        sample: The city's tested tracts.
        judged: What is found over them; where they are not testable, no model is made.
    """
    n = len(sample)
    known: Row = {"n": n, "zero_share": float(np.mean(sample.count == 0)) if n else None}
    if judged.relation is None:
        return [{**known, "model": model, "why": "not testable"} for model in MODELS]
    weights = sample.places.weights
    found = {
        ERROR: _spatial(spatial_error(sample.income, sample.rate, weights), weights),
        LAG: _spatial(spatial_lag(sample.income, sample.rate, weights), weights),
        QUASI: _quasi(sample),
        NEGATIVE: _negative(sample),
    }
    return [{**known, "model": model, **row} for model, row in found.items()]


def _spatial(model: SpatialModel | None, weights: Weights) -> Row:
    if model is None:
        touching = bool(weights.linked.any())
        return {
            "why": "the best model is beyond the range of its parameter" if touching else "no tracts touch"
        }
    return {
        "estimate": model.slope,
        "se": model.error,
        "p": model.p,
        "spatial": model.spatial,
        "total": model.total,
        "log_likelihood": model.log_likelihood,
        "aic": model.aic,
        "why": "",
    }


def _quasi(sample: Sample) -> Row:
    """The rate model of method 7.10, with its standard error."""
    found = rate_models(sample.count, sample.population, sample.income[None, :])
    slope, error, p, dispersion = (
        float(each[0]) for each in (found.slope, found.error, found.p, found.dispersion)
    )
    if np.isnan(p):
        return {"why": _no_counts(sample)}
    ratio = float(np.exp(slope))
    return {"estimate": slope, "se": error, "p": p, "rate_ratio": ratio, "dispersion": dispersion, "why": ""}


def _negative(sample: Sample) -> Row:
    if not is_overdispersed(sample.count, sample.population, sample.income):
        made = not np.isnan(rate_models(sample.count, sample.population, sample.income[None, :]).p[0])
        return {"why": "counts vary no more than Poisson's" if made else _no_counts(sample)}
    found = negative_binomial(sample.count, sample.population, sample.income)
    if found is None:
        return {"why": "the likelihood has no greatest value"}
    return {
        "estimate": found.slope,
        "se": found.error,
        "p": found.p,
        "rate_ratio": float(np.exp(found.slope)),
        "dispersion": found.alpha,
        "log_likelihood": found.log_likelihood,
        "aic": found.aic,
        "why": "",
    }


def _no_counts(sample: Sample) -> str:
    return "the best slope has no end" if sample.count.sum() > 0 else "nothing was counted"
