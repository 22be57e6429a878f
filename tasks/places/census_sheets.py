"""The tables inside a file of the Census: a CSV, JSON or Parquet file, or a zip as it is downloaded."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from data import file_faults
from data.errors import InputError
from data.opening import regular
from data.record_names import escaped
from tasks.rows.errors import reading
from tasks.rows.small_tables import read_header, read_texts

MOST_ROWS: Final = 5_000_000
"""A table of the Census has fewer: there are about 85,000 tracts, and a long table has a row per variable."""

MOST_BYTES: Final = 600 << 20
"""Unpacked tables of the Census are smaller, and so is an answer of its API."""

MOST_RATIO: Final = 400
"""No table shrinks to less than a 400th when it is packed."""

_BESIDE: Final = re.compile(
    r"(column-metadata|_metadata(_|\.)|table-notes|table_title|_codebook|readme|codebook|datapackage"
    r"|^metadata\.json$|\.txt$|\.xml$|\.html?$|\.pdf$|\.prj$|\.cpg$|\.do$|\.sps$|\.sas$|\.ddi$|\.xsd$|\.dct$)",
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


@contextmanager
def sheets(path: Path, label: str) -> Iterator[list[Sheet]]:
    """The tables of a file, while the block runs.

    Args:
        path: The file.
        label: How it is named in an error.

    Raises:
        InputError: It is no regular file, cannot be read, or is a zip without a table.
    """
    regular(path, label)
    with reading(label):
        start = _start(path)
    if not start:
        raise file_faults.empty(label)
    if not start.startswith(b"PK\x03\x04"):
        yield [_sheet(path, label, path.name, _codebook_beside(path))]
        return
    with tempfile.TemporaryDirectory(prefix="nwatch-census-") as folder, reading(label):
        yield _unpacked(path, label, Path(folder))


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _codebook_beside(path: Path) -> str:
    """The codebook of NHGIS that lies beside its table, if one does."""
    book = path.with_name(f"{path.stem}_codebook.txt")
    if not book.is_file() or book.stat().st_size > MOST_BYTES // 100:
        return ""
    return book.read_text(encoding="utf-8", errors="replace")


def _sheet(path: Path, label: str, file: str, codebook: str = "") -> Sheet:
    start = _start(path)
    if start.startswith(b"PAR1") or path.suffix.lower() == ".parquet":
        return _of_parquet(path, label, file)
    if re.match(rb"(\xef\xbb\xbf)?\s*[\[{]\s*[\[{\"]", start):
        answer = answer_of(path, label)
        if answer is not None:
            return Sheet(label, file, tuple(answer.column_names), answer.select, codebook, "JSON")
    table = _texts(path, label)
    return Sheet(label, file, tuple(table.column_names), lambda names: _chosen(table, names), codebook)


def _chosen(table: pa.Table, names: Collection[str]) -> pa.Table:
    return table.select([table.column_names.index(name) for name in names])


def _texts(path: Path, label: str) -> pa.Table:
    return read_texts(path, label, read_header(path, label))


def _of_parquet(path: Path, label: str, file: str) -> Sheet:
    with reading(label):
        parquet = pq.ParquetFile(path)
    if parquet.metadata.num_rows > MOST_ROWS:
        raise _too_many(label, parquet.metadata.num_rows)

    read: dict[str, pa.ChunkedArray] = {}

    def load(names: Collection[str]) -> pa.Table:
        new = [name for name in names if name not in read]
        with reading(label):
            read.update(zip(new, parquet.read(columns=new).columns, strict=True) if new else ())
        return pa.table({name: read[name] for name in names})

    return Sheet(label, file, tuple(parquet.schema_arrow.names), load)


def _too_many(label: str, rows: int) -> InputError:
    return InputError(
        f"{label}: has {rows:,} rows, and there are about 85,000 census tracts; "
        "check that it is the right file"
    )


def answer_of(path: Path, label: str) -> pa.Table | None:
    """An answer of the Census API, as text: a list of rows, of which the first is the header.

    Args:
        path: JSON, whatever the file is called.
        label: How it is named in an error.

    Returns:
        The table; None where the text is not of that form.

    Raises:
        InputError: It is larger than any answer, nested too deep, or its rows are of different lengths.
    """
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{label}: is larger than {MOST_BYTES >> 20} MB; no answer of the Census API is")
    try:
        rows = json.loads(path.read_bytes())
    except RecursionError:
        raise InputError(
            f"{label}: is JSON that is nested too deep; save the answer of the API again"
        ) from None
    except ValueError:
        return None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        return None
    header = [value if isinstance(value, str) else "" for value in rows[0]]
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(header):
            raise file_faults.wrong_field_count(label, number, len(row), len(header))
        if not all(value is None or isinstance(value, str | int | float) for value in row):
            raise InputError(
                f"{label}: row {number}: holds a list where a value belongs; save the answer again"
            )
    columns = [pa.array([_text(row[at]) for row in rows[1:]], pa.string()) for at in range(len(header))]
    return pa.Table.from_arrays(columns, names=header)


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


def _unpacked(path: Path, label: str, folder: Path) -> list[Sheet]:
    """The tables of a zip, unpacked one by one into a folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not _is_noise(each)]
            tables = [each for each in members if _is_table(each.filename)]
            if not tables:
                raise InputError(f"{label}: holds no table (.csv); put the downloaded file there as it is")
            _check_sizes(members, label)
            books = {each.filename: each for each in members if each.filename.endswith("_codebook.txt")}
            return [
                _member(
                    archive, each, f"{label}: {escaped(Path(each.filename).name)}", folder / str(at), books
                )
                for at, each in enumerate(tables)
            ]
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise file_faults.damaged(label, "zip") from error


def _is_noise(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    return member.is_dir() or name.startswith("__MACOSX/") or Path(name).name.startswith(".")


def _is_table(name: str) -> bool:
    base = Path(name).name
    return base.lower().endswith(_TABLES) and not is_beside(base)


def _check_sizes(members: Sequence[zipfile.ZipInfo], label: str) -> None:
    """See that a zip can be unpacked, by what it states.

    Raises:
        InputError: It is encrypted, or would become larger than any download.
    """
    if any(each.flag_bits & 1 for each in members):
        raise InputError(f"{label}: is encrypted; unpack it and put the table itself there")
    size = sum(each.file_size for each in members)
    packed = sum(each.compress_size for each in members) or 1
    if size > MOST_BYTES or (size > MOST_BYTES // 10 and size > MOST_RATIO * packed):
        raise InputError(
            f"{label}: would unpack to {size >> 20:,} MB from {packed >> 10:,} kB, which no download does; "
            "download it again"
        )


def _member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    label: str,
    folder: Path,
    books: dict[str, zipfile.ZipInfo],
) -> Sheet:
    folder.mkdir()
    name = Path(member.filename).name
    to = folder / f"table{Path(name).suffix.lower()}"
    with archive.open(member) as source, to.open("wb") as target:
        left = member.file_size  # what the zip states bounds what is written
        while left > 0 and (block := source.read(min(left, 1 << 20))):
            target.write(block)
            left -= len(block)
    book = books.get(re.sub(r"(_[EM])?\.[a-z]+$", "_codebook.txt", member.filename))
    if book is None and len(books) == 1:
        book = next(iter(books.values()))
    text = archive.read(book).decode("utf-8", "replace") if book is not None else ""
    return _sheet(to, label, name, text)
