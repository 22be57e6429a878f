"""The flows as Prefect has them: what ``prefect.yaml`` deploys, and what a watched run calls.

They are the plain functions of :mod:`flows.investigate` and :mod:`flows.one_agency`; an unwatched
run calls those.
"""

from __future__ import annotations

from prefect import flow, tags

from flows.investigate import investigate as plain_investigate
from flows.one_agency import one_agency as plain_one_agency

__all__ = ["investigate", "one_agency", "tags"]

investigate = flow(name="investigate", flow_run_name="investigate {folder.name}")(plain_investigate)
one_agency = flow(name="one-agency", flow_run_name="one-agency {agency}")(plain_one_agency)
