"""Where does it run? One function, `connect`, makes a Dask client from settings.

This room knows neither what is computed (`tasks`) nor in what order (`flows`), and imports neither. A kind of
cluster is one module (`cluster.kinds`).

`connect` is loaded on first use: importing Dask takes most of a second, which `nwatch --help` must not spend.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cluster.client import connect
    from cluster.settings import ClusterSettings, settings_from_environment

__all__ = ["ClusterSettings", "connect", "settings_from_environment"]


def __getattr__(name: str) -> Any:
    """Load `connect` or the settings on first use (PEP 562)."""
    if name == "connect":
        from cluster.client import connect

        return connect
    if name in __all__:
        from cluster import settings

        return getattr(settings, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
