"""What is in one mailbox, without reading a message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tasks.mail.inspect import inspect
from tasks.mail.layout import NBT, NotAMailboxError

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit, Surgery

FORMATS = {"ansi.pst": "ANSI PST", "outlook2013-4k.ost": "OST with 4k pages"}


def test_a_real_mailbox_is_described_by_format_folders_and_counts(real_pst: Path):
    found = inspect(real_pst)
    assert found.format == FORMATS.get(real_pst.name, "Unicode PST")
    assert found.encoding in {"none", "compressible"}
    assert found.bytes == real_pst.stat().st_size
    assert found.listed == sum(folder.messages for folder in found.folders) > 0
    assert all(folder.stated == folder.messages for folder in found.folders)
    assert found.warnings == ()


@pytest.mark.parametrize(("encoding", "name"), [("none", "none"), ("permute", "compressible")])
def test_the_encoding_is_named(tmp_path: Path, kit: Kit, encoding: str, name: str):
    assert inspect(kit.write(tmp_path / "box.pst", [], encoding=encoding).path).encoding == name


def test_empty_folders_are_left_out(alerts_box: Box):
    assert [(folder.path, folder.messages) for folder in inspect(alerts_box.path).folders] == [
        ("Top of Personal Folders/Inbox", 50),
        ("Top of Personal Folders/Inbox/Part 001", 50),
    ]


def test_orphans_are_a_folder_at_the_end(damaged: Surgery, box: Box):
    damaged.set(NBT, box.nodes[1], parent=0xABCD02)
    found = inspect(damaged.save())
    assert [(folder.path, folder.messages) for folder in found.folders] == [
        ("Top of Personal Folders/Inbox", 339),
        ("(orphaned)", 1),
    ]
    assert len(found.warnings) == 1


def test_a_folder_that_holds_nothing_but_says_so_is_shown(damaged: Surgery, box: Box):
    for node in box.nodes:
        offset, entry = damaged.entry(NBT, node)
        entry["parent"] = 0xABCD02
        damaged.seal(offset)
    found = inspect(damaged.save())
    assert [(folder.path, folder.messages, folder.stated) for folder in found.folders] == [
        ("Top of Personal Folders/Inbox", 0, 340),
        ("(orphaned)", 340, None),
    ]


def test_damage_is_reported_and_the_number_is_unknown(damaged: Surgery):
    damaged.zero(damaged.leaves(NBT)[12][0])
    found = inspect(damaged.save())
    assert found.listed is None
    assert "is zeroed" in found.warnings[0]


def test_a_file_that_is_not_a_mailbox_is_an_error(tmp_path: Path):
    (tmp_path / "box.pst").write_bytes(b"x" * 600)
    with pytest.raises(NotAMailboxError, match="not a PST or OST"):
        inspect(tmp_path / "box.pst")
