"""The door of the ledger room: the Prefect tasks that close the parts of a run.

Each is a plain function behind the door, as it is; what that says of arguments and errors holds of the task.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE

from tasks.alerts.ledger import close_mail
from tasks.crime.ledger import close_crimes
from tasks.ledger.table import keep
from tasks.posts.ledger import close_posts
from tasks.requests.ledger import close_requests
from tasks.selection.ledger import close_gentrification, close_selection

__all__ = [
    "close",
    "close_of_crimes",
    "close_of_gentrification",
    "close_of_posts",
    "close_of_requests",
    "close_of_selection",
    "keep",
]

P = ParamSpec("P")
R = TypeVar("R")


def _task(name: str, function: Callable[P, R]) -> Task[P, R]:
    return task(name=name, cache_policy=NO_CACHE, persist_result=False)(function)


close = _task("close the ledger", close_mail)
close_of_posts = _task("close the ledger of the posts", close_posts)
close_of_crimes = _task("close the ledger of the crimes", close_crimes)
close_of_gentrification = _task("close the ledger of gentrification", close_gentrification)
close_of_selection = _task("close the ledger of the selection", close_selection)
close_of_requests = _task("close the ledger of the requests", close_requests)
