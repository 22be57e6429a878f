"""One message as libpff decodes it: its properties as plain values, and what of it could not be read.

Everything is taken from the properties' raw data by tag, so that one bad property costs itself and not the
message, and text is decoded here: libpff's own conversion cuts a plain body at its first NUL and refuses a
lone surrogate. The traps are those of libpff's Python binding 20260926. Property tags: MS-OXPROPS; their
types: MS-OXCDATA 2.11.1.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.headerregistry import Address
from email.parser import HeaderParser
from typing import Any, Final

from striprtf.striprtf import rtf_to_text

MESSAGE_CLASS: Final = 0x001A
SUBJECT: Final = 0x0037
SUBMIT_TIME: Final = 0x0039
HEADERS: Final = 0x007D
RECIPIENT_TYPE: Final = 0x0C15
SENDER_NAME: Final = 0x0C1A
SENDER_ADDRESS_TYPE: Final = 0x0C1E
SENDER_ADDRESS: Final = 0x0C1F
DISPLAY_CC: Final = 0x0E03
DISPLAY_TO: Final = 0x0E04
DELIVERY_TIME: Final = 0x0E06
TEXT: Final = 0x1000
RTF: Final = 0x1009
HTML: Final = 0x1013
MESSAGE_ID: Final = 0x1035
NAME: Final = 0x3001
ADDRESS: Final = 0x3003
CONTENT_COUNT: Final = 0x3602
SMTP_ADDRESS: Final = 0x39FE
INTERNET_CODE_PAGE: Final = 0x3FDE
MESSAGE_CODE_PAGE: Final = 0x3FFD
SENDER_SMTP: Final = 0x5D01

_TYPE_TEXT_8: Final = 0x001E
_TYPE_TEXT_16: Final = 0x001F
_utf16: Final = codecs.utf_16_le_decode  # several times as fast as bytes.decode, which looks the codec up
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_CC: Final = 2
_TO: Final = 1
_CODE_PAGES: Final = {
    1200: "utf-16-le", 1201: "utf-16-be", 20127: "ascii", 20866: "koi8-r", 20932: "euc_jp", 21866: "koi8-u",
    28591: "latin-1", 38598: "iso8859-8", 50220: "iso2022_jp", 50221: "iso2022_jp", 50222: "iso2022_jp",
    50225: "iso2022_kr", 51932: "euc_jp", 51936: "gb2312", 51949: "euc_kr", 52936: "hz", 54936: "gb18030",
    65000: "utf-7", 65001: "utf-8",
}  # fmt: skip
_NO_CHARACTERS: Final = {0x81, 0x8D, 0x8F, 0x90, 0x9D}


@dataclass(slots=True)
class Mail:
    """A message of class IPM.Note or under it.

    Attributes:
        node_id: its node id in the file.
        message_class: as stored.
        subject: without the control characters that mark its prefix; None where the message has none.
        sender: SMTP address where one is known, else the name.
        to: addresses of kind To as stored, the display name where no address is known.
        cc: likewise of kind Cc.
        message_id: the Internet Message-ID with its angle brackets.
        submitted_at: client submit time, UTC.
        delivered_at: delivery time, UTC.
        html: the HTML body, decoded.
        text: the plain body, decoded.
        attachments: how many; none is opened.
        flaws: `property: what is wrong`, one a property that could not be read or only in part.
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


@dataclass(frozen=True, slots=True)
class NotMail:
    """An item of another class: a contact, an appointment, a report."""

    node_id: int
    message_class: str
    """As stored; empty where the item has none."""


def is_mail(message_class: str) -> bool:
    """Whether a class is `IPM.Note` or under it (DESIGN 5.1), in any letter case.

    >>> [is_mail(name) for name in ("IPM.Note", "ipm.note.SMIME", "IPM.Notebook", "REPORT.IPM.Note.NDR", "")]
    [True, True, False, False, False]
    """
    name = message_class.lower()
    return name == "ipm.note" or name.startswith("ipm.note.")


def filetime(value: int) -> datetime | None:
    """A FILETIME (100 ns since 1601, UTC) as a datetime in UTC, to the microsecond; None past the year 9999.

    >>> filetime(132_539_328_000_000_000)
    datetime.datetime(2021, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        return _EPOCH + timedelta(microseconds=value // 10)
    except OverflowError:
        return None


def codec_of(code_page: int | None) -> str | None:
    """The Python codec of a Windows code page, or None where there is none.

    >>> codec_of(65001), codec_of(1252), codec_of(28605), codec_of(7)
    ('utf-8', 'cp1252', 'iso8859-15', None)
    """
    if code_page is None:
        return None
    if code_page in _CODE_PAGES:
        return _CODE_PAGES[code_page]
    for name in (f"cp{code_page}", f"iso8859-{code_page - 28590}"):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return None


class _Properties:
    """The properties of one item or recipient, and the flaws met while reading them."""

    __slots__ = ("_code_page", "_entry", "flaws")

    def __init__(self, record_set: Any, flaws: list[str]) -> None:
        self._entry: Callable[[int], Any] = record_set.get_entry_by_type
        self._code_page: str | None = None
        self.flaws = flaws

    def raw(self, tag: int, name: str) -> tuple[int, bytes] | None:
        """Type and data of a property; None where absent or, with a flaw, unreadable."""
        try:
            entry = self._entry(tag)
            if entry is None:
                return None
            data = entry.data
        except OSError as error:
            self.flaws.append(f"{name}: {short_reason(error)}")
            return None
        return (entry.value_type, data) if data else None

    def integer(self, tag: int, name: str) -> int | None:
        found = self.raw(tag, name)
        return None if found is None else int.from_bytes(found[1][:8], "little")

    def time(self, tag: int, name: str) -> datetime | None:
        value = self.integer(tag, name)
        if value is None:
            return None
        moment = filetime(value) if value else None
        if moment is None:
            self.flaws.append(f"{name}: {'zero' if not value else 'past the year 9999'}")
        return moment

    def text(self, tag: int, name: str) -> str | None:
        found = self.raw(tag, name)
        return None if found is None else self.decoded(*found, name)

    def decoded(self, kind: int, data: bytes, name: str) -> str:
        """Text of a string property; what cannot be decoded becomes U+FFFD, with a flaw."""
        if kind == _TYPE_TEXT_16:
            try:
                return _utf16(data, "strict", True)[0].rstrip("\0")
            except UnicodeDecodeError:
                return self._strict(data, "utf-16-le", name).rstrip("\0")
        if self._code_page is None:
            self._code_page = codec_of(self.integer(MESSAGE_CODE_PAGE, "message code page")) or "cp1252"
        return self._strict(data, self._code_page, name).rstrip("\0")

    def _strict(self, data: bytes, codec: str, name: str) -> str:
        try:
            return data.decode(codec)
        except UnicodeDecodeError as error:
            self.flaws.append(f"{name}: invalid {codec} at byte {error.start}")
            return data.decode(codec, errors="replace")

    def html(self) -> str | None:
        found = self.raw(HTML, "html")
        if found is None:
            return None
        kind, data = found
        if kind in (_TYPE_TEXT_8, _TYPE_TEXT_16):
            return self.decoded(kind, data, "html")
        page = self.integer(INTERNET_CODE_PAGE, "code page")
        codec = codec_of(page) or "utf-8"
        try:
            return data.decode(codec).rstrip("\0")
        except UnicodeDecodeError:
            if codec == "cp1252" and not _is_utf8(data):
                # Python leaves five bytes of this code page undefined that browsers and Outlook show as
                # controls.
                return "".join(
                    chr(byte) if byte in _NO_CHARACTERS else bytes([byte]).decode(codec) for byte in data
                )
            if codec != "utf-8" and _is_utf8(data):
                return data.decode("utf-8")
            return self._strict(data, codec, "html").rstrip("\0")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def short_reason(error: Exception) -> str:
    """The innermost clause of one of libpff's chained messages, without the function that speaks."""
    text = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
    return text.rsplit(": ", 1)[-1].strip()[:120]


def _plain_subject(subject: str | None) -> str | None:
    """The subject without the two characters that tell the length of its prefix (MS-PST 2.5.3.1.1.1).

    >>> _plain_subject(chr(1) + chr(5) + "RE: Crime Alert")
    'RE: Crime Alert'
    """
    if subject and subject[0] == "\x01":
        return subject[2:]
    return subject


def _address(row: _Properties) -> str | None:
    """SMTP address of a recipient, else an address with an @, else the name, else what is there."""
    smtp = row.text(SMTP_ADDRESS, "recipient")
    if smtp:
        return smtp
    address = row.text(ADDRESS, "recipient")
    if address and "@" in address:
        return address
    return row.text(NAME, "recipient") or address


def _recipients(item: Any, mail: Mail) -> bool:
    """Fill To and Cc from the recipients table; False where there is none to be had."""
    try:
        table = item.recipients
        count = table.number_of_recipients if table is not None else 0
    except AttributeError:  # libpff has no such thing for a class that it does not know
        return False
    except OSError as error:
        mail.flaws.append(f"recipients: {short_reason(error)}")
        return False
    for index in range(count):
        try:
            row = _Properties(table.get_recipient(index), mail.flaws)
        except OSError as error:
            mail.flaws.append(f"recipient {index + 1}: {short_reason(error)}")
            continue
        kind = row.integer(RECIPIENT_TYPE, "recipient")
        target = {_TO: mail.to, _CC: mail.cc}.get((kind or 0) & 0xFF)
        if target is None:
            continue
        address = _address(row)
        if address:
            target.append(address)
        else:
            mail.flaws.append(f"recipient {index + 1}: no address and no name")
    return count > 0


def _from_headers(properties: _Properties, mail: Mail, *, recipients: bool) -> None:
    """What the properties do not have, from the transport headers; the display names are the last resort."""
    headers = properties.text(HEADERS, "transport headers")
    parsed = None
    if headers:
        # A stored block of headers may begin with a line of Exchange's own that is no header.
        parsed = HeaderParser(policy=policy.default).parsestr(headers.lstrip())
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
    ):  # what the standard library's parser lets slip on broken headers
        return None
    return str(value) if value is not None else None


def _addresses(parsed: Any, name: str) -> list[str]:
    try:
        value = parsed[name]
        found: tuple[Address, ...] = value.addresses if value is not None else ()
        # An address that is empty in its angle brackets is spelt "<>" by the library: no address at all.
        named = [address.addr_spec if address.domain else address.display_name for address in found]
        return [name for name in named if name]
    except (ValueError, IndexError, AttributeError, TypeError):
        return []


def read_item(item: Any, attachments: int) -> Mail | NotMail:
    """Read one item.

    Args:
        item: what `get_sub_item` of pypff gave: a message, or a bare item, folder or task for classes that
            libpff does not know; the stored class decides what it is.
        attachments: how many attachment nodes the item has.

    Returns:
        The mail, or the class of what is none.

    Raises:
        OSError: libpff cannot read the item at all.
    """
    node_id: int = item.identifier
    if item.number_of_record_sets < 1:
        return NotMail(node_id, "")
    flaws: list[str] = []
    properties = _Properties(item.get_record_set(0), flaws)
    message_class = properties.text(MESSAGE_CLASS, "message class") or ""
    if not is_mail(message_class):
        return NotMail(node_id, message_class)
    mail = Mail(node_id, message_class, attachments=attachments, flaws=flaws)
    mail.subject = _plain_subject(properties.text(SUBJECT, "subject"))
    mail.submitted_at = properties.time(SUBMIT_TIME, "submitted_at")
    mail.delivered_at = properties.time(DELIVERY_TIME, "delivered_at")
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
    """The text of a body that is there as RTF alone; HTML wrapped in RTF (MS-OXRTFEX) gives its text too."""
    try:
        rtf: bytes | None = item.rtf_body
    except (AttributeError, OSError) as error:  # no such thing for a class that libpff does not know
        flaws.append(f"rtf: {short_reason(error)}")
        return None
    if not rtf:
        return None
    try:
        decoded = rtf.decode("latin-1")
        text: str = rtf_to_text(decoded, encoding="cp1252", errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, IndexError, LookupError) as error:  # what the library lets slip on broken RTF
        flaws.append(f"rtf: {short_reason(error)}")
        return None
    flaws.append("text: from the RTF body, there is no other")
    return text.strip() or None


def _sender(properties: _Properties) -> str | None:
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
                properties = _Properties(item.get_record_set(0), [])
                facts[item.identifier] = (
                    properties.text(NAME, "name"),
                    properties.integer(CONTENT_COUNT, "count"),
                )
        except (OSError, MemoryError):
            continue
    return facts
