"""The parts of a run: one page each, and the one list of them.

A new part is a page here, with a :class:`~flows.run.part.Part` named ``PART``, and its name in
:data:`PARTS`. ``docs/architecture.md`` takes you through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flows.run.part import Part

PARTS: tuple[str, ...] = ("mail", "posts", "crime", "gentrification", "selection", "requests", "coding")
"""The names of all parts, in the order in which they run. Each is a page, ``flows/parts/<name>.py``."""

PLANNED: Final[Mapping[str, tuple[str, ...]]] = {}
"""Parts of a later version, and the files that they will need: a run says that it does not read them."""


def get(name: str) -> Part:
    """Load a part.

    Args:
        name: One of :data:`PARTS`.
    """
    found: Part = import_module(f"{__name__}.{name}").PART
    return found


def load(names: Iterable[str] | None = None) -> tuple[Part, ...]:
    """Load some parts, in the order in which they run.

    Args:
        names: Their names; None for all.
    """
    wanted = PARTS if names is None else set(names)
    return tuple(get(name) for name in PARTS if name in wanted)


def worker_modules(parts: Iterable[Part]) -> list[str]:
    """The modules that some parts load on workers, each once; none where they need no workers."""
    return list(dict.fromkeys(module for part in parts for module in part.worker_modules))
