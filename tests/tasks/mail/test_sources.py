"""Which mailboxes there are: which files are the same, have changed, cannot be opened."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data.catalog import RecordFile
from data.errors import InputError
from tasks.mail.child import Died
from tasks.mail.settings import READER_VERSION
from tasks.mail.sources import (
    HashMemo,
    check_readable,
    examine,
    examine_apart,
    group,
    sha256_of,
    state_of,
)

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box


def record(path: Path, agency: str = "lapd", file: str | None = None) -> RecordFile:
    return RecordFile(agency, path, file or f"records/{agency}/{path.name}")


def on_disk(file: RecordFile) -> Path:
    assert isinstance(file.path, Path)
    return file.path


@pytest.mark.parametrize("size", [0, 1, (16 << 20) - 1, 16 << 20, (16 << 20) + 1])
def test_the_hash_is_that_of_all_bytes_of_the_file(tmp_path: Path, size: int):
    data = os.urandom(size)
    (tmp_path / "f").write_bytes(data)
    assert sha256_of(tmp_path / "f") == hashlib.sha256(data).hexdigest()


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system takes no advice on files")
def test_what_is_far_behind_is_let_go_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    let_go: list[tuple[int, int]] = []

    def advised(_: int, offset: int, size: int, advice: int) -> None:
        if advice == os.POSIX_FADV_DONTNEED:
            let_go.append((offset, size))

    monkeypatch.setattr("os.posix_fadvise", advised)
    monkeypatch.setattr("tasks.mail.sources._PIECE", 1000)
    monkeypatch.setattr("tasks.mail.sources._BEHIND", 2500)
    data = os.urandom(5200)
    (tmp_path / "f").write_bytes(data)
    assert sha256_of(tmp_path / "f") == hashlib.sha256(data).hexdigest()
    assert let_go == [(0, 500), (500, 1000), (1500, 1000), (2500, 200)]


def test_a_file_is_examined_with_its_hash_and_its_plan(box: Box):
    found = examine(box.path, None)
    assert found.sha256 == hashlib.sha256(box.path.read_bytes()).hexdigest()
    assert found.bytes == box.path.stat().st_size
    assert found.problem is None
    assert found.plan is not None
    assert found.plan.listed == 340


def test_a_known_hash_is_used_unchanged(box: Box):
    assert examine(box.path, "ab" * 32).sha256 == "ab" * 32


def test_a_file_that_is_not_a_mailbox_is_examined_with_what_is_wrong(tmp_path: Path):
    (tmp_path / "box.pst").write_bytes(b"nothing")
    found = examine(tmp_path / "box.pst", None)
    assert found.plan is None
    assert found.problem is not None
    assert "not a PST or OST" in found.problem
    assert found.bytes == 7


@pytest.mark.slow
@pytest.mark.parametrize("content", ["box", "none", "nothing of it"])
def test_a_file_whose_worker_died_is_examined_in_a_child_and_is_the_same(
    box: Box, tmp_path: Path, content: str
):
    path = box.path
    if content != "box":
        path = tmp_path / "box.pst"
        path.write_bytes(b"nothing" if content == "none" else box.path.read_bytes()[:600])
    assert repr(examine_apart(path, None)) == repr(examine(path, None))


@pytest.mark.parametrize("deaths", [1, 2])
def test_folders_lose_their_names_only_where_each_child_dies(
    box: Box, monkeypatch: pytest.MonkeyPatch, deaths: int
):
    asked = []

    def dies(function: Callable[[Any], Any], given: Any, *_: Any, **__: Any) -> Any:
        asked.append(given)
        return Died("was ended by SIGSEGV") if len(asked) <= deaths else function(given)

    monkeypatch.setattr("tasks.mail.sources.in_child", dies)
    found = examine_apart(box.path, "ab" * 32)
    assert len(asked) == 2
    assert found.named == (deaths == 1)
    assert found.plan is not None
    assert any("(folder 0x" in folder.path for folder in found.plan.folders) == (deaths == 2)


# The memo of hashes.


@pytest.fixture
def hashed(tmp_path: Path) -> tuple[Path, RecordFile]:
    """A work folder whose memo has the hash of a file."""
    path = tmp_path / "box.pst"
    path.write_bytes(b"0123456789")
    file = record(path)
    memo = HashMemo(tmp_path / "work")
    memo.put(file, "ab" * 32, state_of(path))
    memo.save()
    return tmp_path / "work", file


def test_the_hash_of_a_file_as_it_was_is_known(hashed: tuple[Path, RecordFile]):
    work, file = hashed
    assert HashMemo(work).get(file) == "ab" * 32


def test_reading_a_file_changes_nothing(hashed: tuple[Path, RecordFile]):
    work, file = hashed
    path = on_disk(file)
    path.read_bytes()
    assert HashMemo(work).get(file) == "ab" * 32


def test_a_changed_size_makes_the_hash_unknown(hashed: tuple[Path, RecordFile]):
    work, file = hashed
    path = on_disk(file)
    path.write_bytes(b"01234567890")
    assert HashMemo(work).get(file) is None


def test_a_changed_time_makes_the_hash_unknown(hashed: tuple[Path, RecordFile]):
    work, file = hashed
    path = on_disk(file)
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    assert HashMemo(work).get(file) is None


def test_other_bytes_with_the_times_set_back_make_the_hash_unknown(hashed: tuple[Path, RecordFile]):
    work, file = hashed
    path = on_disk(file)
    before = path.stat()
    path.write_bytes(b"9876543210")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (
        before.st_size,
        before.st_mtime_ns,
        before.st_ino,
    )
    assert HashMemo(work).get(file) is None


def test_another_file_moved_in_its_place_makes_the_hash_unknown(hashed: tuple[Path, RecordFile]):
    work, file = hashed
    path = on_disk(file)
    other = path.with_name("other")
    shutil.copy2(path, other)
    other.replace(path)
    assert HashMemo(work).get(file) is None


def test_a_state_of_one_element_less_is_not_taken_for_the_same(hashed: tuple[Path, RecordFile]):
    work, file = hashed
    for state in ([], state_of(file.path)[:3], [0, *state_of(file.path)]):
        memo = HashMemo(work)
        memo.put(file, "cd" * 32, state)
        assert memo.get(file) is None


@pytest.mark.parametrize("content", ["", "[1, 2]", "{", "null", '{"records/lapd/box.pst": "ab"}', "\x00"])
def test_a_memo_that_makes_no_sense_is_forgotten(hashed: tuple[Path, RecordFile], content: str):
    work, file = hashed
    (work / "mail" / "hashes.json").write_text(content)
    memo = HashMemo(work)
    assert memo.get(file) is None
    memo.put(file, "cd" * 32, state_of(file.path))
    memo.save()
    assert HashMemo(work).get(file) == "cd" * 32


def test_the_memo_is_written_under_another_name_and_renamed(hashed: tuple[Path, RecordFile]):
    work, _ = hashed
    assert [path.name for path in (work / "mail").iterdir()] == ["hashes.json"]
    assert json.loads((work / "mail" / "hashes.json").read_text())


# Names and agencies.


def test_the_same_file_twice_under_one_agency_is_one_mailbox_with_two_names(tmp_path: Path, box: Box):
    paths = [tmp_path / "b.pst", tmp_path / "a.pst"]
    for path in paths:
        shutil.copy(box.path, path)
    files = [record(path) for path in paths]
    (mailbox,) = group(files, {path: examine(path, None) for path in paths})
    assert mailbox.files == ("records/lapd/a.pst", "records/lapd/b.pst")
    assert mailbox.path == tmp_path / "a.pst"
    assert mailbox.source == hashlib.sha256(box.path.read_bytes()).hexdigest()[:12]


def test_the_same_file_under_two_agencies_is_a_mailbox_of_each(box: Box):
    files = [record(box.path, agency) for agency in ("rialto", "lapd")]
    mailboxes = group(files, {box.path: examine(box.path, None)})
    assert [(one.agency, one.files) for one in mailboxes] == [
        ("lapd", ("records/lapd/box.pst",)),
        ("rialto", ("records/rialto/box.pst",)),
    ]
    assert len({one.source for one in mailboxes}) == 1


def test_mailboxes_are_in_the_same_order_whatever_the_order_of_files(tmp_path: Path):
    paths = [tmp_path / f"{name}.pst" for name in "abc"]
    for path in paths:
        path.write_text(path.name)
    examined = {path: examine(path, None) for path in paths}
    files = [record(path, agency) for path in paths for agency in ("x", "y")]
    assert group(files, examined) == group(files[::-1], examined)


def test_mail_is_read_again_where_the_agency_s_code_page_or_the_guesser_changes(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    files, examined = (
        [record(box.path, "lapd"), record(box.path, "rialto")],
        {box.path: examine(box.path, None)},
    )
    lapd, rialto = group(files, examined, {"lapd": "cp1251"})
    assert (lapd.code_page, rialto.code_page) == ("cp1251", None)
    assert rialto == group(files, examined)[1]
    before = {lapd.mail_folder(tmp_path), rialto.mail_folder(tmp_path)}
    assert len(before) == 2
    monkeypatch.setattr("tasks.mail.sources.DETECTOR_VERSION", "99")
    assert not before & {lapd.mail_folder(tmp_path), rialto.mail_folder(tmp_path)}


def test_mail_is_kept_by_file_reader_and_libpff(box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (mailbox,) = group([record(box.path)], {box.path: examine(box.path, None)})
    before = mailbox.mail_folder(tmp_path)
    assert before.parent == tmp_path / "mail"
    assert mailbox.source in before.name
    monkeypatch.setattr("tasks.mail.sources.READER_VERSION", READER_VERSION + 1)
    newer = mailbox.mail_folder(tmp_path)
    monkeypatch.setattr("tasks.mail.sources.LIBPFF_VERSION", "20991231")
    assert len({before, newer, mailbox.mail_folder(tmp_path)}) == 3


# What cannot be opened.


def test_readable_files_pass(box: Box):
    check_readable([record(box.path)])


def test_a_broken_link_is_an_error_that_says_what_to_do(tmp_path: Path, box: Box):
    link = tmp_path / "gone.pst"
    link.symlink_to(tmp_path / "elsewhere.pst")
    with pytest.raises(InputError) as caught:
        check_readable([record(box.path), record(link)])
    message = str(caught.value)
    assert message.startswith("records/lapd/gone.pst: is not a regular file (it is a link to a file that is")
    assert "\n" not in message


def test_a_folder_named_like_a_mailbox_cannot_be_read(tmp_path: Path):
    folder = tmp_path / "folder.pst"
    folder.mkdir()
    with pytest.raises(InputError, match=r"records/lapd/folder\.pst: is not a regular file"):
        check_readable([record(folder)])


def test_a_file_without_permission_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "locked.pst"
    path.write_bytes(b"x")

    def refuse(self: Path, *_: object) -> None:  # permissions do not bind root, and the tests may run as root
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"cannot be read \(Permission denied\); make it readable"):
        check_readable([record(path)])


def test_a_memo_with_a_flipped_bit_forgets_that_file_and_says_so(hashed: tuple[Path, RecordFile]):
    work, file = hashed
    path = work / "mail" / "hashes.json"
    whole = path.read_text()
    assert HashMemo(work).rebuilt == ()
    for place, letter in enumerate(whole):
        if letter in "0123456789abcdef":
            path.write_text(whole[:place] + chr(ord(letter) ^ 1) + whole[place + 1 :])
            memo = HashMemo(work)
            assert memo.get(file) is None
            (line,) = memo.rebuilt
            assert line.startswith("work/mail/hashes.json: was damaged")


def test_a_pipe_in_the_place_of_a_mailbox_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "box.pst")
    with pytest.raises(InputError, match=r"records/lapd/box\.pst: is not a regular file"):
        check_readable([RecordFile("lapd", tmp_path / "box.pst", "records/lapd/box.pst")])
