"""Which variables `NWATCH_…` there are, so that a mistyped one is told of instead of passed over."""

from collections.abc import Mapping
from typing import Final

from cluster.settings import ClusterSettings
from data.text import nearest

PREFIX: Final = "NWATCH_"

OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "prefect.yaml": ("NWATCH_FOLDER", "NWATCH_CODE"),
    "docker/compose.yaml": (
        "NWATCH_INVESTIGATION", "NWATCH_SECRETS", "NWATCH_USER",
        "NWATCH_IMAGE", "NWATCH_POSTGRES", "NWATCH_BASE",
        "NWATCH_UI_PORT", "NWATCH_UI_URL", "NWATCH_DASHBOARD_PORT",
        "NWATCH_WORKER_MEMORY", "NWATCH_WORKER_CPUS", "NWATCH_RUNNER_MEMORY",
    ),
    "tests": ("NWATCH_REAL", "NWATCH_UPDATE_README"),
}  # fmt: skip
"""Variables beside those of the cluster, by what reads them; a run passes them over."""


def known() -> frozenset[str]:
    """All variables `NWATCH_…` that anything of this program reads."""
    settings = {f"{PREFIX}{name}".upper() for name in ClusterSettings.model_fields}
    return frozenset(settings.union(*OTHERS.values()))


def unknown(environment: Mapping[str, str]) -> list[str]:
    """A line for each variable `NWATCH_…` that nothing reads, with the one that was most likely meant.

    It is no error: what else is set where a run starts by itself must not keep it from starting.

    Args:
        environment: Variables and their values; letter case does not count, and an empty one is not set.

    Example:
        >>> unknown({"NWATCH_REAL": "/data", "PATH": "/bin"})
        []
    """
    names = known()
    return [
        f"{name} is set, and there is no such setting; {_mend(name, names)}"
        for name, value in sorted(environment.items())
        if value and name.upper().startswith(PREFIX) and name.upper() not in names
    ]


def _mend(name: str, names: frozenset[str]) -> str:
    # Without what is the same in all of them, or each would be near to each.
    near = nearest(name.upper().removeprefix(PREFIX), {known.removeprefix(PREFIX) for known in names})
    return f"did you mean {PREFIX}{near}?" if near else "unset it"
