"""Which bodies of a message are read, and how each becomes text (method 1.9, 1.10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tasks.bodies.blank import has_picture, is_blank_html, is_blank_text
from tasks.bodies.code_pages import decoded, meta_statement, page_statement
from tasks.bodies.compressed_rtf import DamagedRtfError, unpacked
from tasks.bodies.rtf import read_rtf

_SEVEN_BIT_PAGES: Final = frozenset({1200, 1201, 50220, 50221, 50222, 50225, 52936, 65000})
"""Pages in which ASCII bytes may be other characters."""
_UTF_8: Final = 65001
_FIRST_BYTES: Final = frozenset(bytes([byte]) for byte in range(1, 128))
"""How text without a byte-order mark begins."""


class Pages(NamedTuple):
    """What is stated of the code pages of a message.

    Attributes:
        internet: The number of the page of its bodies (PidTagInternetCodepage, 0x3FDE); None where absent.
        message: The number of the page of its other texts (PidTagMessageCodepage, 0x3FFD), likewise.
        agency: The codec of the agency's setting ``code_page``; None where there is no setting.
    """

    internet: int | None
    message: int | None
    agency: str | None


class Bodies(NamedTuple):
    """The bodies of a message.

    Attributes:
        html: The HTML, None where there is none that says anything.
        text: The plain text, likewise.
    """

    html: str | None
    text: str | None


def bytes_as_text(
    data: bytes, name: str, pages: Callable[[], Pages], flaws: list[str], *, body: bool = False
) -> str:
    r"""Decode a text of a message that is not stored in Unicode.

    Args:
        data: Its bytes.
        name: What it is, for the flaws.
        pages: Asked for the code pages if they matter.
        flaws: Gets a line for what contradicts what, and what is lost.
        body: Whether it is the plain body, whose page is stated by 0x3FDE first; of other texts by 0x3FFD.

    Returns:
        The text, without lone surrogates and without NULs at its end.

    Example:
        >>> bytes_as_text(b"Caf\xc3\xa9", "subject", lambda: Pages(None, None, None), [])
        'Café'
    """
    if data.isascii() and b"\x1b" not in data and b"\0" not in data:
        return data.decode("ascii")
    known = pages()
    stated = [page_statement(known.message), page_statement(known.internet)]
    if body:
        stated.reverse()
    return decoded(data, name, stated, flaws, agency=known.agency, last=None if body else "cp1252")


def bytes_as_html(data: bytes, internet: int | None, agency: str | None, flaws: list[str]) -> str:
    r"""Decode an HTML body that is not stored in Unicode.

    Args:
        data: Its bytes.
        internet: The number of the page of the message's bodies; None where it states none.
        agency: The codec of the agency's setting ``code_page``.
        flaws: Gets a line for what contradicts what, and what is lost.

    Returns:
        The HTML, without lone surrogates and without NULs at its end.

    Example:
        >>> bytes_as_html(b"<meta charset=windows-1251>\xcf", None, None, [])
        '<meta charset=windows-1251>П'
    """
    # Nearly all mail is one of these two, and needs nothing else.
    if internet not in _SEVEN_BIT_PAGES and data.isascii() and b"\0" not in data and b"\x1b" not in data:
        return data.decode("ascii")
    if internet == _UTF_8 and data[:1] in _FIRST_BYTES and b"\0" not in data:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    stated = [page_statement(internet), None if data.isascii() else meta_statement(data)]
    return decoded(data, "html", stated, flaws, agency=agency)


def choose_bodies(
    html: str | None, text: str | None, rtf: Callable[[], bytes | None], agency: str | None, flaws: list[str]
) -> Bodies:
    r"""Choose the bodies of a message: HTML and plain text, or else what its RTF says.

    A body in which nothing can be seen counts as absent, and the next is read. HTML is looked at only where
    there is no plain text, which is read anyway; HTML with a picture is kept. RTF is the last choice, because
    it was made from one of the others, and has lost what the scrapers go by.

    Args:
        html: The HTML, decoded; None where there is none.
        text: The plain text, decoded; likewise.
        rtf: Gives the stored RTF if it is needed; None where there is none.
        agency: The codec of the agency's setting ``code_page``.
        flaws: Gets a line for what is left out or could not be read.

    Returns:
        What is read.

    Example:
        >>> choose_bodies("<p>&nbsp;</p>", None, lambda: b"{\\rtf1 See you}", None, flaws := []), flaws[-1]
        (Bodies(html=None, text='See you'), 'html: nothing in it can be seen')
    """
    text = None if text is None or is_blank_text(text) else text
    if text is not None or (html is not None and not is_blank_html(html)):
        return Bodies(html, text)
    found = _from_rtf(rtf(), agency, flaws)
    if html is None or found.html is not None:
        return found
    if has_picture(html):
        return Bodies(html, found.text)
    flaws.append("html: nothing in it can be seen")
    return found


def _from_rtf(stored: bytes | None, agency: str | None, flaws: list[str]) -> Bodies:
    if stored is None:
        return Bodies(None, None)
    try:
        found = read_rtf(unpacked(stored, flaws), flaws, agency=agency)
    except DamagedRtfError as error:
        flaws.append(f"rtf: {error}")
        return Bodies(None, None)
    if found.is_html and not is_blank_html(found.text):
        flaws.append("html: from the RTF body, there is no other")
        return Bodies(found.text, None)
    if found.is_html or is_blank_text(found.text):
        return Bodies(None, None)
    flaws.append("text: from the RTF body, there is no other")
    return Bodies(None, found.text.strip())
