"""The kinds of cluster. Each is one module, which says in its `KIND` all that the rest of the program needs.

To add a kind, write its module and add a line to `MODULES`. Such a module is loaded whenever settings are
read, so it imports Dask and what speaks to the cluster inside its functions: that costs most of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import InputError
from data.extras import how_to_install

if TYPE_CHECKING:
    from distributed import Client

    from cluster.settings import ClusterSettings

MODULES: Final = (
    "cluster.local",
    "cluster.existing",
    "cluster.kubernetes",
    "cluster.slurm",
)
"""The modules of all kinds, one line each."""

FROM_ENVIRONMENT: Final = SettingsConfigDict(
    env_prefix="NWATCH_", env_ignore_empty=True, extra="ignore", frozen=True
)
"""How settings are read: from variables ``NWATCH_…``, where an empty one counts as not set."""


class KindSettings(BaseSettings):
    """The settings that one kind alone has; a kind derives its own from this class."""

    model_config = FROM_ENVIRONMENT


def _nothing(*_: object) -> None:
    """What a kind does that has nothing to check or to prepare."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of cluster.

    Attributes:
        name: The word for it in ``NWATCH_KIND``.
        settings: Its own settings, a subclass of `KindSettings`; their names are variables ``NWATCH_…``.
        open: Opens a cluster, gives its client, and closes what it opened.
        where_to_look: What the user can do to see why there is no worker, or to start one: the end of a line.
        more_memory: What the user can do to give a worker more memory: the end of a line.
        needed: Names of settings that it cannot do without.
        implied_by: The one of its settings that means this kind even where ``NWATCH_KIND`` is not set.
        check: Raises `ValueError` where its settings do not go together.
        extra: The extra of this package that it needs; empty if none.
        library: A module that cannot be imported without this extra.
        waits: Whether its workers come some time after it was opened, so that the first one is waited for.
        has_others: Whether scheduler or workers may run something other than this process does, so that their
            versions are compared.
        prepare: Begins to load what workers will need, the modules that are given, before the cluster is
            opened.

    Example:
        >>> sorted(kinds())
        ['address', 'kubernetes', 'local', 'slurm']
    """

    name: str
    settings: type[KindSettings]
    open: Callable[[ClusterSettings], AbstractContextManager[Client]]
    where_to_look: Callable[[ClusterSettings], str]
    more_memory: str = "give each of them more"
    needed: Sequence[str] = ()
    implied_by: str | None = None
    check: Callable[[ClusterSettings], None] = _nothing
    extra: str = ""
    library: str = ""
    waits: bool = False
    has_others: Callable[[ClusterSettings], bool] = lambda _: True
    prepare: Callable[[Sequence[str]], object] = _nothing

    def check_installed(self) -> None:
        """Check that what this kind needs is installed.

        Raises:
            InputError: It is not; the line says how to install it.
        """
        if not self.library:
            return
        try:
            import_module(self.library)
        except ImportError as error:
            raise InputError(
                f"NWATCH_KIND is {self.name}, but the extra that it needs is not installed; "
                f"install it {how_to_install(self.extra)}"
            ) from error


def kinds() -> Mapping[str, Kind]:
    """All kinds by name, in the order of `MODULES`."""
    found = [import_module(module).KIND for module in MODULES]
    return {kind.name: kind for kind in found}


def kind_of(settings: ClusterSettings) -> Kind:
    """The kind that the settings choose.

    Args:
        settings: Where the work runs.
    """
    return kinds()[settings.kind]
