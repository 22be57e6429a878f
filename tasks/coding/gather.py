"""Gather what came back in ``coding/returned/``: every file by its form, in an order that no disk decides."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data.codebook import Codebook
from data.errors import InputError
from data.opening import check_folder, regular
from data.record_names import as_label
from tasks.coding.look import entries_of, returned_files
from tasks.coding.results import RETURNED, Fault, Item, Returned

_Read = Callable[[Path, str, Codebook, Sequence[Item]], Returned]

FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".xlsx": "tasks.coding.sheets.read_workbook",
        ".csv": "tasks.coding.sheets.read_csv",
        ".json": "tasks.coding.sheets.label_studio",
        ".jsonl": "tasks.coding.terminal",
        # It says of each of these how to save it.
        **dict.fromkeys((".xlsm", ".xls", ".xlsb", ".ods", ".numbers"), "tasks.coding.sheets.read_workbook"),
    }
)
"""The module that reads files of a form: each has ``read(path, label, codebook, items)``."""

ASKED: Final = (".xlsx", ".csv", ".json", ".jsonl")
"""The forms that are handed out, or that a file can be saved as."""


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
    returned = [Returned(faults=tuple(not_files(folder)))]
    files: dict[str, tuple[str, int]] = {}
    for label, path in returned_files(folder):
        try:
            with path.open("rb") as file:
                files[label] = (hashlib.file_digest(file, "sha256").hexdigest(), file.tell())
            returned.append(_read(path, label, codebook, items))
        except OSError as error:
            what = f"cannot be read ({error.strerror}); make it readable, or move it away"
            returned.append(Returned(faults=(Fault(label, None, what),)))
    return Gathered(tuple(returned), files)


def not_files(folder: Path) -> Iterator[Fault]:
    """What lies where files come back and is none, so that nothing of it is read.

    Args:
        folder: The folder ``coding/`` of the investigation.
    """
    top = folder / RETURNED
    try:
        check_folder(top, as_label(top, folder.parent))
    except InputError as error:
        yield _whole(as_label(top, folder.parent), error)
        return
    for path in sorted(entries_of(folder)):
        label = as_label(path, folder.parent)
        if path.is_dir():
            if path.parent != top:
                yield Fault(
                    label, None, "is a folder in a folder, and nothing in it is read; move its files up"
                )
            elif path.suffix.lower() in FORMS:
                yield Fault(label, None, "is a folder, and no sheet; put the file itself there")
            elif not os.access(path, os.R_OK | os.X_OK):
                yield Fault(label, None, "cannot be looked into; make it readable, or move it away")
            continue
        try:
            regular(path, label)
        except InputError as error:
            yield _whole(label, error)


def _whole(label: str, error: InputError) -> Fault:
    """An error that names the file, as a line that does so already."""
    return Fault(label, None, str(error).removeprefix(f"{label}: "))


def _read(path: Path, label: str, codebook: Codebook, items: Sequence[Item]) -> Returned:
    module = FORMS.get(path.suffix.lower())
    if module is None:
        what = f"is none of {', '.join(ASKED)}; save it as one of them, or move it away"
        return Returned(faults=(Fault(label, None, what),))
    try:
        read: _Read = import_module(module).read
        return read(path, label, codebook, items)
    except InputError as error:
        return Returned(faults=(_whole(label, error),))
