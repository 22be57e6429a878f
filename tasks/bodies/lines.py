"""A message body as the lines that a reader sees; for each, whether it is a link.

The scrapers (``tasks.alerts.scrape``) work on these lines alone, whether they come from HTML or from plain
text. Whether a line is a link is decided by the markup (``<a href>``; an address in angle brackets after the
words). A line that is nothing but a web address always counts as one. Where HTML keeps the line ends of its
text, as in ``<pre>``, it is read as plain text is, because that is what it was.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Final, NamedTuple

from lxml import etree

from data.text import collapse


class Line(NamedTuple):
    """One line with text on it.

    Attributes:
        text: The words, collapsed; never empty.
        link: Whether the whole line is a link.
        hidden: Whether a reader does not see it, such as the preheader that mail programs show in their list.
        address_below: Whether the next line of a plain text has an address in brackets and nothing else: the
            words may be those of a link that was broken over two lines.
    """

    text: str
    link: bool = False
    hidden: bool = False
    address_below: bool = False

    @property
    def address(self) -> bool:
        """Whether the line is a web address and nothing else."""
        return _ADDRESS.fullmatch(self.text) is not None


_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)

_ENDS: Final = re.compile(r"\r\n|\r|\n")
_BRACKETED: Final = re.compile(
    r"<(?:https?:|mailto:|tel:)[^<>\s]*>|\[(?:https?:|cid:)[^\[\]\s]*\]", re.IGNORECASE
)
_ENDS_IN_LINK: Final = re.compile(r"<https?:[^<>\s]*>\s*$", re.IGNORECASE)

# Soft hyphen, combining grapheme joiner, zero-width spaces and joiners, byte order mark: mail programs pad
# with them.
INVISIBLE: Final = "\u00ad\u034f\u200b\u200c\u200d\u2060\ufeff "

UNSEEN: Final = (
    INVISIBLE
    + "\t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    + "".join(map(chr, range(0x2000, 0x200B)))
)
"""Those and all white space: a text of these alone has no words."""

_BREAKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
UNREAD: Final = frozenset(
    ["head", "math", "noscript", "object", "script", "style", "svg", "template", "textarea", "title", "xml"]
)
"""Elements whose text is not read."""
_HIDING: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")

_KEEPING: Final = frozenset(["listing", "plaintext", "pre", "xmp"])
"""Elements in which line ends count."""

_WHITE_SPACE: Final = re.compile(r"white-space\s*:\s*(pre|break-spaces|normal|nowrap)")

_SEEN, _LINK, _HIDDEN, _SKIPPED, _KEPT = 0, 1, 2, 4, 8


def _words(text: str) -> str:
    """The text collapsed; empty where nothing of it can be seen."""
    collapsed = collapse(text)
    return collapsed if collapsed.strip(INVISIBLE) else ""


def _hides(style: str) -> bool:
    """Whether a style, in lower case, hides; looks for the words first, because the pattern is slow."""
    return ("none" in style or "hidden" in style) and _HIDING.search(style) is not None


def _keeps(tag: str, style: str) -> bool:
    """Whether line ends count in an element with a style, in lower case."""
    stated = _WHITE_SPACE.search(style)
    return tag in _KEEPING if stated is None else stated[1] in ("pre", "break-spaces")


class _Reader:
    """Receives the parser's events and collects lines: block elements and ``<br>`` break them.

    Events instead of a tree, because the parser's trees have a maximum depth, and what is deeper would be
    lost.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what was read: the next body begins."""
        self.lines: list[Line] = []
        self._open: list[int] = []  # what each open element means for the text inside it
        self._links = self._hides = self._skips = self._kept = 0
        self._seen: list[str] = []
        self._unseen: list[str] = []  # hidden words within a line become a line of their own
        self._words_outside_links = False
        self._plain = False  # whether the line is one of a plain text
        self._anchored = False  # whether some of its words are a link

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _BREAKS and (self._seen or self._unseen or self._plain):
            self._end_line()
        meaning = _SEEN
        if tag in UNREAD:
            meaning = _SKIPPED
            self._skips += 1
        elif attributes:
            if tag == "a" and "href" in attributes:
                meaning = _LINK
                self._links += 1
            style = attributes.get("style")
            if style:
                style = style.lower()
            if "hidden" in attributes or (style and _hides(style)):
                meaning |= _HIDDEN
                self._hides += 1
            if (tag in _KEEPING or (style and "white-space" in style)) and _keeps(tag, style or ""):
                meaning |= _KEPT
        elif tag in _KEEPING:
            meaning = _KEPT
        self._kept += bool(meaning & _KEPT)
        self._open.append(meaning)

    def end(self, tag: str) -> None:
        if tag in _BREAKS and (self._seen or self._unseen or self._plain):
            self._end_line()
        meaning = self._open.pop() if self._open else _SEEN
        if meaning:
            self._links -= bool(meaning & _LINK)
            self._hides -= bool(meaning & _HIDDEN)
            self._skips -= bool(meaning & _SKIPPED)
            self._kept -= bool(meaning & _KEPT)

    def data(self, text: str) -> None:
        if self._skips:
            return
        if not self._kept:
            # Most text between tags is white space, which would be trimmed anyway.
            if self._seen or self._hides or not text.isspace():
                self._add(text)
            return
        for number, piece in enumerate(_ENDS.split(text)):
            if number:
                self._end_line()
            self._plain = True
            self._add(piece)

    def _add(self, text: str) -> None:
        blank = text.isspace()
        pieces = self._unseen if self._hides else self._seen
        if blank and not pieces:
            return
        pieces.append(text)
        self._anchored = self._anchored or self._links > 0
        if not (blank or self._links or self._hides or self._words_outside_links):
            self._words_outside_links = bool(text.strip(UNSEEN))

    def close(self) -> list[Line]:
        self._end_line()
        return self.lines

    def _end_line(self) -> None:
        if self._unseen:
            if text := _words("".join(self._unseen)):
                self.lines.append(Line(text, hidden=True))
            self._unseen.clear()
        if self._seen:
            raw = "".join(self._seen)
            # Text made into HTML by a program has its bracketed addresses as links within the brackets.
            if self._plain or (self._anchored and _ENDS_IN_LINK.search(raw) is not None):
                before = len(self.lines)
                _add_text(raw, self.lines)
                if len(self.lines) > before and not self._words_outside_links:
                    self.lines[-1] = self.lines[-1]._replace(link=True)
            elif text := _words(raw):
                link = not self._words_outside_links or _ADDRESS.fullmatch(text) is not None
                self.lines.append(Line(text, link))
            self._seen.clear()
            self._words_outside_links = False
        self._plain = self._anchored = False


class _Here(threading.local):
    """The parser of a thread: to make one for each body takes a quarter of the time of parsing it."""

    def __init__(self) -> None:
        self.reader = _Reader()
        # The encoding is given: a <meta charset> describes the original bytes and not the decoded text.
        self.parser = etree.HTMLParser(target=self.reader, encoding="utf-8", huge_tree=True)


_here: Final = _Here()


def html_lines(html: str) -> list[Line]:
    """Read the lines of an HTML body.

    Args:
        html: Markup of any quality. Scripts, styles, comments (including Outlook's conditional ones) and what
            is in ``<head>`` are not read; text hidden by style or attribute is read and marked.

    Returns:
        The lines from top to bottom; a table cell is a line of its own; lines without words are left out.

    Example:
        >>> [line[:2] for line in html_lines('<td>Car<br>keys &amp; more</td><td><a href="x">View</a></td>')]
        [('Car', False), ('keys & more', False), ('View', True)]
    """
    reader = _here.reader
    reader.begin()
    try:
        etree.fromstring(html.replace("\0", "").encode("utf-8", "replace"), _here.parser)
    except etree.LxmlError:  # empty, or so broken that the parser gave up: what was read is kept
        reader.close()
    return reader.lines


def text_lines(text: str) -> list[Line]:
    r"""Read the lines of a plain-text body.

    Args:
        text: As mail programs write it: the address of a link in angle brackets after its words, a picture's
            address alone in angle or square brackets.

    Returns:
        The lines from top to bottom without bracketed addresses. Words that end in a bracketed address are a
        link, unless they end in the address itself (which is how programs write an address that a resident
        typed).

    Example:
        >>> [line[:2] for line in text_lines('Dark <blue> car\n\nView Post <https://example.org/1>')]
        [('Dark <blue> car', False), ('View Post', True)]
    """
    lines: list[Line] = []
    for raw in _ENDS.split(text):
        _add_text(raw, lines)
    return lines


def _add_text(raw: str, lines: list[Line]) -> None:
    """Add a line of a plain text, if it has words."""
    words = _words(_BRACKETED.sub("", raw))
    if words:
        labelled = (
            _ENDS_IN_LINK.search(raw) is not None and _ADDRESS.fullmatch(words.rsplit(" ", 1)[-1]) is None
        )
        lines.append(Line(words, labelled or _ADDRESS.fullmatch(words) is not None))
    elif lines and not lines[-1].link and _ENDS_IN_LINK.search(raw) is not None:
        lines[-1] = lines[-1]._replace(address_below=True)
