"""In which form a file holds mail, where it is not a mailbox that the program reads (method 1.11).

Agencies answer with whatever their software exports. What a file is, is decided by its content; its name only
decides between forms that the beginning of a file cannot tell apart. Read are the first bytes, for an OLE
file its list of streams, and for a zip archive its list of files: never more than two megabytes, whatever the
size of the file, and nothing that is not a regular file.

Sources: [MS-CFB] (OLE files), [MS-OXMSG], [MS-PST] 2.2.2.6, RFC 5322 (messages), RFC 4155 (mbox), PKWARE's
APPNOTE 4.3 (zip).
"""

from __future__ import annotations

import os
import re
import stat
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data import lfs
from data.storage import Location, read_ranges, state_of
from tasks.rows.file_kind import kind_of

Read = Callable[[int, int], bytes]
"""Gives up to so many bytes (second) of a file from an offset (first); fewer at its end."""

_HEAD: Final = 16 << 10
_MOST: Final = 1 << 20
"""Bytes of a list of files or streams that are read at most."""


@dataclass(frozen=True)
class Form:
    """A form in which mail is handed over, or a kind of file that holds none.

    Attributes:
        name: What a file of it is called, with its article.
        fix: What to do, as an imperative.
        mail: Whether such a file holds mail, or may hold some.
    """

    name: str
    fix: str
    mail: bool = True


_PST: Final = "ask the agency for the mailbox as .pst"
_OUTLOOK: Final = "move such messages into a folder of Outlook and export that folder as .pst"
_ASIDE: Final = "take it out of the records, or copy it again"
_UNPACK: Final = "unpack, and keep in the records what was in it"
MAILBOX: Final = Form("a mailbox (.pst)", "rename: the name must end with .pst")
MSG: Final = Form("an Outlook message (.msg)", f"{_PST}, or {_OUTLOOK}")
EML: Final = Form("an e-mail (.eml)", f"{_PST}, or {_OUTLOOK}")
MBOX: Final = Form("an mbox mailbox (.mbox)", f"{_PST}, or convert to .pst")
GOOGLE: Final = Form("a Google export (Takeout or Vault)", f"{_PST}, which Google Vault exports too")
OLM: Final = Form("an archive of Outlook for Mac (.olm)", f"{_PST}, which Outlook for Windows exports")
EDB: Final = Form(
    "an Exchange database (.edb)", f"{_PST} (Exchange writes one with New-MailboxExportRequest)"
)
NSF: Final = Form("a Notes database (.nsf)", f"{_PST}, or convert to .pst")
DBX: Final = Form("a folder of Outlook Express (.dbx)", f"{_PST}, or import into Outlook and export as .pst")
TNEF: Final = Form("a TNEF message (winmail.dat)", f"{_PST}, or {_OUTLOOK}")
ZIP: Final = Form("a zip archive", _UNPACK)
SEVEN_ZIP: Final = Form("a 7z archive", _UNPACK)
IMAGE: Final = Form("a forensic image", "export the mailboxes from it with a forensic program")
OLE: Final = Form("an OLE file (Outlook message or document)", "copy again: what is in it cannot be listed")
UNREADABLE: Final = Form("a file that cannot be looked into", "check its permissions")
_DOCUMENT: Final = Form("an Office document", _ASIDE, mail=False)

_MAGIC: Final = {
    b"7z\xbc\xaf\x27\x1c": SEVEN_ZIP,
    b"Rar!\x1a\x07": Form("a RAR archive", _UNPACK),
    b"\x1f\x8b\x08": Form("a gzip file", _UNPACK),
    b"BZh": Form("a bzip2 file", _UNPACK),
    b"\xfd7zXZ\0": Form("an xz file", _UNPACK),
    b"\x28\xb5\x2f\xfd": Form("a Zstandard file", _UNPACK),
    b"MSCF\0\0\0\0": Form("a cabinet archive", _UNPACK),
    b"\x1a\0\0\x04\0\0": NSF,
    b"\xcf\xad\x12\xfe": DBX,
    b"\x78\x9f\x3e\x22": TNEF,
    **dict.fromkeys((b"EVF\x09\r\n\xff\0", b"LVF\x09\r\n\xff\0", b"EVF2\r\n\x81", b"LEF2\r\n\x81"), IMAGE),
    b"ADSEGMENTEDFILE": IMAGE,
}
_TAR: Final = Form("a tar archive", _UNPACK)
_ESE: Final = b"\xef\xcd\xab\x89"
"""Bytes 4 to 7 of a database of Exchange."""
_OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE: Final = 0xFFFFFFFA
"""Numbers of sectors from here on mean that there is none ([MS-CFB] 2.1)."""


def form_of_file(location: Location) -> Form | None:
    """What a file is, as far as it matters for mail.

    Args:
        location: The file; on a disk, anything but a regular file is not opened.

    Returns:
        A form; None where it is nothing that holds mail, as far as the program knows.

    Raises:
        InputError: Its store cannot be reached or refuses.
    """
    if isinstance(location, Path):
        return _of_path(location)
    size = int(state_of(location)[0])

    def read(offset: int, count: int) -> bytes:
        stop = min(offset + count, size)
        return read_ranges(location, [(offset, stop)])[0] if offset < stop else b""

    return form_of(read, size, location.name)


def _of_path(path: Path) -> Form | None:
    # Not blocking: opening a pipe would wait for its writer. What it is, is asked of the opened file, because
    # another file may get the name between the two.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        descriptor = os.open(path, flags)
    except OSError:
        return UNREADABLE
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return None
        return form_of(lambda offset, count: os.pread(descriptor, count, offset), facts.st_size, path.name)
    except OSError:
        return UNREADABLE
    finally:
        os.close(descriptor)


def form_of(read: Read, size: int, name: str) -> Form | None:
    r"""The form of a file by its content.

    Args:
        read: Reads from it.
        size: Its bytes.
        name: Its name, for what the content cannot decide.

    Returns:
        The form; None where it is none that the program knows.

    Example:
        >>> text = b"From: a@example.org\nTo: b@example.org\n\nHello"
        >>> form_of(lambda offset, count: text[offset : offset + count], len(text), "x").name
        'an e-mail (.eml)'
    """
    head = read(0, _HEAD)
    if head.startswith(b"!BDN"):
        return MAILBOX
    if head.startswith(_OLE_MAGIC):
        return _of_ole(read, head, name)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _of_zip(read, size, head)
    if head[4:8] == _ESE:
        return EDB
    for magic, form in _MAGIC.items():
        if head.startswith(magic):
            return GOOGLE if form.fix == _UNPACK and _from_google(name) else form
    if head[257:262] == b"ustar":
        return GOOGLE if _from_google(name) else _TAR
    found = _of_text(head)
    if found is not None:
        return found
    if lfs.is_lfs_pointer(head):
        return Form(lfs.NAME, lfs.FIX, mail=False)
    kind = kind_of(head)
    return Form(kind.name, _ASIDE, mail=False) if kind is not None else None


def _from_google(name: str) -> bool:
    """Whether an archive has the name that Google gives its exports: ``takeout-20240131T120000Z-001.zip``."""
    return name.lower().startswith("takeout-")


# OLE files: a message, or a document of Office.

_MESSAGE_CLASS_ID: Final = bytes.fromhex("0b0d020000000000c000000000000046")
"""The class id of an Outlook message, at byte 80 of the root's entry ([MS-OXMSG] 2.1)."""
_MESSAGE_STREAMS: Final = ("__substg1.0_", "__nameid_version1.0", "__properties_version1.0")


def _of_ole(read: Read, head: bytes, name: str) -> Form:
    entries = list(_ole_entries(read, head))
    if not entries:
        # Nothing shows what it is, so the name decides.
        return MSG if name.lower().endswith((".msg", ".oft")) else OLE
    if entries[0][80:96] == _MESSAGE_CLASS_ID:
        return MSG
    streams = [_ole_name(entry) for entry in entries]
    return MSG if any(stream.startswith(_MESSAGE_STREAMS) for stream in streams) else _DOCUMENT


def _ole_name(entry: bytes) -> str:
    length = max(0, min(int.from_bytes(entry[64:66], "little") - 2, 64))
    return entry[:length].decode("utf-16-le", "replace")


def _ole_entries(read: Read, head: bytes) -> Iterator[bytes]:
    """The entries of an OLE file's directory, at most a few hundred; none where it cannot be read."""
    if len(head) < 512:
        return
    shift = int.from_bytes(head[30:32], "little")
    if shift not in {9, 12}:
        return
    bytes_of_sector = 1 << shift
    sector = int.from_bytes(head[48:52], "little")
    for _ in range(
        64
    ):  # sectors of a directory that are looked at: a message has its own streams in the first
        if sector >= _FREE:
            return
        content = read((sector + 1) << shift, bytes_of_sector)
        for at in range(0, len(content) - 127, 128):
            if content[at + 66] in {1, 2, 5}:  # a storage, a stream, the root
                yield content[at : at + 128]
        sector = _next_sector(read, head, sector, shift)


def _next_sector(read: Read, head: bytes, sector: int, shift: int) -> int:
    """The sector that follows one, from the allocation table; its first 109 sectors are in the header."""
    table, place = divmod(sector, (1 << shift) // 4)
    if table >= 109:
        return _FREE
    at = int.from_bytes(head[76 + 4 * table : 80 + 4 * table], "little")
    if at >= _FREE:
        return _FREE
    entry = read(((at + 1) << shift) + 4 * place, 4)
    return int.from_bytes(entry, "little") if len(entry) == 4 else _FREE


# Zip archives: their list of files is at their end.

_END_OF_LIST: Final = struct.Struct("<4s4H2LH")
_IN_LIST: Final = struct.Struct("<4s6H3L5H2L")
_DOCUMENT_PARTS: Final = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml")


def _of_zip(read: Read, size: int, head: bytes) -> Form:
    names = list(_zip_names(read, size)) or [_first_name(head)]
    if any(name in _DOCUMENT_PARTS for name in names):
        return _DOCUMENT
    if any("com.microsoft.__" in name for name in names):
        return OLM
    if any(name.startswith("Takeout/") for name in names):
        return GOOGLE
    return ZIP


def _first_name(head: bytes) -> str:
    length = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + length].decode("utf-8", "replace")


def _zip_names(read: Read, size: int) -> Iterator[str]:
    """The names in a zip archive, as far as its list is within bounds; none where it has no list."""
    tail = read(max(0, size - (1 << 16) - _END_OF_LIST.size), (1 << 16) + _END_OF_LIST.size)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or end + _END_OF_LIST.size > len(tail):
        return
    *_, length, offset, _ = _END_OF_LIST.unpack_from(tail, end)
    listed, at = read(offset, min(length, _MOST)), 0
    while at + _IN_LIST.size <= len(listed):
        letters, *fields = _IN_LIST.unpack_from(listed, at)
        if letters != b"PK\x01\x02":
            return
        name, extra, comment = fields[9:12]
        at += _IN_LIST.size
        yield listed[at : at + name].decode("utf-8", "replace")
        at += name + extra + comment


# Text: a message begins with its header fields, an mbox with a line "From …" before them.

_FIELD: Final = re.compile(rb"[!-9;-~]+[ \t]*:")
_OF_MESSAGES: Final = frozenset(
    {b"from", b"to", b"date", b"subject", b"message-id", b"received", b"return-path", b"delivered-to"}
    | {b"reply-to", b"sender", b"cc", b"x-gmail-labels", b"x-gm-thrid"}
)
_TWO: Final = 2
"""Fields of a message that a text must begin with: one alone could be a note or a list."""
_CSV: Final = re.compile(rb'"?Subject"?,"?Body"?,"?From: \(Name\)"?', re.IGNORECASE)
_OUTLOOK_CSV: Final = Form("a table of mail exported from Outlook (.csv)", _PST)


def _of_text(head: bytes) -> Form | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if _CSV.match(text):
        return _OUTLOOK_CSV
    first, _, rest = text.partition(b"\n")
    if first.startswith(b"From "):
        fields = _fields(rest)
        if not fields & _OF_MESSAGES:
            return None
        return GOOGLE if fields & {b"x-gmail-labels", b"x-gm-thrid"} else MBOX
    if first.strip().isdigit():  # Apple Mail writes the length of a message before it
        text = rest
    elif first.startswith(b"From: <Saved by"):  # a browser's page in one file
        return None
    return EML if len(_fields(text) & _OF_MESSAGES) >= _TWO else None


def _fields(text: bytes) -> set[bytes]:
    """The names of the header fields with which a text begins, in lower case; none if it is no header."""
    found: set[bytes] = set()
    lines = text.split(b"\n")
    for number, line in enumerate(lines):
        if not line.strip():
            break
        match = _FIELD.match(line)
        if match is not None:
            found.add(match[0].rstrip(b" \t:").lower())
        elif not (found and line[:1] in b" \t") and number < len(lines) - 1:  # the last line may be cut
            return set()
    return found
