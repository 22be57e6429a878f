"""The properties of a message, recipient or folder: taken from libpff's record entries, decoded here.

Property tags: MS-OXPROPS; their types: MS-OXCDATA 2.11.1.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

MESSAGE_CLASS: Final = 0x001A
SUBJECT: Final = 0x0037
SUBMIT_TIME: Final = 0x0039
HEADERS: Final = 0x007D
RECIPIENT_TYPE: Final = 0x0C15
SENDER_NAME: Final = 0x0C1A
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
TEXT_TYPES: Final = (_TYPE_TEXT_8, _TYPE_TEXT_16)
"""The types of a string property: 8-bit characters of some code page, UTF-16."""
_utf16: Final = codecs.utf_16_le_decode  # several times as fast as bytes.decode, which looks the codec up
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_CODE_PAGES: Final = {
    1200: "utf-16-le", 1201: "utf-16-be", 20127: "ascii", 20866: "koi8-r", 20932: "euc_jp", 21866: "koi8-u",
    28591: "latin-1", 38598: "iso8859-8", 50220: "iso2022_jp", 50221: "iso2022_jp", 50222: "iso2022_jp",
    50225: "iso2022_kr", 51932: "euc_jp", 51936: "gb2312", 51949: "euc_kr", 52936: "hz", 54936: "gb18030",
    65000: "utf-7", 65001: "utf-8",
}  # fmt: skip
_NO_CHARACTERS: Final = {0x81, 0x8D, 0x8F, 0x90, 0x9D}


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


class Properties:
    """The properties of one item or recipient, and the flaws found while reading them."""

    __slots__ = ("_code_page", "_entry", "flaws")

    def __init__(self, record_set: Any, flaws: list[str]) -> None:
        self._entry: Callable[[int], Any] = record_set.get_entry_by_type
        self._code_page: str | None = None
        self.flaws = flaws

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
            return whole_text(data.decode(codec))
        except UnicodeDecodeError as error:
            self.flaws.append(f"{name}: invalid {codec} at byte {error.start}")
            return whole_text(data.decode(codec, errors="replace"))

    def html(self) -> str | None:
        """The HTML body, decoded with its own code page; if it is UTF-8 even so, as UTF-8."""
        found = self.raw(HTML, "html")
        if found is None:
            return None
        kind, data = found
        if kind in (_TYPE_TEXT_8, _TYPE_TEXT_16):
            return self.decoded(kind, data, "html")
        page = self.integer(INTERNET_CODE_PAGE, "code page")
        codec = codec_of(page) or "utf-8"
        try:
            text = data.decode(codec).rstrip("\0")
            return whole_text(text) if codec == "utf-7" else text
        except UnicodeDecodeError:
            if codec == "cp1252" and not _is_utf8(data):
                # Python leaves five bytes of this code page undefined, which browsers and Outlook take for
                # control characters.
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
    """The innermost clause of one of libpff's chained messages, without the name of the function."""
    text = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
    return text.rsplit(": ", 1)[-1].strip()[:120]
