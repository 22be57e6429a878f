"""The tables of the mail, from the mailbox to unique alerts and recipients; and the ledger of all parts."""

from __future__ import annotations

from typing import Final

from data.schema.embedded import EMBEDDED_AS, EMBEDDED_IN, PATH
from data.schema.ledger import LEDGER
from data.schema.model import (
    COUNT,
    DAY,
    LONG_TEXT,
    MOMENT,
    SHARE,
    SMALL_COUNT,
    TEXT,
    TEXTS,
    Column,
    Sort,
    Table,
    optional,
)
from data.schema.people import COPIES, EXCHANGE, IDENTITY, PEOPLE

AGENCY: Final = Column("agency", TEXT, "The agency's folder name under records/.")
SOURCE: Final = Column("source", TEXT, "The mailbox: first 12 digits of its file's SHA-256.")
NODE_ID: Final = Column(
    "node_id",
    COUNT,
    "The message's node identifier inside the mailbox; of an attached message, that of the message of the "
    "mailbox that it is in.",
)
FOLDER: Final = Column(
    "folder",
    TEXT,
    "The mailbox's own folder path, parts joined by '/'; '(orphaned)' where no folder holds it.",
)
KIND: Final = Column(
    "kind",
    TEXT,
    "What the message is, by its subject and the crosswalk; 'unclassified' where no row knows it.",
)
ALERT_KIND: Final = Column("kind", TEXT, "'crime alert' or 'safety alert'.")
TEMPLATE: Final = optional(
    "template", TEXT, "The layout that the crosswalk's row names; missing where the row names none."
)
FIRST_SENT: Final = optional(
    "first_sent_at",
    MOMENT,
    "Earliest time of submission, else of delivery; missing where no message has one.",
)
LAST_SENT: Final = optional(
    "last_sent_at", MOMENT, "Latest time of submission, else of delivery; missing where no message has one."
)
HEADERS: Final = (
    optional("message_id", TEXT, "Internet Message-ID; missing where the message has none."),
    optional("subject", TEXT, "Subject as found; missing where the message has none."),
    optional("sender", TEXT, "Sender's address where one is known, else the name; missing where neither is."),
    Column("to", TEXTS, "To recipients as found: the address where one is known, else the display name."),
    Column("cc", TEXTS, "Cc recipients, as in 'to'."),
    optional(
        "submitted_at",
        MOMENT,
        "When the sender submitted it, else the time of the header Date; missing where not recorded.",
    ),
    optional("delivered_at", MOMENT, "When it was delivered; missing where not recorded."),
)
_HEADER: Final = {column.name: column for column in HEADERS}

ITEM_CLASS: Final = Column(
    "class", TEXT, "The message class, as far as the program's list knows it; else 'other'."
)
ITEMS: Final = Column("items", COUNT, "Items of the class.")

PRIVATE: Final = (
    Table(
        "private/sources",
        ("agency", "source", "file"),
        "One row per mailbox file handed over. A file handed over twice has a row for each name, and one "
        "source.",
        (
            AGENCY,
            SOURCE,
            Column("file", TEXT, "The file's path inside the investigation folder."),
            Column("bytes", COUNT, "Size of the file in bytes."),
            Column("sha256", TEXT, "SHA-256 of the file, 64 hexadecimal digits."),
            optional("format", TEXT, "Such as 'Unicode PST'; missing where the file is no mailbox."),
            optional(
                "messages_listed", COUNT, "Message nodes in the file's own index; missing where unknown."
            ),
        ),
    ),
    Table(
        "private/messages",
        ("agency", "source", "node_id", "embedded_in"),
        "One row per message that is mail and could be read, and per mail attached to a message.",
        (
            AGENCY,
            SOURCE,
            NODE_ID,
            FOLDER,
            *HEADERS,
            KIND,
            TEMPLATE,
            *COPIES,
            EMBEDDED_IN,
            EMBEDDED_AS,
        ),
    ),
    Table(
        "private/alerts",
        ("agency", "alert_id"),
        "One row per unique alert: messages with equal agency, kind, date, title and description.",
        (
            AGENCY,
            Column(
                "alert_id", TEXT, "Hash of agency, kind, date, title and description: 32 hexadecimal digits."
            ),
            ALERT_KIND,
            optional(
                "alert_date",
                DAY,
                "The body's date, else the day of delivery (else submission) in the agency's time zone.",
            ),
            Column("title", TEXT, "Title, white space collapsed."),
            Column(
                "description", TEXT, "Description, white space collapsed; empty where the alert has none."
            ),
            Column("emails", COUNT, "Messages that carry this alert, copies included."),
            Column("recipients", COUNT, "Distinct people in To and Cc of those messages."),
            FIRST_SENT,
            LAST_SENT,
        ),
    ),
    Table(
        "private/recipients",
        ("agency", "recipient", "kind"),
        "One row per recipient and kind of message received; one person is one recipient.",
        (
            AGENCY,
            Column(
                "recipient",
                TEXT,
                "The person: the SMTP address in lower case, without quotes, brackets and prefixes; where "
                "none is known the name, or the Exchange address where several share the name.",
            ),
            KIND,
            Column("emails", COUNT, "Messages of the kind that name the recipient in To or Cc."),
            Column("alerts", COUNT, "Unique alerts among them; 0 for a kind that is no alert."),
            FIRST_SENT,
            LAST_SENT,
        ),
    ),
    Table(
        "private/people",
        ("agency", "person", "spelling", "evidence"),
        "One row per spelling that is counted as a person of another spelling, and per Exchange address that "
        "says whose it is.",
        (
            AGENCY,
            *PEOPLE,
        ),
    ),
    Table(
        "private/subjects_to_review",
        ("agency", "subject"),
        "One row per subject that matches no row of the crosswalk, for a person to decide.",
        (
            AGENCY,
            Column("subject", TEXT, "The subject as found; empty for messages without one."),
            Column("emails", COUNT, "Messages with the subject."),
        ),
    ),
    Table(
        "private/quarantine",
        ("source", "node_id", "folder", "stage", "reason", "detail", "embedded_in"),
        "One row per item (or whole file) that could not be processed further.",
        (
            SOURCE,
            optional(
                "node_id",
                COUNT,
                "The item's node identifier; missing where a whole file or index page is meant.",
            ),
            optional("folder", TEXT, "The mailbox's own folder path; missing where it is not known."),
            Column("stage", TEXT, "Where it stopped: opening, listing, reading, attachments or parsing."),
            Column("reason", TEXT, "Why, in a few words that are the same for equal cases."),
            Column("detail", TEXT, "What the reader said about this one; may be empty."),
            EMBEDDED_IN,
        ),
    ),
    Table(
        "private/not_mail_classes",
        ("agency", "source", "message_class"),
        "One row per message class of the items of a mailbox that are not mail.",
        (
            AGENCY,
            SOURCE,
            Column("message_class", TEXT, "The class as stored, at most 255 characters of it."),
            ITEM_CLASS,
            ITEMS,
        ),
    ),
    Table(
        "private/other_files",
        ("agency", "file"),
        "One row per file in records/ that holds mail, or may hold some, in a form that is not read.",
        (
            Column("agency", TEXT, "The agency's folder name under records/; empty for a file beside them."),
            Column("file", TEXT, "The file's path inside the investigation folder."),
            Column("form", TEXT, "What it is, by its content."),
            Column("fix", TEXT, "What to do about it."),
        ),
    ),
    Table(
        "private/not_read",
        ("agency", "file", "sha256"),
        "One row per mailbox that an earlier run read and that is gone, and per agency that was left out for "
        "a fault of its own or because it was still being copied.",
        (
            Column("agency", TEXT, "The agency; empty for a mailbox that lies in no agency's folder."),
            Column("file", TEXT, "The mailbox's path inside the investigation folder; empty for an agency."),
            Column("why", TEXT, "What is wrong with it."),
            Column(
                "rows",
                TEXT,
                "'kept': the agency's rows are those of an earlier run; 'none': it has none here.",
            ),
            optional("source", TEXT, "Source id of a mailbox that is gone; else missing."),
            optional("sha256", TEXT, "Its SHA-256; likewise."),
            optional("bytes", COUNT, "Its size in bytes; likewise."),
            optional("messages_listed", COUNT, "Messages that it listed; missing where unknown, too."),
        ),
    ),
)

PUBLIC: Final = (
    LEDGER,
    Table(
        "public/not_mail",
        ("agency", "source", "class"),
        "One row per class of the items of a mailbox that are not mail; classes that are not in the "
        "program's list are one row, 'other'.",
        (
            AGENCY,
            SOURCE,
            ITEM_CLASS,
            Column("what", TEXT, "What such an item is, in words."),
            ITEMS,
        ),
        order=(Sort("agency"), Sort("source"), Sort("items", descending=True)),
    ),
    Table(
        "public/kinds",
        ("agency", "kind"),
        "One row per kind of message that occurs.",
        (
            AGENCY,
            KIND,
            Column("emails", COUNT, "Messages of the kind."),
            Column("share", SHARE, "Their share of the agency's messages, 0 to 1."),
        ),
        order=(Sort("agency"), Sort("emails", descending=True)),
    ),
    Table(
        "public/subjects",
        ("agency", "pattern"),
        "One row per row of the crosswalk that matched a message; unclassified messages are one row with an "
        "empty pattern.",
        (
            AGENCY,
            Column("pattern", TEXT, "The crosswalk's pattern, never the subject itself."),
            KIND,
            TEMPLATE,
            Column("emails", COUNT, "Messages that the row decided."),
        ),
        order=(Sort("agency"), Sort("emails", descending=True)),
    ),
    Table(
        "public/alerts_by_month",
        ("agency", "kind", "month"),
        "One row per kind of alert and month of alert_date.",
        (
            AGENCY,
            ALERT_KIND,
            optional(
                "month",
                TEXT,
                "YYYY-MM of the alert's date; 'implausible' before 1990 and after 2100; missing for alerts "
                "without a date.",
            ),
            Column("emails", COUNT, "Messages that carry the month's alerts."),
            Column("unique_alerts", COUNT, "Unique alerts of the month."),
        ),
    ),
    Table(
        "public/recipients_per_alert",
        ("agency", "kind", "recipients"),
        "One row per kind of alert and number of recipients: how many unique alerts reached that many.",
        (
            AGENCY,
            ALERT_KIND,
            Column("recipients", COUNT, "Distinct recipients of a unique alert."),
            Column("alerts", COUNT, "Unique alerts that reached this many."),
        ),
    ),
)

WORK: Final = (
    Table(
        "work/mail",
        ("node_id", "path"),
        "One row per message of one mailbox that is mail, and per mail attached to a message, as the reader "
        "found it.",
        (
            NODE_ID,
            FOLDER,
            Column(
                "message_class", TEXT, "MAPI message class: IPM.Note or under it; empty where there is none."
            ),
            *(_HEADER[name] for name in ("subject", "sender", "to", "cc")),
            EXCHANGE,
            *(_HEADER[name] for name in ("message_id",)),
            *(_HEADER[name] for name in ("submitted_at", "delivered_at")),
            optional(
                "html", LONG_TEXT, "HTML body, decoded; missing where there is none that says anything."
            ),
            optional("text", LONG_TEXT, "Plain-text body, or that of the RTF, decoded; likewise."),
            Column("attachments", SMALL_COUNT, "Number of attachments."),
            Column(
                "flaws",
                TEXTS,
                "What of the message could not be read, or was not read as the message states, each with its "
                "reason.",
            ),
            PATH,
            EMBEDDED_AS,
        ),
    ),
    Table(
        "work/parsed",
        ("node_id", "path"),
        "One row per message of one mailbox and per attached mail: its headers, its kind, and the alert found"
        " in its body (the body is not kept).",
        (
            NODE_ID,
            FOLDER,
            *HEADERS,
            EXCHANGE,
            *IDENTITY,
            KIND,
            TEMPLATE,
            Column("pattern", TEXT, "The crosswalk's pattern that decided; empty where none did."),
            optional("alert_date", DAY, "The alert's date; missing for other kinds and where none is known."),
            optional("title", TEXT, "The alert's title; missing for other kinds and where none was found."),
            optional("description", TEXT, "The alert's description; missing where the title is."),
            optional("reason", TEXT, "Why an alert could not be parsed; missing otherwise."),
            optional("detail", TEXT, "More about the reason; missing where the reason is."),
            PATH,
            EMBEDDED_AS,
        ),
    ),
)
