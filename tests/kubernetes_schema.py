"""Whether a manifest is one that Kubernetes takes: its own types, as the package ``kubernetes`` has them.

These types are generated from the API's own description (of release 1.37), field by field. As with
``kubeconform -strict``, unknown fields, wrong types and missing fields are found. A DaskCluster is checked
against the definition that the Dask operator installs, and its pods against the API's.
"""

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pydantic
import pytest
import yaml

KINDS = {
    ("v1", "Secret"): "V1Secret",
    ("v1", "Service"): "V1Service",
    ("v1", "ServiceAccount"): "V1ServiceAccount",
    ("v1", "PersistentVolumeClaim"): "V1PersistentVolumeClaim",
    ("v1", "Namespace"): "V1Namespace",
    ("v1", "ConfigMap"): "V1ConfigMap",
    ("v1", "Pod"): "V1Pod",
    ("apps/v1", "Deployment"): "V1Deployment",
    ("batch/v1", "Job"): "V1Job",
    ("rbac.authorization.k8s.io/v1", "Role"): "V1Role",
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): "V1RoleBinding",
    ("networking.k8s.io/v1", "NetworkPolicy"): "V1NetworkPolicy",
}


def mistakes(manifest: dict[str, Any]) -> list[str]:
    """What Kubernetes would not take; empty if it takes the manifest."""
    version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if (version, kind) == ("kubernetes.dask.org/v1", "DaskCluster"):
        return _of_dask(manifest)
    if (version, kind) not in KINDS:
        return [f"{kind} of {version} is no kind that is known here"]
    return _of(manifest, KINDS[str(version), str(kind)], str(kind))


def _of_dask(manifest: dict[str, Any]) -> list[str]:
    found = [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in jsonschema.Draft7Validator(_operator_s()).iter_errors(manifest["spec"])
    ]
    spec = manifest["spec"]
    for role in ("scheduler", "worker"):
        found += _of(spec[role]["spec"], "V1PodSpec", f"{role}.spec")
    return (
        found
        + _of(spec["scheduler"]["service"], "V1ServiceSpec", "service")
        + _of(manifest["metadata"], "V1ObjectMeta", "metadata")
    )


@cache
def operator_folder() -> Path:
    """The chart of the Dask operator, as dask-kubernetes has it."""
    installed = pytest.importorskip("dask_kubernetes", reason="dask-kubernetes is not installed")
    return Path(installed.__file__).parent / "operator/deployment/helm/dask-kubernetes-operator"


@cache
def _operator_s() -> dict[str, Any]:
    text = (operator_folder() / "crds/daskcluster.yaml").read_text(encoding="utf-8")
    (version,) = yaml.safe_load(text)["spec"]["versions"]
    return dict(_closed(version["schema"]["openAPIV3Schema"]["properties"]["spec"]))


def _closed(schema: Any) -> Any:
    """A schema that allows no other fields."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _closed(part) for name, part in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        inner["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        inner.pop("type", None)
    return inner


def _of(value: Any, kind: str, where: str) -> list[str]:
    """The mistakes in a value that is to be of one of the API's types."""
    client = pytest.importorskip("kubernetes.client", reason="the package kubernetes is not installed")
    try:
        taken = getattr(client, kind).model_validate(value, strict=True)
    except pydantic.ValidationError as error:
        return [f"{where}.{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    # The types also take the names of Python's fields, such as host_path, where YAML has hostPath.
    written = taken.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [] if written == value else [f"{where}: a field has no name of YAML: {written} for {value}"]
