"""From stored bytes to text, where several things may say how the bytes are encoded (method 1.10).

The order is: a byte-order mark; UTF-8, where the bytes are valid UTF-8 and not all ASCII; the code pages that
the message states; what the HTML itself states; the agency's own; a detector. Whatever is not simply as the
message states leaves a flaw.

A page is read as browsers read it, that is by the wider page that contains it: ISO 8859-1 as Windows-1252,
GB 2312 as GB 18030 (WHATWG, *Encoding Standard*).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from data.code_pages import codec_named, codec_of
from tasks.bodies.detect import detected

_WIDER: Final = {
    "latin-1": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932",
    "big5": "cp950",
}  # fmt: skip
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEVEN_BITS: Final = re.compile(r"utf-7|hz|iso2022.*")
"""Codecs that write everything with ASCII bytes."""
_META: Final = re.compile(
    rb"<meta[^>]{0,500}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)
_META_WITHIN: Final = 4096
_SHIFT: Final = re.compile(rb"\x1b\$[@B]|\x1b\([IJ]")
"""How ISO-2022-JP announces Japanese."""
CONTROLS: Final = "nwatch-controls"
"""The handler of errors for bytes that Windows pages leave undefined."""
_C1: Final = re.compile(rb"[\x80-\x9f]")
_LATIN_1: Final = ("latin-1", "iso8859-1")
_MOSTLY: Final = 5
"""A page fits mostly if at most one in so many of its characters beyond ASCII is broken."""


def _controls(error: UnicodeError) -> tuple[str, int]:
    """Take bytes that Windows-1252 and its like leave undefined for control characters, as browsers do."""
    if isinstance(error, UnicodeDecodeError) and error.encoding == "charmap":
        byte = error.object[error.start]
        if 0x80 <= byte <= 0x9F:
            return chr(byte), error.start + 1
    raise error


codecs.register_error(CONTROLS, _controls)


class Statement(NamedTuple):
    """Somebody's word on how a text is encoded.

    Attributes:
        who: Whose word it is, and what it says, for a flaw: ``code page 1252``.
        codec: The Python codec; None if there is none of that name.
    """

    who: str
    codec: str | None


def page_statement(code_page: int | None) -> Statement | None:
    """What a property with the number of a code page states; None where it is absent or 0."""
    return Statement(f"code page {code_page}", codec_of(code_page)) if code_page else None


def decoded(
    data: bytes,
    name: str,
    stated: Sequence[Statement | None],
    flaws: list[str],
    *,
    agency: str | None = None,
    last: str | None = None,
) -> str:
    r"""Decode a text.

    Args:
        data: Its bytes.
        name: What it is, for the flaws: ``html``.
        stated: What the message states of how it is encoded, the best first; None for what is not there.
        flaws: Gets a line for each statement that does not fit, and for characters that are lost.
        agency: The codec of the agency's setting ``code_page``, tried after what the message states.
        last: The codec of a text of which nothing else is known; None to have its language looked at, for
            which a short text has too few words.

    Returns:
        The text, without lone surrogates and without NULs at its end. What no codec can read is U+FFFD.

    Example:
        >>> flaws: list[str] = []
        >>> decoded("Caf\u00e9".encode(), "html", [page_statement(1252)], flaws), flaws
        ('Caf\xe9', ['html: read as utf-8, not as stated: code page 1252'])
    """
    return (
        _Decoder(data, name, [each for each in stated if each is not None], flaws, agency)
        .text(last)
        .rstrip("\0")
    )


def meta_statement(data: bytes) -> Statement | None:
    """What HTML states of itself: the first ``<meta charset>`` within its first 4,096 bytes."""
    found = _META.search(data, 0, _META_WITHIN)
    if found is None:
        return None
    label = found[1].decode("ascii")
    codec = codec_named(label)
    # The declaration could not be read as ASCII if it were true, so it is not (WHATWG, "prescan").
    return Statement(f"<meta> {label}", "utf-8" if codec in ("utf-16-le", "utf-16-be") else codec)


class _Decoder:
    """One text and what is stated of it.

    US-ASCII is believed in no text with other bytes: programs write it where they do not know.
    """

    def __init__(
        self, data: bytes, name: str, stated: list[Statement], flaws: list[str], agency: str | None
    ) -> None:
        self.data = data
        self.name = name
        self.believed = believed = [each for each in stated if each.codec != "ascii"]
        self.is_called_ascii = bool(stated) and stated[0].codec == "ascii"
        self.flaws = flaws
        own = [] if agency is None else [Statement("agency's code page", agency)]
        self.tried = [(each, codec) for each in (*believed, *own) if (codec := _usable(each)) is not None]

    def text(self, last: str | None) -> str:
        """The text by the first way of reading it that fits."""
        if self.data.startswith(codecs.BOM_UTF8):
            self.data = self.data[len(codecs.BOM_UTF8) :]
            self._contradicted("utf-8")
            self.believed = [Statement("its byte-order mark", "utf-8"), *self.believed]
        text = self._wide()
        if text is None and self.data.isascii():
            return self._seven_bits()
        for attempt in (self._as_utf_8, self._as_stated, self._nearly_as_stated):
            text = attempt() if text is None else text
        if text is None and last is None:
            text = self._as_detected()
        if text is None:
            text = self._replaced(self.tried[0][1] if self.tried else last or "utf-8")
        return text

    def _flaw(self, what: str) -> None:
        self.flaws.append(f"{self.name}: {what}")

    def _contradicted(self, codec: str) -> None:
        """Note that the first statement is not what the text is read as."""
        if self.believed and _stated(self.believed[0]) != codec:
            self._flaw(f"read as {codec}, not as stated: {self.believed[0].who}")

    def _wide(self) -> str | None:
        """The text by a byte-order mark of UTF-16 or UTF-32, or by the NULs beside its ASCII characters."""
        marked = next(((mark, codec) for mark, codec in _MARKS if self.data.startswith(mark)), None)
        codec = _codec_by_nuls(self.data) if marked is None else marked[1]
        if codec is None:
            return None
        if marked is not None:
            self.data = self.data[len(marked[0]) :]
        self._contradicted(codec)
        return self._replaced(codec)

    def _seven_bits(self) -> str:
        """ASCII bytes: the same in nearly every page, but for those that write all characters with them."""
        codecs_of = [each.codec for each in self.believed if each.codec and _SEVEN_BITS.fullmatch(each.codec)]
        if _SHIFT.search(self.data) is not None:
            codecs_of.append("iso2022_jp_ext")
        for codec in codecs_of:
            text = _strict(self.data, codec)
            if text is not None:
                return text
        return self.data.decode("ascii")

    def _as_utf_8(self) -> str | None:
        """The text if it is UTF-8, whatever is stated: text in another page hardly ever is, by chance."""
        try:
            text = self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            # Some programs write a character beyond U+FFFF as two halves, others cut a body in a character.
            halves = _strict(self.data, "utf-8", "surrogatepass")
            text = self.data.decode("utf-8", "replace") if halves is None else halves
            if halves is None:
                if _beyond_ascii(text) < max(_MOSTLY * text.count("\ufffd"), 4):
                    return None
                self._flaw(f"invalid utf-8 at byte {error.start}")
        self._contradicted("utf-8")
        return text

    def _as_stated(self) -> str | None:
        """The text by the first statement that fits all of it."""
        for used, codec in self.tried:
            text = _strict(self.data, codec)
            if text is not None:
                self._contradicted(codec)
                self._note_others(used, codec)
                if self.is_called_ascii:
                    self._flaw(f"read as {codec}, not as stated: US-ASCII")
                return text
        return None

    def _note_others(self, used: Statement, codec: str) -> None:
        """Note a statement that is not followed, and bytes that only the wider page has."""
        if used.codec in _LATIN_1 and _C1.search(self.data) is not None:
            self._flaw(f"read as {codec}, not as stated: {used.who}")
        for other in self.believed[1:]:
            if used is self.believed[0] and _stated(other) not in (codec, None):
                self._flaw(f"read by its {used.who}, not by its {other.who}")
                return

    def _nearly_as_stated(self) -> str | None:
        """The text by the first statement that fits most of it: a few broken characters disprove no page."""
        for _, codec in self.tried:
            text = self.data.decode(codec, "replace")
            if _beyond_ascii(text) >= _MOSTLY * text.count("\ufffd"):
                self._contradicted(codec)
                return self._replaced(codec)
        return None

    def _as_detected(self) -> str | None:
        codec = detected(self.data)
        text = None if codec is None else _strict(self.data, codec, "strict")
        if text is not None:
            self._flaw(f"read as {codec}, which was guessed from its words")
        return text

    def _replaced(self, codec: str) -> str:
        """The text with U+FFFD, and a flaw, for what is not valid."""
        try:
            return joined(self.data.decode(codec, CONTROLS))
        except UnicodeDecodeError as error:
            self._flaw(f"invalid {codec} at byte {error.start}")
            return joined(self.data.decode(codec, "replace"))


def wider(codec: str) -> str:
    """The codec of the page that browsers take for this one: it has the same characters, and more.

    Example:
        >>> wider("latin-1"), wider("cp1251")
        ('cp1252', 'cp1251')
    """
    return _WIDER.get(codec, codec)


def _stated(statement: Statement) -> str | None:
    return None if statement.codec is None else wider(statement.codec)


def _usable(statement: Statement) -> str | None:
    """The codec by which to try it; none for UTF-16, which decodes any bytes at all."""
    codec = _stated(statement)
    return None if codec is None or codec.startswith("utf-16") else codec


def _codec_by_nuls(data: bytes) -> str | None:
    """UTF-16 has a NUL in each ASCII character, and ASCII is half of the beginning of any body."""
    head = data[:400]
    if head.count(0) * 4 < max(len(head), 8):
        return None
    odd, even = head[1::2].count(0), head[::2].count(0)
    if min(odd, even) * 8 > max(odd, even):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _beyond_ascii(text: str) -> int:
    """How many characters of a text are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _strict(data: bytes, codec: str, errors: str = CONTROLS) -> str | None:
    """The text, or None if it is not all valid."""
    try:
        return joined(data.decode(codec, errors))
    except UnicodeDecodeError:
        return None


def joined(text: str) -> str:
    r"""The text with each pair of surrogates as the character it stands for, and each other one as U+FFFD.

    Example:
        >>> joined("\ud83d\ude00 \ud83d") == "\U0001f600 \ufffd"
        True
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
