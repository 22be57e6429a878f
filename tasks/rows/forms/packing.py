"""Packed files, read with bounded memory: gzip, Zstandard, and a zip archive that holds one table.

A file that grows beyond all proportion when it is unpacked is no table: a few megabytes of equal bytes become
gigabytes. What has grown too much is said, long before it fills memory or an evening.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Literal

import pyarrow as pa

from data import file_faults
from data.printable import escaped

Packing = Literal["", "gzip", "zstd", "zip"]
"""How a file is packed; "" where it is not."""

MOST_GROWTH: Final = 100
"""Bytes that a packed byte may become. Tables of text grow by 3 to 40; gzip cannot do more than 1,030."""

ALWAYS_FINE: Final = 64 << 20
"""Up to so many bytes the growth does not matter."""

_STEP: Final = 1 << 20

_MAGIC: Final[dict[bytes, Packing]] = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
_CALLED: Final = {"gzip": "gzip", "zstd": "Zstandard", "zip": "zip"}
_WORKBOOK: Final = "[Content_Types].xml"
_ENCRYPTED: Final = 1
"""The bit of a zip entry's flags that says that it is encrypted (APPNOTE 4.4.4)."""


def packing_of(start: bytes) -> Packing:
    r"""How a file is packed, by its first bytes.

    Example:
        >>> [packing_of(start) for start in (b"\x1f\x8b\x08", b"PK\x03\x04", b"id,date")]
        ['gzip', 'zip', '']
    """
    return next((packing for magic, packing in _MAGIC.items() if start.startswith(magic)), "")


class Unpacked(io.RawIOBase):
    """The content of a file, unpacked as it is read.

    Args:
        file: The file, opened.
        source: Gives its content; the file itself where it is not packed.
        label: How it is named in an error.
        packing: How it is packed.
    """

    def __init__(
        self,
        file: IO[bytes] | pa.NativeFile,
        source: IO[bytes] | pa.NativeFile,
        label: str,
        packing: Packing,
    ) -> None:
        self._file, self._source, self._label, self._packing = file, source, label, packing
        self.given = 0

    @property
    def packed(self) -> int:
        """How many bytes of the file were read so far."""
        return int(self._file.tell())

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer than asked for only at the end.

        Raises:
            InputError: The file is damaged, or grows beyond all proportion.
        """
        if not self._packing:
            return self._file.read(size)
        parts: list[bytes] = []
        while size < 0 or sum(map(len, parts)) < size:
            held = bytearray(_STEP if size < 0 else min(size - sum(map(len, parts)), _STEP))
            if not (found := self.readinto(held)):
                break
            parts.append(bytes(memoryview(held)[:found]))
        return b"".join(parts)

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """The next bytes, into a buffer.

        Raises:
            InputError: As :meth:`read`.
        """
        if not self._packing:
            return int(self._file.readinto(buffer) or 0)  # type: ignore[union-attr]
        view, filled = memoryview(buffer), 0
        while filled < len(view):
            # A step at a time even where much is asked for: the growth is watched on the way.
            found = self._step(view[filled : filled + _STEP])
            if not found:
                break
            filled += found
            self.given += found
            if self.given > max(ALWAYS_FINE, MOST_GROWTH * self.packed):
                raise file_faults.grows(self._label, self.given, self.packed)
        return filled

    def _step(self, view: memoryview) -> int:
        try:
            return int(self._source.readinto(view))  # type: ignore[union-attr]
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            pa.ArrowInvalid,
            OSError,
            NotImplementedError,
        ) as error:
            raise file_faults.damaged(self._label, _CALLED[self._packing]) from error

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._source.close()
            self._file.close()
        super().close()


@contextmanager
def opened(path: Path, label: str, packing: Packing, member: str = "") -> Iterator[Unpacked]:
    """Open a file and unpack it as it is read.

    Args:
        path: The file.
        label: How it is named in an error.
        packing: How it is packed.
        member: Which entry of a zip archive is meant; "" for the only one.

    Raises:
        InputError: It is damaged, encrypted, or a zip archive without a table or with several.
        OSError: It cannot be opened.
    """
    # Not buffered where nothing is unpacked: it is read in large pieces.
    with path.open("rb", buffering=-1 if packing else 0) as file:
        if packing == "zip":
            with _archive(file, label) as archive:
                entry = archive.getinfo(member) if member else only_table(archive, label)
                if entry.flag_bits & _ENCRYPTED:
                    raise file_faults.encrypted(label)
                if entry.file_size > max(ALWAYS_FINE, MOST_GROWTH * entry.compress_size):
                    raise file_faults.grows(label, entry.file_size, entry.compress_size)
                try:
                    source = archive.open(entry)
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
                    raise file_faults.damaged(label, "zip") from error
                with Unpacked(file, source, label, packing) as stream:
                    yield stream
        elif packing:
            # Arrow opens the file itself: none of its threads ever reads through Python, and the process can
            # end at any moment. Through a descriptor, as it takes no name that is not UTF-8.
            with (
                pa.OSFile(f"/proc/self/fd/{file.fileno()}") as raw,
                Unpacked(raw, pa.CompressedInputStream(raw, packing), label, packing) as stream,
            ):
                yield stream
        else:
            with Unpacked(file, file, label, packing) as stream:
                yield stream


@contextmanager
def _archive(file: IO[bytes], label: str) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise file_faults.damaged(label, "zip") from error
    with archive:
        yield archive


def only_table(archive: zipfile.ZipFile, label: str) -> zipfile.ZipInfo:
    """The one entry of an archive that is a table; what systems add for themselves does not count.

    Raises:
        InputError: There is none, or more than one, or it is a workbook.
    """
    names = archive.namelist()
    if _WORKBOOK in names:
        raise file_faults.wrong_kind(label, "an Excel workbook", 'open it and save its sheet as "CSV UTF-8"')
    found = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
    if len(found) != 1:
        shown = ", ".join(escaped(entry.filename[:60]) for entry in found[:3])
        more = " …" if len(found) > 3 else ""
        there = f"{len(found):,} files ({shown}{more})" if found else "no file"
        raise file_faults.not_one_table(label, there)
    return found[0]


def _is_hidden(name: str) -> bool:
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".")
