from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.synthetic import plan
from data.synthetic.mail.write import EVERY, folder_path, write_file

ReadBack = Callable[[Path], list[dict[str, Any]]]
Near = Callable[[int, int], bool]


@pytest.mark.parametrize("target", [2_000_000, 6_000_000])
def test_pictures_bring_a_file_to_its_size(tmp_path: Path, near: Near, target: int) -> None:
    planned = plan(0.0001, 1)
    file = replace(planned.files[0], bytes=target, file="box.pst", also=None)
    written = write_file(tmp_path, file, planned.posts, 1)
    assert written.bytes == (tmp_path / "box.pst").stat().st_size
    assert near(written.bytes, target)


def test_a_target_size_that_is_too_small_does_not_lose_messages(tmp_path: Path, read_back: ReadBack) -> None:
    planned = plan(0.0001, 1)
    file = replace(planned.files[0], bytes=1, file="box.pst", also=None)
    written = write_file(tmp_path, file, planned.posts, 1)
    assert len(read_back(tmp_path / "box.pst")) == len(written.nodes) == len(file.messages)


def test_progress_is_called_with_file_messages_done_and_total(tmp_path: Path) -> None:
    planned = plan(0.0001, 1)
    file = replace(planned.files[0], file="box.pst", also=None)
    calls: list[tuple[str, int, int]] = []
    write_file(tmp_path, file, planned.posts, 1, lambda *each: calls.append(each))
    total = len(file.messages)
    assert calls == [("box.pst", done, total) for done in range(0, total, EVERY)] + [
        ("box.pst", total, total)
    ]


def test_a_folder_s_path_begins_with_the_top_folder() -> None:
    assert folder_path(("Inbox", "2021")) == "Top of Personal Folders/Inbox/2021"
