from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from data.synthetic import mailbox

ReadBack = Callable[[Path], list[dict[str, Any]]]


def test_messages_are_in_order_of_their_node_ids(tmp_path: Path, read_back: ReadBack) -> None:
    nodes = mailbox(tmp_path / "box.pst", 40, image_bytes=2_000)
    rows = read_back(tmp_path / "box.pst")
    assert [row["node_id"] for row in rows] == nodes == sorted(nodes)
    assert {row["folder"] for row in rows} == {"Top of Personal Folders/Inbox"}
    assert {row["attachments"] for row in rows} == {1}
    assert len({row["message_id"] for row in rows}) == 40
    assert len({row["html"] for row in rows}) == 40


def test_messages_go_to_the_folders_in_turn(tmp_path: Path, read_back: ReadBack) -> None:
    mailbox(tmp_path / "box.pst", 30, folders=3, encoding="none")
    rows = read_back(tmp_path / "box.pst")
    folders = [row["folder"] for row in rows]
    assert {folders.count(each) for each in folders} == {10}
    assert len(set(folders)) == 3


@pytest.mark.parametrize("encoding", ["none", "permute"])
def test_equal_arguments_give_equal_bytes(tmp_path: Path, encoding: Literal["none", "permute"]) -> None:
    for name in ("a.pst", "b.pst"):
        mailbox(tmp_path / name, 20, seed=3, image_bytes=900, encoding=encoding)
    mailbox(tmp_path / "c.pst", 20, seed=4, image_bytes=900, encoding=encoding)
    one, same, other = ((tmp_path / name).read_bytes() for name in ("a.pst", "b.pst", "c.pst"))
    assert one == same != other


def test_an_empty_mailbox_can_be_read(tmp_path: Path, read_back: ReadBack) -> None:
    assert mailbox(tmp_path / "box.pst", 0) == []
    assert read_back(tmp_path / "box.pst") == []
