"""In which form a file holds mail, by its content."""

from __future__ import annotations

import io
import os
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rows import mail_forms
from tasks.rows.mail_forms import (
    DBX,
    EDB,
    EML,
    GOOGLE,
    IMAGE,
    MAILBOX,
    MBOX,
    MSG,
    NSF,
    OLE,
    OLM,
    SEVEN_ZIP,
    TNEF,
    UNREADABLE,
    ZIP,
    Form,
    form_of,
    form_of_file,
)  # fmt: skip

LETTER = b"Received: from x\r\n by y\r\nFrom: a@example.org\r\nTo: b@example.org\r\n\r\nHello"


def of(content: bytes, name: str = "file") -> Form | None:
    return form_of(lambda offset, count: content[offset : offset + count], len(content), name)


def packed(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"x" * 10)
    return stream.getvalue()


def tarred(*names: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return stream.getvalue()


def ole(*streams: str, sector: int = 0, class_id: bytes = bytes(16), scattered: bool = False) -> bytes:
    """An OLE file of 512-byte sectors: the directory from ``sector`` on, then the allocation table."""
    entries = [_entry("Root Entry", 5, class_id), *(_entry(name, 2) for name in streams)]
    entries += [bytes(128)] * (-len(entries) % 4)
    pieces = [b"".join(entries[at : at + 4]) for at in range(0, len(entries), 4)]
    places = [sector + number * (3 if scattered else 1) for number in range(len(pieces))]
    table_at = max(places) + 1
    table = [0xFFFFFFFF] * 128
    for here, after in zip(places, [*places[1:], 0xFFFFFFFE], strict=True):
        table[here] = after
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<I", head, 48, sector)
    struct.pack_into("<109I", head, 76, table_at, *[0xFFFFFFFF] * 108)
    sectors = [bytes(512)] * (table_at + 1)
    for place, piece in zip(places, pieces, strict=True):
        sectors[place] = piece
    sectors[table_at] = struct.pack("<128I", *table)
    return bytes(head) + b"".join(sectors)


def _entry(name: str, kind: int, class_id: bytes = bytes(16)) -> bytes:
    stored = name.encode("utf-16-le")
    return stored.ljust(64, b"\0") + struct.pack("<HB13x", len(stored) + 2, kind) + class_id.ljust(48, b"\0")


OTHERS = [f"stream {number}" for number in range(30)]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"!BDN" + bytes(600), MAILBOX),
        (ole("__properties_version1.0"), MSG),
        (ole(*OTHERS, "__substg1.0_0037001F"), MSG),
        (ole(*OTHERS, "__nameid_version1.0", scattered=True), MSG),
        (ole(class_id=bytes.fromhex("0b0d020000000000c000000000000046")), MSG),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016), OLE),
        (LETTER, EML),
        (b"\xef\xbb\xbf\r\n" + LETTER, EML),
        (b"From: a@x.example\r\nTo: b@pd.example\r\nSubject: x\r\n\r\ntext\r\n", EML),
        (b"Message-ID: <1@x>\nDate: today\n" + b"X-Long: " + b"y" * 9000, EML),
        (b"1234\n" + LETTER, EML),
        (b"Received: from x\r\n by y\r\n" * 400 + LETTER, EML),
        (b"From a@example.org Sat Jan  1 00:00:00 2022\n" + LETTER, MBOX),
        (b"From 123@xxx Sat Jan 1 2022\nX-GM-THRID: 1\nX-Gmail-Labels: Inbox\n" + LETTER, GOOGLE),
        (packed("a.eml"), ZIP),
        (packed("Takeout/Mail/All mail.mbox"), GOOGLE),
        (packed("Categories.xml", "Accounts/a/com.microsoft.__Messages/Inbox/message_1.xml"), OLM),
        (b"7z\xbc\xaf\x27\x1c" + bytes(30), SEVEN_ZIP),
        (b"\0\1\2\3\xef\xcd\xab\x89" + bytes(30), EDB),
        (b"\x1a\0\0\x04\0\0\x29\0\0\0", NSF),
        (b"\xcf\xad\x12\xfe\xc5\xfd\x74\x6f", DBX),
        (b"\x78\x9f\x3e\x22" + bytes(30), TNEF),
        (b"EVF\x09\r\n\xff\0\1", IMAGE),
    ],
)
def test_a_form_is_known_by_its_content_whatever_the_name(content: bytes, form: Form):
    for name in ("x", "a.pdf", "box.pst"):
        assert of(content, name) == form


@pytest.mark.parametrize(
    ("content", "called"),
    [
        (b"Rar!\x1a\x07\1\0", "a RAR archive"),
        (b"\x1f\x8b\x08\0", "a gzip file"),
        (tarred("a.mbox"), "a tar archive"),
        (b'"Subject","Body","From: (Name)","To: (Name)"\r\n', "a table of mail exported from Outlook (.csv)"),
    ],
)
def test_what_may_hold_mail_is_named(content: bytes, called: str):
    found = of(content)
    assert found is not None
    assert (found.name, found.mail) == (called, True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text, a list: one\ntwo",
        b"Subject: notes on the case\n\nWhat to ask for",
        b"To: do\n- call\n- write\n",
        b"id,date\n1,2\n",
        b"From now on: nothing\nis said\n",
        b"From: <Saved by a browser>\r\nSubject: x\r\nDate: y\r\nMIME-Version: 1.0\r\n",
        b"%PDF-1.7",
        b"<!doctype html>",
        b"\x89PNG\r\n\x1a\n" + bytes(5000),
        ole("WordDocument"),
        ole("Workbook", *OTHERS),
        packed("[Content_Types].xml", "word/document.xml"),
        packed("mimetype", "content.xml"),
    ],
)
def test_what_holds_no_mail_is_no_form_of_mail(content: bytes):
    found = of(content)
    assert found is None or not found.mail


def test_where_an_ole_file_shows_nothing_its_name_decides():
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    assert of(content, "A Letter.MSG") == MSG
    assert of(content, "letter.doc") == OLE


def test_an_export_of_google_is_known_by_its_name_where_it_is_packed():
    assert of(b"\x1f\x8b\x08\0", "takeout-20240131T120000Z-001.tgz") == GOOGLE


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"From ", b"From: a\nTo: b\n"]),
)
def test_no_content_is_an_error(content: bytes, head: bytes):
    of(head + content)


@given(st.binary(max_size=1500), st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1))
def test_no_damage_to_an_ole_file_or_an_archive_is_an_error(content: bytes, at: int, shift: int):
    head = bytearray(ole(*OTHERS))
    struct.pack_into("<H", head, 30, shift if shift % 3 else 9)
    struct.pack_into("<I", head, 48, at % (len(head) // 512 + 2))
    struct.pack_into("<I", head, 76, at)
    of(bytes(head) + content)
    archive = bytearray(packed("a", "b"))
    struct.pack_into("<I", archive, len(archive) - 6, at)
    of(bytes(archive))


def test_a_directory_that_leads_in_a_circle_ends():
    content = bytearray(ole(*OTHERS[:3]))
    reads = []

    def read(offset: int, count: int) -> bytes:
        reads.append(count)
        return bytes(content[offset : offset + count])

    table = 512 + 512 * 1
    struct.pack_into("<I", content, table, 0)  # the directory's sector is followed by itself
    form_of(read, len(content), "x")
    assert len(reads) < 200
    assert sum(reads) < 2 << 20


def test_little_is_read_of_a_large_file():
    reads: list[int] = []

    def read(offset: int, count: int) -> bytes:
        reads.append(count)
        return (b"PK\x03\x04" if offset == 0 else b"").ljust(min(count, 100), b"\0")

    assert form_of(read, 1 << 50, "x") == ZIP
    assert sum(reads) < 2 << 20


def test_a_list_of_files_is_read_within_bounds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mail_forms, "_MOST", 200)
    assert of(packed(*(f"{number:0100}" for number in range(50)), "Takeout/x")) == ZIP


def test_a_pipe_a_device_and_a_folder_are_not_opened(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert form_of_file(tmp_path / "pipe") is None
    assert form_of_file(Path("/dev/zero")) is None
    assert form_of_file(tmp_path) is None
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    assert form_of_file(tmp_path / "link") is None


def test_what_cannot_be_opened_may_hold_mail(tmp_path: Path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert form_of_file(tmp_path / "loop") == UNREADABLE
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert form_of_file(tmp_path / "gone") == UNREADABLE


def test_a_file_on_a_disk_is_looked_into(tmp_path: Path):
    (tmp_path / "a").write_bytes(LETTER)
    assert form_of_file(tmp_path / "a") == EML
