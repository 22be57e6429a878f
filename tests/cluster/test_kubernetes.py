"""Pods on Kubernetes: the manifest, and whole runs against an imitation of the API that starts processes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest
import yaml
from distributed import Event
from distributed.core import Status

from cluster import ClusterSettings, connect
from cluster.config import environment
from cluster.kubernetes import manifest
from cluster.watch import no_workers_message
from data.errors import InputError
from tests.cluster import fake_kubernetes
from tests.cluster.conftest import example, names
from tests.cluster.test_versions import wait_until

# This API does not say what it knows, and its client goes on with what it knows itself.
pytestmark = pytest.mark.filterwarnings("ignore:no /api/")


def settings(certificates: Path, **given: Any) -> ClusterSettings:
    return ClusterSettings(
        kind="kubernetes",
        namespace="newsroom",
        image="registry.example/neighborhood-watch:0.1.0",
        claim="investigations",
        mount=Path("/investigations"),
        tls_folder=certificates,
        **given,
    )


def containers(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {role: made["spec"][role]["spec"]["containers"][0] for role in ("scheduler", "worker")}


@pytest.fixture
def kubernetes(
    certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[fake_kubernetes.Kubernetes]:
    """An imitation of a cluster with the Dask operator."""
    pytest.importorskip("dask_kubernetes", reason="the extra kubernetes is not installed")
    with fake_kubernetes.running(certificates, tmp_path) as (served, config):
        monkeypatch.setenv("KUBECONFIG", str(config))
        yield served


def test_the_example_is_generated_from_its_settings(checkout: Path):
    made = manifest(example(checkout, "kubernetes"))
    text = (checkout / "cluster" / "examples" / "kubernetes.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == made
    assert json.loads(json.dumps(made)) == made


def test_each_pod_has_its_own_certificate_only(checkout: Path):
    made = manifest(example(checkout, "kubernetes"))
    for role in ("scheduler", "worker"):
        (secret,) = [
            volume["secret"] for volume in made["spec"][role]["spec"]["volumes"] if "secret" in volume
        ]
        assert [item["key"] for item in secret["items"]] == ["ca.pem", f"{role}.pem"]
        arguments = containers(made)[role]["args"]
        named = {word for word in arguments if word.endswith(".pem")}
        assert named == {"/etc/nwatch/tls/ca.pem", f"/etc/nwatch/tls/{role}.pem"}


def test_without_tls_a_pod_listens_on_its_loopback_address_only(checkout: Path):
    for container in containers(manifest(example(checkout, "kubernetes"))).values():
        arguments = container["args"]
        assert arguments[arguments.index("--protocol") + 1] == "tls"
        assert arguments[arguments.index("--dashboard-address") + 1].startswith("127.0.0.1:")
        ports = [port["containerPort"] for port in container.get("ports", [])]
        assert set(ports) <= {8786}


def test_dask_s_command_lines_accept_every_option(checkout: Path):
    from distributed.cli.dask_scheduler import main as scheduler
    from distributed.cli.dask_worker import main as worker

    made = containers(manifest(example(checkout, "kubernetes")))
    for command, role in ((scheduler, "scheduler"), (worker, "worker")):
        words = made[role]["args"]
        assert (made[role]["command"], words[0]) == (["dask"], role)
        context = command.make_context(role, list(words[1:]), resilient_parsing=True)
        assert context.params["protocol"] == "tls"


def test_pods_have_the_program_s_configuration_one_thread_and_a_limit_of_memory(checkout: Path):
    made = containers(manifest(example(checkout, "kubernetes")))
    for container in made.values():
        assert {variable["name"]: variable["value"] for variable in container["env"]} == environment()
        assert container["resources"]["limits"] == {"cpu": "1", "memory": str(4 * 2**30)}
    words = made["worker"]["args"]
    assert words[words.index("--nthreads") + 1] == "1"
    assert words[words.index("--memory-limit") + 1] == str(4 * 2**30 - 2**28)


def test_the_health_check_works_on_a_scheduler(checkout: Path):
    from distributed import LocalCluster

    probe = containers(manifest(example(checkout, "kubernetes")))["scheduler"]["livenessProbe"]
    command = probe["exec"]["command"]
    with LocalCluster(n_workers=0, processes=False, dashboard_address="127.0.0.1:0") as running:
        page = f"127.0.0.1:{running.scheduler.http_server.port}"
        asked = [word.replace("127.0.0.1:8787", page) for word in command[1:]]
        assert page in asked[-1]
        subprocess.run([sys.executable, *asked], check=True)
    assert subprocess.run([sys.executable, *asked], check=False, capture_output=True).returncode != 0


def test_without_the_extra_the_error_says_what_to_install(
    certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "kr8s", None)
    monkeypatch.delitem(sys.modules, "cluster.kubecluster", raising=False)
    with (
        pytest.raises(InputError, match=r"pip install 'neighborhood-watch\[kubernetes\]'"),
        connect(settings(certificates, workers=1)),
    ):
        pytest.fail("must not open")


@pytest.mark.slow
def test_the_operator_s_own_schema_knows_every_field(checkout: Path):
    """Checked with the definitions that dask-kubernetes 2026.3.0 installs; what they lack is dropped."""
    installed = pytest.importorskip("dask_kubernetes", reason="the extra kubernetes is not installed")
    jsonschema = pytest.importorskip("jsonschema")
    folder = Path(installed.__file__).parent / "operator" / "deployment" / "helm"
    text = (folder / "dask-kubernetes-operator" / "crds" / "daskcluster.yaml").read_text()
    (version,) = yaml.safe_load(text)["spec"]["versions"]
    schema = closed(version["schema"]["openAPIV3Schema"]["properties"]["spec"])
    spec = manifest(example(checkout, "kubernetes"))["spec"]
    jsonschema.validate(spec, schema)
    spec["worker"]["spec"]["container"] = []
    with pytest.raises(jsonschema.ValidationError, match=r"'container' was unexpected"):
        jsonschema.validate(spec, schema)


def closed(schema: Any) -> Any:
    """A schema that allows no other fields."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(part) for name, part in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        inner["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        inner.pop("type", None)
    return inner


@pytest.mark.slow
def test_a_cluster_of_pods_works_over_tls_and_leaves_nothing(
    kubernetes: fake_kubernetes.Kubernetes, certificates: Path
):
    with connect(settings(certificates, workers=2)) as client:
        client.wait_for_workers(2, timeout=300)
        (asked,) = kubernetes.created
        name = asked["metadata"]["name"]
        assert set(names(client).values()) == set(kubernetes.of("deployments"))
        assert client.scheduler.address.startswith("tls://")
        assert client.submit(sum, [1, 2]).result(60) == 3
        assert len(kubernetes.processes) == 3
        asked["metadata"].pop("uid")
        assert asked["metadata"].pop("namespace") == "newsroom"
        assert asked == manifest(settings(certificates, workers=2), name)
    assert kubernetes.of("daskclusters") == {}
    assert kubernetes.processes == {}


@pytest.mark.slow
def test_it_grows_and_shrinks_and_no_worker_is_stopped_while_it_has_work(
    kubernetes: fake_kubernetes.Kubernetes, certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    from cluster.config import CONFIG

    monkeypatch.setitem(CONFIG, "distributed.adaptive.wait-count", 1)
    with connect(settings(certificates, minimum=1, maximum=2)) as client:

        def piece(number: int) -> int:
            import time

            from distributed import Event

            Event("all-there").wait("120s")  # so that the work outlasts their start
            time.sleep(0.01)
            return number

        futures = client.map(piece, range(600), pure=False)
        wait_until(lambda: len(client.nthreads()) == 2, 120)
        Event("all-there", client=client).set()
        assert client.gather(futures) == list(range(600))
        del futures
        wait_until(lambda: len(client.nthreads()) == 1)
        wait_until(lambda: len(kubernetes.of("deployments")) == 1)
        (group,) = kubernetes.of("daskworkergroups").values()
        wait_until(lambda: group["spec"]["worker"]["replicas"] == 1)
        assert client.submit(sum, [1, 2]).result(60) == 3
    assert kubernetes.mistakes == []
    assert kubernetes.workers == 2


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
def test_if_all_pods_are_lost_the_error_says_where_to_look(
    kubernetes: fake_kubernetes.Kubernetes, certificates: Path
):
    with connect(settings(certificates, workers=1, wait=0.1)) as client:
        (pod,) = kubernetes.of("deployments")
        kubernetes.processes[pod].kill()  # and no Deployment starts it again here
        wait_until(lambda: not client.nthreads())
        with pytest.raises(CancelledError) as caught:
            client.submit(sum, [1, 2], pure=False).result()
        message = no_workers_message(caught.value)
        assert message == (
            f"there has been no worker at the Dask scheduler {client.scheduler.address} for 0.1 minutes; "
            "see why with: kubectl get events -n newsroom, and run again"
        )


@pytest.mark.slow
def test_a_run_waits_for_the_first_pod_as_long_as_the_settings_say(
    kubernetes: fake_kubernetes.Kubernetes, certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kubernetes, "_replicate", lambda _: None)
    with (
        pytest.raises(InputError, match=r"no worker came within 0.02 minutes; see why with: kubectl get ev"),
        connect(settings(certificates, workers=1, wait=0.02)),
    ):
        pytest.fail("must not open")


def test_if_no_operator_answers_the_error_says_so_and_nothing_is_left(
    kubernetes: fake_kubernetes.Kubernetes, certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    from dask_kubernetes.operator import KubeCluster

    from cluster import kubernetes as module

    monkeypatch.setattr(module, "_STARTING", 1.0)
    monkeypatch.setattr(kubernetes, "_begin", lambda *_: None)
    with (
        pytest.raises(InputError, match=r"was not there within 1 seconds; is the operator running\?"),
        connect(settings(certificates, workers=1)),
    ):
        pytest.fail("must not open")
    assert kubernetes.of("daskclusters") == {}
    # What is in there is asked for when the process ends, with a traceback where nobody answers any more.
    assert not [left for left in KubeCluster._instances if left.status != Status.closed]
