"""How large the relation is in one city: its row of the tables of effects (method 7.14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tasks.income.judge import Judged
from tasks.income.sample import Sample
from tasks.percentile import percentile
from tasks.statistics.effects import effect_of

Row = dict[str, Any]

NO_MODEL: Final = "no rate model: what was counted lies at one end of the incomes"
NO_NEIGHBORS: Final = "not checked for neighbors: too few independent tracts"
NO_ERROR: Final = "the rate model fits without any error"


def effect_row(key: Mapping[str, str], counted: str, sample: Sample, judged: Judged) -> Row:
    """The row of a city, or of a type of crime in it, without its place and its weight among all.

    Args:
        key: The columns that name it.
        counted: ``posts`` or ``crimes``.
        sample: Its tested tracts.
        judged: What the tests say of them.

    Returns:
        The row, without the columns that cannot be told; ``why`` says why, where there is no interval.
    """
    row: Row = {**key, "scope": "city", "n": len(sample), counted: int(sample.count.sum()), "why": ""}
    if len(sample):
        row["income_10"], row["income_90"] = (percentile(sample.income, tenth, 10) for tenth in (1, 9))
    if judged.relation is None:
        return row | {"why": judged.why}
    model = judged.model
    if model is None:
        return row | {"why": NO_MODEL}
    row |= {"ratio_10000": model.ratio, "log_ratio": model.slope}
    found = judged.contrast
    if found is not None:
        row["ratio_90_10"] = found.ratio
    if judged.modified is None:
        return row | {"why": NO_NEIGHBORS}
    effect = effect_of(model, len(sample), judged.modified.effective_n)
    if effect is None:
        return row | {"why": NO_ERROR if judged.modified.effective_n >= 3 else NO_NEIGHBORS}
    row |= {"error": effect.error, "df": effect.df}
    row["ratio_10000_low"], row["ratio_10000_high"] = effect.interval
    if found is not None:
        row["ratio_90_10_low"], row["ratio_90_10_high"] = found.low, found.high
    return row
