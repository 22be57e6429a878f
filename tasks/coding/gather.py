"""Gather what came back in ``coding/returned/``: every file by its form, in an order that no disk decides."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data.codebook import Codebook
from data.errors import InputError
from tasks.coding.look import returned_files
from tasks.coding.results import Fault, Item, Returned

_Read = Callable[[Path, str, Codebook, Sequence[Item]], Returned]

FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".xlsx": "tasks.coding.read_workbook",
        ".csv": "tasks.coding.read_csv",
        ".json": "tasks.coding.label_studio",
        ".jsonl": "tasks.coding.terminal",
        # It says of each of these how to save it.
        **dict.fromkeys((".xlsm", ".xls", ".xlsb", ".ods", ".numbers"), "tasks.coding.read_workbook"),
    }
)
"""The module that reads files of a form: each has ``read(path, label, codebook, items)``."""

ASKED: Final = (".xlsx", ".csv", ".json", ".jsonl")
"""The forms that are handed out, or that a file can be saved as."""

IN_WORK: Final = ".jsonl"
"""The form that grows while a reader works: what is not in it is still to come, and not missing."""


@dataclass(frozen=True)
class Gathered:
    """All that came back.

    Attributes:
        returned: What each file gave, in the order of their names.
        files: The SHA-256 and the size in bytes of each file, by its name.
    """

    returned: tuple[Returned, ...]
    files: Mapping[str, tuple[str, int]]


def gather(folder: Path, codebook: Codebook, items: Sequence[Item]) -> Gathered:
    """Read all files that came back.

    A file that cannot be read is a fault, and the others are read: one broken sheet holds up no one.

    Args:
        folder: The folder ``coding/`` of the investigation.
        codebook: What was asked.
        items: The alerts of the sample.
    """
    returned: list[Returned] = []
    files: dict[str, tuple[str, int]] = {}
    for label, path in returned_files(folder):
        try:
            content = path.read_bytes()
        except OSError as error:
            what = f"cannot be read ({error.strerror}); make it readable, or move it away"
            returned.append(Returned(faults=(Fault(label, None, what),)))
            continue
        files[label] = (hashlib.sha256(content).hexdigest(), len(content))
        returned.append(_read(path, label, codebook, items))
    return Gathered(tuple(returned), files)


def _read(path: Path, label: str, codebook: Codebook, items: Sequence[Item]) -> Returned:
    module = FORMS.get(path.suffix.lower())
    if module is None:
        what = f"is none of {', '.join(ASKED)}; save it as one of them, or move it away"
        return Returned(faults=(Fault(label, None, what),))
    try:
        read: _Read = import_module(module).read
        return read(path, label, codebook, items)
    except InputError as error:
        # The error names the file; the fault does so already.
        return Returned(faults=(Fault(label, None, str(error).removeprefix(f"{label}: ")),))
