"""The tables of what is attached to messages."""

from __future__ import annotations

from typing import Final

from data.schema.mail import AGENCY, NODE_ID, SOURCE
from data.schema.model import BLOCK, COUNT, TEXT, Column, Table, optional

FACTS: Final = (
    optional("name", TEXT, "File name as stored; for a reference, else the path; missing where it has none."),
    optional("extension", TEXT, "The end of the name from its last dot on, in lower case."),
    optional("mime_type", TEXT, "MIME type as stored; missing where none is."),
    optional(
        "bytes",
        COUNT,
        "Bytes of the attached file; for others what the mailbox states; missing where unknown.",
    ),
    Column(
        "method",
        TEXT,
        "How it is attached: 'by value', 'embedded message', 'by reference', 'by reference, resolved', 'by "
        "reference only', 'by reference on the web', 'OLE object', 'none', 'not stated', 'unknown'.",
    ),
    Column(
        "content",
        TEXT,
        "What is in the mailbox: 'file' (its bytes), 'message', 'object', 'reference' (a path to a file that "
        "is elsewhere), 'none', or 'unknown' where the attachment cannot be opened.",
    ),
    optional(
        "mail",
        TEXT,
        "The form of mail in an attached file, such as '.eml'; missing where nothing says that it is mail.",
    ),
)

PRIVATE: Final = (
    Table(
        "private/attachments",
        ("agency", "source", "node_id", "attachment"),
        "One row per attachment, those of attached messages included. Their contents are not read.",
        (
            AGENCY,
            SOURCE,
            NODE_ID,
            Column(
                "attachment",
                TEXT,
                "The node path: node ids of the message and of the attachments down to this one, joined by "
                "'/'. For an attached message it is the path of its embedded_in.",
            ),
            *FACTS,
            optional(
                "sha256",
                TEXT,
                "SHA-256 of the attached file, 64 hexadecimal digits; missing without --hash-attachments, "
                "where there is no file, and where it is damaged.",
            ),
        ),
    ),
)

WORK: Final = (
    Table(
        "work/attachments",
        ("node_id", "path"),
        "One row per attachment in one mailbox, as the reader found it.",
        (
            NODE_ID,
            Column("path", TEXT, "The node path, as the column attachment of private/attachments."),
            *FACTS,
            Column("data", BLOCK, "Block of the attachment's properties; 0 for none."),
            Column("sub", BLOCK, "Block of its subnodes; 0 for none."),
        ),
    ),
)
