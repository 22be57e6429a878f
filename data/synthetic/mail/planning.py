"""The plan of an investigation's mail: every message of every file, before a byte is written.

Everything follows from scale and seed. Each purpose has its own random generator, named after it, so that a
change in one does not change the others.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Final

from data.synthetic.figures import UNIQUE, Counts, counts
from data.synthetic.mail.deliveries import FOLDER_LATER, Entry, Postman
from data.synthetic.mail.model import Agency, Plan, Planned, PlannedFile, Post
from data.synthetic.mail.others import not_mail, others
from data.synthetic.mail.people import Roster
from data.synthetic.mail.posts import emails_per_post, postings

AGENCIES: Final = {
    "main": Agency(
        "alderfall-pd",
        "Alderfall Police Department",
        "Alderfall city, California",
        "America/Los_Angeles",
        "police.alderfall.example.org",
        420,
    ),
    "second": Agency(
        "briar-harbor-pd",
        "Briar Harbor Police Department",
        "Briar Harbor city, New York",
        "America/New_York",
        "bhpd.example.net",
        96,
    ),
}
"""The agencies and their cities are made up; the time zones are real."""

INBOXES: Final = (
    (("Inbox",), 40),
    (("Inbox", "{year}"), 22),
    (("Inbox", "Neighbors", "Alerts {year}"), 14),
    (("Deleted Items",), 14),
    (("Archive", "Vecindario \u2013 a\u00f1o {year}"), 6),
    (("Deleted Items", "Old", "{year}"), 4),
)
"""Folders under the mailbox's top with their weights (assumed)."""


def plan(scale: float, seed: int, message_bytes: int | None = None) -> Plan:
    """Plan an investigation's mail.

    Args:
        scale: Above 0; 1 is the published investigation (:func:`data.synthetic.figures.counts`).
        seed: Equal seeds give equal plans.
        message_bytes: Bytes of file per message on average; None for the default of the scale.

    Returns:
        The plan; at scale 1 it takes about 300 MB of memory.

    Raises:
        ValueError: ``scale`` or ``message_bytes`` is not above 0.
    """
    numbers = count()
    posts: list[Post] = []
    files: list[PlannedFile] = []
    for rank, each in counts(scale, message_bytes).items():
        agency = AGENCIES[rank]
        entries = _entries(agency, each, seed, numbers, posts)
        files += _files(agency, each, entries, random.Random(f"files-{agency.key}-{seed}"))
    return Plan(
        scale, seed, tuple(AGENCIES.values()), tuple(posts), tuple(sorted(files, key=lambda f: f.file))
    )


def _entries(
    agency: Agency, wanted: Counts, seed: int, numbers: count[int], posts: list[Post]
) -> list[Entry]:
    """All items of one agency; its alerts are appended to ``posts``."""

    def rng(purpose: str) -> random.Random:
        return random.Random(f"{purpose}-{agency.key}-{seed}")

    roster = Roster(agency, rng("officers"))
    entries: list[Entry] = []
    for kind in UNIQUE:
        postman = Postman(agency.key, roster, numbers, rng(f"deliveries-{kind}"))
        made = postings(agency, kind, wanted.unique[kind], rng(f"posts-{kind}"))
        without = wanted.without_title[kind]
        dealt = emails_per_post(
            wanted.emails[kind] - without, [each.situation for each in made], rng(f"emails-{kind}")
        )
        for posting, emails in zip(made, dealt, strict=True):
            posts.append(posting.post)
            postman.deliver(posting, len(posts) - 1, emails, entries)
        pick = rng(f"untitled-{kind}")
        entries += [postman.untitled(kind, turn, pick.choice(made)) for turn in range(without)]
    for kind, n in wanted.emails.items():
        if kind not in UNIQUE:
            entries += others(roster, kind, n, numbers, rng(kind))
    entries += not_mail(wanted.not_mail, roster, numbers, rng("not mail"))
    return entries


def _files(agency: Agency, wanted: Counts, entries: list[Entry], rng: random.Random) -> list[PlannedFile]:
    """Assign an agency's items to its files: mail by quota, the rest evenly, every second copy elsewhere."""
    mail = [i for i, entry in enumerate(entries) if entry.item.kind]
    dealt = [number for number, quota in enumerate(wanted.file_emails) for _ in range(quota)]
    rng.shuffle(dealt)
    file_of = dict(zip(mail, dealt, strict=True))
    _separate_copies(entries, file_of, mail, rng)
    folders: dict[int, tuple[str, ...]] = {}
    contents: list[list[tuple[Entry, int]]] = [[] for _ in wanted.file_emails]
    for i, entry in enumerate(entries):
        number = file_of.get(i, i % len(contents))
        avoid = folders[entry.original] if entry.original is not None else None
        folders[i] = _folder(entry, avoid, rng)
        contents[number].append((entry, i))
    result = []
    for number, items in enumerate(contents):
        items.sort(key=lambda pair: (pair[0].moment, pair[1]))
        smallest = agency is AGENCIES["second"] and number == 1
        name = f"Production {1 + number // 4}/export-{number + 1:02d}{'.PST' if number % 5 == 2 else '.pst'}"
        result.append(
            PlannedFile(
                agency=agency.key,
                file=f"records/{agency.key}/{name}",
                also=f"records/{agency.key}/second delivery/export-{number + 1:02d} (copy).pst"
                if smallest
                else None,
                encoding="none" if number % 3 == 1 else "permute",
                bytes=wanted.file_bytes[number],
                messages=tuple(replace(entry.item, folder=folders[i]) for entry, i in items),
            )
        )
    return result


def _separate_copies(
    entries: Sequence[Entry], file_of: dict[int, int], mail: Sequence[int], rng: random.Random
) -> None:
    """Swap messages until every second copy is in its original's file and the others are not."""
    copies = [i for i in mail if entries[i].original is not None]
    bound = set(copies) | {entries[i].original for i in copies}
    for turn, i in enumerate(copies):
        original = entries[i].original
        assert original is not None
        together = turn % 2 == 0
        for _ in range(1000):
            if (file_of[i] == file_of[original]) == together:
                break
            other = rng.choice(mail)
            if other not in bound and (file_of[other] == file_of[original]) == together:
                file_of[i], file_of[other] = file_of[other], file_of[i]


def _folder(entry: Entry, avoid: tuple[str, ...] | None, rng: random.Random) -> tuple[str, ...]:
    """An item's folder. A copy's folder differs from its original's, in the same file or not."""
    item: Planned = entry.item
    if item.folder is not FOLDER_LATER:
        return item.folder
    if item.kind == "reply or forward" and rng.random() < 0.6:
        return ("Sent Items",)
    while True:
        path = rng.choices([path for path, _ in INBOXES], [weight for _, weight in INBOXES])[0]
        folder = tuple(name.format(year=entry.moment.year) for name in path)
        if folder != avoid:
            return folder
