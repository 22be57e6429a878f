"""docker/kubernetes: Kubernetes takes every manifest, and they agree with each other and with the program."""

import asyncio
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster import settings_from_environment
from cluster.kubernetes import manifest
from tests.kubernetes_schema import mistakes, operator_folder

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = CHECKOUT / "docker" / "kubernetes"
PAGE = CHECKOUT / "docs" / "kubernetes.md"
VALUES = sorted(path for path in FOLDER.glob("*.values.yaml"))
MANIFESTS = sorted(path for path in FOLDER.glob("*.yaml") if path not in VALUES)

PREFECT_S_OWN = {"Job.spec.template.spec.completions", "Job.spec.template.spec.parallelism"}
"""Fields that Prefect's worker demands at a place where Kubernetes has none, and ignores them."""


def documents(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [one for path in MANIFESTS for one in documents(path) if one["kind"] == kind]


def values(name: str) -> dict[str, Any]:
    (read,) = documents(FOLDER / f"{name}.values.yaml")
    return read


def settings() -> dict[str, str]:
    (found,) = of_kind("ConfigMap")
    return dict(found["data"])


def template() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "base-job-template.json").read_text(encoding="utf-8")))


def job() -> dict[str, Any]:
    """The job of one run, as Prefect's worker makes it of the base job template."""
    worker = pytest.importorskip("prefect_kubernetes.worker", reason="the extra kubernetes is not installed")
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

    given = {"env": {"PYTHONSAFEPATH": "1"}, "name": "lapd 2026-11-23 full"}
    nobody = PrefectClient(
        "http://127.0.0.1:9/api"
    )  # is asked nothing; without it, a server would be started
    made = asyncio.run(
        worker.KubernetesWorkerJobConfiguration.from_template_and_values(
            base_job_template=template(), values=given, client=nobody
        )
    )
    made.prepare_for_flow_run(FlowRun(id=uuid.uuid4(), flow_id=uuid.uuid4(), name="lapd 2026-11-23 full"))
    return dict(made.job_manifest)


def pods() -> dict[str, dict[str, Any]]:
    """Each pod that the files or the program make, by what makes it."""
    of_run = manifest(settings_of_the_runs())["spec"]
    return {
        **{
            one["metadata"]["name"]: one["spec"]["template"]["spec"]
            for one in of_kind("Deployment") + of_kind("Job")
        },
        "base job template": template()["job_configuration"]["job_manifest"]["spec"]["template"]["spec"],
        "scheduler": of_run["scheduler"]["spec"],
        "worker": of_run["worker"]["spec"],
    }


def settings_of_the_runs() -> Any:
    given = {
        name.removeprefix("NWATCH_").lower(): value for name, value in settings().items() if "NWATCH" in name
    }
    for name in ("folder", "log"):  # not settings of the workers
        given.pop(name)
    return settings_from_environment(**given)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_kubernetes_takes_every_manifest(path: Path):
    pytest.importorskip("kubernetes", reason="the package kubernetes is not installed")
    for one in documents(path):
        assert mistakes(one) == []
        assert one["metadata"]["namespace"] == "newsroom"


def test_what_a_run_asks_of_the_operator_with_these_settings_is_right():
    pytest.importorskip("kubernetes", reason="the package kubernetes is not installed")
    assert mistakes(manifest(settings_of_the_runs())) == []


@pytest.mark.slow
def test_prefect_s_worker_takes_the_base_job_template_and_kubernetes_the_job_made_of_it():
    found = mistakes(job())
    assert {line.split(":")[0] for line in found} <= PREFECT_S_OWN, found


@pytest.mark.slow
def test_a_job_has_the_settings_the_secrets_by_name_and_the_label_of_the_network():
    made = job()
    (container,) = made["spec"]["template"]["spec"]["containers"]
    assert made["metadata"]["namespace"] == "newsroom"
    assert container["envFrom"] == [{"configMapRef": {"name": "nwatch"}}]
    assert {"name": "PYTHONSAFEPATH", "value": "1"} in container["env"]
    assert container["args"][:2] == ["prefect", "flow-run"]
    assert made["spec"]["template"]["metadata"]["labels"].items() >= {("app", "neighborhood-watch")}
    assert made["spec"]["template"]["spec"]["serviceAccountName"] == "nwatch-run"


def test_every_placeholder_of_the_template_is_a_variable_of_it():
    read = template()
    used = set(re.findall(r"\{\{ (\w+) \}\}", json.dumps(read["job_configuration"])))
    assert used == set(read["variables"]["properties"])


@pytest.mark.parametrize(
    "name", ["nwatch-arrivals", "nwatch-deploy", "base job template", "scheduler", "worker"]
)
def test_a_namespace_of_the_level_restricted_takes_every_pod(name: str):
    """The rules of Kubernetes' Pod Security Standard for containers and volumes."""
    assert len(pods()) == 5
    pod = pods()[name]
    (container,) = pod["containers"]
    whole = {**pod.get("securityContext", {}), **container["securityContext"]}
    assert whole["allowPrivilegeEscalation"] is False
    assert whole["capabilities"] == {"drop": ["ALL"]}
    assert whole["runAsNonRoot"] is True
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    allowed = {"persistentVolumeClaim", "secret", "emptyDir", "configMap"}
    assert {kind for volume in pod["volumes"] for kind in volume if kind != "name"} <= allowed
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    assert container["resources"]["limits"].keys() == {"cpu", "memory"}


def test_claims_secrets_accounts_and_images_are_those_that_the_page_makes():
    page = PAGE.read_text(encoding="utf-8")
    made = {one["metadata"]["name"] for one in of_kind("PersistentVolumeClaim")}
    secrets = set(re.findall(r"kubectl create secret generic (\S+)", page))
    text = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.iterdir())
    assert set(re.findall(r'claimName"?: "?([\w-]+)', text)) | {settings()["NWATCH_CLAIM"]} <= made
    named = re.findall(
        r'(?:secretName"?|existingSecret|SECRET_NAME, value|secretKeyRef: \{name): "?([\w-]+)', text
    )
    assert {*named, settings()["NWATCH_SECRET"], values("prefect-server")["secret"]["name"]} == secrets
    images = set(re.findall(r'image"?: "?([\w./-]+:[\w.]+)"?', text)) | {settings()["NWATCH_IMAGE"]}
    images |= set(re.findall(r'"default": "(registry[^"]+)"', text))
    for image in (
        values("prefect-server")["global"]["prefect"]["image"],
        values("prefect-worker")["worker"]["image"],
    ):
        images.add(f"{image['repository']}:{image['prefectTag']}")
    assert len(images) == 1
    assert next(iter(images)).startswith("registry.example/")  # a name that no host has


def test_prefect_s_server_is_set_as_in_compose():
    compose = yaml.safe_load((CHECKOUT / "docker/compose.yaml").read_text(encoding="utf-8"))
    there = compose["services"]["server"]["environment"]
    here = {one["name"]: one["value"] for one in values("prefect-server")["server"]["env"]}
    for name, value in here.items():
        assert re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", there[name]) == value, name
    # What is not in both says where the database is and where the server listens; the chart says that itself.
    rest = {name for name in there.keys() - here.keys() if not re.search("DATABASE|API_|UI_URL|STATIC", name)}
    assert rest == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["prefect-server", "prefect-worker"])
def test_every_variable_for_prefect_is_a_setting_of_it(name: str):
    pytest.importorskip("prefect_kubernetes", reason="the extra kubernetes is not installed")
    from prefect.settings import get_current_settings
    from prefect_kubernetes.settings import KubernetesSettings

    known = {*get_current_settings().to_environment_variables(), *names(get_current_settings())}
    known |= names(KubernetesSettings())
    text = (FOLDER / f"{name}.values.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"name: (PREFECT_\w+)", text))
    assert asked
    assert asked <= known, asked - known


def names(model: Any) -> set[str]:
    """The environment variables of Prefect's settings."""
    prefix = str(type(model).model_config.get("env_prefix", "")).upper()
    found = set()
    for field in type(model).model_fields:
        value = getattr(model, field)
        found |= names(value) if hasattr(type(value), "model_fields") else {f"{prefix}{field.upper()}"}
    return found


def test_the_operator_s_chart_knows_every_value():
    known = yaml.safe_load((operator_folder() / "values.yaml").read_text(encoding="utf-8"))
    given = values("dask-operator")
    assert given.keys() <= known.keys()
    assert given["rbac"].keys() <= known["rbac"].keys()


def test_network_policies_choose_pods_that_there_are():
    labels = [
        *(one["spec"]["template"]["metadata"]["labels"] for one in of_kind("Deployment") + of_kind("Job")),
        template()["job_configuration"]["job_manifest"]["spec"]["template"]["metadata"]["labels"],
        # The operator gives its pods the labels of the DaskCluster, and these two.
        *(
            {**manifest(settings_of_the_runs())["metadata"]["labels"], "dask.org/component": role}
            for role in ("scheduler", "worker")
        ),
    ]
    chosen: list[list[str]] = []
    for policy in of_kind("NetworkPolicy"):
        selector = policy["spec"]["podSelector"]
        if "app" in selector["matchLabels"]:
            chosen.append([json.dumps(one) for one in labels if selects(selector, one)])
    dask, runs = chosen
    assert sorted(dask + runs) == sorted(json.dumps(one) for one in labels)
    assert len(dask) == 2


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    for one in selector.get("matchExpressions", []):
        value = labels.get(one["key"])
        if (value not in one["values"]) if one["operator"] == "In" else (value is not None):
            return False
    return selector.get("matchLabels", {}).items() <= labels.items()


def test_the_page_names_every_file_and_shows_nothing_that_is_not_in_one():
    page = PAGE.read_text(encoding="utf-8")
    for path in FOLDER.iterdir():
        assert f"../docker/kubernetes/{path.name}" in page, path.name
    files = [path.read_text(encoding="utf-8") for path in FOLDER.iterdir()]
    blocks = re.findall(r"^```(?:yaml|json)\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        assert any(block in text for text in files), block


def test_no_file_names_a_host_that_somebody_has():
    for path in [*FOLDER.iterdir(), PAGE]:
        for host in re.findall(r"https?://([\w.-]+)", path.read_text(encoding="utf-8")):
            assert host in {"prefect.example.org", "prefect-server.newsroom", "127.0.0.1"}, (path, host)
