"""The properties of a message, recipient or folder: taken from libpff's record entries, decoded here.

Property tags: MS-OXPROPS; their types: MS-OXCDATA 2.11.1.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tasks.bodies.choose import Bodies, Pages, bytes_as_html, bytes_as_text, choose_bodies

MESSAGE_CLASS: Final = 0x001A
SUBJECT: Final = 0x0037
SUBMIT_TIME: Final = 0x0039
REPRESENTED_ENTRY_ID: Final = 0x0041
REPRESENTED_NAME: Final = 0x0042
REPRESENTED_ADDRESS: Final = 0x0065
HEADERS: Final = 0x007D
RECIPIENT_TYPE: Final = 0x0C15
SENDER_ENTRY_ID: Final = 0x0C19
SENDER_NAME: Final = 0x0C1A
SENDER_ADDRESS: Final = 0x0C1F
DISPLAY_CC: Final = 0x0E03
DISPLAY_TO: Final = 0x0E04
DELIVERY_TIME: Final = 0x0E06
ENTRY_ID: Final = 0x0FFF
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
REPRESENTED_SMTP: Final = 0x5D02

_TYPE_TEXT_8: Final = 0x001E
_TYPE_TEXT_16: Final = 0x001F
TEXT_TYPES: Final = (_TYPE_TEXT_8, _TYPE_TEXT_16)
"""The types of a string property: 8-bit characters of some code page, UTF-16."""
_utf16: Final = codecs.utf_16_le_decode  # several times as fast as bytes.decode, which looks the codec up
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)


def filetime(value: int) -> datetime | None:
    """A FILETIME (100 ns since 1601, UTC) as a datetime in UTC, to the microsecond; None after the year 9999.

    >>> filetime(132_539_328_000_000_000)
    datetime.datetime(2021, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        return _EPOCH + timedelta(microseconds=value // 10)
    except OverflowError:
        return None


def whole_text(text: str) -> str:
    """The text without lone surrogates, which no table can hold: each becomes U+FFFD.

    >>> whole_text("caf" + chr(0xDCE9)) == "caf" + chr(0xFFFD)
    True
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


class Properties:
    """The properties of one item or recipient, and the flaws found while reading them.

    Attributes:
        flaws: What could not be read, one line each.
        agency: The codec of the agency's setting ``code_page``; None where there is no setting.
    """

    __slots__ = ("_entry", "_of", "_pages", "agency", "flaws")

    def __init__(
        self, record_set: Any, flaws: list[str], agency: str | None = None, *, of: Properties | None = None
    ) -> None:
        """Keep where the properties are; ``of`` is the message whose recipient this is."""
        self._entry: Callable[[int], Any] = record_set.get_entry_by_type
        self._pages: Pages | None = None
        self._of = of
        self.flaws = flaws
        self.agency = agency

    def has(self, tag: int) -> bool:
        """Whether a property is there, readable or not."""
        return self._entry(tag) is not None

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
        """A whole number of up to eight bytes."""
        found = self.raw(tag, name)
        return None if found is None else int.from_bytes(found[1][:8], "little")

    def time(self, tag: int, name: str) -> datetime | None:
        """A time in UTC; zero and years after 9999 are None, with a flaw."""
        value = self.integer(tag, name)
        if value is None:
            return None
        moment = filetime(value) if value else None
        if moment is None:
            self.flaws.append(f"{name}: {'zero' if not value else 'past the year 9999'}")
        return moment

    def text(self, tag: int, name: str) -> str | None:
        """A string property."""
        found = self.raw(tag, name)
        if found is None:
            return None
        if found[0] == _TYPE_TEXT_16:  # done here, because nearly all text is of this kind
            try:
                return _utf16(found[1], "strict", True)[0].rstrip("\0")
            except UnicodeDecodeError:
                pass
        return self.decoded(*found, name)

    def decoded(self, kind: int, data: bytes, name: str, *, body: bool = False) -> str:
        """Text of a string property; what cannot be decoded becomes U+FFFD, with a flaw."""
        if kind == _TYPE_TEXT_16:
            try:
                return _utf16(data, "strict", True)[0].rstrip("\0")
            except UnicodeDecodeError as error:
                self.flaws.append(f"{name}: invalid utf-16-le at byte {error.start}")
                return whole_text(data.decode("utf-16-le", errors="replace")).rstrip("\0")
        return bytes_as_text(data, name, self.pages, self.flaws, body=body)

    def pages(self) -> Pages:
        """What is stated of the code pages of its texts; of a recipient's, what its message states."""
        if self._of is not None:
            return self._of.pages()
        if self._pages is None:
            internet = self.integer(INTERNET_CODE_PAGE, "code page")
            message = self.integer(MESSAGE_CODE_PAGE, "message code page")
            self._pages = Pages(internet, message, self.agency)
        return self._pages

    def bodies(self) -> Bodies:
        """The bodies that say something (method 1.9); RTF is unpacked only where there is no other."""
        html, text = self.raw(HTML, "html"), self.raw(TEXT, "text")
        return choose_bodies(
            None if html is None else self._html(*html),
            None if text is None else self.decoded(*text, "text", body=True),
            self._rtf,
            self.agency,
            self.flaws,
        )

    def _html(self, kind: int, data: bytes) -> str:
        if kind == _TYPE_TEXT_16:
            return self.decoded(kind, data, "html")
        return bytes_as_html(data, self.integer(INTERNET_CODE_PAGE, "code page"), self.agency, self.flaws)

    def _rtf(self) -> bytes | None:
        found = self.raw(RTF, "rtf")
        return None if found is None else found[1]


def short_reason(error: Exception) -> str:
    """The innermost clause of one of libpff's chained messages, without the name of the function."""
    text = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
    return text.rsplit(": ", 1)[-1].strip()[:120]
