"""From a posting to its e-mails: who received them, when, in which form, and which are there twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from data.synthetic.figures import MOST_OFFICERS
from data.synthetic.mail.bodies import dressed
from data.synthetic.mail.model import Dress, Form, Planned, Post
from data.synthetic.mail.people import BCC, CC, TO, Roster
from data.synthetic.mail.posts import Posting
from data.synthetic.pst import Recipient

SENDERS: Final = (
    ("Neighbors Team", "no-reply@alerts.neighbors.example.com"),
    ('"Neighbors Team"', "No-Reply@alerts.neighbors.example.com"),
)
SUBJECTS: Final = {
    ("resident-posted", "crime alert"): "A Resident Posted a Crime Incident",
    ("new-incident", "crime alert"): "New Crime Incident",
    ("alert-title", "crime alert"): "Crime Alert: <title>",
    ("new-post-title", "crime alert"): "New Crime Post: <title>",
    ("resident-posted", "safety alert"): "A Resident Posted a Safety Incident",
    ("new-incident", "safety alert"): "New Safety Incident",
    ("alert-title", "safety alert"): "Safety Alert: <title>",
    ("new-post-title", "safety alert"): "New Safety Post: <title>",
}
"""The crosswalk's pattern for every layout and kind."""
FORMS: Final = (Form.BOTH, Form.PLAIN_ONLY, Form.PICTURE, Form.HTML_ONLY)
UNTITLED: Final = (Form.NEITHER, Form.STUB, Form.EMPTY)
_FORM_WEIGHTS: Final = (93, 3, 2, 2)  # assumed
_TOGETHER: Final = 0.08  # assumed: share of postings whose messages go to several officers each
_WITH_COPIES: Final = 0.06  # assumed: share of postings with a message that is stored twice
_RARE: Final = 0.003  # assumed: share of messages without one of their times, or without a Message-ID
FOLDER_LATER: Final = ("",)
"""Placeholder: the folder is chosen when the message is assigned to a file."""


@dataclass(slots=True)
class Entry:
    """A message on its way into a file.

    Attributes:
        moment: When it arrived; messages are written in this order.
        item: The message.
        original: For a copy, the index of its original among the entries; else None.
    """

    moment: datetime
    item: Planned
    original: int | None = None


class Postman:
    """Makes the messages of one agency's postings. The forms take turns, so that each occurs."""

    def __init__(self, agency: str, roster: Roster, numbers: count[int], rng: random.Random) -> None:
        """Work for one agency; all agencies share ``numbers``, so that each number is given once."""
        self.agency = agency
        self.roster = roster
        self.numbers = numbers
        self.rng = rng
        self._seen: Counter[tuple[str, str]] = Counter()

    def deliver(self, posting: Posting, post: int, emails: int, entries: list[Entry]) -> None:
        """Append the e-mails of a posting.

        Args:
            posting: What was posted and when it arrives.
            post: Its index in the plan's posts.
            emails: How many messages, copies included.
            entries: Where they are appended.
        """
        rng = self.rng
        together = not posting.situation and rng.random() < _TOGETHER
        copies = 0
        if emails > 1 and rng.random() < (
            0.3 if posting.situation and emails < MOST_OFFICERS else _WITH_COPIES
        ):
            copies = rng.randrange(1, min(3, emails - 1) + 1)
        originals = emails - copies
        start = len(entries)
        shared_id = self._message_id() if rng.random() < 0.02 else None
        for index, recipients in enumerate(self._recipients(originals, together)):
            last = index == originals - 1
            # The first and the last message arrive exactly at the window's ends, which may be midnights.
            offset = 0 if index == 0 else posting.seconds if last else rng.randrange(posting.seconds + 1)
            moment = posting.opens + timedelta(seconds=offset)
            entries.append(
                Entry(moment, self._message(posting, post, index, recipients, moment, shared_id=shared_id))
            )
        for _ in range(copies):
            candidates = [i for i in range(start, start + originals) if entries[i].item.message_id]
            original = rng.choice(candidates)
            entries.append(Entry(entries[original].moment, entries[original].item, original))

    def untitled(self, kind: str, turn: int, posting: Posting) -> Entry:
        """An alert e-mail without any title in its bodies; subject and time are those of ``posting``."""
        post = posting.post
        template = ("resident-posted", "new-incident", "alert-title", "new-post-title")[turn % 4]
        alike = Posting(
            Post(post.agency, kind, template, post.day, True, post.title, ()), posting.opens, posting.seconds
        )
        (recipients,) = self._recipients(1, False)
        return Entry(posting.opens, self._message(alike, None, turn, recipients, posting.opens))

    def _message_id(self) -> str:
        return f"<{self.rng.getrandbits(80):020x}@mail.neighbors.example.com>"

    def _recipients(self, messages: int, together: bool) -> Iterator[tuple[Recipient, ...]]:
        """Recipients of each message: one officer, or several in To and Cc; no officer gets two messages."""
        roster, rng = self.roster, self.rng
        if not together:
            for officer in roster.pick(rng, messages):
                yield (roster.recipient(officer, TO, rng),)
            return
        spare = min(MOST_OFFICERS, len(roster.officers)) - messages
        officers = iter(roster.pick(rng, messages + spare))
        for _ in range(messages):
            more = rng.randrange(min(spare, 6) + 1)
            spare -= more
            to = 1 + rng.randrange(more + 1)
            group = [next(officers) for _ in range(1 + more)]
            named = [roster.recipient(each, TO if i < to else CC, rng) for i, each in enumerate(group)]
            if rng.random() < 0.1:
                named.append(roster.recipient(group[0], CC, rng))  # in To and in Cc: still one recipient
            if rng.random() < 0.3:
                named.append(
                    roster.recipient(rng.randrange(len(roster.officers)), BCC, rng)
                )  # Bcc: not counted anywhere
            yield tuple(named)

    def _message(
        self,
        posting: Posting,
        post: int | None,
        index: int,
        recipients: tuple[Recipient, ...],
        moment: datetime,
        *,
        shared_id: str | None = None,
    ) -> Planned:
        """One message of a posting; ``index`` is its index among the posting's messages."""
        rng, layout = self.rng, posting.post
        key = (layout.kind, layout.template)
        turn = self._seen[key]
        self._seen[key] += 1
        form = FORMS[turn] if turn < len(FORMS) else rng.choices(FORMS, _FORM_WEIGHTS)[0]
        if posting.situation:
            dress = Dress(index % len(Dress))
        else:
            dress = rng.choices(tuple(Dress), (94, 2, 2, 2))[0]
        delivered: datetime | None = moment
        submitted: datetime | None = moment - timedelta(seconds=rng.randrange(1, 40))
        if posting.timeless:
            delivered = submitted = None
        elif (posting.situation and index == 2) or rng.random() < _RARE:
            delivered, submitted = None, moment
        elif rng.random() < _RARE:
            submitted = None
        return Planned(
            number=next(self.numbers),
            kind=layout.kind,
            pattern=SUBJECTS[layout.template, layout.kind],
            post=post,
            template=layout.template,
            form=form if post is not None else UNTITLED[index % len(UNTITLED)],
            dress=dress,
            codepage=1252 if rng.random() < 0.3 else 65001,
            subject=self._subject(layout, dress, turn),
            sender=SENDERS[rng.random() < 0.1],
            recipients=recipients,
            message_id=None if rng.random() < _RARE and index else (shared_id or self._message_id()),
            submitted=submitted,
            delivered=delivered,
            message_class="IPM.Note",
            folder=FOLDER_LATER,
        )

    def _subject(self, layout: Post, dress: Dress, turn: int) -> str:
        """The crosswalk's pattern, with the title filled in; the fifth of each layout is in capitals."""
        pattern = SUBJECTS[layout.template, layout.kind]
        if pattern.endswith("<title>"):
            return pattern.removesuffix("<title>") + dressed(layout.title, dress)
        return pattern.upper() if turn == len(FORMS) else pattern
