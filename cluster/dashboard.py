"""The dashboards of a local cluster, loaded when somebody opens them.

The libraries that draw them take half a second to load, in the client and in the process that workers are
forked from, and nobody opens the dashboards of most runs.
"""

from importlib import import_module
from typing import Any

from distributed import LocalCluster, Nanny, Worker
from tornado import web


class LazyPages(web.Application):
    """The pages of a dashboard; the first request loads them all.

    Args:
        node: The scheduler or worker that they show.
        module: The module of Dask that defines them.
    """

    def __init__(self, node: Any, module: str) -> None:
        super().__init__()
        self._node = node
        self._module = module

    def find_handler(self, request: Any, **given: Any) -> Any:
        """Replace this application by the pages, and let them answer."""
        served = self._node.http_application
        served.applications.remove(self)
        import_module(self._module).connect(served, self._node.http_server, self._node)
        return served.find_handler(request, **given)


class LazyDashboardWorker(Worker):
    """A worker whose dashboard is loaded on the first request."""

    async def start_unsafe(self) -> Any:
        """Start, and add the dashboard."""
        started = await super().start_unsafe()
        self.http_application.add_application(LazyPages(self, "distributed.dashboard.worker"))
        return started


class LazyDashboardNanny(Nanny):
    """Starts such workers, although a local cluster asks for workers that load their dashboard at once."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **{**given, "dashboard": False, "worker_class": LazyDashboardWorker})


def add_lazy_dashboard(cluster: LocalCluster) -> None:
    """Add the scheduler's dashboard to a cluster that was started without one."""
    scheduler = cluster.scheduler
    scheduler.http_application.add_application(LazyPages(scheduler, "distributed.dashboard.scheduler"))
