"""``private/attachments``: what is attached to the messages of all mailboxes, from the partitions on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import InputError
from data.printable import printable
from data.schema import TABLES
from data.sealed import is_intact, seal_of
from data.tables import write_table
from tasks.mail.listing import listed_file
from tasks.mail.partitions import attachments_file
from tasks.mail.results import Inventory, MailSource

_WORK: Final = TABLES["work/attachments"]
_TABLE: Final = TABLES["private/attachments"]
_NAMED: Final = 3
"""Attached files with mail that a warning names."""


def write_inventory(sources: Sequence[MailSource], out: Path, *, hashed: bool = False) -> Inventory:
    """Write ``private/attachments``.

    Args:
        sources: The mailboxes of the run, read.
        out: The folder of the tables.
        hashed: Whether the hashes of attached files are in the table, as far as they have been computed
            (``tasks.mail.attachment_hashes``).

    Returns:
        What there is, counted in the table.

    Raises:
        InputError: A file of the work folder is missing or damaged; the message says what to do.
    """
    tables = [_rows(source, hashed) for source in sources if source.mail is not None]
    table = pa.concat_tables([_TABLE.arrow.empty_table().replace_schema_metadata(None), *tables])
    write_table(table, _TABLE, out)
    messages = table.filter(pc.equal(table.column("content"), "message"))
    # A mailbox that two agencies handed over is one source, and has the same rows for each.
    by_agency = messages.group_by(["agency", "source"]).aggregate([([], "count_all")]).to_pylist()
    return Inventory(
        table.num_rows,
        {row["source"]: row["count_all"] for row in by_agency},
        tuple(_warnings(table, sources)),
        tuple(_notes(table)),
    )


def _rows(source: MailSource, hashed: bool) -> pa.Table:
    """The attachments of one mailbox of an agency, as rows of the table."""
    found = pa.concat_tables([_WORK.arrow.empty_table(), *_read(source, hashed)], promote_options="default")
    if found.num_rows != source.attachments:
        raise InputError(
            f"work/mail/{source.mail.name if source.mail else ''}: the list of attachments beside it is not "
            "complete; delete this folder, and the next run reads the mailbox again"
        )
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        "agency": pa.repeat(pa.scalar(source.agency, pa.string()), found.num_rows),
        "source": pa.repeat(pa.scalar(source.source, pa.string()), found.num_rows),
        "attachment": found.column("path"),
    }
    if "sha256" not in found.column_names:
        columns["sha256"] = pa.nulls(found.num_rows, pa.string())
    return pa.table(
        [columns[name] if name in columns else found.column(name) for name in _TABLE.arrow.names],
        schema=_TABLE.arrow.remove_metadata(),
    )


def _read(source: MailSource, hashed: bool) -> Iterator[pa.Table]:
    """The attachments of each partition that has some."""
    for part in sorted(source.mail.glob("part-*.parquet")) if source.mail else ():
        path = attachments_file(part)
        if path.exists():
            try:
                complete = listed_file(path)
                rows = pq.read_table(complete if complete.exists() else path)
                if pc.any(pc.equal(rows.column("content"), "")).as_py():
                    return  # the list was not completed, and the number of rows will say so
                yield rows.append_column("sha256", _hashes(path, rows)) if hashed else rows
            except (pa.ArrowInvalid, OSError) as error:
                raise InputError(f"{path}: was damaged during the run; run again: it is read anew") from error


def contents_of_attachments(sources: Sequence[MailSource], *, hashed: bool) -> list[Any]:
    """What ``private/attachments`` is made from, by content.

    Args:
        sources: The mailboxes of the run, read: every list of attachments was verified, or written, in it.
        hashed: Whether the hashes of attached files are in the table.

    Returns:
        For each mailbox, in order, what the table and the notes say of it, and the checksums of its lists by
        partition; None for a list that is not there.
    """
    return [
        [
            source.agency,
            source.source,
            source.files[0],
            source.attachments,
            None if source.mail is None else [source.mail.name, *_checksums(source.mail, hashed=hashed)],
        ]
        for source in sources
    ]


def _checksums(folder: Path, *, hashed: bool) -> Iterator[list[Any]]:
    for part in sorted(folder.glob("part-*.parquet")):
        path = attachments_file(part)
        lists = (path, listed_file(path), *((hashes_file(path),) if hashed else ()))
        yield [part.name, *map(seal_of, lists)]


def hashes_file(path: Path) -> Path:
    """Where the hashes of a file of attachments are, row by row."""
    return path.with_name(path.name.replace("part-", "hash-", 1))


def _hashes(path: Path, rows: pa.Table) -> pa.ChunkedArray | pa.Array:
    """The hashes of a file of attachments; missing where nobody has computed them."""
    done = hashes_file(path)
    if not done.exists() or not is_intact(done):
        return pa.nulls(rows.num_rows, pa.string())
    hashes = pq.read_table(done).column("sha256")
    return hashes if len(hashes) == rows.num_rows else pa.nulls(rows.num_rows, pa.string())


def _warnings(table: pa.Table, sources: Sequence[MailSource]) -> Iterator[str]:
    """Attached files that hold mail, which nobody reads."""
    holding = table.filter(pc.is_valid(table.column("mail")))
    if not holding.num_rows:
        return
    forms = Counter(holding.column("mail").to_pylist())
    counted = ", ".join(f"{count:,} {form}" for form, count in sorted(forms.items()))
    files = {(source.agency, source.source): source.files[0] for source in sources}
    named = [
        f"{printable(row['name'] or 'a file without a name')} in {files[row['agency'], row['source']]}"
        for row in holding.slice(0, _NAMED).to_pylist()
    ]
    more = f" and {holding.num_rows - _NAMED:,} more" if holding.num_rows > _NAMED else ""
    yield (
        f"{holding.num_rows:,} attached files hold mail ({counted}), and it is not read: {'; '.join(named)}"
        f"{more}; they are in private/attachments, column mail: open them in Outlook, and export them as .pst"
    )


def _notes(table: pa.Table) -> Iterator[str]:
    """Attachments whose content is not in the mailbox."""
    count = pc.sum(pc.equal(table.column("content"), "reference")).as_py() or 0
    if count:
        yield (
            f"{count:,} attachments are only references to files elsewhere, which were not handed over "
            "(private/attachments, content 'reference')"
        )
