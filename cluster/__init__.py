"""Where does it run? One function, `connect`, that gives a Dask client from settings.

This room knows neither what is computed (`tasks`) nor in what order (`flows`); it imports neither.

The names are loaded on first use, because importing Dask costs about a second that `nwatch --help` must not pay.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cluster.client import Cluster, connect
    from cluster.settings import ClusterSettings

__all__ = ["Cluster", "ClusterSettings", "connect"]


def __getattr__(name: str) -> Any:
    """Load `ClusterSettings`, `Cluster` or `connect` when it is first asked for (PEP 562)."""
    if name == "ClusterSettings":
        from cluster.settings import ClusterSettings

        return ClusterSettings
    if name in {"Cluster", "connect"}:
        from cluster import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
