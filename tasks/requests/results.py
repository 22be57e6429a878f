"""What the requests room hands on: the records requests, and the few numbers that sum them up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow as pa

from tasks.rows.results import InputFile, Recognised


@dataclass(frozen=True)
class Summary:
    """How many agencies were asked, and what came.

    Attributes:
        asked: Requests.
        answered: Requests that an agency has answered, whatever the answer: neither pending nor withdrawn.
        mailboxes: Mailboxes in the folders that requests name; one that two requests share counts once.
        bytes: Their total size.
    """

    asked: int
    answered: int
    mailboxes: int
    bytes: int


@dataclass(frozen=True)
class Requests:
    """The records requests of an investigation, read and checked.

    Attributes:
        table: Rows of ``public/requests``, by agency and day.
        rows: Requests in the file, counted independently of the reading.
        files: The file.
        warnings: One line each, for the run's last lines.
        recognised: What the file is, where it is no plain CSV.
    """

    table: pa.Table
    rows: int
    files: tuple[InputFile, ...]
    warnings: tuple[str, ...]
    recognised: tuple[Recognised, ...] = ()

    @property
    def summary(self) -> Summary:
        """The numbers for the report and the run's summary."""
        return summary_of(self.table)


def summary_of(table: pa.Table) -> Summary:
    """Sum up rows of ``public/requests``.

    Args:
        table: The rows, in any order.

    Returns:
        The numbers. A folder inside another one that is named too adds nothing to it.

    Example:
        >>> summary_of(
        ...     pa.table(
        ...         {
        ...             "status": ["fulfilled", "fulfilled", "pending"],
        ...             "records": ["lapd", "lapd/2019", None],
        ...             "mailboxes": [3, 1, 0],
        ...             "bytes": [300, 100, 0],
        ...         }
        ...     )
        ... )
        Summary(asked=3, answered=2, mailboxes=3, bytes=300)
    """
    rows = table.select(["status", "records", "mailboxes", "bytes"]).to_pylist()
    folders = {row["records"]: row for row in rows if row["records"] is not None}
    whole = [row for name, row in folders.items() if not folders.keys() & _above(name)]
    return Summary(
        asked=len(rows),
        answered=sum(row["status"] not in {"pending", "withdrawn"} for row in rows),
        mailboxes=sum(row["mailboxes"] for row in whole),
        bytes=sum(row["bytes"] for row in whole),
    )


def _above(folder: str) -> set[str]:
    """The folders that contain a folder of ``records/``."""
    return {parent.as_posix() for parent in PurePosixPath(folder).parents}
