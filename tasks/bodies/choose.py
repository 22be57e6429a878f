"""Which bodies of a message are read, and how each becomes text (method 1.9, 1.10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tasks.bodies.blank import has_picture, is_blank_html, is_blank_text
from tasks.bodies.code_pages import decoded, meta_statement, page_statement
from tasks.bodies.compressed_rtf import DamagedRtfError, unpacked
from tasks.bodies.rtf import read_rtf


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


def bytes_as_html(data: bytes, pages: Callable[[], Pages], flaws: list[str]) -> str:
    r"""Decode an HTML body that is not stored in Unicode; as ``bytes_as_text``.

    Example:
        >>> bytes_as_html(b"<meta charset=windows-1251>\xcf", lambda: Pages(None, None, None), [])
        '<meta charset=windows-1251>П'
    """
    known = pages()
    stated = [page_statement(known.internet)]
    if not data.isascii():
        stated.append(meta_statement(data))
    return decoded(data, "html", stated, flaws, agency=known.agency)


def choose_bodies(
    html: str | None, text: str | None, rtf: Callable[[], bytes | None], agency: str | None, flaws: list[str]
) -> Bodies:
    r"""Choose the bodies of a message: HTML and plain text, or else what its RTF says.

    A body in which nothing can be seen counts as absent, and the next is read; HTML with a picture is kept
    beside it. RTF is the last choice, because it was made from one of the others, and has lost what the
    scrapers go by.

    Args:
        html: The HTML, decoded; None where there is none.
        text: The plain text, decoded; likewise.
        rtf: Gives the stored RTF if it is needed; None where there is none.
        agency: The codec of the agency's setting ``code_page``.
        flaws: Gets a line for what is left out or could not be read.

    Returns:
        What is read.

    Example:
        >>> choose_bodies("<p>&nbsp;</p>", None, lambda: b"{\\rtf1 See you}", None, flaws := []), flaws[0]
        (Bodies(html=None, text='See you'), 'html: nothing in it can be seen')
    """
    text = None if text is None or is_blank_text(text) else text
    if html is None or not is_blank_html(html):
        return Bodies(html, text) if html is not None or text is not None else _from_rtf(rtf(), agency, flaws)
    picture = html if has_picture(html) else None
    if picture is None:
        flaws.append("html: nothing in it can be seen")
    found = Bodies(None, text) if text is not None else _from_rtf(rtf(), agency, flaws)
    return found if found.html is not None else Bodies(picture, found.text)


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
