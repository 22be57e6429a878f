"""The steps of the areas: what a flow can call of each, and under which name."""

from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from tasks.step import Step

AREAS = sorted(path.parent.name for path in Path(__file__).parents[2].glob("tasks/*/task.py"))


def steps_of(area: str) -> list[Step[..., Any]]:
    return [each for each in vars(import_module(f"tasks.{area}.task")).values() if isinstance(each, Step)]


@pytest.mark.parametrize("area", AREAS)
def test_an_area_s_steps_count_if_and_only_if_their_functions_do(area: str):
    steps = steps_of(area)
    assert steps
    for step in steps:
        assert bool(step.unit) == ("on_progress" in signature(step.function).parameters), step.name


def test_no_two_steps_have_one_name():
    names = [step.name for area in AREAS for step in steps_of(area)]
    assert len(names) > 15
    assert len(set(names)) == len(names)
