"""The truth about identity: what makes a message the same message, and a spelling the same person.

A second implementation of the definitions in the data dictionary, in plain Python.
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from data.synthetic.mail.bodies import CODECS
from data.synthetic.pst import Message

Key = tuple[str, str, int]
"""Agency, source and node id of an e-mail."""


def content_id(message: Message) -> str:
    """The content id of a message by its definition (``private/messages`` in the data dictionary).

    SHA-256 over subject, sender, whole seconds of submission and body, each in UTF-8 after its length in
    bytes (eight bytes, big-endian); the first 32 hexadecimal digits. No made-up subject has a tag of a
    gateway, and no address anything around it.
    """
    html = "" if message.html is None else message.html.decode(CODECS[message.codepage or 65001])
    body = message.text if message.text and message.text.strip() else html
    sent = message.submitted_at
    values = (
        " ".join(_nfc(message.subject).split()).casefold(),
        (message.sender_address or message.sender_name).strip().lower(),
        "" if sent is None else str(int(sent.timestamp() // 1)),
        "".join(_nfc(body).split()),
    )
    encoded = [value.encode("utf-8") for value in values]
    return hashlib.sha256(b"".join(struct.pack(">Q", len(each)) + each for each in encoded)).hexdigest()[:32]


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def mih(message_id: str | None) -> str | None:
    """The MD5 of a Message-ID; no made-up one is empty."""
    return None if message_id is None else hashlib.md5(message_id.encode(), usedforsecurity=False).hexdigest()


class Copies:
    """Which e-mails are copies of which, in the order of agency, source and node id."""

    def __init__(self, mail: Iterable[tuple[Key, str | None, str | None, frozenset[str]]]) -> None:
        """Find the copies.

        Args:
            mail: In order: the e-mail, its Message-ID, its content id (None without a time of submission),
                and its recipients.
        """
        mail = list(mail)
        self.found: dict[Key, tuple[str, str]] = {}
        by_id: dict[tuple[Any, ...], Key] = {}
        by_content: dict[tuple[Any, ...], Key] = {}
        for key, message_id, content, people in mail:
            if message_id is None:
                continue
            first = by_id.setdefault((key[0], message_id, people), key)
            if first != key:
                self.found[key] = (_name(first), "Message-ID")
            if content is not None:
                by_content.setdefault((key[0], content, people), first)
        for key, message_id, content, people in mail:
            if message_id is None and content is not None:
                first = by_content.setdefault((key[0], content, people), key)
                if first != key:
                    self.found[key] = (_name(first), "content")

    def of(self, key: Key) -> tuple[str | None, str | None]:
        """The original of an e-mail and the rule that found it."""
        return self.found.get(key, (None, None))

    def lines(self, messages: int) -> Mapping[str, int]:
        """The ledger's lines."""
        rules = Counter(rule for _, rule in self.found.values())
        return {
            "messages in the tables": messages,
            "each once": messages - len(self.found),
            "copies by Message-ID": rules["Message-ID"],
            "copies by content": rules["content"],
        }


def _name(key: Key) -> str:
    return f"{key[1]}:{key[2]}"


def elsewhere(mail: Iterable[tuple[Key, str | None, str | None]]) -> dict[Key, list[str]]:
    """The other agencies that hold each e-mail.

    Args:
        mail: The e-mail, its Message-ID, and its content id (None without a time of submission).
    """
    mail = list(mail)
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for key, message_id, content in mail:
        for name in _names(message_id, content):
            holders[name].add(key[0])
    found = {}
    for key, message_id, content in mail:
        # Two that both have a Message-ID are the same by that alone.
        mine = [message_id, f"without {content}"] if message_id else [content]
        found[key] = sorted(set().union(*(holders.get(name or "", set()) for name in mine)) - {key[0]})
    return found


def _names(message_id: str | None, content: str | None) -> list[str]:
    named = [] if content is None else [content]
    if message_id:
        return [*named, message_id]
    return [*named, f"without {content}"] if content else named


SPELLING: Final = "spelling"


def people(mail: Iterable[tuple[str, Iterable[str]]]) -> list[tuple[str, str, str, str, int]]:
    """The rows of ``private/people``: made-up addresses differ in letter case alone.

    Args:
        mail: The agency of each e-mail, and its recipients as they are spelled.
    """
    counted = Counter((agency, spelling) for agency, spelled in mail for spelling in set(spelled))
    return [
        (agency, spelling.lower(), spelling, SPELLING, emails)
        for (agency, spelling), emails in counted.items()
        if spelling != spelling.lower()
    ]
