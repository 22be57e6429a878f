import email
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.synthetic.pst import Attachment, Message, PstWriter, Recipient, layout
from tests.data.synthetic.pst.verify import verify

BOTH = pytest.mark.parametrize("encoding", ["none", "permute"])
SENT = datetime(2021, 5, 21, 3, 47, 11, 250_000, tzinfo=UTC)
TEXTS = {"subject": 0x0037001F, "html": 0x10130102, "text": 0x1000001F}


def wide(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def number(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "little")


def ticks(moment: datetime) -> bytes:
    return number(int((moment - datetime(1601, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 10, 8)


@BOTH
def test_every_property_is_read_back_by_libpff(encoding: Any, write: Any, read: Any, attached: Any) -> None:
    image = random.Random(1).randbytes(20_000)
    message = Message(
        subject="RE: Überfall – “Crime Alert: 🚨”",
        sender_name="Ring Team",
        sender_address="no-reply@example.org",
        recipients=(
            Recipient(1, "Ann Ö", "Ann@example.org"),
            Recipient(2, "", "bo@example.org"),
            Recipient(1, "Cy", "cy@example.org"),
            Recipient(3, "Di", "di@example.org"),
        ),
        html="<p>Täter</p>".encode("cp1252"),
        text="Täter 🚨\r\n",
        headers="Received: by a\r\nSubject: x\r\n",
        message_id="<7@example.org>",
        submitted_at=SENT,
        delivered_at=SENT + timedelta(seconds=1),
        codepage=1252,
        attachments=(attached(image, content_id="logo@1"), attached(b"few", name="notes")),
    )
    (found,) = read(write([message], encoding))
    size = 20_003 + sum(len(v) for t, v in found.properties.items() if t & 0xFFFF in (0x1F, 0x102, 0x40))
    size += 4 * (sum(t & 0xFFFF in (3, 0xB) for t in found.properties) - 1)
    key = found.properties.pop(0x300B0102)
    assert len(key) == 16
    assert found.properties == {
        0x00170003: number(1),
        0x001A001F: wide("IPM.Note"),
        0x00260003: number(0),
        0x00360003: number(0),
        0x0037001F: wide("\x01\x05" + message.subject),
        0x00390040: ticks(SENT),
        0x003D001F: wide("RE: "),
        0x0042001F: wide("Ring Team"),
        0x0064001F: wide("SMTP"),
        0x0065001F: wide("no-reply@example.org"),
        0x0070001F: wide("Überfall – “Crime Alert: 🚨”"),
        0x007D001F: wide("Received: by a\r\nSubject: x\r\n"),
        0x0C1A001F: wide("Ring Team"),
        0x0C1E001F: wide("SMTP"),
        0x0C1F001F: wide("no-reply@example.org"),
        0x0E02001F: wide("Di"),
        0x0E03001F: wide("bo@example.org"),
        0x0E04001F: wide("Ann Ö; Cy"),
        0x0E060040: ticks(SENT + timedelta(seconds=1)),
        0x0E070003: number(0x11),
        0x0E080003: number(size),
        0x0E170003: number(0),
        0x0E1B000B: b"\1",
        0x0E1D001F: wide("Überfall – “Crime Alert: 🚨”"),
        0x1000001F: wide("Täter 🚨\r\n"),
        0x10130102: "<p>Täter</p>".encode("cp1252"),
        0x10160003: number(3),
        0x1035001F: wide("<7@example.org>"),
        0x30070040: ticks(SENT + timedelta(seconds=1)),
        0x30080040: ticks(SENT + timedelta(seconds=1)),
        0x3FDE0003: number(1252),
        0x5D01001F: wide("no-reply@example.org"),
        0x5D02001F: wide("no-reply@example.org"),
    }
    assert found.said == {
        "subject": message.subject,
        "sender_name": "Ring Team",
        "client_submit_time": SENT.replace(tzinfo=None),
        "delivery_time": (SENT + timedelta(seconds=1)).replace(tzinfo=None),
        "transport_headers": message.headers,
    }
    one_off = "00000000812b1fa4bea310199d6e00dd010f540200000190"
    for row, (recipient, seen) in enumerate(zip(message.recipients, found.recipients, strict=True)):
        assert seen == {
            0x67F20003: number(row),
            0x67F30003: number(row + 1),
            0x0C150003: number(recipient.kind),
            0x0E0F000B: b"\1",
            0x0FF60102: number(row),
            0x0FF90102: b"",
            0x0FFE0003: number(6),
            0x0FFF0102: bytes.fromhex(one_off) + wide(f"{recipient.name}\0SMTP\0{recipient.address}\0"),
            0x3001001F: wide(recipient.name),
            0x3002001F: wide("SMTP"),
            0x3003001F: wide(recipient.address),
            0x300B0102: f"SMTP:{recipient.address.upper()}\0".encode(),
            0x39000003: number(0),
            0x39FE001F: wide(recipient.address),
            0x39FF001F: wide(recipient.name),
            0x3A40000B: b"\0",
        }
    (first, first_bytes), (second, second_bytes) = found.attachments
    assert (first_bytes, second_bytes) == (image, b"few")
    assert first == {
        0x0E200003: number(20_000),
        0x0E210003: number(0),
        0x0FFE0003: number(7),
        0x3001001F: wide("image001.png"),
        0x37010102: image,
        0x3703001F: wide(".png"),
        0x3704001F: wide("image001.png"),
        0x37050003: number(1),
        0x3707001F: wide("image001.png"),
        0x370B0003: b"\xff" * 4,
        0x370E001F: wide("image/png"),
        0x3712001F: wide("logo@1"),
        0x37140003: number(4),
        0x7FFE000B: b"\1",
    }
    assert 0x3712001F not in second
    assert (second[0x3703001F], second[0x37140003], second[0x7FFE000B]) == (b"", number(0), b"\0")


@BOTH
@pytest.mark.parametrize("size", [0, 1, 3579, 3580, 3581, 8175, 8176, 8177, 100_000])
def test_bodies_of_edge_sizes_come_back_whole(
    encoding: Any, size: int, write: Any, read: Any, letter: Any
) -> None:
    html = random.Random(size).randbytes(size)
    (found,) = read(write([letter(html=html, text="x" * size)], encoding))
    assert found.properties[0x10130102] == html
    assert found.text(0x1000001F) == "x" * size


@pytest.mark.parametrize(
    ("encoding", "size"),
    [
        *((encoding, size) for encoding in ("none", "permute") for size in (0, 1, 3580, 3581, 8176, 8177)),
        ("none", 8176 * 1021),  # how blocks are joined does not depend on their encoding
        ("permute", 8176 * 1021 + 1),
    ],
)
def test_attachments_of_edge_sizes_come_back_whole(  # noqa: PLR0917 - fixtures
    encoding: Any, size: int, write: Any, read: Any, letter: Any, attached: Any
) -> None:
    content = random.Random(size).randbytes(size)
    path = write([letter(attachments=(attached(content, piece=100_003),))], encoding)
    (found,) = read(path)
    assert [data for _, data in found.attachments] == [content]
    assert verify(path) == []


def test_a_property_that_is_none_is_absent(write: Any, read: Any, letter: Any) -> None:
    bare = letter(html=None, text=None, headers=None, message_id=None, submitted_at=None, delivered_at=None)
    (found,) = read(write([bare]))
    absent = {0x10130102, 0x1000001F, 0x007D001F, 0x1035001F, 0x00390040, 0x0E060040}
    assert not absent & set(found.properties)
    assert found.properties[0x0E070003] == number(9)  # read, and never sent


@pytest.mark.parametrize("count", [0, 1, 60, 500])
def test_any_number_of_recipients(count: int, write: Any, read: Any, letter: Any) -> None:
    people = tuple(Recipient(1 + i % 3, f"Officer Nº {i}", f"o{i}@example.org") for i in range(count))
    path = write([letter(recipients=people)])
    (found,) = read(path)
    seen = [
        Recipient(r[0x0C150003][0], r[0x3001001F].decode("utf-16-le"), r[0x39FE001F].decode("utf-16-le"))
        for r in found.recipients
    ]
    assert seen == list(people)
    assert found.text(0x0E04001F) == "; ".join(p.name for p in people if p.kind == 1)
    assert verify(path) == []


def test_a_message_can_have_more_attachments_than_one_subnode_block_holds(
    write: Any, read: Any, letter: Any, attached: Any
) -> None:
    contents = [bytes([i % 256]) * (i + 1) for i in range(345)]
    path = write([letter(attachments=tuple(attached(c, name=f"{i}.bin") for i, c in enumerate(contents)))])
    (found,) = read(path)
    assert [data for _, data in found.attachments] == contents
    assert verify(path) == []


@pytest.mark.long
@settings(max_examples=20)
@given(
    messages=st.lists(
        st.tuples(
            st.text(max_size=300),
            st.binary(max_size=9000),
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5000),
            st.lists(st.tuples(st.integers(1, 3), st.text(max_size=20), st.text(max_size=20)), max_size=8),
            st.binary(max_size=20_000),
        ),
        max_size=6,
    ),
    encoding=st.sampled_from(["none", "permute"]),
)
def test_any_message_is_read_back(
    read: Callable[[Path], list[Any]], messages: list[Any], encoding: Literal["none", "permute"]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.pst"
        with PstWriter(path, encoding=encoding) as box:
            inbox = box.add_folder(("Inbox",))
            for subject, html, text, people, content in messages:
                chunks = [content[:7], content[7:]]
                box.add_message(
                    inbox,
                    Message(
                        subject,
                        text[:30],
                        "a@b",
                        tuple(Recipient(*person) for person in people),
                        html=html,
                        text=text,
                        headers=text,
                        message_id=None,
                        submitted_at=None,
                        delivered_at=None,
                        attachments=(Attachment("a", "b", len(content), partial(list, chunks)),),
                    ),
                )
        assert verify(path) == []
        found = read(path)
    assert len(found) == len(messages)
    for (subject, html, text, people, content), seen in zip(messages, found, strict=True):
        assert seen.text(0x0037001F)[2:] == subject
        assert seen.properties[0x10130102] == html
        assert seen.text(0x1000001F) == seen.text(0x007D001F) == text
        assert [r[0x39FE001F].decode("utf-16-le") for r in seen.recipients] == [p[2] for p in people]
        assert [data for _, data in seen.attachments] == [content]


def test_a_naive_time_is_utc_and_another_zone_is_converted(write: Any, read: Any, letter: Any) -> None:
    west = SENT.astimezone(timezone(timedelta(hours=-7)))
    found = read(write([letter(submitted_at=SENT.replace(tzinfo=None), delivered_at=west)]))
    assert found[0].properties[0x00390040] == found[0].properties[0x0E060040] == ticks(SENT)


def test_folders_are_nested_and_made_once(tmp_path: Path, read: Any, letter: Any) -> None:
    with PstWriter(tmp_path / "a.pst") as box:
        deep = box.add_folder(("Inbox", "2021", "May"))
        inbox = box.add_folder(("Inbox",))
        assert box.add_folder(("Inbox", "2021", "May")) == deep
        homes = [deep, inbox, box.add_folder(("Deleted Items",)), box.add_folder(()), deep]
        ids = [box.add_message(home, letter(subject=f"s{i}")) for i, home in enumerate(homes)]
    assert ids == sorted(ids)
    assert len({node & 0x1F for node in ids}) == 1
    top = "Top of Personal Folders"
    assert {(m.said["subject"], m.node, m.folder) for m in read(tmp_path / "a.pst")} == {
        ("s0", ids[0], (top, "Inbox", "2021", "May")),
        ("s1", ids[1], (top, "Inbox")),
        ("s2", ids[2], (top, "Deleted Items")),
        ("s3", ids[3], (top,)),
        ("s4", ids[4], (top, "Inbox", "2021", "May")),
    }
    assert verify(tmp_path / "a.pst") == []


@pytest.mark.long
def test_a_thousand_messages_in_one_folder(write: Any, read: Any, letter: Any, nodes: Any) -> None:
    path = write([letter(subject=f"Crime Alert: Nº {i}", message_id=f"<{i}@x>") for i in range(1000)])
    assert verify(path) == []
    found = read(path)
    assert [m.said["subject"] for m in found] == [f"Crime Alert: Nº {i}" for i in range(1000)]
    assert [m.text(0x1035001F) for m in found] == [f"<{i}@x>" for i in range(1000)]
    tree = nodes(path)
    raw = path.read_bytes()
    levels = {(raw[at + 496], level) for at, level in tree.pages.items()}
    assert {(kind, 2) for kind in (layout.PAGE_NBT, layout.PAGE_BBT)} <= levels  # three levels in both trees
    contents = tree.heap(*tree.nodes[0x808E][:2])
    assert len(contents.blocks) > 9  # fill levels in more blocks than the first
    rows = tree.heap(*tree.nodes[0x808E][:2]).rows()
    assert list(rows) == [m.node for m in found]
    for message in found[::97]:
        row = rows[message.node]
        assert row[0x0037001F] == message.properties[0x0037001F]
        assert row[0x0E060040] == message.properties[0x0E060040]
        assert row[0x0E080003] == message.properties[0x0E080003]


def test_an_empty_mailbox_can_be_read(tmp_path: Path, read: Any) -> None:
    with PstWriter(tmp_path / "a.pst", name="Ordner"):
        pass
    assert read(tmp_path / "a.pst") == []
    assert verify(tmp_path / "a.pst") == []
    assert (tmp_path / "a.pst").stat().st_size == 0x4400 + 253_952


def _bytes(path: Path, letter: Any, encoding: Any) -> bytes:
    with PstWriter(path, encoding=encoding) as box:
        homes = [box.add_folder((name,)) for name in ("A", "B")]
        for i in range(400):
            box.add_message(homes[i % 2], letter(subject=f"s{i}", html=b"h" * i * 30))
    return path.read_bytes()


@pytest.mark.long
@BOTH
def test_the_same_calls_give_the_same_bytes(encoding: Any, tmp_path: Path, letter: Any) -> None:
    (tmp_path / "other").mkdir()
    first = _bytes(tmp_path / "a.pst", letter, encoding)
    assert first == _bytes(tmp_path / "other" / "b.pst", letter, encoding)


def test_the_file_has_its_name_only_when_it_is_complete(tmp_path: Path, letter: Any) -> None:
    path = tmp_path / "a.pst"
    with PstWriter(path) as box:
        box.add_message(box.add_folder(("Inbox",)), letter())
        assert not path.exists()
        assert box.position > 0x4400
    assert [p.name for p in tmp_path.iterdir()] == ["a.pst"]


def test_an_exception_leaves_no_file(tmp_path: Path, letter: Any) -> None:
    def work() -> None:
        with PstWriter(tmp_path / "a.pst") as box:
            box.add_message(box.add_folder(("Inbox",)), letter())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert list(tmp_path.iterdir()) == []


def _breaking() -> Iterator[bytes]:
    yield b"x" * 9000
    raise OSError("the disk is gone")


@pytest.mark.parametrize(
    ("size", "chunks", "error"),
    [
        (9001, _breaking, OSError),
        (9000, lambda: [b"x" * 8999], ValueError),
        (9000, lambda: [b"x" * 20_000], ValueError),
        (5, lambda: [b"four"], ValueError),
    ],
)
def test_a_failing_attachment_ends_the_mailbox(
    tmp_path: Path, letter: Any, size: int, chunks: Any, error: type[Exception]
) -> None:
    (tmp_path / "a.pst").write_bytes(b"an older file")
    box = PstWriter(tmp_path / "a.pst")
    inbox = box.add_folder(("Inbox",))
    with pytest.raises(error):
        box.add_message(inbox, letter(attachments=(Attachment("a", "b/c", size, chunks),)))
    with pytest.raises(ValueError, match="given up"):
        box.add_message(inbox, letter())
    box.close()
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.pst", b"an older file")]


def test_a_failing_close_leaves_no_file(tmp_path: Path, letter: Any) -> None:
    (tmp_path / "a.pst" / "in the way").mkdir(parents=True)
    box = PstWriter(tmp_path / "a.pst")
    box.add_message(box.add_folder(("Inbox",)), letter())
    with pytest.raises(OSError, match=r"a\.pst"):
        box.close()
    assert [p.name for p in tmp_path.iterdir()] == ["a.pst"]


def test_an_unknown_folder_is_an_error(tmp_path: Path, letter: Any) -> None:
    with pytest.raises(KeyError), PstWriter(tmp_path / "a.pst") as box:
        box.add_message(0x9999, letter())
    assert list(tmp_path.iterdir()) == []


@BOTH
def test_readpst_finds_the_same_messages(
    encoding: Any, write: Any, letter: Any, tmp_path: Path, attached: Any
) -> None:
    program = shutil.which("readpst")
    if program is None:
        pytest.skip("readpst is not installed (Debian package pst-utils)")
    image = random.Random(5).randbytes(30_000)
    messages = [
        letter(
            subject=f"Crime Alert: {i}",
            text=f"body of {i}\n" * (i + 1),
            html=f"<p>html of {i}</p>".encode() * (i + 1),
            headers=f"Received: from a by b\nMessage-ID: <{i}@example.org>\nSubject: Crime Alert: {i}\n",
            attachments=(attached(image[i:]),) if i % 50 == 0 else (),
        )
        for i in range(120)
    ]
    path = write(messages, encoding, ("Inbox", "2021"))
    out = tmp_path / "out"
    out.mkdir()
    # -j 0: with its parallel jobs readpst writes wrong output in silence.
    command = [program, "-j", "0", "-e", "-D", "-o", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    files = sorted((p for p in out.rglob("*.eml")), key=lambda p: int(p.stem.split("-")[0]))
    assert len(files) == 120
    for i, file in enumerate(files):
        said = file.read_text("utf-8")
        assert re.search(rf"^Subject: Crime Alert: {i}$", said, re.M)
        assert f"Message-ID: <{i}@example.org>" in said
        assert said.count(f"body of {i}\n") == i + 1
        assert said.count(f"<p>html of {i}</p>") == i + 1
        parts = email.message_from_string(said).walk()
        images = [part.get_payload(decode=True) for part in parts if part.get_filename() == "image001.png"]
        assert images == ([image[i:]] if i % 50 == 0 else [])
