"""The part of the crimes: how many tests it makes is known before any work is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.catalog import Investigation
from flows.run.inputs import Inputs
from flows.run.preflight import look_at


def test_thirty_types_of_one_city_are_a_family_of_thirty(real: Path):
    """Case 11: alpha is divided by 30, so that TYPE 24 with p = 0.034 is no finding."""
    case = real.parent / "cases" / "findings" / "11-thirty-types-no-relation"
    if not case.is_dir():
        pytest.skip(f"no cases at {case.parent}")
    assert look_at(Inputs(Investigation.open(case)), "crime").family == 30
