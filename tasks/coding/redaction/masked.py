"""The texts as readers see them where they are masked: the same in each sheet and tool (method 5.10).

They are made once and kept in ``coding/masked.parquet``: a later version of the program with other rules
shows nobody another text. A sheet with masked texts does not have the alert's id: that is a hash of the whole
text, by which a number that is masked could be found by trying all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import InputError
from data.tables import write_parquet
from data.writing import is_file, replacing
from tasks.coding.results import Item, Mask
from tasks.coding.sample.draw import Alert

MASKED: Final = "masked.parquet"
"""The file of ``coding/`` with the masked texts; where it is, all that readers get from now on is masked."""

_COLUMNS: Final = ("agency", "alert_id", "sheet_id", "title", "description")


def mask_from_now_on(items: Iterable[Item], folder: Path) -> None:
    """Have texts masked in all that readers get from now on; what is masked already stays as it is.

    Args:
        items: The alerts of the sample.
        folder: The folder ``coding/`` of the investigation; it exists.

    Raises:
        InputError: The file was damaged.
        OSError: It cannot be written.
    """
    known = _read(folder) or {}
    more = {item.alert: masked(item) for item in items if item.alert not in known}
    path = folder / MASKED
    if more or not is_file(path):
        rows = sorted((known | more).items())
        texts = zip(*((*alert, one.sheet_id, one.title, one.description) for alert, one in rows), strict=True)
        columns = list(texts) or [()] * len(_COLUMNS)
        table = pa.table({name: pa.array(c, pa.string()) for name, c in zip(_COLUMNS, columns, strict=True)})
        with replacing(path) as beside:
            write_parquet(table, beside)


def is_masked(folder: Path) -> bool:
    """Whether readers see masked texts.

    Args:
        folder: The folder ``coding/`` of the investigation.
    """
    return is_file(folder / MASKED)


def with_masks(items: Iterable[Item], folder: Path) -> list[Item]:
    """The alerts as they are, each with what readers see of it where it is masked.

    Args:
        items: The alerts.
        folder: The folder ``coding/`` of the investigation.

    Raises:
        InputError: The file of the masks was damaged.
    """
    known = _read(folder)
    if known is None:
        return list(items)
    return [replace(one, mask=known.get(one.alert) or masked(one)) for one in items]


def as_seen(items: Iterable[Item], folder: Path) -> list[Item]:
    """The alerts with the texts that readers see.

    Args:
        items: The alerts.
        folder: The folder ``coding/`` of the investigation.

    Raises:
        InputError: The file of the masks was damaged.
    """
    return [
        one if one.mask is None else replace(one, title=one.mask.title, description=one.mask.description)
        for one in with_masks(items, folder)
    ]


def masked(item: Item) -> Mask:
    """What readers see of an alert, and what names it in their sheets: a hash of what they see alone.

    Args:
        item: The alert.
    """
    from tasks.coding.redaction.redact import redact

    title, description = redact(item.title), redact(item.description)
    seen = "\0".join((str(item.number), item.alert[0], title, description))
    return Mask(hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:32], title, description)


def _read(folder: Path) -> dict[Alert, Mask] | None:
    """The masks by alert; None where nothing is masked."""
    path = folder / MASKED
    try:
        columns = pq.read_table(path, columns=list(_COLUMNS)).columns
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        return {(agency, name): Mask(*map(str, texts)) for agency, name, *texts in rows}
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException, ValueError, TypeError):
        raise InputError(
            f"coding/{MASKED}: was damaged; put it back from a copy: it tells which alerts the masked sheets "
            "are of"
        ) from None
