"""Pods on Kubernetes: the manifest, and whole runs against an imitation of the API that starts processes."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from distributed import Event

from cluster import ClusterSettings, connect
from cluster.config import environment
from cluster.kubernetes import manifest
from cluster.security import of_folder
from cluster.watch import no_workers_message
from data.errors import InputError
from tests.cluster import fake_kubernetes
from tests.cluster.conftest import example, names
from tests.cluster.test_versions import wait_until
from tests.kubernetes_schema import mistakes

CHECKOUT = Path(__file__).resolve().parents[2]

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
    pytest.importorskip("kr8s", reason="the extra kubernetes is not installed")
    with fake_kubernetes.running(certificates, tmp_path) as (served, config):
        monkeypatch.setenv("KUBECONFIG", str(config))
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")  # as in a pod
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
        pytest.raises(InputError, match=r"pip install -e '\.\[kubernetes\]'"),
        connect(settings(certificates, workers=1)),
    ):
        pytest.fail("must not open")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "wrong", "line"),
    [
        ("worker.spec", {"container": []}, "worker.spec.container: Extra inputs"),
        ("worker.spec.containers.0", {"name": None}, "worker.spec.containers.0.name: Input should"),
        (
            "scheduler.spec.containers.0",
            {"command": "dask"},
            "containers.0.command: Input should be a",
        ),
        ("worker.spec", {"host_network": True}, "a field has no name of YAML"),
        ("scheduler", {"replica": 1}, "'replica' was unexpected"),
        ("scheduler.service", {"port": 8786}, "service.port: Extra inputs"),
    ],
)
def test_kubernetes_and_the_operator_know_every_field(
    checkout: Path, place: str, wrong: dict[str, Any], line: str
):
    """Checked with the API's types and the operator's definitions, which find what they are to find."""
    pytest.importorskip("kubernetes", reason="the package kubernetes is not installed")
    made = manifest(example(checkout, "kubernetes"))
    assert mistakes(made) == []
    inner: Any = made["spec"]
    for key in place.split("."):
        inner = inner[int(key) if isinstance(inner, list) else key]
    inner |= wrong
    assert any(line in found for found in mistakes(made)), mistakes(made)


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
    # The role of docs/kubernetes.md allows this, and nothing else.
    role = (CHECKOUT / "docker/kubernetes/access.yaml").read_text(encoding="utf-8")
    (rules,) = [one["rules"] for one in yaml.safe_load_all(role) if one["kind"] == "Role"]
    allowed = {
        (verb, group or "v1", resource)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert allowed == kubernetes.asked


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


def begun(kubernetes: fake_kubernetes.Kubernetes, status: dict[str, Any]) -> Any:
    """An operator that makes a pod for the scheduler, of which Kubernetes then says this."""

    def begin(name: str, cluster: dict[str, Any]) -> None:
        cluster["status"] = {"phase": "Running"}
        labels = {"dask.org/cluster-name": name, "dask.org/component": "scheduler"}
        kubernetes.create("pods", {"metadata": {"name": f"{name}-1", "labels": labels}, "status": status})

    return begin


PULLING = {"waiting": {"reason": "ImagePullBackOff", "message": 'Back-off pulling\nimage "x"'}}
NO_ROOM = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"containerStatuses": [{"state": PULLING}]}, 'ImagePullBackOff Back-off pulling image "x"'),
        ({"containerStatuses": [{"state": {}, "lastState": {"terminated": {"reason": "OOM"}}}]}, "OOM"),
        ({"phase": "Pending", "conditions": [NO_ROOM]}, "Unschedulable 0/3 nodes"),
        ({"phase": "Pending", "conditions": [{**NO_ROOM, "status": "True"}]}, "its pod is Pending"),
        ({}, "its pod is not there"),
    ],
)
def test_what_kubernetes_says_of_a_pod_that_is_not_ready(status: dict[str, Any], reason: str):
    kubecluster = pytest.importorskip("cluster.kubecluster", reason="the extra kubernetes is not installed")
    assert kubecluster._why_not_ready({"status": status}) == reason


def test_if_the_scheduler_does_not_start_the_error_says_why(
    kubernetes: fake_kubernetes.Kubernetes, certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    from cluster import kubecluster

    asked = kubecluster.Pods._scheduler_is_ready

    async def asked_until_it_takes_too_long(cluster: kubecluster.Pods) -> bool:
        assert not await asked(cluster)
        raise TimeoutError

    monkeypatch.setattr(kubecluster.Pods, "_scheduler_is_ready", asked_until_it_takes_too_long)
    monkeypatch.setattr(kubernetes, "_begin", begun(kubernetes, {"containerStatuses": [{"state": PULLING}]}))
    with pytest.raises(InputError) as caught, connect(settings(certificates, workers=1)):
        pytest.fail("must not open")
    assert (
        'did not start within 300 seconds: ImagePullBackOff Back-off pulling image "x"; correct its '
        in str(caught.value)
    )
    assert kubernetes.of("daskclusters") == {}


def test_if_no_operator_answers_the_error_says_so_and_nothing_is_left(
    kubernetes: fake_kubernetes.Kubernetes, certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    from cluster import kubernetes as module

    monkeypatch.setattr(module, "_STARTING", 1.0)
    monkeypatch.setattr(kubernetes, "_begin", lambda *_: None)
    before = set(threading.enumerate())  # also those of other tests
    with (
        pytest.raises(InputError, match=r"was not there within 1 seconds; is the operator running\?"),
        connect(settings(certificates, workers=1)),
    ):
        pytest.fail("must not open")
    assert kubernetes.of("daskclusters") == {}
    assert "IO loop" not in {thread.name for thread in set(threading.enumerate()) - before}


def test_outside_of_kubernetes_the_scheduler_is_reached_through_the_api_server(
    kubernetes: fake_kubernetes.Kubernetes, certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    from kr8s.asyncio.objects import Service

    class Forward:
        """What kr8s opens: here, a door to the very port."""

        asked: ClassVar[list[object]] = []

        async def start(self) -> int:
            self.asked.append("start")
            return kubernetes.port

        async def stop(self) -> None:
            self.asked.append("stop")

    def portforward(service: Any, port: int, local_port: str) -> Forward:
        Forward.asked += [service.name, port, local_port]
        return Forward()

    monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
    monkeypatch.setattr(Service, "portforward", portforward)
    monkeypatch.setattr(kubernetes, "_replicate", lambda _: None)
    from cluster import kubecluster

    made = manifest(settings(certificates, workers=1), "nwatch-test")
    with kubecluster.open_cluster(
        made, "newsroom", settings(certificates, workers=1), of_folder(certificates, ("client",)), 300
    ) as cluster:
        assert cluster.scheduler_address == f"tls://127.0.0.1:{kubernetes.port}"
    assert Forward.asked == ["nwatch-test-scheduler", kubernetes.port, "auto", "start", "stop"]


def test_a_cluster_that_cannot_be_deleted_is_a_warning_with_the_command(
    kubernetes: fake_kubernetes.Kubernetes,
    certificates: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    from cluster import kubecluster

    monkeypatch.setattr(kubecluster, "_GOING", 0.1)
    monkeypatch.setattr(kubernetes, "_replicate", lambda _: None)
    monkeypatch.setattr(kubernetes, "delete", lambda kind, name: kubernetes.of(kind)[name])
    made = manifest(settings(certificates, workers=1), "nwatch-test")
    with kubecluster.open_cluster(
        made, "newsroom", settings(certificates, workers=1), of_folder(certificates, ("client",)), 300
    ):
        pass
    (line,) = [record.getMessage() for record in caplog.records if record.name == "cluster.kubecluster"]
    assert line == (
        "the DaskCluster nwatch-test is still there (Kubernetes takes long); "
        "delete it with: kubectl delete daskcluster nwatch-test -n newsroom"
    )


def test_nothing_private_of_another_package_is_used(checkout: Path):
    """Only the two steps that Dask's `Cluster` gives no public name."""
    text = (checkout / "cluster/kubecluster.py").read_text(encoding="utf-8")
    imported = re.findall(r"^(?:from|import) (.*)$", text, re.MULTILINE)
    assert not [line for line in imported if "dask_kubernetes" in line or re.search(r"\b_", line)]
    assert set(re.findall(r"super\(\)\.(_\w+)\(", text)) == {"__init__", "_start", "_close"}
