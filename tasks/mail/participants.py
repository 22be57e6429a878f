"""Who sent a message, who got it, when it was sent and its Message-ID (method 1.8).

The properties come first, the transport headers fill in what they lack, and displayed names are the last
resort. Where a row holds an Exchange address (X.500) as well, that is kept beside what the row shows, so that
:mod:`tasks.people` can tell later who is meant where an Exchange address stands alone. Property tags:
MS-OXPROPS; the order of senders: MS-OXOMSG 2.2.1.48 to 2.2.1.57.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.parser import HeaderParser
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple, Protocol

from tasks.mail.entry_id import address_in
from tasks.mail.properties import (
    ADDRESS,
    DISPLAY_CC,
    DISPLAY_TO,
    ENTRY_ID,
    HEADERS,
    MESSAGE_ID,
    NAME,
    RECIPIENT_TYPE,
    REPRESENTED_ADDRESS,
    REPRESENTED_ENTRY_ID,
    REPRESENTED_NAME,
    REPRESENTED_SMTP,
    SENDER_ADDRESS,
    SENDER_ENTRY_ID,
    SENDER_NAME,
    SENDER_SMTP,
    SMTP_ADDRESS,
    Properties,
    short_reason,
    whole_text,
)
from tasks.people.spelling import as_exchange, pair

_TO: Final = 1
_CC: Final = 2
DATE_HEADER: Final = "submitted_at: from the Date header, the message has no such time"
"""The flaw of a message whose time of submission is the one of its transport headers."""


class Envelope(Protocol):
    """What of a message is filled in here; see :class:`tasks.mail.pff.Mail`."""

    sender: str | None
    to: list[str]
    cc: list[str]
    exchange: list[str]
    message_id: str | None
    submitted_at: datetime | None
    flaws: list[str]


def read_participants(item: Any, properties: Properties, mail: Envelope) -> None:
    """Fill in sender, recipients and Message-ID, and the time of submission where it is missing.

    Args:
        item: Libpff's item, for its table of recipients.
        properties: Its properties.
        mail: The message; flaws are added to it.
    """
    mail.message_id = known_id(properties.text(MESSAGE_ID, "message_id"))
    has_address = _sender(properties, mail)
    has_recipients = _recipients(item, properties, mail)
    if not (has_address and has_recipients and mail.message_id and mail.submitted_at):
        _from_headers(properties, mail, sender=not has_address, recipients=not has_recipients)


def known_id(message_id: str | None) -> str | None:
    """A Message-ID as stored; None for one that names nothing: blanks, or ``<>``.

    Example:
        >>> known_id("<1@x.org>"), known_id("< >"), known_id(" ")
        ('<1@x.org>', None, None)
    """
    return message_id if message_id and message_id.strip("<> \t\r\n") else None


def _known(text: str | None) -> str | None:
    return text if text and not text.isspace() else None


def _sender(properties: Properties, mail: Envelope) -> bool:
    """Fill in the sender from the properties: who sent it, else on whose behalf.

    Returns:
        Whether it is an SMTP address.
    """
    names: list[str | None] = []
    addresses: list[str | None] = []
    for tags, name_tag in ((_SENDER, SENDER_NAME), (_REPRESENTED, REPRESENTED_NAME)):
        smtp, exchange, address = _addresses_of(properties, tags, "sender")
        if smtp is not None and "@" in smtp:
            mail.sender = smtp
            if exchange is not None:
                mail.exchange.append(pair(exchange, smtp))
            return True
        names += [smtp, _known(properties.text(name_tag, "sender"))]
        addresses.append(address)
    mail.sender = next((text for text in (*names, *addresses) if text is not None), None)
    return False


class _Tags(NamedTuple):
    """The properties of one person's addresses."""

    smtp: int
    address: int
    entry_id: int


_SENDER: Final = _Tags(SENDER_SMTP, SENDER_ADDRESS, SENDER_ENTRY_ID)
_REPRESENTED: Final = _Tags(REPRESENTED_SMTP, REPRESENTED_ADDRESS, REPRESENTED_ENTRY_ID)
_RECIPIENT: Final = _Tags(SMTP_ADDRESS, ADDRESS, ENTRY_ID)


def _addresses_of(row: Properties, tags: _Tags, name: str) -> tuple[str | None, str | None, str | None]:
    """What is known of one person.

    Returns:
        The SMTP address, or what stands in its place; the Exchange address, folded; any address.
    """
    smtp = _known(row.text(tags.smtp, name))
    found = row.raw(tags.address, name)
    # Nearly all rows have an SMTP address and no Exchange address: these are done here.
    if smtp is not None and (found is None or b"=" not in found[1]) and "=" not in smtp:
        return smtp, None, None
    address = None if found is None else _known(row.decoded(*found, name))
    if smtp is None and address is None and (entry_id := row.raw(tags.entry_id, name)) is not None:
        address = _known(whole_text(address_in(entry_id[1]) or ""))
    exchange = as_exchange(address)
    if exchange is None and (exchange := as_exchange(smtp)) is not None:
        smtp, address = None, address or smtp
    if smtp is None and address is not None and "@" in address and as_exchange(address) is None:
        smtp = address
    return smtp, exchange, address


def _recipient(row: Properties, mail: Envelope) -> str | None:
    """SMTP address of a recipient, else an address with an @, else the name, else any address."""
    smtp, exchange, address = _addresses_of(row, _RECIPIENT, "recipient")
    shown = smtp or _known(row.text(NAME, "recipient")) or address
    if exchange is not None and shown is not None:
        mail.exchange.append(pair(exchange, shown))
    return shown


def _recipients(item: Any, properties: Properties, mail: Envelope) -> bool:
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
            row = Properties(table.get_recipient(index), mail.flaws, of=properties)
        except OSError as error:
            mail.flaws.append(f"recipient {index + 1}: {short_reason(error)}")
            continue
        kind = row.integer(RECIPIENT_TYPE, "recipient")
        # The low byte is the kind; the others are flags, such as "was resent to".
        kind = (kind or 0) & 0xFF
        if kind not in (_TO, _CC):
            continue
        target = mail.to if kind == _TO else mail.cc
        shown = _recipient(row, mail)
        if shown:
            target.append(shown)
        else:
            mail.flaws.append(f"recipient {index + 1}: no address and no name")
    return count > 0


def _from_headers(properties: Properties, mail: Envelope, *, sender: bool, recipients: bool) -> None:
    """Fill in what the properties lack from the transport headers, and else from the display names."""
    parsed = _parsed(properties)
    if parsed is not None:
        if mail.message_id is None:
            found = known_id(_header(parsed, "message-id"))
            mail.message_id = found.strip() if found else None
        if mail.submitted_at is None and (moment := _date(parsed)) is not None:
            mail.submitted_at = moment
            mail.flaws.append(DATE_HEADER)
        if sender and (senders := _addresses(parsed, "from")):
            mail.sender = senders[0]
            _pair_of_headers(properties, mail)
    if recipients:
        for target, name, tag in ((mail.to, "to", DISPLAY_TO), (mail.cc, "cc", DISPLAY_CC)):
            target.extend(_addresses(parsed, name) if parsed is not None else [])
            if not target:
                shown = properties.text(tag, name) or ""
                target.extend(part.strip() for part in shown.split(";") if part.strip())


def _parsed(properties: Properties) -> Any:
    """The transport headers, parsed; None where there are none."""
    headers = properties.text(HEADERS, "transport headers")
    if not headers:
        return None
    first, _, rest = headers.lstrip().partition("\n")
    # Exchange may put a line of its own before the headers, which the parser would take for their end.
    return HeaderParser(policy=policy.default).parsestr(headers.lstrip() if ":" in first else rest)


def _pair_of_headers(properties: Properties, mail: Envelope) -> None:
    """Keep the Exchange address of the person whom the header From names.

    MS-OXCMAIL: that header is the represented sender, who is the sender where nobody else is named.
    """
    address = properties.text(REPRESENTED_ADDRESS, "sender") or properties.text(SENDER_ADDRESS, "sender")
    exchange = as_exchange(address)
    if exchange is not None and mail.sender is not None and "@" in mail.sender:
        mail.exchange.append(pair(exchange, mail.sender))


def _date(parsed: Any) -> datetime | None:
    """The time of the header Date in UTC; one without a zone is taken for UTC."""
    text = _header(parsed, "date")
    try:
        moment = parsedate_to_datetime(text) if text else None
        if moment is None or moment.tzinfo is not None:
            return None if moment is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # no date, or none of the calendar
        return None
    return moment.replace(tzinfo=UTC)


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
