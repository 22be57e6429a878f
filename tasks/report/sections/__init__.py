"""The sections of the report: one module each, and the one list of them.

A section is a module here with a :class:`~tasks.report.blocks.Section` named ``SECTION``, and its name in
:data:`SECTIONS`. A public table that no section shows is in the section of all tables all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Final

from tasks.report.blocks import Section

SECTIONS: Final[tuple[str, ...]] = (
    "found",
    "missing",
    "kinds",
    "alerts",
    "officers",
    "sample",
    "cities_overview",
    "cities",
    "crime",
    "selection",
    "requests",
    "published",
    "limits",
    "methods",
    "tables",
    "provenance",
)
"""The names of the modules, in the order of the page."""


def sections() -> Iterator[Section]:
    """All sections, in order."""
    for name in SECTIONS:
        section: Section = import_module(f"{__name__}.{name}").SECTION
        yield section
