"""A small imitation of the Kubernetes API with a Dask operator.

A pod is a process on this machine, started by the very command of the manifest; only where a pod would have a
file system and a network of its own, paths and addresses are put in their place. The operator's rule is that
of dask-kubernetes 2026.3.0: on a change of a group's replicas it compares them with the Deployments, and
starts what is missing. Where it would have to choose workers to stop, this one notes it as a mistake.
"""

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

DASK = "apis/kubernetes.dask.org/v1"
PLACE = re.compile(r"/(?P<api>.+)/namespaces/(?P<namespace>[^/]+)/(?P<kind>[a-z]+)(?:/(?P<name>[^/?]+))?")
KINDS = {"daskclusters": "DaskCluster", "daskworkergroups": "DaskWorkerGroup", "deployments": "Deployment"}


class Kubernetes:
    """The resources, and the processes that represent pods.

    Args:
        certificates: The content of the secret.
        log: Where the pods' output goes.
    """

    def __init__(self, certificates: Path, log: Path) -> None:
        self.certificates = certificates
        self.log = log
        self.lock = threading.RLock()
        self.kinds: dict[str, dict[str, dict[str, Any]]] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.mistakes: list[str] = []
        self.created: list[dict[str, Any]] = []
        self.asked: set[tuple[str, str, str]] = set()
        self.workers = 0
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The resources of a kind by name."""
        return self.kinds.setdefault(kind, {})

    def create(self, kind: str, resource: dict[str, Any]) -> dict[str, Any]:
        """Keep a resource, and do what the operator does."""
        name = resource["metadata"]["name"]
        resource["metadata"].setdefault("uid", name)
        self.of(kind)[name] = resource
        if kind == "daskclusters":
            self.created.append(json.loads(json.dumps(resource)))
            self._begin(name, resource)
        return resource

    def _begin(self, name: str, cluster: dict[str, Any]) -> None:
        cluster["status"] = {"phase": "Running"}
        scheduler = cluster["spec"]["scheduler"]
        self._run(f"{name}-scheduler", scheduler["spec"], {"0.0.0.0": "127.0.0.1"})
        labels = {"dask.org/cluster-name": name, "dask.org/component": "scheduler"}
        metadata = {"name": f"{name}-scheduler", "namespace": "newsroom", "labels": labels}
        spec = {**scheduler["service"], "clusterIP": "127.0.0.1"}
        spec["ports"] = [{**port, "port": self.port} for port in spec["ports"]]
        self.create("services", {"metadata": dict(metadata), "spec": spec})
        ready = [{"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady")]
        status = {"phase": "Running", "conditions": ready}
        self.create("pods", {"metadata": dict(metadata), "spec": scheduler["spec"], "status": status})
        group = {
            "name": f"{name}-default",
            "namespace": "newsroom",
            "labels": {"dask.org/cluster-name": name},
        }
        worker = cluster["spec"]["worker"]
        self.create("daskworkergroups", {"metadata": group, "spec": {"cluster": name, "worker": worker}})
        self._replicate(f"{name}-default")

    def _replicate(self, group: str) -> None:
        resource = self.of("daskworkergroups")[group]
        cluster, worker = resource["spec"]["cluster"], resource["spec"]["worker"]
        missing = worker["replicas"] - len(self.of("deployments"))
        if missing < 0:
            self.mistakes.append(f"the operator is to stop {-missing} workers")
        for _ in range(missing):
            self.workers += 1
            name = f"{group}-worker-{self.workers}"
            labels = {
                "dask.org/cluster-name": cluster,
                "dask.org/workergroup-name": group,
                "dask.org/component": "worker",
            }
            self.create(
                "deployments", {"metadata": {"name": name, "namespace": "newsroom", "labels": labels}}
            )
            replaced = {
                f"tls://{cluster}-scheduler.newsroom:8786": f"tls://127.0.0.1:{self.port}",
                "$(DASK_WORKER_NAME)": name,
            }
            self._run(name, worker["spec"], replaced)

    def _run(self, name: str, pod: dict[str, Any], replaced: dict[str, str]) -> None:
        """Start the one container of a pod as a process."""
        (container,) = pod["containers"]
        places = {
            "/etc/nwatch/tls": str(self.certificates),
            "8786": str(self.port),
            "127.0.0.1:8787": "127.0.0.1:0",
        }
        words = [*container["command"], *container["args"]]
        for word, instead in (replaced | places).items():
            words = [instead if each == word else each.replace(word, instead) for each in words]
        if "--death-timeout" in words:  # a Deployment would start it again; here it has time
            words[words.index("--death-timeout") + 1] = "600"
        assert words[0] == "dask"
        with self.log.open("ab") as said:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "dask", *words[1:]],
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.log.parent,
                env={variable["name"]: variable["value"] for variable in container["env"]},
            )

    def patch(self, kind: str, name: str, change: dict[str, Any]) -> dict[str, Any]:
        """Merge a change into a resource."""
        resource = self.of(kind)[name]
        _merge(resource, change)
        if kind == "daskworkergroups":
            self._replicate(name)
        return resource

    def delete(self, kind: str, name: str) -> dict[str, Any]:
        """Remove a resource; a cluster with all that belongs to it."""
        resource = self.of(kind).pop(name)
        if name in self.processes:
            self._end(name)
        if kind == "daskclusters":
            for process in list(self.processes):
                self._end(process)
            self.kinds.clear()
        return resource

    def _end(self, name: str) -> None:
        process = self.processes.pop(name)
        process.terminate()
        process.wait(30)


def _merge(into: dict[str, Any], change: dict[str, Any]) -> None:
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _handler(kubernetes: Kubernetes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def answer(self, status: int, body: object) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def missing(self) -> None:
            self.answer(404, {"kind": "Status", "code": 404, "message": f"no {self.path}"})

        def body(self) -> dict[str, Any]:
            return dict(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}"))

        def handle_request(self) -> None:
            url = urlsplit(self.path)
            place = PLACE.match(url.path)
            if url.path.rstrip("/") == "/version":
                return self.answer(200, {"major": "1", "minor": "33", "gitVersion": "v1.33.0"})
            if not place:
                return self.missing()
            kind, name = place["kind"], place["name"]
            body = self.body()  # in each request that has one, or it is taken for the next request
            with kubernetes.lock:
                kubernetes.asked.add((_verb(self.command, name), place["api"].split("/")[1], kind))
                found = kubernetes.of(kind)
                if self.command == "POST":
                    made = kubernetes.create(kind, body)
                    return self.answer(201, {**made, "status": {}})  # the operator comes later
                if name is not None and name not in found:
                    return self.missing()
                if self.command == "PATCH":
                    return self.answer(200, kubernetes.patch(kind, str(name), body))
                if self.command == "DELETE":
                    return self.answer(200, kubernetes.delete(kind, str(name)))
                if name is not None:
                    return self.answer(200, found[name])
                return self.answer(200, {"kind": "List", "items": _chosen(found, parse_qs(url.query))})

        do_GET = do_POST = do_PATCH = do_DELETE = handle_request  # noqa: N815

    return Handler


def _verb(method: str, name: str | None) -> str:
    """What a role has to allow for a request."""
    if method == "GET":
        return "list" if name is None else "get"
    return {"POST": "create", "PATCH": "patch", "DELETE": "delete"}[method]


def _chosen(found: dict[str, dict[str, Any]], query: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The resources that the selectors of a query choose; of fields it knows the name and the phase."""
    labels = dict(part.split("=") for part in query.get("labelSelector", [""])[0].split(",") if part)
    fields = dict(part.split("=") for part in query.get("fieldSelector", [""])[0].split(",") if part)
    return [
        resource
        for name, resource in found.items()
        if labels.items() <= resource["metadata"].get("labels", {}).items()
        and fields.get("metadata.name", name) == name
        and fields.get("status.phase", "Running") == "Running"
    ]


@contextmanager
def running(certificates: Path, folder: Path) -> Iterator[tuple[Kubernetes, Path]]:
    """Serve it, and give it with the file that says where it is (``KUBECONFIG``)."""
    kubernetes = Kubernetes(certificates, folder / "pods.log")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(kubernetes))
    threading.Thread(target=server.serve_forever, daemon=True, name="fake-kubernetes").start()
    config = folder / "kubeconfig.json"
    config.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
                "clusters": [
                    {"name": "here", "cluster": {"server": f"http://127.0.0.1:{server.server_address[1]}"}}
                ],
                "users": [{"name": "me", "user": {}}],
            }
        )
    )
    try:
        yield kubernetes, config
    finally:
        server.shutdown()
        server.server_close()
        for process in kubernetes.processes.values():
            process.kill()
            process.wait(30)
