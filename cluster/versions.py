"""Client, scheduler and workers must run the same versions: otherwise two runs differ, or one hangs."""

import inspect
import logging
import pickle
from collections.abc import Mapping
from typing import Any, Final

from distributed import Client
from distributed.diagnostics.plugin import SchedulerPlugin

from cluster import probe
from data.errors import InputError

log = logging.getLogger(__name__)

_FIX: Final = "start them all from one image or environment, that of this run"
_SHOWN: Final = 3


def check_versions(client: Client) -> None:
    """Ask the scheduler and every worker which versions run there, and compare them with those here.

    Python, libpff, this program and the text of its code, distributed, pyarrow, numpy and pandas must be
    equal. The scheduler needs them all too, because it unpickles what is sent to the workers.

    Args:
        client: The cluster.

    Raises:
        InputError: Something differs; the line names where, what, and both values.
    """
    here = probe.report()
    sent = _Sent("report()")
    answers: dict[str, Any] = {
        f"the Dask scheduler {client.scheduler.address}": client.run_on_scheduler(*sent.call)
    }
    for address, answer in client.run(*sent.call, on_error="return").items():
        # A worker that left meanwhile answers with an error of the connection; it does no work either.
        if not isinstance(answer, OSError):
            answers[f"the Dask worker {address}"] = answer
    wrong = [f"{who}: {differs}" for who, answer in answers.items() if (differs := _differs(answer, here))]
    if wrong:
        more = f" (and {len(wrong) - _SHOWN} more)" if len(wrong) > _SHOWN else ""
        raise InputError(f"{'; '.join(wrong[:_SHOWN])}{more}; {_FIX}")


def guard(client: Client) -> None:
    """Send away workers that join later and differ, for as long as the client is connected.

    Args:
        client: The cluster. A refusal is logged here as a warning, and by the worker as an error.
    """
    client.subscribe_topic(probe.TOPIC, _log_refusal)
    client.register_plugin(_Guard(client.id, _Sent("Refusal(expected)", expected=probe.report())))


class _Guard(SchedulerPlugin):
    """Becomes the plugin `cluster.probe.Guard` where it is unpickled, on the scheduler."""

    def __init__(self, client: str, refusal: "_Sent") -> None:
        self.name = f"nwatch-guard-{client}"
        self.sent = _Sent("Guard(client, refusal)", client=client, refusal=pickle.dumps(refusal))

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.sent.__reduce__()


class _Sent:
    """An expression over the text of `cluster.probe` that is evaluated where it is unpickled.

    Args:
        expression: Python, with the names of that module.
        names: More names for the expression, with their values.
    """

    def __init__(self, expression: str, **names: object) -> None:
        spaces = {"__name__": "nwatch_probe", "source": inspect.getsource(probe), **names}
        self.call = (eval, f"exec(source, globals()) or {expression}", spaces)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call[0], self.call[1:]


def _differs(answer: object, here: Mapping[str, str]) -> str:
    if not isinstance(answer, Mapping):
        return f"cannot say which versions it runs ({answer!r})"
    return probe.differences(dict(answer), dict(here))


def _log_refusal(event: tuple[float, str]) -> None:
    """Log why a worker was refused, in its own words."""
    log.warning("%s; %s", event[1], _FIX)
