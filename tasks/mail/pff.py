"""One message as libpff decodes it: its properties as plain values, and which of them could not be read.

Every value is taken from a property's raw data by its tag, so that a bad property does not cost the whole
message. Text is decoded here, because libpff's own conversion cuts a plain body at its first NUL and refuses
a lone surrogate. What is worked around here was found in libpff's Python binding 20260926. Property tags:
MS-OXPROPS; their types: MS-OXCDATA 2.11.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.parser import HeaderParser
from typing import TYPE_CHECKING, Any, Final

from striprtf.striprtf import rtf_to_text

from data.schema.mail import ATTACHED, CARRIED
from tasks.mail.properties import (
    ADDRESS,
    CONTENT_COUNT,
    DELIVERY_TIME,
    DISPLAY_CC,
    DISPLAY_TO,
    HEADERS,
    MESSAGE_CLASS,
    MESSAGE_ID,
    NAME,
    RECIPIENT_TYPE,
    RTF,
    SENDER_ADDRESS,
    SENDER_NAME,
    SENDER_SMTP,
    SMTP_ADDRESS,
    SUBJECT,
    SUBMIT_TIME,
    TEXT,
    Properties,
    short_reason,
    whole_text,
)

if TYPE_CHECKING:
    from tasks.mail.outcomes import Inside

_TO: Final = 1
_CC: Final = 2


@dataclass(slots=True)
class Mail:
    """A message of class IPM.Note or under it.

    Attributes:
        node_id: Its node id in the file.
        message_class: As stored.
        subject: Without the control characters that mark its prefix; None where the message has none.
        sender: SMTP address where one is known, else the name.
        to: Addresses of kind To as stored, the display name where no address is known.
        cc: Likewise of kind Cc.
        message_id: The Internet Message-ID with its angle brackets.
        submitted_at: Client submit time, UTC.
        delivered_at: Delivery time, UTC.
        html: The HTML body, decoded.
        text: The plain body, decoded.
        attachments: How many; none is opened.
        flaws: ``property: what is wrong``, one for each property that could not be read completely.
        path: Where it is attached (``tasks.mail.embedded``); empty for a message of the mailbox itself.
        journal: Whether it stands in the place of the journal report that carries it
            (``tasks.mail.journal``).
        inside: What is attached to a message of the mailbox; None for nothing, and for attached ones.
    """

    node_id: int
    message_class: str
    subject: str | None = None
    sender: str | None = None
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    message_id: str | None = None
    submitted_at: datetime | None = None
    delivered_at: datetime | None = None
    html: str | None = None
    text: str | None = None
    attachments: int = 0
    flaws: list[str] = field(default_factory=list)
    path: str = ""
    journal: bool = False
    inside: Inside | None = field(default=None, compare=False, repr=False)

    @property
    def embedded_as(self) -> str | None:
        """As the column of that name says it."""
        return CARRIED if self.journal else ATTACHED if self.path else None


@dataclass(frozen=True, slots=True)
class NotMail:
    """An item of another class: a contact, an appointment, a report."""

    node_id: int
    message_class: str
    """As stored; empty where the item has none."""
    path: str = ""
    """As of a mail, and likewise what follows."""
    inside: Inside | None = field(default=None, compare=False, repr=False)


def is_mail(message_class: str) -> bool:
    """Whether a class is ``IPM.Note`` or under it (method 1.4), in any letter case.

    >>> [is_mail(name) for name in ("IPM.Note", "ipm.note.SMIME", "IPM.Notebook", "REPORT.IPM.Note.NDR", "")]
    [True, True, False, False, False]
    """
    name = message_class.lower()
    return name == "ipm.note" or name.startswith("ipm.note.")


def _plain_subject(subject: str | None) -> str | None:
    """The subject without the two characters that give the length of its prefix (MS-PST 2.5.3.1.1.1).

    >>> _plain_subject(chr(1) + chr(5) + "RE: Crime Alert")
    'RE: Crime Alert'
    """
    if subject and subject[0] == "\x01":
        return subject[2:]
    return subject


def _address(row: Properties) -> str | None:
    """SMTP address of a recipient, else an address with an @, else the name, else any address."""
    smtp = row.text(SMTP_ADDRESS, "recipient")
    if smtp:
        return smtp
    address = row.text(ADDRESS, "recipient")
    if address and "@" in address:
        return address
    return row.text(NAME, "recipient") or address


def _recipients(item: Any, mail: Mail) -> bool:
    """Fill To and Cc from the recipients table; False if there is none."""
    try:
        table = item.recipients
        count = table.number_of_recipients if table is not None else 0
    except AttributeError:  # for a message class that libpff does not know, the item has no recipients
        return False
    except OSError as error:
        mail.flaws.append(f"recipients: {short_reason(error)}")
        return False
    for index in range(count):
        try:
            row = Properties(table.get_recipient(index), mail.flaws)
        except OSError as error:
            mail.flaws.append(f"recipient {index + 1}: {short_reason(error)}")
            continue
        kind = row.integer(RECIPIENT_TYPE, "recipient")
        # The low byte is the kind; the others are flags, such as "was resent to".
        target = {_TO: mail.to, _CC: mail.cc}.get((kind or 0) & 0xFF)
        if target is None:
            continue
        address = _address(row)
        if address:
            target.append(address)
        else:
            mail.flaws.append(f"recipient {index + 1}: no address and no name")
    return count > 0


def _from_headers(properties: Properties, mail: Mail, *, recipients: bool) -> None:
    """Fill in what the properties lack from the transport headers, and else from the display names."""
    headers = properties.text(HEADERS, "transport headers")
    parsed = None
    if headers:
        first, _, rest = headers.lstrip().partition("\n")
        # Exchange may put a line of its own before the headers, which the parser would take for their end.
        parsed = HeaderParser(policy=policy.default).parsestr(headers.lstrip() if ":" in first else rest)
    if parsed is not None:
        if mail.message_id is None:
            found = _header(parsed, "message-id")
            mail.message_id = found.strip() if found else None
        if mail.sender is None or "@" not in mail.sender:
            senders = _addresses(parsed, "from")
            mail.sender = senders[0] if senders else mail.sender
    if recipients:
        for target, name, tag in ((mail.to, "to", DISPLAY_TO), (mail.cc, "cc", DISPLAY_CC)):
            target.extend(_addresses(parsed, name) if parsed is not None else [])
            if not target:
                shown = properties.text(tag, name) or ""
                target.extend(part.strip() for part in shown.split(";") if part.strip())


def _header(parsed: Any, name: str) -> str | None:
    try:
        value = parsed[name]
    except (
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
    ):  # raised by the standard library's parser for broken headers
        return None
    return whole_text(str(value)) if value is not None else None


def _addresses(parsed: Any, name: str) -> list[str]:
    try:
        value = parsed[name]
        found: tuple[Address, ...] = value.addresses if value is not None else ()
        # The library gives "<>" for an address with nothing between the angle brackets: that is no address.
        named = [address.addr_spec if address.domain else address.display_name for address in found]
        return [whole_text(name) for name in named if name]
    except (ValueError, IndexError, AttributeError, TypeError):
        return []


def read_item(item: Any, attachments: int) -> Mail | NotMail:
    """Read one item.

    Args:
        item: What ``get_sub_item`` of pypff returned: a message, or a bare item, folder or task for classes
            that libpff does not know. The stored class decides what it is.
        attachments: How many attachment nodes the item has.

    Returns:
        The mail, or the class of an item that is not mail.

    Raises:
        OSError: Libpff cannot read the item at all.
    """
    node_id: int = item.identifier
    if item.number_of_record_sets < 1:
        return NotMail(node_id, "")
    flaws: list[str] = []
    properties = Properties(item.get_record_set(0), flaws)
    message_class = properties.text(MESSAGE_CLASS, "message class") or ""
    if not is_mail(message_class):
        return NotMail(node_id, message_class)
    mail = Mail(node_id, message_class, attachments=attachments, flaws=flaws)
    mail.subject = _plain_subject(properties.text(SUBJECT, "subject"))
    mail.submitted_at = properties.time(SUBMIT_TIME, "submitted_at")
    mail.delivered_at = properties.time(DELIVERY_TIME, "delivered_at")
    # HTML and plain text are each read as they are stored; RTF is converted only if there is neither, because
    # the conversion loses the layout that the scrapers go by.
    mail.html = properties.html()
    mail.text = properties.text(TEXT, "text")
    if mail.html is None and mail.text is None and properties.raw(RTF, "rtf") is not None:
        mail.text = _text_of_rtf(item, flaws)
    mail.message_id = properties.text(MESSAGE_ID, "message_id")
    mail.sender = _sender(properties)
    has_recipients = _recipients(item, mail)
    if not has_recipients or mail.message_id is None or mail.sender is None or "@" not in mail.sender:
        _from_headers(properties, mail, recipients=not has_recipients)
    return mail


def _text_of_rtf(item: Any, flaws: list[str]) -> str | None:
    """The text of a body that is stored only as RTF; HTML wrapped in RTF (MS-OXRTFEX) gives its text too."""
    try:
        rtf: bytes | None = item.rtf_body
    except (AttributeError, OSError) as error:  # no such attribute for a class that libpff does not know
        flaws.append(f"rtf: {short_reason(error)}")
        return None
    if not rtf:
        return None
    try:
        decoded = rtf.decode("latin-1")
        text: str = rtf_to_text(decoded, encoding="cp1252", errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, IndexError, LookupError) as error:  # raised by the library for broken RTF
        flaws.append(f"rtf: {short_reason(error)}")
        return None
    flaws.append("text: from the RTF body, there is no other")
    return text.strip() or None


def _sender(properties: Properties) -> str | None:
    smtp = properties.text(SENDER_SMTP, "sender")
    if smtp:
        return smtp
    address = properties.text(SENDER_ADDRESS, "sender")
    if address and "@" in address:
        return address
    return properties.text(SENDER_NAME, "sender") or address


def folder_facts(file: Any) -> dict[int, tuple[str | None, int | None]]:
    """Name and stated number of messages (PidTagContentCount) of each folder at the top of an open file.

    Folders that libpff cannot read are left out.
    """
    facts: dict[int, tuple[str | None, int | None]] = {}
    top = file.root_item
    for index in range(top.number_of_sub_items if top is not None else 0):
        try:
            item = top.get_sub_item(index)
            if item.number_of_record_sets:
                properties = Properties(item.get_record_set(0), [])
                facts[item.identifier] = (
                    properties.text(NAME, "name"),
                    properties.integer(CONTENT_COUNT, "count"),
                )
        except (OSError, MemoryError):
            continue
    return facts
