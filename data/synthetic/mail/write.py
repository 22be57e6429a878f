"""Write a planned mailbox: messages are made one at a time, and pictures bring the file to its size."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

from data.synthetic.mail.identity_truth import content_id
from data.synthetic.mail.model import Planned, PlannedFile, Post
from data.synthetic.mail.render import ROUGH_OVERHEAD, render
from data.synthetic.pst import Attachment, PstWriter

Progress = Callable[[str, int, int], None]
"""Called as ``progress(what, done, total)`` from time to time."""

EVERY: Final = 250
"""Messages between two calls of a progress function."""
_CLOSING: Final = 250
"""Bytes per message that are only written when the file is closed: in the contents table and node index."""
_BLOCKS: Final = 1.0033
"""Growth by the block index, also written on closing: 24 bytes per 8 kB, on pages that are not quite full."""
_HALF_SECTION: Final = 127_000
"""A file ends with a whole section of 248 kB, so on average it is this much larger than its contents."""
_SMALLEST, _LARGEST = 400, 4_000_000
_TOP: Final = "Top of Personal Folders"


@dataclass(frozen=True, slots=True)
class Written:
    """A mailbox that was written.

    Attributes:
        plan: What it was written from.
        bytes: Its size.
        sha256: Its hash, 64 hexadecimal digits.
        nodes: The node id of each item, in the plan's order.
        contents: The content id of each item, likewise.
        pictures: Name, MIME type and bytes of each item's picture; None for items without one.
    """

    plan: PlannedFile
    bytes: int
    sha256: str
    nodes: tuple[int, ...]
    contents: tuple[str, ...] = ()
    pictures: tuple[tuple[str, str, int] | None, ...] = ()

    @property
    def source(self) -> str:
        """The id by which tables name it."""
        return self.sha256[:12]


def folder_path(folder: tuple[str, ...]) -> str:
    """A folder in the form that tables use.

    Example:
        >>> folder_path(("Inbox", "2021"))
        'Top of Personal Folders/Inbox/2021'
    """
    return "/".join((_TOP, *folder))


def write_file(
    folder: Path, planned: PlannedFile, posts: Sequence[Post], seed: int, progress: Progress | None = None
) -> Written:
    """Write one mailbox and, where it was handed over twice, its second name.

    Args:
        folder: The investigation folder.
        planned: The mailbox.
        posts: The plan's posts.
        seed: The plan's seed.
        progress: Called with the file's name, messages done and messages in total.

    Returns:
        What was written, with the items' node ids.
    """
    path = folder / planned.file
    path.parent.mkdir(parents=True, exist_ok=True)
    total = len(planned.messages)
    nodes = []
    contents = []
    pictures: list[tuple[str, str, int] | None] = []
    size = _Steering(planned.bytes, total)
    with PstWriter(path, encoding=cast(Literal["none", "permute"], planned.encoding)) as writer:
        for done, item in enumerate(planned.messages):
            picture = size.picture(item, done, writer.position)
            post = None if item.post is None else posts[item.post]
            message = render(item, post, seed, picture)
            nodes.append(writer.add_message(writer.add_folder(item.folder), message))
            contents.append(content_id(message))
            shown = [each for each in message.attachments if isinstance(each, Attachment)]
            pictures.append((shown[0].name, shown[0].mime_type, shown[0].size) if shown else None)
            size.took(writer.position, picture if message.attachments else 0)
            if progress and done % EVERY == 0:
                progress(planned.file, done, total)
    if planned.also:
        second = folder / planned.also
        second.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, second)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if progress:
        progress(planned.file, total, total)
    return Written(planned, path.stat().st_size, digest, tuple(nodes), tuple(contents), tuple(pictures))


class _Steering:
    """Chooses each picture's size so that the file ends up near its target size."""

    def __init__(self, target: int, total: int) -> None:
        self._target = (target - _HALF_SECTION) / _BLOCKS
        self._total = total
        self._before = 0
        self._overhead = float(ROUGH_OVERHEAD + 15_000)

    def picture(self, item: Planned, done: int, position: int) -> int:
        """Size of the next message's picture: its share of the remaining bytes, varied by up to a third."""
        self._before = position
        left = self._total - done
        share = (self._target - position - self._total * _CLOSING) / left - self._overhead
        vary = 1.0 if left < 20 else 2 / 3 + (item.number * 7919 % 1000) / 1500
        return int(min(_LARGEST, max(_SMALLEST, share * vary)))

    def took(self, position: int, picture: int) -> None:
        """Update the estimate of what a message takes besides its picture: a moving average over about 20."""
        self._overhead += (position - self._before - picture - self._overhead) / 20
