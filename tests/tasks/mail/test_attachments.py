"""Attachments: what each is, without reading what is in it; equal to what libpff says of real ones."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data.synthetic.pst import Attachment, Enclosed
from tasks.mail.attached import Attached
from tasks.mail.attachments import Plain, list_attachments, paths
from tasks.mail.copy_group import GroupCopier
from tasks.mail.extract import Copier, Extract
from tasks.mail.ndb import LocalFile, read_header
from tasks.mail.plan import plan_mailbox
from tasks.mail.references import Node

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Kit, Read, Surgery


def attached(path: Path, found: Read, node: int) -> list[Attached]:
    """What is known of the attachments of a message: files are looked at now, others were by the reading."""
    held = found.outcomes[node].inside
    with LocalFile(path) as opened:
        copier = Copier(opened, found.plan.header)
        return [
            each
            if each.content
            else list_attachments(copier, None, [(each.path, Node(0, each.data, each.sub, 0))])[0].attached
            for each in ([] if held is None else held.attachments)
        ]


def of(kit: Kit, tmp_path: Path, *attachments: Any) -> list[Attached]:
    """What is said of the attachments of one message."""
    box = kit.write(tmp_path / "a.pst", [kit.letter(1, attachments=attachments)])
    return attached(box.path, kit.read(box.path), box.nodes[0])


def file(name: str, mime_type: str = "", content: bytes = b"x", **given: Any) -> Attachment:
    return Attachment(name, mime_type, len(content), lambda: [content], **given)


@pytest.mark.parametrize("size", [0, 1, 3580, 3581, 8176, 8177, 100_000])
def test_a_file_has_its_name_type_and_size(kit: Kit, tmp_path: Path, size: int):
    [found] = of(kit, tmp_path, kit.enclosure(size, "Map of Main St.PNG"))
    assert (found.name, found.extension, found.mime_type, found.bytes, found.method, found.content) == (
        "Map of Main St.PNG", ".png", "image/png", size, "by value", "file",
    )  # fmt: skip
    assert found.path == f"{0x200024}/{0x8025}"
    assert (found.mail, found.problem) == (None, None)


def test_an_attachment_may_have_no_name(kit: Kit, tmp_path: Path):
    [found] = of(kit, tmp_path, file("", content=b"some bytes"))
    assert (found.name, found.extension, found.mime_type, found.bytes) == (None, None, None, 10)


def test_any_name_is_kept_as_it_is_and_fits_into_a_table(kit: Kit, tmp_path: Path):
    names = ["\x1b[2J.txt", "a\nb.doc", "x" * 3000, "x" * 5000 + ".png", "half \ud83d", "…\u202e.gpj"]
    found = of(kit, tmp_path, *map(file, names))
    assert [each.name for each in found] == [
        "\x1b[2J.txt", "a\nb.doc", "x" * 1024, "x" * 1024, "half \ufffd", "…\u202e.gpj",
    ]  # fmt: skip
    assert all((each.name or "").encode() for each in found)


@pytest.mark.parametrize(
    ("method", "words"),
    [
        (2, "by reference"),
        (3, "by reference, resolved"),
        (4, "by reference only"),
        (7, "by reference on the web"),
    ],
)
def test_a_reference_names_a_file_that_is_elsewhere(kit: Kit, tmp_path: Path, method: int, words: str):
    with_name, without = of(
        kit,
        tmp_path,
        Attachment("a.pdf", "", method=method, path=r"\\server\share\a.pdf"),
        Attachment("", "", method=method, path=r"\\server\share\b.pdf"),
    )
    assert (with_name.method, with_name.content, with_name.name) == (words, "reference", "a.pdf")
    assert (without.name, without.extension) == (r"\\server\share\b.pdf", ".pdf")


@pytest.mark.parametrize(("method", "words"), [(0, "none"), (6, "OLE object"), (9, "unknown (9)")])
def test_other_methods_are_named(kit: Kit, tmp_path: Path, method: int, words: str):
    [found] = of(kit, tmp_path, Attachment("a", "", method=method))
    assert found.method == words


def test_a_message_is_an_attachment_too(kit: Kit, tmp_path: Path):
    inner = kit.letter(2, attachments=(kit.enclosure(500), kit.enclosure(9000)))
    first, second = of(kit, tmp_path, kit.enclosure(), Enclosed(inner, "Forwarded"))[:2]
    assert (first.content, second.content, second.method) == ("file", "message", "embedded message")
    every = of(kit, tmp_path, Enclosed(inner, "Forwarded"))
    assert [(each.path.count("/"), each.bytes) for each in every[1:]] == [(2, 500), (2, 9000)]
    assert every[0].name == "Forwarded"


def test_files_that_hold_mail_are_known_by_name_type_or_content(kit: Kit, tmp_path: Path):
    mail = b"Received: from a\r\nFrom: b@example.org\r\nSubject: c\r\n\r\n" + b"body " * 5000
    found = of(
        kit,
        tmp_path,
        file("alert.eml"),
        file("ALERT.MSG"),
        file("archive.mbox"),
        file("", "message/rfc822"),
        file("", content=mail),
        file("noname.dat", content=mail),
        file("picture.png", "image/png", content=mail),
        file("", content=b"nothing"),
    )
    assert [each.mail for each in found] == [".eml", ".msg", ".mbox", ".eml", ".eml", ".eml", None, None]


@pytest.mark.parametrize("what", ["alone", "together"])
def test_contents_are_never_read(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str):
    box = kit.write(
        tmp_path / "a.pst",
        [kit.letter(n, attachments=(kit.enclosure(200_000),)) for n in range(5)],
        encoding="none",
    )
    read: list[tuple[int, int]] = []
    plain, into = LocalFile.read, LocalFile.read_into
    with LocalFile(box.path) as opened:
        header = read_header(opened)
        copier, found = Copier(opened, header), list[Node]()
        plan = plan_mailbox(opened)
        copier.copy(plan.node(0), Extract(header), found)
        group = GroupCopier(copier, 1 << 20) if what == "together" else None

        def noted(self: LocalFile, offset: int, size: int) -> bytes:
            read.append((offset, size))
            return plain(self, offset, size)

        def noted_into(self: LocalFile, memory: memoryview, offset: int) -> int:
            read.append((offset, len(memory)))
            return into(self, memory, offset)

        monkeypatch.setattr(LocalFile, "read", noted)
        monkeypatch.setattr(LocalFile, "read_into", noted_into)
        [listed] = list_attachments(copier, group, paths("1", found))
    assert listed.attached.bytes == 200_000
    data = box.path.read_bytes()
    assert sum(size for _, size in read) < 4_000
    assert not [1 for offset, size in read if kit.mark in data[offset : offset + size]]


@pytest.mark.parametrize("part", ["data", "sub"])
def test_a_damaged_attachment_is_named_or_has_the_stated_size(kit: Kit, tmp_path: Path, part: str):
    box = kit.write(tmp_path / "a.pst", [kit.letter(1, attachments=(kit.enclosure(), kit.enclosure(50)))])
    whole = attached(box.path, kit.read(box.path), box.nodes[0])
    surgery: Surgery = kit.surgery(box.path, tmp_path / "damaged.pst")
    surgery.flip(surgery.block(getattr(whole[0], part))[0] + 9)
    first, second = attached(surgery.save(), kit.read(surgery.path), box.nodes[0])
    assert second == whole[1]
    if part == "data":
        assert first.problem is not None
        assert (first.problem[0], first.content, first.name) == (
            "checksum of a block is wrong",
            "unknown",
            None,
        )
    else:
        assert (first.problem, first.name, first.bytes) == (None, "map.png", 40_000)


def test_two_attachments_of_one_id_get_two_paths():
    twice = [Node(37, 8, 0, 4), Node(69, 0, 0, 4), Node(37, 4, 0, 4)]
    assert [path for path, _ in paths("4", twice)] == ["4/37", "4/37.2", "4/69"]


def letters(name: str) -> str:
    """A name without the characters that pffexport replaces."""
    return re.sub(r"[\W_]", "", name)


@pytest.mark.long
def test_names_and_sizes_of_real_attachments_are_those_that_pffexport_writes(
    real_pst: Path, kit: Kit, tmp_path: Path
):
    if shutil.which("pffexport") is None:
        pytest.skip("pffexport is not installed (package pff-tools)")
    command = ["pffexport", "-q", "-t", str(tmp_path / "export"), str(real_pst)]
    subprocess.run(command, check=False, capture_output=True, timeout=120)
    written = {
        (letters(path.name.partition("_")[2]), path.stat().st_size)
        for path in tmp_path.rglob("*")
        if path.parent.name == "Attachments" and path.is_file()
    }
    found = kit.read(real_pst)
    said = {
        (letters(each.name or ""), each.bytes)
        for node in found.outcomes
        for each in attached(real_pst, found, node)
        if each.content == "file"
    }
    # pffexport writes an OLE object too, and gives a file without a name one of its own.
    unnamed = {
        (name, size) for name, size in written - said if name.startswith(("Attachment", "ATT", "Picture"))
    }
    assert written - said - unnamed == set()


@pytest.mark.parametrize("encoding", ["none", "permute"])
def test_files_are_recognised_without_looking_at_them(kit: Kit, tmp_path: Path, encoding: str):
    attachments = (kit.enclosure(), Enclosed(kit.letter(2)), kit.enclosure(10), Attachment("a", "", method=2))
    box = kit.write(tmp_path / "a.pst", [kit.letter(1, attachments=attachments)], encoding=encoding)
    held = kit.read(box.path).outcomes[box.nodes[0]].inside
    assert held is not None
    assert [each.content for each in held.attachments] == ["", "message", "", "reference"]


def test_what_says_both_is_looked_at():
    plain = Plain(0)
    file, message = b"\x05\x37\x03\0\1\0\0\0", b"\x05\x37\x03\0\5\0\0\0"
    assert plain.is_file(b"xx" + file)
    assert not plain.is_file(b"xx" + file + message)
    assert not plain.is_file(message)
    assert not plain.is_file(b"")
    assert not plain.is_file(None)
    assert not Plain(2).is_file(file)
