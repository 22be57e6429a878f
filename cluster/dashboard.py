"""The dashboards of a local cluster, loaded when somebody looks at them.

What they are drawn with takes half a second to load, in the client and in what workers are forked from; most
runs end unseen.
"""

from importlib import import_module
from typing import Any

from distributed import LocalCluster, Nanny, Worker
from tornado import web


class Later(web.Application):
    """The pages of a dashboard, of which the first that is asked for loads all.

    Args:
        node: The scheduler or worker that they show.
        module: The module of Dask that has them.
    """

    def __init__(self, node: Any, module: str) -> None:
        super().__init__()
        self._node = node
        self._module = module

    def find_handler(self, request: Any, **given: Any) -> Any:
        """Put the pages where this stands, and let them answer."""
        served = self._node.http_application
        served.applications.remove(self)
        import_module(self._module).connect(served, self._node.http_server, self._node)
        return served.find_handler(request, **given)


class LookedAtWorker(Worker):
    """A worker with a dashboard that is loaded later."""

    async def start_unsafe(self) -> Any:
        """Start, and have the dashboard at hand."""
        started = await super().start_unsafe()
        self.http_application.add_application(Later(self, "distributed.dashboard.worker"))
        return started


class LookedAtNanny(Nanny):
    """Starts such workers; a local cluster says of each that it shall have its dashboard at once."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **{**given, "dashboard": False, "worker_class": LookedAtWorker})


def look_later(cluster: LocalCluster) -> None:
    """Have the scheduler's dashboard at hand, where none was loaded."""
    scheduler = cluster.scheduler
    scheduler.http_application.add_application(Later(scheduler, "distributed.dashboard.scheduler"))
