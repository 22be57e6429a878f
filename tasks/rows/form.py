"""The form of a file of rows: what it is, by its content first and its name second (method 6.11).

Who reads rows asks :func:`form_of` once, and :func:`unpacked` for the text, which is then UTF-8 whatever the
file is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from data import file_faults
from data.opening import regular
from tasks.rows.errors import reading
from tasks.rows.file_kind import check_kind
from tasks.rows.forms import encoding, packing, separator
from tasks.rows.forms.encoding import CALLED as ENCODINGS
from tasks.rows.forms.encoding import UTF8, InUtf8, Readable
from tasks.rows.forms.json_kind import JsonKind, json_kind
from tasks.rows.forms.packing import Packing
from tasks.rows.forms.separator import CALLED as SEPARATORS

FormKind = Literal["csv", "json lines", "json", "geojson", "parquet"]

HEAD_BYTES: Final = 1 << 20
"""How much of a file is its beginning, by which its form is known."""

_FURTHER: Final = 15
"""How many more megabytes of a text in ASCII are searched for a letter that shows its encoding."""

_SETTLED: Final = 2_000_000_000
"""Nanoseconds after which a file that is written to is seen to have changed, however coarse its clock."""

SUFFIXES: Final = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".geojson", ".parquet")
"""How files of rows are called, each also with ``.gz``, ``.zst`` or ``.zip`` behind it."""

PACKED_SUFFIXES: Final = (".gz", ".zst", ".zip")

_CALLED: Final = {
    "csv": "CSV",
    "json lines": "JSON lines",
    "json": "JSON",
    "geojson": "GeoJSON",
    "parquet": "Parquet",
}
_PARQUET: Final = b"PAR1"
_ENCRYPTED: Final = b"PARE"


@dataclass(frozen=True)
class Form:
    """What a file of rows is.

    Attributes:
        kind: Of what kind.
        packing: How it is packed; "" where it is not.
        encoding: The encoding of its text, a codec of Python; ``utf-8`` for Parquet, which has none.
        separator: What stands between the columns of a CSV.
        decimal: What stands before the decimals of its numbers: "," where the file shows it, else ".".
        member: The entry of a zip archive that is read; "" for the only one.
    """

    kind: FormKind = "csv"
    packing: Packing = ""
    encoding: str = UTF8
    separator: str = ","
    decimal: str = "."
    member: str = ""

    @property
    def json(self) -> JsonKind | None:
        """Which form of JSON it is; None where it is another kind."""
        return None if self.kind == "csv" or self.kind == "parquet" else self.kind  # noqa: PLR1714 - mypy

    @property
    def words(self) -> str:
        """What is said of it; empty for a CSV in UTF-8 with commas.

        Example:
            >>> Form().words, Form(separator=";", encoding="cp1252").words, Form("json lines", "gzip").words
            ('', 'CSV, semicolons, Windows-1252', 'JSON lines, gzip')
        """
        packed = {"zstd": "Zstandard"}.get(self.packing, self.packing)
        decimal = "decimal comma" if self.decimal == "," else ""
        odd = [SEPARATORS[self.separator], decimal, ENCODINGS[self.encoding], packed]
        said = [word for word in odd if word]
        return ", ".join([_CALLED[self.kind], *said]) if said or self.kind != "csv" else ""


def form_of(path: Path, label: str, member: str = "") -> Form:
    """The form of a file, by its content first and its name second.

    Args:
        path: The file.
        label: How it is named in an error.
        member: Which entry of a zip archive is meant; "" for the only one.

    Raises:
        InputError: It is no regular file, cannot be read, is empty or damaged, or is no file of rows; the
            message says what it is and what to do.
    """
    return form_and_head(path, label, member)[0]


def form_and_head(path: Path, label: str, member: str = "") -> tuple[Form, bytes]:
    """The form of a file, and its beginning in UTF-8, unpacked (empty for Parquet).

    Args:
        path: The file.
        label: How it is named in an error.
        member: Which entry of a zip archive is meant; "" for the only one.

    Raises:
        InputError: As :func:`form_of`.
    """
    with reading(label):
        state = regular(path, label).stat()
    if time.time_ns() - max(state.st_mtime_ns, state.st_ctime_ns) < _SETTLED:
        return _recognised(path, label, member)
    same = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    return _remembered(path, label, member, same)


@lru_cache(maxsize=8)  # each holds a beginning of a megabyte
def _remembered(path: Path, label: str, member: str, _: tuple[int, ...]) -> tuple[Form, bytes]:
    """The same; a file is asked for several times in a row, and each time 16 MB would be unpacked."""
    return _recognised(path, label, member)


def _recognised(path: Path, label: str, member: str) -> tuple[Form, bytes]:
    with reading(label):
        with path.open("rb") as file:
            start = file.read(64)
        packed = packing.packing_of(start)
        check_kind(start, label, packed=True)
        with packing.opened(path, label, packed, member) as stream:
            head = stream.read(HEAD_BYTES)
            further = _first_not_ascii(stream) if len(head) == HEAD_BYTES and head.isascii() else b""
    if head.startswith(_PARQUET):
        return Form("parquet", packed, member=member), b""
    if head.startswith(_ENCRYPTED):
        raise file_faults.encrypted(label)
    if not head.strip():
        raise file_faults.empty(label) if len(head) < HEAD_BYTES else file_faults.blank(label, len(head))
    check_kind(head, label)
    found = encoding.encoding_of(head + further, cut=len(head) == HEAD_BYTES)
    text = InUtf8.whole(head, found)
    return _text_form(
        text.decode(UTF8, "replace"), Form(packing=packed, encoding=found, member=member), path, label
    ), text


def _first_not_ascii(stream: Readable) -> bytes:
    """The first megabyte behind the beginning of a text that is not all ASCII; empty where none is near."""
    for _ in range(_FURTHER):
        part = stream.read(HEAD_BYTES)
        if not part.isascii():
            return part
    return b""


def _text_form(text: str, known: Form, path: Path, label: str) -> Form:
    """The form of a text of which packing and encoding are known."""
    kind = json_kind(text)
    if kind is not None:
        return Form(kind, known.packing, known.encoding, member=known.member)
    mark = separator.separator_of(text)
    rows = separator.first_records(text, mark)
    if not any(len(row) > 1 for row in rows[:1]) and not _is_called_so(path):
        raise file_faults.wrong_suffix(label, SUFFIXES)
    comma = mark != "," and separator.has_decimal_comma(rows[1:])
    return Form("csv", known.packing, known.encoding, mark, "," if comma else ".", known.member)


def _is_called_so(path: Path) -> bool:
    """Whether a file has the name of a file of rows.

    Example:
        >>> _is_called_so(Path("A.CSV.gz")), _is_called_so(Path("a.xlsx"))
        (True, False)
    """
    name = path.name.lower()
    for suffix in PACKED_SUFFIXES:
        name = name.removesuffix(suffix)
    return name.endswith(SUFFIXES)


@contextmanager
def unpacked(path: Path, label: str, form: Form) -> Iterator[InUtf8]:
    """Open a file of rows as a stream of bytes in UTF-8, without a byte-order mark, with bounded memory.

    Args:
        path: The file.
        label: How it is named in an error.
        form: Its form; not Parquet, which is no text.

    Yields:
        A binary stream, to be read once from its beginning.

    Raises:
        InputError: The file cannot be read or is damaged; or, when it is read, it grows beyond
            :data:`tasks.rows.forms.packing.MOST_GROWTH` times its size.
    """
    with reading(label), packing.opened(regular(path, label), label, form.packing, form.member) as stream:
        yield InUtf8(stream, form.encoding)
