"""The mailboxes that are damaged: written ones of every shape, and real ones of every generation."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from data.synthetic import mailbox
from data.synthetic.pst import Attachment, Message, PstWriter, Recipient


@dataclass(frozen=True)
class Source:
    """A sound mailbox, and how often it is used."""

    name: str
    path: Path
    weight: float


def written(folder: Path) -> list[Source]:
    """Write the synthetic mailboxes; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    mailbox(folder / "plain.pst", 20, image_bytes=9_000, folders=3, encoding="none")
    mailbox(folder / "permuted.pst", 30, seed=2, image_bytes=3_000, folders=5)
    _varied(folder / "varied.pst")
    _many(folder / "many.pst", 360)
    return [
        Source("plain", folder / "plain.pst", 3),
        Source("permuted", folder / "permuted.pst", 3),
        Source("varied", folder / "varied.pst", 5),
        Source("many", folder / "many.pst", 1),
    ]


def found(real: Path) -> list[Source]:
    """The real mailboxes; big ones now and then."""
    often = {
        "enron.pst": 0.4,
        "outlook2013-4k.ost": 0.6,
        "sample.ost": 1,
        "ansi.pst": 2,
        "passworded.pst": 1,
        "dist-list.pst": 1,
    }
    paths = sorted(path for path in (real / "pst").iterdir() if path.suffix in (".pst", ".ost"))
    return [Source(path.name, path, often.get(path.name, 3)) for path in paths]


def _varied(path: Path) -> None:
    """Two dozen messages that differ in shape: long and short, without a body, with many recipients."""
    rng = random.Random("varied")
    with PstWriter(path) as box:
        folders = [box.add_folder(("Inbox",)), box.add_folder(("Inbox", "2021")), box.add_folder(("Sent",))]
        for number in range(24):
            box.add_message(folders[number % 3], _message(number, rng))


def _message(number: int, rng: random.Random) -> Message:
    size = rng.choice((0, 40, 900, 3_000, 9_000, 40_000, 150_000))
    text = f"{number} " + "".join(rng.choices("abcdefgh \nåß€", k=size))
    people = tuple(
        Recipient(
            rng.choice((1, 1, 2, 3)), f"Officer {index} of {number}", f"o{index}.{number}@police.example.org"
        )
        for index in range(rng.choice((1, 1, 2, 5, 90)))
    )
    moment = datetime(2021, 3, 1, tzinfo=UTC) + timedelta(hours=number)
    return Message(
        subject=f"RE: Crime Alert {number}",
        sender_name="Desk",
        sender_address="desk@example.org",
        recipients=people,
        html=f"<p>{text}</p>".encode() if number % 3 else None,
        text=text if number % 4 else None,
        headers=f"From: Desk <desk@example.org>\r\nMessage-ID: <{number}@example.org>\r\n" * (number % 2)
        or None,
        message_id=f"<{number}@example.org>" if number % 5 else None,
        submitted_at=moment,
        delivered_at=moment if number % 7 else None,
        message_class="IPM.Appointment" if number % 11 == 10 else "IPM.Note",
        attachments=tuple(
            Attachment(f"a{index}.bin", "application/octet-stream", 20_000, partial(_chunks, index))
            for index in range(number % 3)
        ),
    )


def _chunks(seed: int) -> Iterator[bytes]:
    yield random.Random(seed).randbytes(20_000)


def _many(path: Path, messages: int) -> None:
    """Several hundred short messages in eight folders: an index of three levels."""
    with PstWriter(path, encoding="none") as box:
        folders = [box.add_folder((f"Folder {index}",)) for index in range(8)]
        for number in range(messages):
            text = f"message {number}, short"
            to = (Recipient(1, "Ann", f"ann{number}@example.org"),)
            moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
            letter = Message(
                text, "Desk", "desk@example.org", to, None, text, None, f"<{number}@x>", moment, moment
            )
            box.add_message(folders[number % 8], letter)
