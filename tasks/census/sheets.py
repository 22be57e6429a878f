"""The tables inside a file of the Census: one table in any form, or those of a zip as it is downloaded."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.csv as pacsv

from data import file_faults
from data.errors import InputError
from data.opening import regular
from data.printable import escaped
from data.record_names import as_label
from tasks.census.columns import is_wanted
from tasks.rows.csv_head import MOST_COLUMNS, header_of, without_told
from tasks.rows.errors import reading
from tasks.rows.form import HEAD_BYTES, Form, form_and_head, form_of
from tasks.rows.forms import packing
from tasks.rows.forms.parquet import opened_parquet
from tasks.rows.small_tables import read_texts

MOST_ROWS: Final = 5_000_000
"""A table of the Census has fewer: there are about 85,000 tracts, and a long table has a row per variable."""

MOST_TABLES: Final = 500
"""Tables in one zip at most: a download has one for each table and year that was asked for."""

_MOST_BOOK: Final = 4 << 20
"""Bytes of a codebook that are read."""

_WHOLE: Final = HEAD_BYTES // 2 - 64
"""A beginning that is shorter is the whole file; of UTF-16 half of the bytes are left."""

_NARROW: Final = 40
"""A table of no more columns is read whole at once; of a wider one, what may be wanted."""

_BESIDE: Final = re.compile(
    r"(column-metadata|_metadata(_|\.)|table-notes|table_title|_codebook|readme|codebook|datapackage"
    r"|^metadata\.json$|\.xml$|\.html?$|\.pdf$|\.prj$|\.cpg$|\.do$|\.sps$|\.sas$|\.ddi$|\.xsd$|\.dct$)",
    re.IGNORECASE,
)
_TABLES: Final = (".csv", ".tsv", ".txt", ".dat", ".json", ".parquet", ".gz", ".zst")


@dataclass(frozen=True)
class Sheet:
    """One table of a file.

    Attributes:
        label: How it is named in an error.
        file: Its own name, from which survey and year are read.
        names: Its columns.
        load: Reads some of the columns: text, or the types of a Parquet file.
        codebook: The text of the codebook that came with it; empty where none did.
        form: The form of the file in words, where it is not the plain one.
    """

    label: str
    file: str
    names: tuple[str, ...]
    load: Callable[[Collection[str]], pa.Table]
    codebook: str = ""
    form: str = ""


def is_beside(name: str) -> bool:
    """Whether a file only belongs to a download: notes, a codebook, the metadata of its columns.

    Args:
        name: Its name, without folders.

    Example:
        >>> is_beside("ACSDT5Y2019.B01003-Column-Metadata.csv"), is_beside("ACSDT5Y2019.B01003-Data.csv")
        (True, False)
    """
    return bool(_BESIDE.search(name))


def sheets(path: Path, label: str, *, brief: bool = False) -> list[Sheet]:
    """The tables of a file.

    Args:
        path: The file.
        label: How it is named in an error.
        brief: Whether the beginning is enough: of a large CSV, the rows of about the first megabyte.

    Returns:
        Its tables, not read yet: the one that it is, or those of a zip.

    Raises:
        InputError: It is no regular file, cannot be read, is of no form that holds rows, or is a zip without
            a table.
    """
    with reading(label), regular(path, label).open("rb") as file:
        packed = packing.packing_of(file.read(4))
    if packed != "zip":
        place = Place(path, label, as_label(path, path.parent), "", _codebook_beside(path))
        return [_sheet(place, brief)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not _is_noise(each)]
            tables = [each.filename for each in members if _is_table(each.filename)]
            books = _codebooks(archive, members)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError) as error:
        raise file_faults.damaged(label, "zip") from error
    if not tables:
        form_of(path, label)  # raises for a workbook, and where there is one file of another kind
        raise InputError(f"{label}: holds no table (.csv); put the downloaded file there as it is")
    if len(tables) > MOST_TABLES:
        raise InputError(f"{label}: holds {len(tables):,} tables; put only those of one survey there")
    return [
        _sheet(Place(path, f"{label}: {name}", name, each, _book_of(each, books)), brief)
        for each in tables
        for name in [escaped(Path(each).name)]
    ]


def check_rows(count: int, label: str, most: int = MOST_ROWS) -> None:
    """See that a table can be one of the Census.

    Raises:
        InputError: It has more rows than any.
    """
    if count > most:
        raise InputError(
            f"{label}: has {count:,} rows, and there are about 85,000 census tracts; "
            "check that it is the right file"
        )


def _is_noise(member: zipfile.ZipInfo) -> bool:
    parts = member.filename.split("/")
    return member.is_dir() or "__MACOSX" in parts or parts[-1].startswith(".")


def _is_table(name: str) -> bool:
    base = Path(name).name
    return base.lower().endswith(_TABLES) and not base.lower().endswith(".txt") and not is_beside(base)


def _codebooks(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> dict[str, str]:
    """The codebooks of NHGIS in a zip, by their names."""
    found = {}
    for each in members:
        if each.filename.endswith("_codebook.txt") and each.file_size < _MOST_BOOK and not each.flag_bits & 1:
            with archive.open(each) as book:
                found[each.filename] = book.read(_MOST_BOOK).decode("utf-8", "replace")
    return found


def _book_of(table: str, books: dict[str, str]) -> str:
    """The codebook of a table in the same zip; empty where there is none."""
    own = books.get(re.sub(r"(_[EM])?\.[A-Za-z]+$", "_codebook.txt", table))
    return own if own is not None else next(iter(books.values())) if len(books) == 1 else ""


def _codebook_beside(path: Path) -> str:
    """The codebook of NHGIS that lies beside its table, if one does."""
    book = path.with_name(f"{path.stem}_codebook.txt")
    if not book.is_file() or book.stat().st_size > _MOST_BOOK:
        return ""
    return book.read_text(encoding="utf-8", errors="replace")


class Place(NamedTuple):
    """Where a table is: file, how it is named in an error, its own name, the entry of a zip, its codebook."""

    path: Path
    label: str
    file: str
    member: str
    codebook: str


def _sheet(place: Place, brief: bool) -> Sheet:
    path, label, file, member, codebook = place
    form, head = form_and_head(path, label, member)
    if form.kind == "parquet":
        names, read = _of_parquet(path, label, form)
    elif form.kind == "csv":
        # Arrow takes kilobytes for each column of a header: a hundred thousand would be a gigabyte.
        marks = head.lstrip().split(b"\n", 1)[0].count(form.separator.encode())
        if marks >= MOST_COLUMNS:
            raise file_faults.too_wide(label, marks + 1, MOST_COLUMNS)
        names = header_of(head, label, form.separator)
        read = _reader(path, label, form)
        if brief and len(head) >= _WHOLE:
            read = _of_head(head, form, names, read)
    else:
        whole = read_texts(path, label, form=form)
        names, read = whole.column_names, whole.select
    if len(names) > MOST_COLUMNS:
        raise file_faults.too_wide(label, len(names), MOST_COLUMNS)
    said = replace(form, packing="").words if member else form.words
    return Sheet(label, file, tuple(names), _remembered(read, names, form.kind == "parquet"), codebook, said)


Read = Callable[[list[str]], pa.Table]
"""Reads some columns of a file."""


def _reader(path: Path, label: str, form: Form) -> Read:
    return lambda wanted: read_texts(path, label, wanted, form=form)


def _of_head(head: bytes, form: Form, names: Sequence[str], otherwise: Read) -> Read:
    """Reads columns of the whole rows in the beginning of a CSV; all of it where that cannot be cut there."""
    rows = without_told(head)
    rows = rows[: rows.rfind(b"\n") + 1]
    numbers = [str(at) for at in range(len(names))]

    def read(wanted: list[str]) -> pa.Table:
        columns = [numbers[names.index(name)] for name in wanted]
        types = dict.fromkeys(columns, pa.string())
        try:
            table = pacsv.read_csv(
                pa.BufferReader(rows),
                pacsv.ReadOptions(use_threads=False, block_size=len(rows) + 1, column_names=numbers),
                pacsv.ParseOptions(delimiter=form.separator, newlines_in_values=True),
                pacsv.ConvertOptions(include_columns=columns, column_types=types, strings_can_be_null=False),
            )
        except pa.ArrowInvalid:
            return otherwise(wanted)
        return table.slice(1).rename_columns(wanted)

    return read


def _of_parquet(path: Path, label: str, form: Form) -> tuple[list[str], Read]:
    def read(wanted: list[str]) -> pa.Table:
        with reading(label), opened_parquet(path, label, form.packing, form.member) as file:
            return file.read(columns=wanted, use_threads=False)

    with reading(label), opened_parquet(path, label, form.packing, form.member) as file:
        return list(file.schema_arrow.names), read


def _remembered(read: Read, names: Sequence[str], by_column: bool) -> Callable[[Collection[str]], pa.Table]:
    """Reads columns, each once; with the first, those that may be asked for later.

    Of a file whose columns lie apart, each is read as it is asked for.
    """
    found: dict[str, pa.ChunkedArray] = {}
    once = {name for name in names if names.count(name) == 1} if len(names) <= _NARROW else set()
    likely = [] if by_column else [name for name in names if name in once or is_wanted(name)]

    def load(wanted: Collection[str]) -> pa.Table:
        new = [name for name in wanted if name not in found]
        if new:
            more = [] if found else [name for name in dict.fromkeys(likely) if name not in new]
            table = read([*dict.fromkeys(new), *more])
            found.update(zip(table.column_names, table.columns, strict=True))
        return pa.table([found[name] for name in wanted], names=list(wanted))

    return load
