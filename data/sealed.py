"""Files of ``work/`` that carry their own checksum, so that a wrong one is known before it is used.

The checksum of a file is over its bytes and its name (that of its folder included), so that it fails for bits
that flipped, for a file that was cut, and for one that has taken another's place. What the file was made from
and by is in that name or in the file.

Parquet checks at most the pages of its values; a bit that flips in the footer can change a table without a
word. A sealed Parquet file has the SHA-256 of all its other bytes between its last page and its footer.
Readers of Parquet find everything by the footer, which is at the end, so they do not notice it. A sealed file
of JSON has it beside the value.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from data.writing import is_file, make_folder, replacing

DAMAGED: Final = "was damaged"
EARLIER: Final = "is of an earlier version"
UNREADABLE: Final = "could not be read"
"""Of a file of which its disk gives no more: it goes as one that is damaged does, and is made again."""

OF_THE_DISK: Final = frozenset({errno.EIO, errno.EBADMSG, getattr(errno, "EUCLEAN", errno.EIO)})
"""What a disk says of a place that it has lost."""

_FAMILY: Final = b"nwatch "
_MARK: Final = b"nwatch seal 2 "
_SEAL: Final = len(_MARK) + hashlib.sha256().digest_size
_END: Final = struct.Struct("<I4s")
"""The last bytes of a Parquet file: the length of its footer, and these letters."""
_PARQUET: Final = b"PAR1"
_PIECE: Final = 1 << 20


def seal(path: Path, target: Path) -> None:
    """Put a checksum into a Parquet file that nobody reads yet.

    Args:
        path: The file.
        target: Where it will be.

    Raises:
        ValueError: It is not a Parquet file.
        OSError: It cannot be read or written.
    """
    with path.open("r+b") as file:
        at = _footer_at(file)
        if at is None:
            raise ValueError(f"{path}: not a Parquet file")
        digest = _digest(file, at, target)
        footer = file.read()
        digest.update(footer)
        file.seek(at)
        file.write(_MARK + digest.digest() + footer)


def reseal(path: Path, target: Path) -> bool:
    """Give a sealed Parquet file the checksum that it needs in another place.

    Args:
        path: The file, which nobody reads.
        target: Where it will be.

    Returns:
        Whether it was as it was sealed; else it is left as it is.

    Raises:
        OSError: It cannot be read or written.
    """
    if not is_intact(path):
        return False
    with path.open("r+b") as file:
        at = _footer_at(file) or 0
        digest = _digest(file, at - _SEAL, target)
        file.seek(at)
        digest.update(file.read())
        file.seek(at - _SEAL)
        file.write(_MARK + digest.digest())
    return True


def is_intact(path: Path) -> bool:
    """Whether a Parquet file is complete and as it was when it was sealed; False if it was never sealed.

    Raises:
        OSError: It cannot be read.
    """
    return not fault_of(path)


def fault_of(path: Path) -> str:
    """What is wrong with a Parquet file that should be sealed; what is no file is taken away.

    Returns:
        :data:`DAMAGED`, :data:`EARLIER` or :data:`UNREADABLE`; empty where nothing is.

    Raises:
        OSError: It cannot be opened.
    """
    if not is_file(path):
        return DAMAGED
    try:
        return _fault_of(path)
    except OSError as error:
        if error.errno not in OF_THE_DISK:
            raise
        return UNREADABLE


def _fault_of(path: Path) -> str:
    with path.open("rb") as file:
        at = _footer_at(file)
        if at is None or at < _SEAL:
            return DAMAGED
        digest = _digest(file, at - _SEAL, path)
        stored = file.read(_SEAL)
        digest.update(file.read())
        if stored == _MARK + digest.digest():
            return ""
        earlier = stored.startswith(_FAMILY) and not stored.startswith(_MARK)
        return EARLIER if earlier else DAMAGED


def is_of_this_version(path: Path) -> bool:
    """Whether a Parquet file has the seal of this version; nothing is summed, so it may be damaged.

    Raises:
        OSError: It cannot be read.
    """
    return seal_of(path) is not None


def seal_of(path: Path) -> str | None:
    """The checksum that a Parquet file carries; nothing is summed, so ask of one that was found intact.

    Returns:
        64 hexadecimal digits, which no file of another content or name has; None where there is no seal of
        this version.

    Raises:
        OSError: It cannot be read.
    """
    if not path.is_file():
        return None
    with path.open("rb") as file:
        at = _footer_at(file)
        if at is None or at < _SEAL:
            return None
        file.seek(at - _SEAL)
        stored = file.read(_SEAL)
    return stored[len(_MARK) :].hex() if stored.startswith(_MARK) else None


def lines_of_earlier(place: str, files: int, then: str) -> list[str]:
    """The line for files of an earlier version, which may be all that there are; none where there is none.

    Example:
        >>> lines_of_earlier("work/alerts", 12, "parsed again")
        ['work/alerts: 12 files, each is of an earlier version; parsed again']
    """
    return [f"{place}: {files:,} files, each {EARLIER}; {then}"] if files else []


class LostError(OSError):
    """A disk gives no more of a file."""


def pieces_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, in pieces.

    What becomes of the pieces is not done in here: an error of writing them is another one.

    Raises:
        LostError: The disk gives no more of it; the error names it.
        OSError: It cannot be opened.
    """
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        if error.errno not in OF_THE_DISK:
            raise
        raise LostError(error.errno, error.strerror, str(path)) from error


@dataclass(frozen=True)
class Kept:
    """What a sealed file of JSON holds.

    Attributes:
        value: The value; None where there is none, or it cannot be trusted.
        fault: :data:`DAMAGED`, :data:`EARLIER` or :data:`UNREADABLE`; empty where nothing is wrong, or there
            is no file.
    """

    value: Any = None
    fault: str = ""


def write_json(path: Path, value: Any, version: str) -> None:
    """Write a value with its checksum and the version of its form: beside its place, then renamed.

    Args:
        path: The file; its folder is made if need be.
        value: What JSON can hold.
        version: Raise it when the form or the meaning of the value changes.

    Raises:
        OSError: It cannot be written.
    """
    make_folder(path.parent)
    # What is summed is what a reader will find: tuples have become lists, and keys text.
    body = json.loads(json.dumps(value))
    sealed = {"version": version, "sha256": _sum_of(path, version, body), "value": body}
    with replacing(path) as beside:
        beside.write_text(json.dumps(sealed, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def read_json(path: Path, version: str) -> Kept:
    """Read a value that :func:`write_json` wrote; what is in its place and is no file is taken away.

    Args:
        path: The file.
        version: The version that is understood.

    Raises:
        OSError: It exists, and cannot be opened.
    """
    if not os.path.lexists(path):
        return Kept()
    if not is_file(path):
        return Kept(fault=DAMAGED)
    try:
        found = json.loads(b"".join(pieces_of(path)))
    except (ValueError, RecursionError):
        return Kept(fault=DAMAGED)
    except LostError:
        return Kept(fault=UNREADABLE)
    if not isinstance(found, dict):
        return Kept(fault=DAMAGED)
    if found.keys() != {"version", "sha256", "value"}:
        # Files of 0.2 and earlier are JSON without these keys.
        return Kept(fault=DAMAGED if found.keys() & {"version", "sha256", "value"} else EARLIER)
    if found["sha256"] != _sum_of(path, str(found["version"]), found["value"]):
        return Kept(fault=DAMAGED)
    return Kept(found["value"]) if found["version"] == version else Kept(fault=EARLIER)


def _sum_of(path: Path, version: str, value: Any) -> str:
    text = json.dumps([_name(path), version, value], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _name(path: Path) -> str:
    """What a file is called in its seal: not by its whole path, as an investigation may move."""
    return "/".join(path.parts[-2:])


def _footer_at(file: BinaryIO) -> int | None:
    """Where the footer begins; None where the end of the file is not that of a Parquet file."""
    size = file.seek(0, 2)
    if size < _END.size:
        return None
    file.seek(size - _END.size)
    length, letters = _END.unpack(file.read(_END.size))
    at = size - _END.size - int(length)
    return at if letters == _PARQUET and at >= 0 else None


def _digest(file: BinaryIO, stop: int, target: Path) -> Any:
    """The SHA-256 of a file's name and of its bytes before ``stop``, to which the file is then set."""
    digest = hashlib.sha256(_name(target).encode("utf-8", "surrogateescape") + b"\0")
    file.seek(0)
    left = stop
    while left and (piece := file.read(min(left, _PIECE))):
        digest.update(piece)
        left -= len(piece)
    return digest
