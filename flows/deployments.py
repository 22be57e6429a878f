"""The flows as Prefect has them: what ``prefect.yaml`` deploys, and what a watched run calls.

They are the functions of :mod:`flows.investigate`, :mod:`flows.one_agency` and :mod:`flows.coding`; an
unwatched run calls those.
In the UI, their docstrings are the form in which a person gives the parameters of a run.
"""

from __future__ import annotations

from prefect import flow, tags

from flows.coding import coding as plain_coding
from flows.investigate import investigate as plain_investigate
from flows.one_agency import one_agency as plain_one_agency
from flows.run.step import about
from flows.service.run_page import run_name, shown_as_a_run

__all__ = ["coding", "investigate", "one_agency", "tags"]

investigate = flow(name="investigate", flow_run_name=run_name, description=about(plain_investigate))(
    shown_as_a_run(plain_investigate)
)
one_agency = flow(name="one-agency", flow_run_name=run_name, description=about(plain_one_agency))(
    shown_as_a_run(plain_one_agency)
)
coding = flow(name="coding", flow_run_name=run_name, description=about(plain_coding))(
    shown_as_a_run(plain_coding)
)
