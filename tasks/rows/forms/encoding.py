"""In which encoding a text is, by its bytes, and the same text in UTF-8.

UTF-8 and UTF-16 show themselves. What is neither is Windows-1252, the encoding in which spreadsheets of the
Americas and of Western Europe save a CSV (method 6.11).
"""

from __future__ import annotations

import codecs
import io
from typing import Final, Protocol

UTF8: Final = "utf-8"
WINDOWS: Final = "cp1252"
CALLED: Final = {
    UTF8: "",
    WINDOWS: "Windows-1252",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
}
"""The encodings, and what is said of each; of UTF-8 nothing."""

_MARKS: Final = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte-order marks; the longer before those that they begin with."""

_SAMPLE: Final = 4096


class Readable(Protocol):
    """What can be read."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""


def encoding_of(head: bytes, *, cut: bool = False) -> str:
    r"""The encoding of a text, by its beginning.

    Args:
        head: Its first bytes.
        cut: Whether the text goes on, so that its last character may be cut off.

    Returns:
        One of :data:`CALLED`.

    Example:
        >>> [encoding_of(head) for head in (b"id,\xc3\xa9", b"id,\xe9", b"i\0d\0,\0", b"\xff\xfei\0")]
        ['utf-8', 'cp1252', 'utf-16-le', 'utf-16-le']
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    sample = head[:_SAMPLE]
    if b"\0" in sample:
        # Most letters of a table are ASCII, whose UTF-16 has a zero byte beside each.
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if odd > len(sample) // 5 and 10 * even <= odd:
            return "utf-16-le"
        if even > len(sample) // 5 and 10 * odd <= even:
            return "utf-16-be"
    return UTF8 if head.isascii() or mostly_utf8(head, cut=cut) else WINDOWS


def mostly_utf8(text: bytes, *, cut: bool = False) -> bool:
    r"""Whether bytes that are not all ASCII are UTF-8, a few broken characters aside.

    Example:
        >>> mostly_utf8("é, è, ê".encode() + b"\xe9"), mostly_utf8("é, è, ê".encode("cp1252"))
        (True, False)
    """
    decoder = codecs.getincrementaldecoder(UTF8)
    try:
        decoder().decode(text, final=not cut)
        return True
    except UnicodeDecodeError:
        pass
    found = decoder("replace").decode(text, final=not cut)
    broken = found.count("\N{REPLACEMENT CHARACTER}")
    return sum(not char.isascii() for char in found) - broken > broken


class InUtf8(io.RawIOBase):
    """A text in UTF-8, without a byte-order mark, whatever encoding it is stored in.

    Args:
        stream: The text as it is stored.
        encoding: Its encoding.
    """

    def __init__(self, stream: Readable, encoding: str) -> None:
        self._stream, self._left = stream, b""
        self._decoder = None if encoding == UTF8 else codecs.getincrementaldecoder(encoding)("replace")
        self._begun = self._ended = False

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer than asked for only at the end."""
        if self._begun and self._decoder is None and not self._left:
            return self._stream.read(size)
        while not self._ended and (size < 0 or len(self._left) < size):
            self._left += self._next(size)
        found = self._left if size < 0 else self._left[:size]
        self._left = self._left[len(found) :]
        return found

    def _next(self, size: int) -> bytes:
        part = self._stream.read(size if size < 0 else max(size - len(self._left), 16))
        self._ended = not part or size < 0
        if self._decoder is not None:
            # The mark of UTF-16, too, is one character.
            text = self._decoder.decode(part, final=self._ended)
            text = text if self._begun else text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
            self._begun = self._begun or bool(text) or len(part) > 4
            return text.encode()
        part = part if self._begun else part.removeprefix(codecs.BOM_UTF8)
        self._begun = True
        return part

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """The next bytes, into a buffer."""
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)
