"""Where does it run? One function, `connect`, that gives a Dask client from settings.

This room knows neither what is computed (`tasks`) nor in what order (`flows`); it imports neither.

`connect` is loaded on first use, because importing Dask costs most of a second that `nwatch --help` must
not pay.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cluster.client import connect
    from cluster.settings import ClusterSettings, settings_from_environment

__all__ = ["ClusterSettings", "connect", "settings_from_environment"]


def __getattr__(name: str) -> Any:
    """Load `connect` or the settings when they are first asked for (PEP 562)."""
    if name == "connect":
        from cluster.client import connect

        return connect
    if name in __all__:
        from cluster import settings

        return getattr(settings, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
