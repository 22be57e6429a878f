"""The rest of a mailbox: mail that is not an alert, and items that are not mail."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Final

from data.synthetic import words
from data.synthetic.figures import FIRST_DAY, LAST_DAY
from data.synthetic.mail.deliveries import FOLDER_LATER, SENDERS, Entry
from data.synthetic.mail.model import Dress, Form, Planned
from data.synthetic.mail.people import CC, TO, Roster
from data.synthetic.pst import Recipient

_SPAN: Final = int(timedelta(days=(LAST_DAY - FIRST_DAY).days + 1).total_seconds())
NOT_MAIL_CLASSES: Final = (
    "IPM.Contact",
    "IPM.Appointment",
    "REPORT.IPM.Note.NDR",
    "IPM.Schedule.Meeting.Request",
    "IPM.StickyNote",
)
PERSONAL: Final = ("reply or forward", "unclassified")
"""Kinds that people write; the app sends the rest."""
_FIXED: Final = {
    "login reminder": "Reminder: Log In to Neighbors Public Safety Service",
    "shareable graphics": "New Shareable Graphics For Your Community",
    "account notice": "ACTION NEEDED: Your Account Will Be Deactivated",
}
_ANSWERED: Final = (
    "A Resident Posted a Crime Incident",
    "Crime Alert: {title}",
    "RE: New Crime Incident",
    "New Safety Post: {title}",
    "lunch",
)
_PREFIXES: Final = (("RE: ", "RE:"), ("FW: ", "FW:"), ("Fwd: ", "Fwd:"), ("Re:", "RE:"))
_PARAGRAPHS: Final = (
    "You are receiving this because you have an account with the Neighbors Public Safety Service.\n"
    "Sign in at least once a month to keep it.\n",
    "New pictures to share with your community are ready.\nDownload them before the end of the month.\n",
    "Thank you for keeping {street} informed.\nSee you at the {place}.\n",
)


def others(roster: Roster, kind: str, n: int, numbers: count[int], rng: random.Random) -> Iterator[Entry]:
    """The messages of one kind that is not an alert.

    Args:
        roster: The agency's officers.
        kind: A kind of the crosswalk that has no template, or "unclassified".
        n: How many.
        numbers: Gives each message its number.
        rng: Decides everything drawn.

    Yields:
        ``n`` entries, not in order of time. Some answers and unclassified messages are drafts, without times
        and Message-ID.
    """
    for turn in range(n):
        moment = datetime.combine(FIRST_DAY, time(), UTC) + timedelta(seconds=rng.randrange(_SPAN - 86_400))
        personal = kind in PERSONAL
        draft = personal and turn % 9 == 1
        subject, pattern = _subject(kind, turn, rng)
        number = next(numbers)
        yield Entry(
            moment,
            Planned(
                number=number,
                kind=kind,
                pattern=pattern,
                post=None,
                template=None,
                form=Form.PLAIN_ONLY if personal and turn % 2 else Form.BOTH,
                dress=Dress.AS_POSTED,
                codepage=1252 if turn % 4 == 1 else 65001,
                subject=subject,
                sender=_sender(roster, kind, turn, rng),
                recipients=_recipients(roster, kind, turn, rng),
                message_id=None
                if draft
                else f"<{kind.partition(' ')[0]}.{number:08d}@{roster.agency.domain}>",
                submitted=None if draft else moment - timedelta(seconds=3),
                delivered=None if draft or (personal and turn % 9 == 3) else moment,
                message_class="IPM.Note.SMIME" if kind == "unclassified" and turn % 40 == 4 else "IPM.Note",
                folder=("Drafts",) if draft else FOLDER_LATER,
                body=words.fill(rng, rng.choice(_PARAGRAPHS)),
            ),
        )


def not_mail(n: int, roster: Roster, numbers: count[int], rng: random.Random) -> Iterator[Entry]:
    """``n`` items: contacts, appointments, delivery reports, meeting requests and notes, in turn."""
    for turn in range(n):
        message_class = NOT_MAIL_CLASSES[turn % len(NOT_MAIL_CLASSES)]
        moment = datetime.combine(FIRST_DAY, time(12), UTC) + timedelta(seconds=rng.randrange(_SPAN - 86_400))
        folder = {
            "IPM.Contact": ("Contacts",),
            "IPM.Appointment": ("Calendar",),
            "IPM.StickyNote": ("Notes",),
        }
        officer = rng.choice(roster.officers)
        report = message_class.startswith("REPORT")
        yield Entry(
            moment,
            Planned(
                number=next(numbers),
                kind="",
                pattern="",
                post=None,
                template=None,
                form=Form.PLAIN_ONLY,
                dress=Dress.AS_POSTED,
                codepage=65001,
                subject="Undeliverable: New Crime Incident" if report else words.fill(rng, "{name}"),
                sender=(officer.name, officer.address),
                recipients=() if message_class in folder else _recipients(roster, "", turn, rng),
                message_id=None,
                submitted=moment,
                delivered=moment,
                message_class=message_class,
                folder=folder.get(message_class, FOLDER_LATER),
                body=words.fill(rng, "Meet at the {place} on {street}, {hour}."),
            ),
        )


def _subject(kind: str, turn: int, rng: random.Random) -> tuple[str, str]:
    """A subject, and the crosswalk's pattern that it matches."""
    if kind in _FIXED:
        return _FIXED[kind], _FIXED[kind]
    if kind == "safety tip":
        return f"Safety Tip: {words.TIPS[turn % len(words.TIPS)]}", "Safety Tip: <text>"
    if kind == "reply or forward":
        prefix, pattern = _PREFIXES[turn % len(_PREFIXES)]
        title = words.fill(rng, rng.choice(words.CRIME_TITLES))
        return prefix + rng.choice(_ANSWERED).format(title=title), pattern
    return words.fill(rng, words.UNCLASSIFIED[turn % len(words.UNCLASSIFIED)]), ""


def _sender(roster: Roster, kind: str, turn: int, rng: random.Random) -> tuple[str, str]:
    """The app, or an officer; every tenth sender has a name but no address."""
    if kind not in PERSONAL:
        return SENDERS[0]
    officer = rng.choice(roster.officers)
    return ("Records Desk", "") if turn % 10 == 7 else (officer.name, officer.address)


def _recipients(roster: Roster, kind: str, turn: int, rng: random.Random) -> tuple[Recipient, ...]:
    """One to three officers; every tenth recipient has a name but no address."""
    if kind in PERSONAL and turn % 10 == 5:
        return (Recipient(TO, "Night Watch", ""),)
    officers = roster.pick(rng, rng.randrange(1, 4) if kind in PERSONAL else 1)
    return tuple(roster.recipient(each, CC if i == 2 else TO, rng) for i, each in enumerate(officers))
