r"""From RTF to the text that a reader sees, or to the HTML that it carries (method 1.9).

One pass over the bytes, in time that grows with their number alone, whatever they are. Nothing is ever read
twice, and nested groups are a list and no recursion.

RTF made from HTML (``\fromhtml1``) has the original markup in groups ``\htmltag``, and what was added to show
it between ``\htmlrtf`` and ``\htmlrtf0`` (MS-OXRTFEX 2.2.3.2).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from data.code_pages import codec_of
from tasks.bodies.code_pages import CONTROLS, joined, wider
from tasks.bodies.rtf_words import (
    BREAKS,
    CELLS,
    CHARACTER_SETS,
    DOCUMENT_SETS,
    READ_THOUGH_STARRED,
    SIGNS,
    SKIPPED,
    SYMBOLS,
)

MOST_PIECES: Final = 500_000
"""Words, braces and runs of text that are read of one body: about a second."""

_PIECE: Final = re.compile(
    rb"\\([A-Za-z]{1,32})(?:(-?[0-9]{1,10})[0-9]*)? ?"  # a control word, with or without a number
    rb"|((?:\\'[0-9A-Fa-f]{2})+)|\\([^A-Za-z])|(\{)|(\})|([^\\{}]+)",
    re.DOTALL,
)
_NUMBER, _BYTES, _SYMBOL, _OPEN, _CLOSE, _TEXT = 2, 3, 4, 5, 6, 7
"""The groups of a piece; a word may have a number or not."""
_SHOWN, _SKIPPED, _FONTS, _TAG, _TWICE = range(5)
"""What the text of a group is: part of the body, nothing, names of fonts, markup of HTML, given twice."""
_NO_TEXT: Final = b"\r\n\0"
_UNSEEN: Final = b"\0 \t\r\n"


class Rtf(NamedTuple):
    """What a body in RTF says.

    Attributes:
        text: The text, its lines ended by a line feed; or the HTML that it carries.
        is_html: Which of the two.
    """

    text: str
    is_html: bool


def read_rtf(data: bytes, flaws: list[str], *, agency: str | None = None, most: int = MOST_PIECES) -> Rtf:
    r"""Read a body in RTF.

    Args:
        data: The RTF, unpacked.
        flaws: Gets a line for each kind of thing that could not be read.
        agency: The codec of the agency's setting ``code_page``, for RTF that names no code page.
        most: Pieces that are read.

    Returns:
        What it says; no lone surrogates are in it.

    Example:
        >>> read_rtf(rb"{\rtf1\ansi See {\*\comment x}you\u8230? \'e0 5\par}", [])
        Rtf(text='See you… à 5\n', is_html=False)
    """
    if not data.lstrip(_UNSEEN).startswith(b"{\\rtf"):
        flaws.append("rtf: does not begin as RTF does")
    reader = _Reader(data, agency)
    reader.read(most)
    flaws.extend(f"rtf: {flaw}" for flaw in reader.flaws)
    text = joined("".join(reader.out))
    if reader.surrogates and "\ufffd" in text:
        flaws.append("rtf: half a character became U+FFFD")
    return Rtf(text, reader.is_html)


class _Reader:
    """Takes the pieces of a document one after the other."""

    def __init__(self, data: bytes, agency: str | None) -> None:
        self.data = data
        self.out: list[str] = []
        self.flaws: dict[str, None] = {}  # each once, in order
        self.is_html = self.surrogates = False
        self._page_known = agency is not None
        self._document = agency or "cp1252"  # the codec of text whose font has none
        self._bytes = bytearray()  # text not decoded yet: a character may be spread over several pieces
        self._groups: list[tuple[int, int | None, int, bool, bool]] = []
        self._where = _SHOWN
        self._font: int | None = None
        self._fallback = 1  # how many characters follow \uN for readers without Unicode
        self._hidden = self._unoriginal = False
        self._ignore = 0  # characters still to be passed over
        self._starred = False
        self._first_font: int | None = None
        self._sets: dict[int, int] = {}  # of fonts: their character sets, their code pages, their codecs
        self._pages: dict[int, str] = {}
        self._fonts: dict[int, str] = {}
        self._at = 0

    def read(self, most: int) -> None:
        """Read the document, or what ``most`` pieces of it say."""
        left, again = most, True
        while again:
            again = False
            for number, piece in enumerate(_PIECE.finditer(self.data, self._at)):
                if number >= left:
                    self._flaw(f"more than {most:,} pieces; what follows is not read")
                    break
                if self._take(piece, piece.lastindex or 0):
                    left -= number + 1
                    again = self._at < len(self.data)
                    break
        self._flush()
        if self._groups:
            self._flaw(f"{len(self._groups):,} groups are not closed")

    def _take(self, piece: re.Match[bytes], kind: int) -> bool:
        """Take one piece; True if reading goes on at another place, ``self._at``."""
        if kind == _TEXT:
            self._text(piece[_TEXT].translate(None, _NO_TEXT))
        elif kind <= _NUMBER:
            return self._word(piece)
        elif kind == _OPEN:
            self._flush()
            self._ignore = 0
            self._groups.append((self._where, self._font, self._fallback, self._hidden, self._unoriginal))
        elif kind == _CLOSE:
            return self._close(piece.end())
        elif kind == _BYTES:
            self._text(bytes.fromhex(piece[_BYTES].replace(b"\\'", b"").decode("ascii")), escaped=True)
        else:
            self._symbol(piece[_SYMBOL])
        self._starred = kind == _SYMBOL and piece[_SYMBOL] == b"*"
        return False

    def _close(self, end: int) -> bool:
        """Return to the state outside the group; what follows the document's own group is none of it."""
        self._flush()
        self._ignore = 0
        self._starred = False
        if not self._groups:
            return False
        was = self._where
        self._where, self._font, self._fallback, self._hidden, self._unoriginal = self._groups.pop()
        if was == _FONTS and self._where != _FONTS:
            self._fonts_by_set()
        if self._groups:
            return False
        if self.data[end : end + 1000].strip(_UNSEEN):
            self._flaw("what follows its end is not read")
        self._at = len(self.data)
        return True

    def _text(self, text: bytes, *, escaped: bool = False) -> None:
        """Text in the code page of its font; a program that does not escape it most likely means UTF-8."""
        if self._ignore:
            passed = min(self._ignore, len(text))
            self._ignore -= passed
            text = text[passed:]
        if not text or not self._is_read():
            return
        if not (escaped or text.isascii()):
            try:
                unicode = text.decode("utf-8")
            except UnicodeDecodeError:
                pass
            else:
                self._sign(unicode)
                return
        self._bytes += text

    def _is_read(self) -> bool:
        """Whether text at this place is part of the body."""
        if self._where == _SHOWN:
            return not (self._hidden or self._unoriginal)
        return self._where == _TAG

    def _sign(self, text: str) -> None:
        """Characters that need no code page."""
        if self._is_read():
            self._flush()
            self.out.append(text.replace("<", "&lt;") if self.is_html and self._where == _SHOWN else text)

    def _flush(self) -> None:
        """Decode the text that has come together."""
        if not self._bytes:
            return
        data = bytes(self._bytes)
        self._bytes.clear()
        font = self._first_font if self._font is None else self._font
        codec = self._document
        if self._where == _SHOWN and font in self._fonts:
            codec = self._fonts[font]
        try:
            text = data.decode(codec, CONTROLS)
        except UnicodeDecodeError:
            self._flaw(f"invalid {codec}")
            text = data.decode(codec, "replace")
        if self.is_html and self._where == _SHOWN and "<" in text:
            text = text.replace("<", "&lt;")  # else a resident's "<" would become markup
        self.out.append(text)

    def _symbol(self, symbol: bytes) -> None:
        if self._ignore:
            self._ignore -= 1
        elif symbol in b"{}\\":
            self._text(symbol)
        elif symbol in SYMBOLS:
            self._sign(SYMBOLS[symbol])
        elif symbol in b"\r\n":
            self._sign("\n")
        elif symbol == b"'":
            self._flaw("an escaped byte is damaged")

    def _word(self, piece: re.Match[bytes]) -> bool:
        """Take a control word; True if what follows is binary data."""
        word: bytes = piece[1]
        number = None if piece[_NUMBER] is None else int(piece[_NUMBER])
        starred, self._starred = self._starred, False
        if word == b"bin":
            return self._binary(piece.end(), number or 0)
        if self._ignore:
            # A word in place of a character is passed over; of any other, no character was left for it.
            self._ignore = self._ignore - 1 if word in SIGNS else 0
            if word in SIGNS:
                return False
        if starred or word in SKIPPED:
            self._destination(word, starred=starred)
        elif self._where == _FONTS:
            self._font_word(word, number)
        elif self._where in (_SHOWN, _TAG):
            self._body_word(word, number)
        return False

    def _binary(self, start: int, size: int) -> bool:
        if size > len(self.data) - start:
            self._flaw("binary data longer than the rest of it")
            return False
        self._at = start + max(size, 0)
        return size > 0

    def _destination(self, word: bytes, *, starred: bool) -> None:
        """Enter a group whose text is not simply part of the body."""
        self._flush()
        if word == b"upr" and self._where == _SHOWN:
            self._where = _TWICE
        elif word == b"ud" and self._where == _TWICE:
            self._where = _SHOWN
        elif word == b"htmltag" and self.is_html and self._where == _SHOWN and not self._unoriginal:
            self._where = _TAG
        elif not (starred and word in READ_THOUGH_STARRED and self._where == _SHOWN):
            self._where = _SKIPPED

    def _font_word(self, word: bytes, number: int | None) -> None:
        """A word of the table of fonts."""
        if word == b"f":
            self._font = number
        elif word == b"fcharset" and self._font is not None and number is not None:
            self._sets[self._font] = number
        elif word == b"cpg" and self._font is not None:
            codec = _usable(number)
            if codec is not None:
                self._pages[self._font] = codec

    def _fonts_by_set(self) -> None:
        r"""Find the codec of each font.

        ``\fcharset0`` is Windows-1252, as Word writes it. Programs that write it for every font mean the page
        of the document: so it is read where no font names the set of that page.
        """
        self._fonts = {
            font: CHARACTER_SETS[each] for font, each in self._sets.items() if each in CHARACTER_SETS
        }
        self._fonts |= self._pages
        if self._document in self._fonts.values():
            self._fonts |= {font: "cp1252" for font, each in self._sets.items() if each == 0}

    def _body_word(self, word: bytes, number: int | None) -> None:
        """A word that is text, or says how text is to be taken."""
        if word in SIGNS:
            self._sign(SIGNS[word])
        elif word in BREAKS:
            self._sign("\r\n" if self.is_html else "\n")
        elif word == b"u":
            self._unicode(number)
        elif word == b"uc":
            self._fallback = 1 if number is None else max(number, 0)
        elif self._where == _TAG:
            pass
        elif word in CELLS and not self.is_html:
            self._sign("\n")
        elif word in (b"f", b"plain", b"v", b"deleted", b"htmlrtf"):
            self._flush()
            self._format(word, number)
        else:
            self._document_word(word, number)

    def _unicode(self, number: int | None) -> None:
        r"""The character of ``\uN``: N is 16 bits with a sign, though some programs write more."""
        if number is None:
            return
        code = number + 0x10000 if number < 0 else number
        self.surrogates = self.surrogates or 0xD800 <= code <= 0xDFFF
        if code:
            self._sign(chr(code) if 0 < code <= 0x10FFFF else "\ufffd")
        self._ignore = self._fallback

    def _format(self, word: bytes, number: int | None) -> None:
        """A word that changes how the text after it is taken."""
        if word == b"f":
            self._font = number
        elif word == b"plain":
            self._font, self._hidden = None, False
        elif word == b"htmlrtf":
            self._unoriginal = number != 0
        else:
            self._hidden = number != 0

    def _document_word(self, word: bytes, number: int | None) -> None:
        """A word that is about the whole document."""
        if word == b"fonttbl":
            self._flush()
            self._where = _FONTS
        elif word == b"deff":
            self._first_font = number
        elif word == b"fromhtml":
            self.is_html = number != 0
        elif word == b"ansicpg":
            codec = _usable(number)
            if codec is not None:
                self._document, self._page_known = codec, True
        elif word in DOCUMENT_SETS and not self._page_known:
            self._document = DOCUMENT_SETS[word]

    def _flaw(self, what: str) -> None:
        self.flaws[what] = None


def _usable(code_page: int | None) -> str | None:
    """The codec of a code page, if it can be that of text among control words."""
    codec = codec_of(code_page)
    return None if codec is None or codec in ("ascii", "utf-16-le", "utf-16-be", "utf-7") else wider(codec)
