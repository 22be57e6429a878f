"""``private/attachments``: what is attached to the messages of all mailboxes, from the partitions on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import InputError
from data.printable import printable
from data.schema import TABLES
from data.sealed import is_intact, seal_of
from data.streamed import write_streamed
from tasks.mail.listing import listed_file
from tasks.mail.partitions import attachments_file
from tasks.mail.results import Inventory, MailSource
from tasks.scatter import Workers, run_each

_WORK: Final = TABLES["work/attachments"]
_TABLE: Final = TABLES["private/attachments"]
_HERE: Final = 5_000
"""Attachments that are listed in the calling process: a worker would take longer to start."""
_NAMED: Final = 3
"""Attached files with mail that a warning names."""


@dataclass(frozen=True)
class _Work:
    """What is to be written: as the arguments of :func:`write_inventory`."""

    sources: tuple[MailSource, ...]
    out: Path
    hashed: bool


def write_inventory(
    sources: Sequence[MailSource], out: Path, *, hashed: bool = False, client: Workers | None = None
) -> Inventory:
    """Write ``private/attachments``.

    Args:
        sources: The mailboxes of the run, read.
        out: The folder of the tables.
        hashed: Whether the hashes of attached files are in the table, as far as they have been computed
            (``tasks.mail.attachment_hashes``).
        client: Where a long table is written; None to write it in this process, with the same bytes.

    Returns:
        What there is, counted in the table.

    Raises:
        InputError: A file of the work folder is missing or damaged; the message says what to do.
    """
    work = _Work(tuple(sources), out, hashed)
    if client is None or sum(source.attachments for source in sources) <= _HERE:
        return _write(work)
    [inventory] = run_each(client, _write, [work])
    return inventory


def _write(work: _Work) -> Inventory:
    """Write the table; the memory that its row groups take is a worker's, and not the run's own."""
    found = _Found()
    rows = write_streamed(_rows(work.sources, work.hashed, found), _TABLE, work.out)
    return Inventory(rows, found.embedded, tuple(found.warnings(work.sources)), tuple(found.notes()))


@dataclass
class _Found:
    """What was counted as the rows went by: of the rows themselves only some with mail in them are held.

    Attributes:
        embedded: Messages, by source id.
        forms: Attached files that hold mail, by form.
        some: The first of them.
        references: Attachments that are references to files elsewhere.
    """

    embedded: dict[str, int] = field(default_factory=dict)
    forms: Counter[str] = field(default_factory=Counter)
    some: list[dict[str, Any]] = field(default_factory=list)
    references: int = 0

    def add(self, rows: pa.Table, source: MailSource) -> None:
        """Count the attachments of one mailbox, or of some of its messages."""
        content = Counter(rows.column("content").to_pylist())
        self.references += content["reference"]
        holding = rows.filter(pc.is_valid(rows.column("mail")))
        self.forms.update(holding.column("mail").to_pylist())
        if len(self.some) < _NAMED:
            place = {"agency": source.agency, "source": source.source}
            self.some += [place | row for row in holding.select(["name"]).slice(0, _NAMED).to_pylist()]

    def warnings(self, sources: Sequence[MailSource]) -> Iterator[str]:
        """Attached files that hold mail, which nobody reads."""
        if not self.forms:
            return
        total = self.forms.total()
        counted = ", ".join(f"{count:,} {form}" for form, count in sorted(self.forms.items()))
        files = {(source.agency, source.source): source.files[0] for source in sources}
        named = [
            f"{printable(row['name'] or 'a file without a name')} in {files[row['agency'], row['source']]}"
            for row in self.some[:_NAMED]
        ]
        more = f" and {total - _NAMED:,} more" if total > _NAMED else ""
        yield (
            f"{total:,} attached files hold mail ({counted}), and it is not read: {'; '.join(named)}{more}; "
            "they are in private/attachments, column mail: open them in Outlook, and export them as .pst"
        )

    def notes(self) -> Iterator[str]:
        """Attachments whose content is not in the mailbox."""
        if self.references:
            yield (
                f"{self.references:,} attachments are only references to files elsewhere, which were not "
                "handed over (private/attachments, content 'reference')"
            )


def _rows(sources: Sequence[MailSource], hashed: bool, found: _Found) -> Iterator[pa.Table]:
    """The rows of the table, in its order, a partition at a time."""
    for source in sorted(sources, key=lambda each: (each.agency, each.source)):
        if source.mail is None:
            continue
        rows = embedded = 0
        for read in _read(source, hashed):
            found.add(read, source)
            rows += read.num_rows
            embedded += pc.sum(pc.equal(read.column("content"), "message")).as_py() or 0
            yield _of(source, read)
        if rows != source.attachments:
            raise InputError(
                f"work/mail/{source.mail.name}: the list of attachments beside it is not "
                "complete; delete this folder, and the next run reads the mailbox again"
            )
        if embedded:
            # A mailbox that two agencies handed over is one source, and has the same rows for each.
            found.embedded[source.source] = embedded


def _of(source: MailSource, found: pa.Table) -> pa.Table:
    """The attachments of a partition of a mailbox, as rows of the table in its order."""
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        "agency": pa.repeat(pa.scalar(source.agency, pa.string()), found.num_rows),
        "source": pa.repeat(pa.scalar(source.source, pa.string()), found.num_rows),
        "attachment": found.column("path"),
    }
    if "sha256" not in found.column_names:
        columns["sha256"] = pa.nulls(found.num_rows, pa.string())
    rows = pa.table(
        [columns[name] if name in columns else found.column(name) for name in _TABLE.arrow.names],
        schema=_TABLE.arrow.remove_metadata(),
    )
    return rows.take(pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in _TABLE.key]))


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
