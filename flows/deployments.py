"""The flows as Prefect has them: what ``prefect.yaml`` deploys, and what a watched run calls.

They are the functions of :mod:`flows.investigate`, :mod:`flows.one_agency` and :mod:`flows.coding`; an
unwatched run calls those.
In the UI, their docstrings are the form in which a person gives the parameters of a run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from prefect import Flow, flow, tags

from flows.coding import coding as plain_coding
from flows.investigate import investigate as plain_investigate
from flows.one_agency import one_agency as plain_one_agency
from flows.run.step import about
from flows.service.run_page import Result, put_back, run_name, shown_as_a_run

P = ParamSpec("P")
R = TypeVar("R", bound=Result)

__all__ = ["coding", "investigate", "one_agency", "tags"]


def _shown(name: str, function: Callable[P, R]) -> Flow[P, R]:
    # Prefect would retry whatever stopped a run; what its settings say is done in flows.service.again.
    made = flow(
        name=name,
        flow_run_name=run_name,
        description=about(function),
        retries=0,
        retry_delay_seconds=0,
        on_completion=[put_back],
        on_failure=[put_back],
    )
    return made(shown_as_a_run(function))


investigate = _shown("investigate", plain_investigate)
one_agency = _shown("one-agency", plain_one_agency)
coding = _shown("coding", plain_coding)
