"""Drawing many figures: on the workers, and only those that an earlier run has not drawn (method 13.7)."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from data.kept import code_of
from data.tables import csv_of
from data.values import fingerprint
from data.writing import is_file, make_folder, replacing
from tasks.figures.draw import draw
from tasks.figures.figure import Drawn, Figure
from tasks.scatter import run_each

FOLDER: Final = "figures"
"""The folder in ``work/kept`` with a file for each figure of the last report that can be kept."""

MANY: Final = 24
"""With fewer figures to draw, workers would take longer to start than this process to draw them."""

_BATCH: Final = 4
"""Figures of a piece of work."""

_PARTS: Final = ("svg", "png", "csv", "narrow")
_ONE: Final = threading.Lock()
"""Matplotlib's settings are the process's: workers that are threads of one draw one after another."""


def draw_all(
    figures: Sequence[Figure],
    client: Callable[[], Any] | None = None,
    kept: Path | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Drawn]:
    """Draw figures, here or on the workers; the bytes are the same.

    A figure is taken as it was kept if all that it is drawn from, and the code, are the same. One whose
    ``paint`` cannot be pickled, as a function inside another, is drawn each time.

    Args:
        figures: The figures; no two have the same key.
        client: Gives the ``distributed.Client`` of the run; not called where there is little to draw.
        kept: The folder of what earlier runs drew; figures that are not among these are removed from it.
        on_progress: Called with how many figures are there, and of how many.

    Returns:
        Each figure's files by its key, in the order of the figures.
    """
    names = {} if kept is None else _names(figures)
    found = {key: drawn for key, name in names.items() if (drawn := _read(kept, name)) is not None}
    wanted = [figure for figure in figures if figure.key not in found]
    ready = len(found)
    on_progress(ready, len(figures))
    for figure, drawn in _drawn(wanted, client, lambda done: on_progress(ready + done, len(figures))):
        found[figure.key] = drawn
        if kept is not None and figure.key in names:
            _write(kept / names[figure.key], drawn)
    if kept is not None:
        _clear(kept, set(names.values()))
    return {figure.key: found[figure.key] for figure in figures}


def _drawn(
    figures: Sequence[Figure], client: Callable[[], Any] | None, on_done: Callable[[int], None]
) -> Iterator[tuple[Figure, Drawn]]:
    if client is None or len(figures) < MANY:
        for place, figure in enumerate(figures):
            yield figure, draw(figure)
            on_done(place + 1)
        return
    # The large ones first: then all workers end at about the same time.
    ordered = sorted(figures, key=lambda figure: -figure.table.num_rows)
    batches = [ordered[at : at + _BATCH] for at in range(0, len(ordered), _BATCH)]
    made = run_each(client, draw_batch, batches, lambda done: on_done(min(done * _BATCH, len(figures))))
    yield from zip(ordered, (drawn for batch in made for drawn in batch), strict=True)


def draw_batch(figures: Sequence[Figure]) -> list[Drawn]:
    """Draw some figures on a worker.

    Args:
        figures: The figures.
    """
    with _ONE:
        return [draw(figure) for figure in figures]


def _names(figures: Sequence[Figure]) -> dict[str, str]:
    """The file of each figure that can be kept: its name says all that the figure is drawn from."""
    code = code_of("tasks/figures")
    found = {}
    for figure in figures:
        try:
            painted = pickle.dumps(figure.paint, protocol=5)
        except (pickle.PicklingError, AttributeError, TypeError):
            continue
        words = (figure.key, figure.title, figure.alt, figure.caption, figure.size, figure.narrow)
        contents = (hashlib.sha256(each).hexdigest() for each in (painted, csv_of(figure.table)))
        found[figure.key] = fingerprint(code, words, *contents)
    return found


def _write(path: Path, drawn: Drawn) -> None:
    """A file: the lengths of its parts and a seal in a line, then the parts."""
    parts = [getattr(drawn, name) for name in _PARTS]
    whole = b"".join(parts)
    head = " ".join([_seal(path.name, whole), *(str(len(part)) for part in parts)])
    make_folder(path.parent)
    with replacing(path) as beside:
        beside.write_bytes(head.encode() + b"\n" + whole)


def _read(kept: Path | None, name: str) -> Drawn | None:
    """A figure as it was kept; None where it is not there, or damaged: it is drawn again."""
    if kept is None or not is_file(kept / name):
        return None
    head, _, whole = (kept / name).read_bytes().partition(b"\n")
    sha256, *lengths = head.split(b" ")
    if _seal(name, whole).encode() != sha256 or len(lengths) != len(_PARTS):
        return None
    parts, at = [], 0
    for length in map(int, lengths):
        parts.append(whole[at : at + length])
        at += length
    return Drawn(*parts)


def _seal(name: str, whole: bytes) -> str:
    """The SHA-256 of a file's name and of its parts: another figure's file in its place is no right one."""
    return hashlib.sha256(f"{name}\n".encode() + whole).hexdigest()


def _clear(kept: Path, names: set[str]) -> None:
    """Remove the figures that no report shows any more."""
    for path in kept.glob("*") if kept.is_dir() else ():
        if path.name not in names and path.is_file():
            path.unlink()
