"""Which variables ``NWATCH_…`` there are, so that a mistyped one is reported instead of ignored."""

from collections.abc import Mapping
from typing import Final

from cluster.settings import setting_names
from data.text import nearest

PREFIX: Final = "NWATCH_"

OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "prefect.yaml": ("NWATCH_FOLDER", "NWATCH_CODE"),
    "docker/with-secrets": ("NWATCH_LOG",),
    "docker/compose.yaml": (
        "NWATCH_INVESTIGATION", "NWATCH_SECRETS", "NWATCH_USER",
        "NWATCH_IMAGE", "NWATCH_POSTGRES", "NWATCH_PROXY", "NWATCH_BASE",
        "NWATCH_UI_PORT", "NWATCH_UI_URL", "NWATCH_DASHBOARD_PORT", "NWATCH_DASHBOARD_URL",
        "NWATCH_KEEP_RUNS", "NWATCH_METRICS", "NWATCH_WORKER_PAGE",
        "NWATCH_PROMETHEUS", "NWATCH_PROMETHEUS_PORT", "NWATCH_PROMETHEUS_DATA",
        "NWATCH_WORKER_MEMORY", "NWATCH_WORKER_CPUS", "NWATCH_RUNNER_MEMORY",
    ),
    "tests": ("NWATCH_REAL", "NWATCH_UPDATE_README"),
}  # fmt: skip
"""Variables that are not settings of the cluster, by what reads them; a run ignores them."""


def known() -> frozenset[str]:
    """All variables ``NWATCH_…`` that any part of this program reads."""
    settings = {f"{PREFIX}{name}".upper() for name in setting_names()}
    return frozenset(settings.union(*OTHERS.values()))


def unknown(environment: Mapping[str, str]) -> list[str]:
    """A line for each variable ``NWATCH_…`` that nothing reads, with the one that was most likely meant.

    This is not an error: a scheduled run must start whatever else is set in its environment.

    Args:
        environment: Variables and their values; letter case does not matter, and an empty one is not set.

    Example:
        >>> unknown({"NWATCH_REAL": "/data", "PATH": "/bin"})
        []
    """
    names = known()
    return [
        f"{name} is not a known setting; {_fix(name, names)}"
        for name, value in sorted(environment.items())
        if value and name.upper().startswith(PREFIX) and name.upper() not in names
    ]


def _fix(name: str, names: frozenset[str]) -> str:
    # Compared without the prefix, which all of them share: with it, each would be near to each.
    near = nearest(name.upper().removeprefix(PREFIX), {known.removeprefix(PREFIX) for known in names})
    return f"did you mean {PREFIX}{near}?" if near else "unset it"
