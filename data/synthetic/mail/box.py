"""One mailbox of plain alert messages, for benchmarks and fault tests."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from data.synthetic import words
from data.synthetic.mail.model import Dress, Form, Planned, Post
from data.synthetic.mail.render import render
from data.synthetic.pst import PstWriter, Recipient

_START: Final = datetime(2020, 7, 11, 12, tzinfo=UTC)
SENDER: Final = ("Neighbors Team", "no-reply@alerts.neighbors.example.com")


def mailbox(
    path: Path,
    messages: int,
    *,
    seed: int = 1,
    image_bytes: int = 0,
    folders: int = 1,
    encoding: Literal["none", "permute"] = "permute",
) -> list[int]:
    """Write one PST of plain alert messages, all different: HTML of 15 kB, plain text and one recipient each.

    54,000 messages with 121,000 image bytes each make a file of about 8 GB. Memory is bounded whatever the
    size. Equal arguments give equal bytes.

    Args:
        path: The file to write.
        messages: How many.
        seed: Decides texts and pictures.
        image_bytes: Size of each message's inline picture; 0 for none.
        folders: How many inbox folders there are; the messages go to them in turn.
        encoding: The PST's encoding of blocks.

    Returns:
        The messages' node ids in the order of writing.
    """
    nodes = []
    with PstWriter(path, encoding=encoding) as writer:
        homes = [
            writer.add_folder(("Inbox",) if i == 0 else ("Inbox", f"Part {i:03d}")) for i in range(folders)
        ]
        for item, post in _plain(messages, seed):
            nodes.append(
                writer.add_message(homes[item.number % folders], render(item, post, seed, image_bytes))
            )
    return nodes


def _plain(messages: int, seed: int) -> Iterator[tuple[Planned, Post]]:
    """Plain alert messages, a minute apart; every fifteenth begins a new alert."""
    rng = random.Random(f"mailbox-{seed}")
    post = None
    for number in range(messages):
        moment = _START + timedelta(minutes=number)
        if post is None or number % 15 == 0:
            title = words.fill(rng, rng.choice(words.CRIME_TITLES))
            text = tuple(words.fill(rng, rng.choice(words.SENTENCES)) for _ in range(rng.randrange(4)))
            post = Post(
                "", "crime alert", "resident-posted", moment.date(), True, f"{title} ({number // 15})", text
            )
        name = f"{rng.choice(words.FIRST_NAMES)} {rng.choice(words.LAST_NAMES)}"
        address = f"{name.lower().replace(' ', '.')}@police.example.org"
        yield (
            Planned(
                number=number,
                kind=post.kind,
                pattern="A Resident Posted a Crime Incident",
                post=0,
                template=post.template,
                form=Form.BOTH,
                dress=Dress.AS_POSTED,
                codepage=65001,
                subject="A Resident Posted a Crime Incident",
                sender=SENDER,
                recipients=(Recipient(1, name, address),),
                message_id=f"<{seed}.{number:08d}@mail.neighbors.example.com>",
                submitted=moment,
                delivered=moment + timedelta(seconds=2),
                message_class="IPM.Note",
                folder=("Inbox",),
            ),
            post,
        )
