"""Whether readers see texts as they are, or masked: the same in each sheet and tool (method 5.10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from data.writing import replacing
from tasks.coding.results import Item

MARK: Final = "masked.txt"
"""The file of ``coding/`` that says so: readers who are named later see what the others saw."""

_SAYS: Final = (
    "Telephone numbers, e-mail addresses, street numbers and license plates are masked in what readers see,\n"
    "in sheets and in the terminal. Remove this file to show them in sheets that are made from now on.\n"
)


def mask_from_now_on(folder: Path) -> None:
    """Have texts masked in all that readers get from now on.

    Args:
        folder: The folder ``coding/`` of the investigation; it exists.

    Raises:
        OSError: It cannot be written.
    """
    with replacing(folder / MARK) as beside:
        beside.write_text(_SAYS, encoding="utf-8")


def as_seen(items: Iterable[Item], folder: Path) -> list[Item]:
    """The alerts with the texts that readers see.

    Args:
        items: The alerts.
        folder: The folder ``coding/`` of the investigation.
    """
    if not (folder / MARK).is_file():
        return list(items)
    from tasks.coding.redact import redact

    return [replace(one, title=redact(one.title), description=redact(one.description)) for one in items]
