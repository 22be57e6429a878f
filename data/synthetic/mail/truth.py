"""The truth: the tables that a faultless run writes, counted from the plan.

Nothing here reads a mailbox or uses the program's own tasks. The plan says which alert a message carries,
which row of the crosswalk its subject matches and which folder it is in; node ids and hashes come from the
writer. The rest is counting, in plain Python.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data.schema import TABLES
from data.synthetic.figures import UNIQUE
from data.synthetic.mail import identity_truth
from data.synthetic.mail.model import Form, Plan, Planned, Post
from data.synthetic.mail.people import CC, TO
from data.synthetic.mail.write import Written, folder_path
from data.synthetic.pst import Recipient, layout
from data.tables import write_table

FORMAT: Final = "Unicode PST"
Rows = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """One e-mail, with its mailbox, its node id and the content id of what was written."""

    agency: str
    source: str
    node: int
    item: Planned
    content: str

    @property
    def key(self) -> tuple[str, str, int]:
        """Where it is."""
        return self.agency, self.source, self.node

    @property
    def timed(self) -> str | None:
        """The content id, if the e-mail has a time of submission: equal words may be sent twice."""
        return self.content if self.item.submitted else None


@dataclass(slots=True)
class Group:
    """Counts over a group of e-mails."""

    emails: int = 0
    addresses: set[str] = field(default_factory=set)
    posts: set[int] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, item: Planned) -> None:
        """Count one e-mail."""
        self.emails += 1
        sent = item.submitted or item.delivered
        if sent is not None:
            self.first = sent if self.first is None else min(self.first, sent)
            self.last = sent if self.last is None else max(self.last, sent)


def write_truth(
    plan: Plan, written: Sequence[Written], out: Path, more: Iterable[tuple[str, str, str, int]] = ()
) -> None:
    """Write every table of truth about the mail below ``out``, with the names of a run's tables.

    Args:
        plan: The plan.
        written: Every mailbox as it was written.
        out: The folder ``truth`` of an investigation.
        more: Lines of the ledger that are not about mail: part, source, line, count.
    """
    mail = sorted(_mail(written), key=lambda each: (each.agency, each.source, each.node))
    tables = {
        "private/sources": _sources(written),
        "private/messages": _messages(mail),
        "private/attachments": _attachments(written),
        "private/alerts": _alerts(plan, mail),
        "private/recipients": _recipients(mail),
        "private/people": identity_truth.people((each.agency, _spelled(each.item)) for each in mail),
        "private/subjects_to_review": _subjects_to_review(mail),
        "private/quarantine": _quarantine(mail),
        "private/not_mail_classes": _not_mail(written, lambda name: (name, _CLASSES[name][0])),
        "public/not_mail": _not_mail(written, _CLASSES.__getitem__),
        "public/kinds": _kinds(mail),
        "public/subjects": _subjects(mail),
        "public/alerts_by_month": _by_month(plan, mail),
        "public/recipients_per_alert": _recipients_per_alert(plan, mail),
        "public/ledger": [*_ledger(plan, written, mail), *more],
    }
    for name, rows in tables.items():
        spec = TABLES[name]
        names = [column.name for column in spec.columns]
        columns: Rows = {column: [] for column in names}
        for row in rows:
            for column, value in zip(names, row, strict=True):
                columns[column].append(value)
        write_table(pa.table(columns, schema=spec.arrow), spec, out)


def alert_id(post: Post) -> str:
    """The alert's id by its definition (``private/alerts`` in the data dictionary): a second implementation.

    SHA-256 over agency, kind, date (``YYYY-MM-DD``, empty if missing), title and description, each in UTF-8
    after its length in bytes (eight bytes, big-endian); the first 32 hexadecimal digits.

    Example:
        >>> from datetime import date
        >>> alert_id(Post("lapd", "crime alert", "resident-posted", date(2021, 5, 5), True, "Bike gone", ()))
        '3528fcc9467b581bd02d0d50695964ee'
    """
    values = (post.agency, post.kind, str(post.day or ""), post.title, post.text)
    encoded = [value.encode("utf-8") for value in values]
    return hashlib.sha256(b"".join(struct.pack(">Q", len(each)) + each for each in encoded)).hexdigest()[:32]


def _mail(written: Sequence[Written]) -> Iterator[Found]:
    """All items that are mail, with their mailboxes."""
    for each in written:
        for item, node, content in zip(each.plan.messages, each.nodes, each.contents, strict=True):
            if item.kind:
                yield Found(each.plan.agency, each.source, node, item, content)


def _known(recipient: Recipient) -> str:
    """The address if there is one, else the name."""
    return recipient.address or recipient.name


def _spelled(item: Planned) -> list[str]:
    """Recipients in To and Cc as they are written."""
    return [_known(each) for each in item.recipients if each.kind in (TO, CC)]


def _named(item: Planned) -> frozenset[str]:
    """Distinct recipients in To and Cc, lower-cased."""
    return frozenset(each.lower() for each in _spelled(item))


def _copies(mail: Sequence[Found]) -> identity_truth.Copies:
    return identity_truth.Copies(
        (each.key, each.item.message_id, each.timed, _named(each.item)) for each in mail
    )


def _sources(written: Sequence[Written]) -> Iterator[tuple[Any, ...]]:
    for each in written:
        for name in filter(None, (each.plan.file, each.plan.also)):
            yield each.plan.agency, each.source, name, each.bytes, each.sha256, FORMAT, len(each.nodes)


def _attachments(written: Sequence[Written]) -> Iterator[tuple[Any, ...]]:
    """The pictures: each item has at most one, and nothing else is attached."""
    first = layout.node_id(layout.T_ATTACHMENT, 0x401)
    for each in written:
        for node, picture in zip(each.nodes, each.pictures, strict=True):
            if picture is not None:
                name, mime_type, size = picture
                place = (each.plan.agency, each.source, node, f"{node}/{first}")
                ending = f".{name.rpartition('.')[2]}"
                yield (*place, name, ending, mime_type, size, "by value", "file", None, None)


def _messages(mail: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    copies = _copies(mail)
    elsewhere = identity_truth.elsewhere((each.key, each.item.message_id, each.timed) for each in mail)
    for each in mail:
        item = each.item
        yield (
            each.agency,
            each.source,
            each.node,
            folder_path(item.folder),
            item.message_id,
            item.subject,
            item.sender[1] or item.sender[0],
            [_known(r) for r in item.recipients if r.kind == TO],
            [_known(r) for r in item.recipients if r.kind == CC],
            item.submitted,
            item.delivered,
            item.kind,
            item.template,
            *copies.of(each.key),
            "message" if item.submitted else None,
            each.content,
            identity_truth.mih(item.message_id),
            elsewhere[each.key],
            *(None, None),  # nothing is attached to another message
        )


def _by_post(mail: Sequence[Found]) -> dict[int, Group]:
    """The e-mails of each alert."""
    groups: defaultdict[int, Group] = defaultdict(Group)
    for each in mail:
        if each.item.post is not None:
            groups[each.item.post].add(each.item)
            groups[each.item.post].addresses |= _named(each.item)
    return groups


def _alerts(plan: Plan, mail: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    for number, group in _by_post(mail).items():
        post = plan.posts[number]
        yield (
            post.agency,
            alert_id(post),
            post.kind,
            post.day,
            post.title,
            post.text,
            group.emails,
            len(group.addresses),
            group.first,
            group.last,
        )


def _recipients(mail: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    groups: defaultdict[tuple[str, str, str], Group] = defaultdict(Group)
    for each in mail:
        for address in _named(each.item):
            group = groups[each.agency, address, each.item.kind]
            group.add(each.item)
            if each.item.post is not None:
                group.posts.add(each.item.post)
    for key, group in groups.items():
        yield *key, group.emails, len(group.posts), group.first, group.last


def _subjects_to_review(mail: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    counted = Counter((each.agency, each.item.subject) for each in mail if each.item.kind == "unclassified")
    return ((*key, n) for key, n in counted.items())


def _quarantine(mail: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    for each in mail:
        detail = DETAILS.get(each.item.form)
        if detail is not None:
            yield each.source, each.node, folder_path(each.item.folder), "parsing", REASON, detail, None


REASON: Final = "no title in the HTML body or the plain text"
DETAILS: Final = {
    Form.NEITHER: "html: no announcing sentence; text: no such body",
    Form.STUB: "html: no announcing sentence; text: no announcing sentence",
    Form.EMPTY: "html: no such body; text: no such body",
}


_CLASSES: Final = {
    "IPM.Contact": ("IPM.Contact", "contact"),
    "IPM.Appointment": ("IPM.Appointment", "appointment"),
    "REPORT.IPM.Note.NDR": ("REPORT.IPM.Note.NDR", "report that a message was not delivered"),
    "IPM.Schedule.Meeting.Request": ("IPM.Schedule.Meeting.Request", "meeting request"),
    "IPM.StickyNote": ("IPM.StickyNote", "note"),
}
"""What is published of each class of items that are not mail: the class, and what they are."""


def _not_mail(
    written: Sequence[Written], named: Callable[[str], tuple[str, str]]
) -> Iterator[tuple[Any, ...]]:
    counted = Counter(
        (each.plan.agency, each.source, *named(item.message_class))
        for each in written
        for item in each.plan.messages
        if not item.kind
    )
    return ((*key, n) for key, n in counted.items())


def _kinds(mail: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    whole = Counter(each.agency for each in mail)
    counted = Counter((each.agency, each.item.kind) for each in mail)
    return ((agency, kind, n, n / whole[agency]) for (agency, kind), n in counted.items())


def _subjects(mail: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    counted = Counter((each.agency, each.item.pattern, each.item.kind, each.item.template) for each in mail)
    return ((*key, n) for key, n in counted.items())


def _by_month(plan: Plan, mail: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    emails: Counter[tuple[str, str, str | None]] = Counter()
    unique: Counter[tuple[str, str, str | None]] = Counter()
    for number, group in _by_post(mail).items():
        post = plan.posts[number]
        key = (post.agency, post.kind, f"{post.day:%Y-%m}" if post.day else None)
        emails[key] += group.emails
        unique[key] += 1
    return ((*key, n, unique[key]) for key, n in emails.items())


def _recipients_per_alert(plan: Plan, mail: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    counted = Counter(
        (plan.posts[number].agency, plan.posts[number].kind, len(group.addresses))
        for number, group in _by_post(mail).items()
    )
    return ((*key, n) for key, n in counted.items())


def _ledger(plan: Plan, written: Sequence[Written], mail: Sequence[Found]) -> Iterable[tuple[Any, ...]]:
    by_source: defaultdict[str, list[Planned]] = defaultdict(list)
    for found in mail:
        by_source[found.source].append(found.item)
    lines: dict[tuple[str, str, str], int] = {}
    for each in written:
        items = by_source[each.source]
        lines |= {("mail", each.source, line): n for line, n in _mail_lines(len(each.nodes), items).items()}
        lines |= {("alerts", each.source, line): n for line, n in _alert_lines(items).items()}
    groups = _by_post(mail)
    lines["alerts", "", "alerts parsed"] = sum(found.item.post is not None for found in mail)
    lines["alerts", "", "emails over unique alerts"] = sum(group.emails for group in groups.values())
    lines |= {("copies", "", line): n for line, n in _copies(mail).lines(len(mail)).items()}
    return ((*key, n) for key, n in lines.items())


def _mail_lines(listed: int, items: Sequence[Planned]) -> Mapping[str, int]:
    read = len(items)
    return {
        "listed in the file": listed,
        "stated by its folders": listed,
        "messages read": read,
        "not mail": listed - read,
        "quarantined while reading": 0,
        "without a body": sum(item.form is Form.EMPTY for item in items),
        "with replacement characters": 0,
    }


def _alert_lines(items: Sequence[Planned]) -> Mapping[str, int]:
    alerts = [item for item in items if item.kind in UNIQUE]
    parsed = sum(item.post is not None for item in alerts)
    return {
        "messages read": len(items),
        **Counter(item.kind for item in items),
        "alert messages": len(alerts),
        "alerts parsed": parsed,
        "quarantined while parsing": len(alerts) - parsed,
    }
