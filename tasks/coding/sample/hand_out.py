"""Hand the sample out: for each reader a workbook and a file of tasks for Label Studio (method 5.3).

A sheet that is there stays as it is: somebody may have answered in it. Each drawing has sheets of its own, so
that a larger sample asks nobody anything twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from data.codebook import Codebook
from data.writing import make_folder
from tasks.coding.redaction.masked import as_seen, is_masked, mask_from_now_on
from tasks.coding.results import FOLDER, SHEETS, HandedOut, Item, Sample
from tasks.coding.sample.draw import order_for

LABEL_STUDIO: Final = "label-studio"
_HERE: Final = f"{FOLDER}/{SHEETS}"


def hand_out(sample: Sample, seed: int, folder: Path, *, redact: bool = False) -> HandedOut:
    """Write the sheets that are not there yet.

    Args:
        sample: The sample, with the readers of each alert.
        seed: ``[coding] seed``, of the order in which each reader sees the alerts.
        folder: The folder ``coding/`` of the investigation; it exists.
        redact: Whether telephone numbers and the like are masked in titles and descriptions, from now on.

    Returns:
        What was written, and what stayed.
    """
    if redact or is_masked(folder):
        mask_from_now_on(sample.items, folder)
    seen = {item.alert: item for item in as_seen(sample.items, folder)}
    written, kept = [], []
    for reader, draw in sorted({(reader, each.draw) for each in sample.alerts for reader in each.readers}):
        items = [seen[item.alert] for item in items_of(sample, reader, draw, seed)]
        for name, write in _forms(reader, draw, items, sample.codebook, seed):
            path = folder / SHEETS / name
            if path.exists():
                kept.append(f"{_HERE}/{name}")
                continue
            make_folder(path.parent)
            write(path)
            written.append(f"{_HERE}/{name}")
    return HandedOut(tuple(written), tuple(kept))


def items_of(sample: Sample, reader: str, draw: int, seed: int) -> list[Item]:
    """The alerts of one drawing that a reader codes, in the order in which this reader sees them.

    Args:
        sample: The sample.
        reader: The reader.
        draw: The drawing.
        seed: ``[coding] seed``.
    """
    own = {one.item.alert: one.item for one in sample.alerts if one.draw == draw and reader in one.readers}
    return [own[alert] for alert in order_for(reader, own, seed)]


def _forms(
    reader: str, draw: int, items: Sequence[Item], codebook: Codebook, seed: int
) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """The forms in which a reader gets alerts: each file's name below ``sheets/``, and what writes it."""
    # No reader's name has a full stop: the sheets of a later drawing are nobody else's.
    more = "" if draw == 1 else f".{draw}"
    from tasks.coding.sheets.label_studio import write_label_studio
    from tasks.coding.sheets.workbook import write_workbook

    yield f"{reader}{more}.xlsx", lambda path: write_workbook(path, reader, items, codebook, seed)
    name = f"{LABEL_STUDIO}{more}/tasks-{reader}.json"
    yield name, lambda path: write_label_studio(path.parent, reader, items, codebook)
