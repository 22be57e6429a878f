"""Writes what a partition has found of attachments, in a file beside that of the mail."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.schema import TABLES
from data.sealed import seal
from data.writing import as_its_folder, make_folder
from tasks.mail.attached import Attached

_FACTS: Final = tuple(
    column.name for column in TABLES["work/attachments"].columns if column.name != "node_id"
)
_ROWS: Final = 50_000
"""Rows of attachments that are written together."""


def name_beside(target: Path) -> Path:
    """Where a file is written before it gets its name."""
    return target.with_name(f".{target.name}.{os.getpid()}.partial")


class AttachmentWriter:
    """Writes the second file of a partition, if there is anything to write.

    Attributes:
        count: Attachments so far.
        unlisted: Those among them of which only the place is known yet (``tasks.mail.listing``).
    """

    def __init__(self, target: Path) -> None:
        """Prepare writing; nothing is on the disk before the first row."""
        self._target = target
        self._beside = name_beside(target)
        self._rows: list[tuple[int, Attached]] = []
        self._writer: pq.ParquetWriter | None = None
        self._open = ExitStack()
        self.count = self.unlisted = 0

    def add(self, node_id: int, attachments: Sequence[Attached]) -> None:
        """Add the attachments of a message."""
        self._rows += [(node_id, attached) for attached in attachments]
        self.count += len(attachments)
        self.unlisted += sum(not attached.content for attached in attachments)
        if len(self._rows) >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._writer is None:
            schema = TABLES["work/attachments"].arrow
            make_folder(self._beside.parent)
            self._writer = self._open.enter_context(
                pq.ParquetWriter(self._beside, schema, compression="lz4", write_statistics=False)
            )
        self._writer.write_batch(_batch(self._rows))
        self._rows = []

    def finish(self) -> None:
        """Give the file its name; one of an earlier, broken run goes where there is nothing to write."""
        if self._rows:
            self._flush()
        self._open.close()
        if self._writer is not None:
            seal(self._beside, self._target)
            as_its_folder(self._beside)
            self._beside.replace(self._target)
        else:
            self._target.unlink(missing_ok=True)

    def __enter__(self) -> AttachmentWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self._beside.unlink(missing_ok=True)


def _batch(rows: Sequence[tuple[int, Attached]]) -> pa.RecordBatch:
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for _, row in rows] for name in _FACTS}
    columns["node_id"] = [node_id for node_id, _ in rows]
    return pa.RecordBatch.from_pydict(columns, schema=TABLES["work/attachments"].arrow)
