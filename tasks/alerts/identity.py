"""What makes a message the same message: its content, and EDRM's hash of its Message-ID (method 4.9).

Both depend on the message alone, so that files and agencies can be compared, here and elsewhere.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

import pyarrow as pa

from data.subject_tags import without_tags
from data.text import collapse
from tasks.mail.participants import DATE_HEADER, known_id
from tasks.people.spelling import folded

IN_MESSAGE: Final = "message"
IN_HEADER: Final = "Date header"


def content_id(subject: str | None, sender: str | None, submitted: datetime | None, body: str | None) -> str:
    r"""Name the content of a message, the same in every run, file and agency.

    Definition: the first 32 hexadecimal digits of the SHA-256 over four values in this order, each as UTF-8
    and preceded by its length in bytes (8 bytes, big endian): the subject in the form of method 4.2, without
    the tags of method 2.5, in lower case (``str.casefold``); the sender, folded (method 4.7); the time of
    submission in whole seconds since 1970 (UTC, rounded down) in decimal digits; the body in NFC without
    white space. What is missing is empty text.

    Args:
        subject: As found.
        sender: As found.
        submitted: UTC.
        body: The plain text, or where that is blank the HTML.

    Example:
        >>> one = content_id("[EXT] Hello", "'A@x.org'", None, "Two\r\nwords")
        >>> one == content_id("hello ", "a@X.org", None, "Two words"), len(one)
        (True, 32)
    """
    seconds = None if submitted is None else (submitted - _EPOCH) // timedelta(seconds=1)
    return _content_id(_plain_subject(subject), folded(sender or ""), seconds, body or "")


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _content_id(subject: str, sender: str, submitted: int | None, body: str) -> str:
    moment = "" if submitted is None else str(submitted)
    if not body.isascii():
        body = unicodedata.normalize("NFC", body)
    digest = hashlib.sha256()
    for value in (subject, sender, moment, "".join(body.split())):
        data = value.encode("utf-8", "replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]


def mih(message_id: str | None) -> str | None:
    """The EDRM Message Identification Hash: the MD5 of the Message-ID with its angle brackets.

    Source: EDRM, Cross Platform Email Duplicate Identification Specification 1.0 (2023).

    Example:
        >>> mih("<CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com>")  # the vector of Relativity's manual
        '1de319c276884bd0c9e2f1621ada26cc'
        >>> mih("<>")
    """
    known = known_id(message_id)
    if known is None:
        return None
    return hashlib.md5(known.strip().encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def identities(mail: pa.Table) -> dict[str, list[str | None]]:
    """The columns ``submitted_from``, ``content_id`` and ``mih`` of messages.

    Args:
        mail: Rows of ``work/mail``.
    """
    columns = {name: mail.column(name).to_pylist() for name in ("subject", "sender", "flaws", "message_id")}
    subjects = {subject: _plain_subject(subject) for subject in set(columns["subject"])}
    senders = {sender: folded(sender or "") for sender in set(columns["sender"])}
    # As numbers: a time may be one that Python has no datetime for.
    micros: list[int | None] = mail.column("submitted_at").cast(pa.int64()).to_pylist()
    moments = [None if each is None else each // 1_000_000 for each in micros]
    rows = zip(columns["subject"], columns["sender"], moments, _bodies(mail), strict=True)
    return {
        "submitted_from": [
            None if moment is None else IN_HEADER if DATE_HEADER in flaws else IN_MESSAGE
            for moment, flaws in zip(moments, columns["flaws"], strict=True)
        ],
        "content_id": [
            _content_id(subjects[subject], senders[sender], moment, body)
            for subject, sender, moment, body in rows
        ],
        "mih": [mih(message_id) for message_id in columns["message_id"]],
    }


def _plain_subject(subject: str | None) -> str:
    return collapse(without_tags(collapse(subject or ""))).casefold()


def _bodies(mail: pa.Table) -> list[str]:
    """The plain text of each message, or where that is blank the HTML."""
    texts = [text or "" for text in mail.column("text").to_pylist()]
    blank = [row for row, text in enumerate(texts) if not text or text.isspace()]
    # Taken for these rows alone: the HTML is ten times as long as the text, and most messages have both.
    for row, html in zip(
        blank, mail.column("html").take(pa.array(blank, pa.int64())).to_pylist(), strict=True
    ):
        texts[row] = html or ""
    return texts
