"""A step: what a flow calls of an area, under the name that a person reads in progress, log and UI.

Each area has a table of its steps, ``task.py``. A step is a plain function that knows neither Prefect nor the
console; :func:`flows.run.step.step` runs it, as a Prefect task where a server looks on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Step(Generic[P, R]):
    """One step of a run.

    Attributes:
        name: What is done, as "gather the posts".
        function: Does it; what its docstring says of arguments, returns and errors holds of the step.
        unit: What is counted while it goes on, as "files". The function then has an argument ``on_progress``,
            which is given to it: called with how many are done, and of how many.

    Example:
        >>> Step("count the letters", len).function("abc")
        3
    """

    name: str
    function: Callable[P, R]
    unit: str = ""
