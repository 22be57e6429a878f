"""`prefect.yaml`: what it names exists, and it names no path of anybody's machine."""

import inspect
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml  # comes with Prefect
from prefect.flows import Flow, load_flow_from_entrypoint

from flows.run.on_server import LABEL, name_of


@pytest.fixture(scope="module")
def deployments(checkout: Path) -> dict[str, dict[str, Any]]:
    given = yaml.safe_load((checkout / "prefect.yaml").read_text(encoding="utf-8"))
    return {flow_of(each).name: each for each in given["deployments"]}


def flow_of(deployment: dict[str, Any]) -> Flow:
    return load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)


def test_each_deployment_has_the_name_of_the_investigation(deployments: dict[str, dict[str, Any]]):
    assert list(deployments) == ["investigate", "one-agency", "coding"]
    assert {each["name"] for each in deployments.values()} == {"{{ given.name }}"}
    assert {each["parameters"]["folder"] for each in deployments.values()} == {"{{ given.folder }}"}


def test_each_parameter_is_one_of_the_flow_s_and_none_is_missing(deployments: dict[str, dict[str, Any]]):
    for each in deployments.values():
        given = set(each["parameters"])
        for trigger in each.get("triggers", []):
            given |= set(trigger["parameters"])
        parameters = inspect.signature(flow_of(each).fn).parameters
        needed = {name for name, one in parameters.items() if one.default is inspect.Parameter.empty}
        assert needed <= given <= set(parameters)


def test_one_agency_listens_to_what_arrivals_says(deployments: dict[str, dict[str, Any]]):
    from flows.arrivals import EVENT, arrival_event
    from tasks.arrivals.agency import Arrival

    [trigger] = deployments["one-agency"]["triggers"]
    assert trigger["expect"] == [EVENT]
    event = arrival_event(Path("/data/case"), Arrival("lapd", 1, 2))
    assert set(trigger["parameters"]) == {"agency"} <= set(event.payload)
    assert fnmatch(event.resource.id, trigger["match"]["prefect.resource.id"])
    assert trigger["match"][LABEL] == "{{ given.name }}"
    assert event.resource[LABEL] == name_of(Path("/data/case"))


def test_its_version_of_prefect_is_the_pinned_one(checkout: Path):
    given = yaml.safe_load((checkout / "prefect.yaml").read_text(encoding="utf-8"))
    assert f'"prefect=={given["prefect-version"]}"' in (checkout / "pyproject.toml").read_text(
        encoding="utf-8"
    )


def test_runs_of_a_kind_do_not_pile_up_and_agencies_wait_for_each_other(
    deployments: dict[str, dict[str, Any]],
):
    """Agencies wait by the lock in the folder: a second one must be read, not cancelled."""
    limits = {name: each.get("concurrency_limit") for name, each in deployments.items()}
    one = {"limit": 1, "collision_strategy": "CANCEL_NEW", "grace_period_seconds": 120}
    assert limits == {"investigate": one, "one-agency": None, "coding": None}
    assert all(
        deployments[name]["parameters"]["patience"] > 3600 for name in ("investigate", "one-agency", "coding")
    )
