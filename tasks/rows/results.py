"""What the rows room hands on: a file with its hash, and the rows of all files, each counted once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tasks.rows.reader import OddRows


@dataclass(frozen=True)
class InputFile:
    """A file as a person handed it in, with its hash.

    Attributes:
        file: Its path inside the investigation folder, with forward slashes.
        sha256: SHA-256 of its bytes, 64 hex digits.
        bytes: Its size.
    """

    file: str
    sha256: str
    bytes: int

    @property
    def source(self) -> str:
        """The first 12 hex digits of the hash, by which tables name the file."""
        return self.sha256[:12]

    @classmethod
    def of(cls, file: str, path: Path) -> InputFile:
        """Hash a file.

        Args:
            file: Its path inside the investigation folder.
            path: Where to open it.

        Example:
            >>> import tempfile
            >>> with tempfile.NamedTemporaryFile() as empty:
            ...     InputFile.of("posts/a.csv", Path(empty.name)).source
            'e3b0c44298fc'
        """
        with path.open("rb") as opened:
            return cls(file, hashlib.file_digest(opened, "sha256").hexdigest(), path.stat().st_size)


def file_of_content(file: str, content: bytes) -> InputFile:
    """A file that has been read, with its hash.

    Args:
        file: Its path inside the investigation folder.
        content: All its bytes.
    """
    return InputFile(file, hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True)
class Recognised:
    """What a file was recognised as, before any work is done.

    Attributes:
        file: Its path inside the investigation folder, fit to be shown.
        words: What it is, as "data.census.gov table, 2019 5-year, 73,056 tracts"; it names no file, as the
            provenance keeps it.
    """

    file: str
    words: str

    def __str__(self) -> str:
        """One line.

        Example:
            >>> str(Recognised("posts/a.csv", "the article's columns, 60 posts"))
            "posts/a.csv: the article's columns, 60 posts"
        """
        return f"{self.file}: {self.words}"


@dataclass(frozen=True)
class FileOfRows(InputFile):
    """A file whose rows were read.

    Attributes:
        rows: Rows read from it.
        words: The words of its blocks (``words`` of :class:`tasks.rows.reader.Tidied`), each once, in order
            of appearance.
        odd: What its blocks noted of odd rows, together.
    """

    rows: int
    words: tuple[str, ...]
    odd: tuple[OddRows, ...] = ()


@dataclass(frozen=True)
class GatheredRows:
    """The rows of all files, each counted once.

    Attributes:
        files: The files, in the order given.
        batches: Parquet files with the rows that were not taken out. The batch of a row follows from its id
            or, where rows have none, from its position in its file.
        duplicates: Rows that stand for the same as an earlier one, by the rule for duplicates.
        counts: How many others were taken out, by reason.
        unlike: Rows that have the id of an earlier row, and other content.
        unlike_as: The id of the first of them; "" where there is none.
        unlike_in: Where it and the first row of its id stand, in words.
        split: Whether so many of a file do that the id is not the row's: then they stay, else they are
            duplicates.
    """

    files: tuple[FileOfRows, ...]
    batches: tuple[Path, ...]
    duplicates: int
    counts: Mapping[str, int]
    unlike: int = 0
    unlike_as: str = ""
    unlike_in: str = ""
    split: bool = False
