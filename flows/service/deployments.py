"""The flows as Prefect has them: what ``prefect.yaml`` deploys, and what a watched run calls.

They are the plain functions of :mod:`flows.investigate` and :mod:`flows.one_agency`; a run that nobody can
watch calls those.
"""

from __future__ import annotations

from prefect import flow

from flows import investigate as _investigate
from flows import one_agency as _one_agency

investigate = flow(name="investigate", flow_run_name="investigate {folder.name}")(_investigate.investigate)
one_agency = flow(name="one-agency", flow_run_name="one-agency {agency}")(_one_agency.one_agency)
