"""The modules that workers need for the tasks of each part of a run; known before Prefect and Dask load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "mail": ("tasks.mail.execute", "tasks.alerts.batches"),
    "posts": ("tasks.posts.gather", "tasks.places.locate", "tasks.income.tabulate", "esda.moran"),
    "crime": ("tasks.crime.gather", "tasks.places.locate", "tasks.income.tabulate", "esda.moran"),
}
"""By part; a part that is not here sends none."""

_BEFORE: Final[Mapping[str, tuple[str, ...]]] = {
    "mail": (*NEEDED["mail"], "pandas"),  # which Arrow loads with the first list that it is given
}
"""What is loaded before workers are forked: of the mail alone, whose libraries are known not to mind that."""


def needed(parts: Iterable[str]) -> list[str]:
    """The modules that some parts of a run send to the workers.

    >>> needed(["mail"])
    ['tasks.mail.execute', 'tasks.alerts.batches']
    """
    return list(dict.fromkeys(module for part in parts for module in NEEDED.get(part, ())))


def needed_before(parts: Iterable[str]) -> list[str]:
    """What the process shall have loaded from which workers of this machine are forked.

    >>> needed_before(["mail", "posts"])
    ['tasks.mail.execute', 'tasks.alerts.batches', 'pandas']
    """
    return list(dict.fromkeys(module for part in parts for module in _BEFORE.get(part, ())))
