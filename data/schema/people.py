"""Columns about who is who and what is the same message (method 4.6 to 4.9), for the tables of the mail."""

from __future__ import annotations

from typing import Final

from data.schema.model import COUNT, TEXT, TEXTS, Column, optional

IDENTITY: Final = (
    optional(
        "submitted_from",
        TEXT,
        "Where submitted_at is from: 'message', or 'Date header' where the message has no such time; missing "
        "where submitted_at is.",
    ),
    Column(
        "content_id",
        TEXT,
        "Hash of subject, sender, time of submission and body: 32 hexadecimal digits, equal for equal "
        "content in any file of any agency.",
    ),
    optional(
        "mih",
        TEXT,
        "EDRM Message Identification Hash: MD5 of the Message-ID with its angle brackets; missing where "
        "message_id names nothing.",
    ),
)
EXCHANGE: Final = Column(
    "exchange",
    TEXTS,
    "Of sender and recipients with an Exchange address: that address, a tab, and what sender, to or cc show.",
)
COPIES: Final = (
    Column(
        "copy_of",
        TEXT,
        "'source:node_id' of the message of this agency that this one is a copy of; missing for the "
        "first one.",
        nullable=True,
    ),
    optional(
        "copy_by",
        TEXT,
        "Which rule found the copy: 'Message-ID' (equal Message-ID and recipients) or 'content' (no "
        "Message-ID; equal content_id and recipients); missing where copy_of is.",
    ),
    *IDENTITY,
    Column(
        "also_in",
        TEXTS,
        "The other agencies that hold this message too: equal mih, or equal content_id where a "
        "Message-ID is missing.",
    ),
)
PEOPLE: Final = (
    Column("person", TEXT, "The person, as 'recipient' in private/recipients."),
    Column(
        "spelling",
        TEXT,
        "The spelling: as found in To or Cc; for 'pairing' and 'contradiction' the Exchange address "
        "in lower case.",
    ),
    Column(
        "evidence",
        TEXT,
        "'spelling' (the same but for quotes, brackets, prefixes and letter case), 'Exchange "
        "address' (stands beside the Exchange address of the person), 'pairing' (messages hold this "
        "Exchange address and the person's SMTP address in one row), 'contradiction' (they do, and "
        "others hold it with another SMTP address: nothing was merged).",
    ),
    Column("emails", COUNT, "Messages of the agency in which it is so."),
)
