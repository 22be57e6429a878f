"""The bodies of the e-mails: HTML as large and as tangled as in marketing mail, and the plain text.

The layout of an alert is that of a real one (method 3.2); the hosts are example hosts. The HTML
of a template is a skeleton of 10 to 25 kB that is encoded once and cut at its gaps, so that making a message
only joins a few pieces.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from data.synthetic.mail.model import Dress

SERVICE: Final = "Neighbors Public Safety Service"
LINK: Final = (
    "https://links.neighbors.example.com/u/click?_t={token}&_m=post&utm_source=email&utm_medium=alert"
)
PICTURE: Final = "https://media.example.net/content/{token}/png/neighbors-incident.png?w=1200&keep=c"
FOOTER: Final = "See the full list of crime and safety incidents in your area on the Neighbors App."
QUESTIONS: Final = "Have questions?"
CODECS: Final = {65001: "utf-8", 1252: "cp1252"}
MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

_SENTENCES: Final = {
    "resident-posted": "A resident in your area just posted a {word} incident to the Neighbors App.",
    "new-incident": "A new {word} incident was posted in your area.",
    "alert-title": "{Word} Alert from the Neighbors App",
    "new-post-title": "A new {word} post in your area.",
}
_SIZES: Final = {
    "resident-posted": 15_500,
    "new-incident": 12_000,
    "alert-title": 21_000,
    "new-post-title": 10_300,
}
_WITH_PREHEADER: Final = frozenset({"resident-posted", "new-incident"})
_GAP: Final = "\x00"
_GAPS: Final = ("PREHEADER", "TOKEN", "TITLE", "DATE", "DESCRIPTION")


def written_date(day: date) -> str:
    """A date in the form that alerts use.

    Example:
        >>> written_date(date(2021, 5, 3))
        'May 3, 2021'
    """
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def sentence(template: str, kind: str) -> str:
    """The sentence that announces the alert, by template and kind.

    Example:
        >>> sentence("alert-title", "safety alert")
        'Safety Alert from the Neighbors App'
    """
    word = kind.partition(" ")[0]
    return _SENTENCES[template].format(word=word, Word=word.capitalize())


def dressed(text: str, dress: Dress) -> str:
    r"""A text written differently, but equal after NFC and collapsing of white space.

    Example:
        >>> dressed("a b", Dress.NO_BREAK)
        'a\xa0b'
    """
    if dress is Dress.NO_BREAK:
        return text.replace(" ", "\u00a0")
    if dress is Dress.DECOMPOSED:
        return unicodedata.normalize("NFD", text)
    if dress is Dress.PADDED:
        return f" {text.replace(' ', '  ')} "
    return text


class Shown(NamedTuple):
    """What an alert message shows.

    Attributes:
        template: Its layout.
        kind: "crime alert" or "safety alert".
        title: The title as the message writes it.
        day: The date that it shows; None for no date line.
        description: Paragraphs as the message writes them; empty for no line at all.
        token: The part of the links that is unique to this message.
    """

    template: str
    kind: str
    title: str
    day: date | None
    description: Sequence[str]
    token: str


def alert_text(shown: Shown) -> str:
    """The plain-text body of an alert, with the lines of a real one, each ended by CR LF."""
    link = LINK.format(token=shown.token)
    lines = [f"Post Titled: {shown.title}"] if shown.template in _WITH_PREHEADER else []
    lines += [f"{SERVICE} <{link}&l=0>", sentence(shown.template, shown.kind), shown.title]
    lines += [written_date(shown.day)] if shown.day else []
    lines += [
        *shown.description,
        f"Click Here to View Post <{link}&l=1>",
        f"Check Out Your Feed <{link}&l=2>",
        f"<{PICTURE.format(token=shown.token)}>",
        FOOTER,
        QUESTIONS,
    ]
    return "\r\n".join(lines) + "\r\n"


def alert_html(shown: Shown, codepage: int) -> bytes:
    """The HTML body of an alert.

    Args:
        shown: What it shows.
        codepage: 65001 or 1252; characters outside the code page become character references.

    Returns:
        The encoded document, 10 to 25 kB.
    """
    title, *paragraphs = (
        html.escape(each, quote=False).encode(CODECS[codepage], "xmlcharrefreplace")
        for each in (shown.title, *shown.description)
    )
    pieces = {
        "PREHEADER": b"Post Titled: " + title,
        "TOKEN": shown.token.encode(),
        "TITLE": title,
        "DATE": _date_row(written_date(shown.day)) if shown.day else b"",
        "DESCRIPTION": _description_row(paragraphs, len(shown.title) % 2 == 0) if paragraphs else b"",
    }
    skeleton = _skeleton(shown.template, shown.kind, codepage)
    return b"".join(pieces[each] if isinstance(each, str) else each for each in skeleton)


def picture_html(token: str, codepage: int) -> bytes:
    """An HTML body that shows only a picture, and no text of the alert."""
    return "".join(
        (
            _head(codepage, 9_000),
            f'<table width="600" align="center"><tr><td><a href="{LINK.format(token=token)}">'
            '<img src="cid:hero@neighbors.example.com" width="600" alt=""></a></td></tr></table>'
            "</body></html>",
        )
    ).encode(CODECS[codepage])


def stub_text(token: str) -> str:
    """A plain-text body that only says where to look."""
    return f"{SERVICE} <{LINK.format(token=token)}>\r\n{FOOTER}\r\n{QUESTIONS}\r\n"


def other_html(heading: str, text: str, token: str, codepage: int) -> bytes:
    """The HTML body of a message that is not an alert: a heading and paragraphs in the same style."""
    codec = CODECS[codepage]
    paragraphs = "".join(
        f"<p {_TEXT}>{html.escape(line, quote=False)}</p>" for line in text.splitlines() if line
    )
    inner = (
        f'<table width="600" align="center"><tr><td><h1 {_TEXT}>{html.escape(heading, quote=False)}</h1>'
        f"{paragraphs}"
        f'<a href="{LINK.format(token=token)}">{QUESTIONS}</a></td></tr></table></body></html>'
    )
    return _other_head(codepage) + inner.encode(codec, "xmlcharrefreplace")


_TEXT: Final = (
    'style="margin:0;padding:0 24px;font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;'
    'color:#1c2b33;text-align:left;mso-line-height-rule:exactly"'
)


def _date_row(written: str) -> bytes:
    return f'<tr><td {_TEXT}><span style="color:#68737a">{written}</span></td></tr>'.encode()


def _description_row(paragraphs: list[bytes], in_elements: bool) -> bytes:
    """The description's row: paragraphs as elements, or one cell with line breaks; real mail has both."""
    text = _TEXT.encode()
    if in_elements:
        cells = b"".join(b"<p " + text + b">" + each + b"</p>" for each in paragraphs)
    else:
        cells = b"<br>\r\n".join(paragraphs)
    return b"<tr><td " + text + b">" + cells + b"</td></tr>"


@cache
def _other_head(codepage: int) -> bytes:
    return _head(codepage, 7_000).encode(CODECS[codepage])


def _head(codepage: int, size: int) -> str:
    """Everything before the first visible line: meta elements, conditional comments, CSS up to a size."""
    charset = {65001: "utf-8", 1252: "windows-1252"}[codepage]
    start = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\r\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:o="urn:schemas-microsoft-com:office:office">\r\n<head>\r\n'
        f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">\r\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\r\n'
        "<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch>"
        "</o:OfficeDocumentSettings></xml><![endif]-->\r\n<title>Neighbors</title>\r\n"
        '<style type="text/css">\r\n'
    )
    rules: list[str] = []
    length = len(start)
    while length < size:
        n = len(rules)
        rule = (
            f"@media only screen and (max-width:{480 + n}px) {{ .nw-c{n} {{ width:{100 - n % 50}% !important;"
            f" padding:{n % 24}px {n % 16}px !important; font-size:{12 + n % 8}px !important }} }}\r\n"
        )
        rules.append(rule)
        length += len(rule)
    return (
        start + "".join(rules) + '</style>\r\n</head>\r\n<body style="margin:0;background-color:#f4f6f7">\r\n'
    )


@cache
def _skeleton(template: str, kind: str, codepage: int) -> tuple[bytes | str, ...]:
    """A template's document cut at its gaps: bytes to copy, and (as text) the names of gaps to fill."""
    gap = {name: f"{_GAP}{name}{_GAP}" for name in _GAPS}
    link = LINK.format(token=gap["TOKEN"]).replace("&", "&amp;")
    preheader = (
        f'<div style="display:none;max-height:0;overflow:hidden">{gap["PREHEADER"]}</div>\r\n'
        if template in _WITH_PREHEADER
        else ""
    )
    button = (
        'style="display:inline-block;padding:14px 32px;background-color:#1998d5;border-radius:4px;color:#fff;'
        'font-family:Helvetica,Arial,sans-serif;font-size:16px;text-decoration:none"'
    )
    document = (
        _head(codepage, _SIZES[template] - 3_000)
        + preheader
        + '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">\r\n'
        '<tr><td align="center">\r\n'
        '<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0">\r\n'
        f'<tr><td {_TEXT}><a href="{link}&amp;l=0" style="color:#1c2b33"><b>{SERVICE}</b></a></td></tr>\r\n'
        f"<tr><td {_TEXT}>{sentence(template, kind)}</td></tr>\r\n"
        f'<tr><td {_TEXT}><h2 style="margin:12px 0;font-size:22px">{gap["TITLE"]}</h2></td></tr>\r\n'
        f"{gap['DATE']}{gap['DESCRIPTION']}\r\n"
        '<tr><td height="24" style="font-size:0;line-height:0">&nbsp;</td></tr>\r\n'
        f'<tr><td align="center"><a href="{link}&amp;l=1" {button}>Click Here to View Post</a></td></tr>\r\n'
        f'<tr><td align="center"><a href="{link}&amp;l=2" {button}>Check Out Your Feed</a></td></tr>\r\n'
        '<tr><td><img src="cid:hero@neighbors.example.com" width="600" alt=""></td></tr>\r\n'
        f"<tr><td {_TEXT}>{FOOTER}</td></tr>\r\n"
        f'<tr><td {_TEXT}><a href="{link}&amp;l=3">{QUESTIONS}</a></td></tr>\r\n'
        f'</table></td></tr></table>\r\n<img src="{link}&amp;open=1" width="1" height="1" alt="">\r\n'
        "</body>\r\n</html>\r\n"
    )
    pieces = document.split(_GAP)
    return tuple(piece if i % 2 else piece.encode(CODECS[codepage]) for i, piece in enumerate(pieces))
