"""What a rule of the method did in this run: its parameters and counts, in sentences below the rule.

Each module here has a mapping ``RULES`` from the number of a rule, as "7.6", to what says its sentences of a
:class:`~tasks.report.results.Story`; its name is in :data:`MODULES`. The section of the methods shows a rule
as ``docs/method.md`` states it, and below it "In this run:" with these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Final

from tasks.report.results import Story

Said = Callable[[Story], Iterable[str]]
"""The sentences about a rule, as plain text, each number from the run; none where the rule was not used."""

MODULES: Final[tuple[str, ...]] = (
    "messages",
    "alerts",
    "posts",
    "income",
    "choice",
    "crime",
    "closing",
)
"""The names of the modules."""


def rules() -> dict[str, tuple[Said, ...]]:
    """What is said of each rule, by its number."""
    found: dict[str, tuple[Said, ...]] = {}
    for name in MODULES:
        stated: Mapping[str, Said] = import_module(f"{__name__}.{name}").RULES
        for number, said in stated.items():
            found[number] = (*found.get(number, ()), said)
    return found


def said_of(number: str, story: Story) -> tuple[str, ...]:
    """The sentences about a rule in this run.

    Args:
        number: The rule, as "7.6".
        story: The results.
    """
    return tuple(sentence for said in rules().get(number, ()) for sentence in said(story))
